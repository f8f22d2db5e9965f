import { describe, expect, test } from 'vitest';
import { filterable, filterBar, Places, union } from '../../../shared/report/facets.ts';
import { worstFirst } from '../../../shared/report/worst-first.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { aCluster } from '../../fixtures/findings-input.ts';
import { aSubject } from '../../fixtures/stored-alerts.ts';

const assessments = [
  anAssessment({
    subnets: [aSubnet(), aSubnet({ subnetId: 'subnet-0b', availabilityZone: 'eu-west-1b' })],
    clusters: [
      aCluster({ clusterName: 'shop', accountId: '111111111111', subnetIds: ['subnet-0a', 'subnet-0b'] }),
      aCluster({ clusterName: 'search', accountId: '111111111111', subnetIds: ['subnet-0a'] }),
      // The same id in another account is another subnet.
      aCluster({ clusterName: 'other', accountId: '222222222222', subnetIds: ['subnet-0a'] }),
    ],
  }),
];
const places = new Places(assessments);

describe('the places that a page is filtered by', () => {
  test('of a subnet have every cluster that may use it, in its own account', () => {
    const found = worstFirst(assessments).map((ranked) => [
      ranked.subnet.subnetId,
      places.ofSubnet(ranked).cluster,
    ]);
    expect(Object.fromEntries(found)).toEqual({ 'subnet-0a': ['shop', 'search'], 'subnet-0b': ['shop'] });
  });

  test('of an alert are those of its subnets, or its own cluster where it names one', () => {
    expect(places.ofSubject(aSubject('subnet-0b'), 'critical')).toMatchObject({
      cluster: ['shop'],
      zone: ['eu-west-1b'],
      severity: ['critical'],
    });
    expect(places.ofSubject({ ...aSubject(), clusterName: 'search' }, 'info')).toMatchObject({
      cluster: ['search'],
      severity: ['fine'],
    });
  });

  test('are attributes in which a name can neither end one nor be two values', () => {
    const facets = { ...union([]), cluster: ['a"b\nc', '<d>'] };
    expect(filterable(facets, ['One', null, 'a\n b']).text).toContain(
      'data-search="one a b" data-account="" data-region="" data-vpc="" data-cluster="a&quot;b c\n&lt;d&gt;"',
    );
  });

  test('are offered as buttons, each once', () => {
    const bar = filterBar(union(worstFirst(assessments).map((ranked) => places.ofSubnet(ranked)))).text;
    expect([...bar.matchAll(/data-filter="cluster" data-value="(\w+)"/g)].map(([, name]) => name)).toEqual([
      'search',
      'shop',
    ]);
    expect(bar.match(/data-filter="account"/g)).toHaveLength(1);
    expect(bar.match(/data-filter="zone"/g)).toHaveLength(2);
  });
});
