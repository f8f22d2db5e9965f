import { describe, expect, test } from 'vitest';
import { groupTransitions } from '../../../shared/alerts/grouping.ts';
import { type LinkSettings, linksFor } from '../../../shared/alerts/links.ts';
import { destinationsFor } from '../../../shared/alerts/routing.ts';
import type { Transition } from '../../../shared/model/alert/alert.ts';
import type { Route } from '../../../shared/model/alert/policy.ts';
import type { Subject } from '../../../shared/model/result/finding.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { lastTransition } from '../../fixtures/transitions.ts';

const links = { dashboard: null };
const about = (subjectChanges: Partial<Subject>, rule = 'addresses-low', cause?: string): Transition =>
  lastTransition(
    anObservation('warning', {
      rule,
      subject: aSubnetSubject(subjectChanges),
      ...(cause === undefined ? {} : { cause }),
    }),
  );
const group = (transitions: readonly Transition[], routes: readonly Route[] = []) =>
  groupTransitions(transitions, {
    destinationsOf: (transition) => destinationsFor(transition, routes),
    links,
  });

describe('messages', () => {
  test('nothing makes none', () => {
    expect(group([])).toEqual([]);
  });

  test('several rules about one subnet are one message', () => {
    const messages = group([
      about({}),
      about({}, 'fragmented'),
      about({ id: 'subnet-0b', subnetIds: ['subnet-0b'] }),
    ]);
    expect(messages.map(({ threadId, transitions }) => [threadId, transitions.length])).toEqual([
      ['111111111111/eu-west-1/subnet/subnet-0a', 2],
      ['111111111111/eu-west-1/subnet/subnet-0b', 1],
    ]);
  });

  test('many subnets with one cause are one message, in the thread of the cause', () => {
    const wide = ['a', 'b', 'c'].map((name) =>
      about({ id: `subnet-${name}` }, 'addresses-low', 'vpc/vpc-01'),
    );
    expect(group(wide).map(({ threadId }) => threadId)).toEqual(['111111111111/eu-west-1/vpc/vpc-01']);
  });

  test('what is said of an alert later stands in the same thread', () => {
    const fired = anObservation('warning', { cause: 'vpc/vpc-01' });
    const resolved = lastTransition(fired, anObservation('ok', { cause: 'subnet/subnet-0a' }));
    expect(group([resolved])[0]?.threadId).toBe('111111111111/eu-west-1/vpc/vpc-01');
  });

  test('one cause with different destinations is one message for each set of them', () => {
    const routes = [{ match: { rule: ['fragmented'] }, to: ['platform'], continue: false }];
    const messages = group([about({}), about({}, 'fragmented')], routes);
    expect(messages.map(({ destinations }) => destinations)).toEqual([[], ['platform']]);
    expect(new Set(messages.map(({ threadId }) => threadId)).size).toBe(1);
    expect(new Set(messages.map(({ messageId }) => messageId)).size).toBe(2);
  });

  test('a message begins with the check that is announced first, then with what has lasted longest, then by id', () => {
    const said = (kind: string, id: string, since: string): Transition => {
      const transition = about({ id }, 'findings', 'vpc/vpc-01');
      return { ...transition, id, key: id, since, finding: { ...transition.finding, kind } };
    };
    const [message] = group([
      said('service-range-overlap', 'subnet-0a', '2026-11-20T10:00:00Z'),
      said('zone-failover', 'subnet-0d', '2026-11-20T13:00:00Z'),
      said('zone-failover', 'subnet-0c', '2026-11-20T12:00:00Z'),
      said('zone-failover', 'subnet-0b', '2026-11-20T13:00:00Z'),
    ]);
    expect(message?.transitions.map(({ id }) => id)).toEqual([
      'subnet-0c',
      'subnet-0b',
      'subnet-0d',
      'subnet-0a',
    ]);
  });

  test('the steps of one alert keep their order, also the tenth after the ninth', () => {
    const step = (sequence: number, kind: string): Transition => {
      const transition = about({}, 'findings', 'vpc/vpc-01');
      return { ...transition, id: `${transition.key}#${sequence}`, finding: { ...transition.finding, kind } };
    };
    const [message] = group([step(9, 'addresses-low'), step(10, 'addresses-exhausted')]);
    expect(message?.transitions.map(({ id }) => id.slice(id.indexOf('#')))).toEqual(['#9', '#10']);
  });

  test('the same transitions make the same message id, in whatever order they come', () => {
    const [a, b] = [about({}), about({}, 'fragmented')];
    const id = (transitions: readonly Transition[]) => group(transitions)[0]?.messageId;
    expect(id([a, b])).toBe(id([b, a]));
    expect(id([a, b])).not.toBe(id([a]));
    const later = { ...a, id: `${a.key}#2` };
    expect(id([a])).not.toBe(id([later]));
    expect(id([a])).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('links', () => {
  const link = (subject: Partial<Subject>) => linksFor([about(subject)], links)[0];
  const none = { vpcId: null, clusterName: null, subnetIds: [] };

  test.each([
    [
      {},
      'Subnet subnet-0a',
      'https://eu-west-1.console.aws.amazon.com/vpcconsole/home?region=eu-west-1#SubnetDetails:subnetId=subnet-0a',
    ],
    [
      { type: 'vpc', id: 'vpc-01' },
      'VPC vpc-01',
      'https://eu-west-1.console.aws.amazon.com/vpcconsole/home?region=eu-west-1#VpcDetails:VpcId=vpc-01',
    ],
    [
      { type: 'node-group', id: 'x', clusterName: 'a b' },
      'Cluster a b',
      'https://eu-west-1.console.aws.amazon.com/eks/clusters/a%20b?region=eu-west-1',
    ],
    [
      { type: 'interface', id: 'eni-1' },
      'Subnet subnet-0a',
      'https://eu-west-1.console.aws.amazon.com/vpcconsole/home?region=eu-west-1#SubnetDetails:subnetId=subnet-0a',
    ],
    [
      { type: 'load-balancer', id: 'x', subnetIds: [] },
      'VPC vpc-01',
      'https://eu-west-1.console.aws.amazon.com/vpcconsole/home?region=eu-west-1#VpcDetails:VpcId=vpc-01',
    ],
    [
      { region: 'cn-north-1' },
      'Subnet subnet-0a',
      'https://cn-north-1.console.amazonaws.cn/vpcconsole/home?region=cn-north-1#SubnetDetails:subnetId=subnet-0a',
    ],
    [
      { region: 'us-gov-west-1' },
      'Subnet subnet-0a',
      'https://us-gov-west-1.console.amazonaws-us-gov.com/vpcconsole/home?region=us-gov-west-1#SubnetDetails:subnetId=subnet-0a',
    ],
  ] as const)('of %j lead to %s', (subject, label, url) => {
    expect(link(subject)).toEqual({ label, url });
  });

  test('a target has no page of its own', () => {
    expect(linksFor([about({ type: 'target', id: 'x', ...none })], links)).toEqual([]);
  });

  const page = 'https://headroom.example.com';
  const labelled = (settings: LinkSettings, subject: Partial<Subject> = {}) =>
    Object.fromEntries(linksFor([about(subject)], settings).map(({ label, url }) => [label, url]));

  test('lead to the runbook of the check and to the map and the history on the live page', () => {
    expect(labelled({ dashboard: null, page })).toMatchObject({
      'Runbook addresses-low': `${page}/runbooks/addresses-low`,
      'Map and history': `${page}/#${about({}).subject.accountId}/eu-west-1/subnet-0a`,
    });
  });

  test.each([
    [{ type: 'vpc', id: 'vpc-01', subnetIds: ['subnet-0a', 'subnet-0b'] }, 'vpc=vpc-01'],
    [{ type: 'cluster', id: 'a b', vpcId: null, clusterName: 'a b', subnetIds: [] }, 'cluster=a+b'],
    [{ type: 'target', id: 'x', vpcId: null, clusterName: null, subnetIds: [] }, 'region=eu-west-1'],
  ] as const)('of %j lead to the live page filtered by it', (subject, end) => {
    expect(labelled({ dashboard: null, page }, subject)['Map and history']).toMatch(
      new RegExp(`/#account=\\d{12}&.*${end.replace('+', '\\+')}$`),
    );
  });

  test.each([
    ['https://wiki.example.com/runbooks', 'https://wiki.example.com/runbooks/addresses-low'],
    ['https://wiki.example.com/runbooks/', 'https://wiki.example.com/runbooks/addresses-low'],
    ['https://example.com/{check}.md', 'https://example.com/addresses-low.md'],
  ])('lead to the runbooks that are published at %s', (runbooks, url) => {
    expect(labelled({ dashboard: null, page, runbooks })['Runbook addresses-low']).toBe(url);
  });

  test('open the right account by way of an access portal, with a permission set where one is named', () => {
    const portal = 'https://example.awsapps.com/start';
    const dashboard = { name: 'headroom', region: 'eu-west-1', accountId: '111111111111' };
    const subject = { accountId: '222222222222' };
    const links = labelled({ dashboard, portal, portalRole: 'Read+Only' }, subject);
    const url = new URL(links['Subnet subnet-0a'] ?? '');
    expect([url.origin, url.pathname]).toEqual(['https://example.awsapps.com', '/start/']);
    const [route, query] = url.hash.split('?');
    expect(route).toBe('#/console');
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      account_id: '222222222222',
      role_name: 'Read+Only',
      destination: labelled({ dashboard: null }, subject)['Subnet subnet-0a'],
    });
    expect(links['Dashboard']).toContain('account_id=111111111111&');
    expect(labelled({ dashboard: null, portal }, subject)['Subnet subnet-0a']).not.toContain('role_name');
    expect(labelled({ dashboard: null, portal }, { accountId: 'account-1' })['Subnet subnet-0a']).toMatch(
      /^https:\/\/eu-west-1\.console\./,
    );
  });

  test('lead to the dashboard, with the runbooks and a graph of the subnet in CloudWatch, where there is no live page', () => {
    const dashboard = {
      name: 'headroom-prod',
      region: 'eu-central-1',
      accountId: '999999999999',
      namespace: 'Team/IP',
    };
    const links = labelled({ dashboard }, { name: 'shop (a)', accountId: '111111111111' });
    const board =
      'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards/dashboard/headroom-prod';
    expect(links).toMatchObject({ 'Runbook addresses-low': board, Dashboard: board });
    expect(links['History of subnet-0a']).toBe(
      [
        'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#metricsV2?graph=',
        "~(metrics~(~(~'Team*2fIP~'AvailableAddresses~'AccountId~'111111111111~'Region~'eu-west-1~'VpcId~'vpc-01~'SubnetId~'subnet-0a~(label~'AvailableAddresses))",
        "~(~'Team*2fIP~'FreePrefixes~'AccountId~'111111111111~'Region~'eu-west-1~'VpcId~'vpc-01~'SubnetId~'subnet-0a~(label~'FreePrefixes)))",
        "~view~'timeSeries~stacked~false~region~'eu-central-1~title~'shop*20*28a*29~stat~'Minimum~period~3600~start~'-P14D~end~'PT0H)",
      ].join(''),
    );
  });

  test('lead to no graph where CloudWatch has no metrics, or the subject is no subnet', () => {
    const dashboard = { name: 'headroom', region: 'eu-west-1' };
    const graph = (settings: LinkSettings, subject: Partial<Subject> = {}) =>
      Object.keys(labelled(settings, subject)).filter((label) => label.startsWith('History'));
    expect(graph({ dashboard })).toEqual([]);
    expect(graph({ dashboard: { ...dashboard, namespace: null } })).toEqual([]);
    expect(graph({ dashboard: { ...dashboard, namespace: 'X' } }, { type: 'vpc', id: 'vpc-01' })).toEqual([]);
    expect(graph({ dashboard: { ...dashboard, namespace: 'X' } })).toEqual(['History of subnet-0a']);
    expect(graph({ dashboard: { ...dashboard, namespace: 'X' }, page })).toEqual([]);
  });

  test('keep the name of a subnet inside the notation of a graph, whatever it is', () => {
    const dashboard = { name: 'headroom', region: 'eu-west-1', namespace: 'X' };
    const url = labelled({ dashboard }, { name: "a'b~c*d)é🙂#&%" })['History of subnet-0a'] ?? '';
    expect(url).toContain("~title~'a*27b*7ec*2ad*29*e9**d83d**de42*23*26*25~stat");
  });

  test('have no page where none is known', () => {
    expect(Object.keys(labelled({ dashboard: null, page: null, runbooks: null }))).toEqual([
      'Subnet subnet-0a',
    ]);
  });

  test('the same page is named once, at most three are, and the dashboard comes last', () => {
    const many = ['a', 'a', 'b', 'c', 'd'].map((name) => about({ id: name }));
    const dashboard = { name: 'headroom fleet', region: 'us-east-1' };
    expect(linksFor(many, { dashboard }).map(({ label }) => label)).toEqual([
      'Runbook addresses-low',
      'Subnet a',
      'Subnet b',
      'Subnet c',
      'Dashboard',
    ]);
    expect(linksFor([], { dashboard })).toEqual([
      {
        label: 'Dashboard',
        url: 'https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/headroom%20fleet',
      },
    ]);
  });
});
