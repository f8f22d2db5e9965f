import { describe, expect, test } from 'vitest';
import { selectableSubjects } from '../../../shared/alerts/selectable-subject.ts';
import { matches } from '../../../shared/alerts/selectors.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';
import { aCluster, anEstate } from '../../fixtures/findings-input.ts';
import { aPodUse } from '../../fixtures/kubernetes-reading.ts';
import { aSubnetSubject } from '../../fixtures/observations.ts';

const holders = (namespaces: Readonly<Record<string, number>>) => ({
  used: Object.values(namespaces).reduce((sum, addresses) => sum + addresses, 0),
  warm: 0,
  namespaces: Object.entries(namespaces).map(([name, addresses]) => ({ name, addresses })),
  workloads: [],
  teams: [],
});

const estate = anEstate({
  clusters: [
    aCluster({
      clusterName: 'prod',
      subnetIds: ['subnet-0a', 'subnet-0b'],
      pods: aPodUse({
        ...holders({ search: 60, payments: 50, batch: 10 }),
        subnets: [
          { subnetId: 'subnet-0a', ...holders({ search: 58, batch: 2 }) },
          { subnetId: 'subnet-0b', ...holders({ payments: 50, search: 2, batch: 8 }) },
        ],
        waiting: [
          {
            namespace: 'checkout',
            name: 'web-1',
            workload: null,
            nodeName: 'node-1',
            instanceId: null,
            since: null,
            failures: 3,
            text: 'no addresses',
          },
        ],
      }),
    }),
  ],
});

const namespacesOf = (subnetId: string, isWanted = true) =>
  selectableSubjects(
    estate,
    new Set(),
    isWanted,
  )(aSubnetSubject({ id: subnetId, subnetIds: [subnetId], clusterNames: ['prod'] })).namespaces;

describe('a selector with a namespace', () => {
  test('sees those that hold a quarter of the addresses for pods, and those whose pods wait', () => {
    expect(namespacesOf('subnet-0a')).toEqual(['checkout', 'search']);
    expect(namespacesOf('subnet-0b')).toEqual(['checkout', 'payments']);
    // What no selector reads is not stored.
    expect(namespacesOf('subnet-0a', false)).toBeUndefined();
  });

  test('matches by name and wildcard, and nothing where no namespace is known', () => {
    const { alerts } = parseConfiguration(
      'routes: [{ match: { namespace: sea* }, to: default }]',
      'headroom.yml',
    );
    const [route] = alerts.routes;
    const match = route?.match ?? {};
    expect(matches(match, { subject: aSubnetSubject({ namespaces: ['search'] }), rules: [] })).toBe(true);
    expect(matches(match, { subject: aSubnetSubject({ namespaces: ['payments'] }), rules: [] })).toBe(false);
    expect(matches(match, { subject: aSubnetSubject(), rules: [] })).toBe(false);
  });
});
