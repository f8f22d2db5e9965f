import { describe, expect, test } from 'vitest';
import type { ClusterAssessment } from '../../../shared/model/result/cluster.ts';
import { alertsSection } from '../../../shared/report/alerts-section.ts';
import { clustersSection } from '../../../shared/report/clusters-section.ts';
import { ownersSection, summarySection } from '../../../shared/report/estate-sections.ts';
import { Places, union } from '../../../shared/report/facets.ts';
import { subnetPods } from '../../../shared/report/pods-parts.ts';
import { worstFirst } from '../../../shared/report/worst-first.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { aCluster } from '../../fixtures/findings-input.ts';
import { aPodUse } from '../../fixtures/kubernetes-reading.ts';
import { anAlert, aSubject } from '../../fixtures/stored-alerts.ts';

const PLACES = new Places([]);
const NOW = Date.parse('2026-01-01T02:30:00Z');

describe('the alerts of a report', () => {
  test('are those that fire, the worst first, with how long and who has seen them', () => {
    const alerts = [
      anAlert({ acknowledged: { by: 'ada <ops>', at: '2026-01-01T01:00:00Z' } }),
      anAlert({ subject: aSubject('subnet-0b'), severity: 'critical' }),
      anAlert({ subject: aSubject('subnet-0c'), status: 'resolved', severity: 'ok' }),
    ];
    const section = alertsSection(alerts, PLACES, NOW)?.text ?? '';
    const rows = [...section.matchAll(/<tr data-search.*?<\/tr>/gs)].map(([row]) => row);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain('chip critical');
    expect(rows[0]).toContain(
      '<td data-label="For">2 h 30 min</td><td data-label="State">not acknowledged</td>',
    );
    expect(rows[1]).toContain('by <bdi>ada &lt;ops&gt;</bdi>');
  });

  test('have links, their mute, and buttons for readers who may act', () => {
    const view = {
      mayAct: true,
      muteOf: () => ({ reason: 'a <test>', until: '2026-01-01T04:00:00.000Z', isPersonal: true }),
      linksOf: () => [{ label: 'Runbook', url: 'runbooks/addresses-low' }],
    };
    const section = alertsSection([anAlert()], PLACES, NOW, view)?.text ?? '';
    expect(section).toContain('<a href="runbooks/addresses-low" rel="noreferrer">Runbook</a>');
    expect(section).toContain('<a href="#111111111111/eu-west-1/subnet-0a">');
    expect(section).toMatch(/muted until .*: <bdi>a &lt;test&gt;<\/bdi>/);
    expect(
      section.match(/data-act="\w+" data-alert="111111111111\/eu-west-1\/addresses-low\/subnet\/subnet-0a"/g),
    ).toHaveLength(4);
    const ofFile = { ...view, muteOf: () => ({ ...view.muteOf(), isPersonal: false }) };
    expect(section).toContain('data-act="unmute"');
    expect(alertsSection([anAlert()], PLACES, NOW, ofFile)?.text).not.toContain('data-act="unmute"');
    expect(alertsSection([anAlert()], PLACES, NOW)?.text).not.toContain('<button');
  });

  test('have no section where nothing fires', () => {
    expect(alertsSection([anAlert({ status: 'resolved' })], PLACES, NOW)).toBeNull();
  });
});

describe('who holds the addresses', () => {
  test('is summed over all subnets, the largest first, and says where it is not known', () => {
    const subnets = [
      aSubnet({
        owners: [
          { kind: 'rds', name: null, interfaces: 2, addresses: 2 },
          { kind: 'cluster-nodes', name: 'shop', interfaces: 3, addresses: 30 },
        ],
      }),
      aSubnet({
        subnetId: 'subnet-0b',
        owners: [{ kind: 'cluster-nodes', name: 'shop', interfaces: 1, addresses: 18 }],
      }),
      aSubnet({ subnetId: 'subnet-0c', owners: null }),
    ];
    const section = ownersSection(worstFirst([anAssessment({ subnets })]), 0).text;
    const rows = [...section.matchAll(/<tr><td>.*?<\/tr>/gs)].map(([row]) =>
      row
        .replace(/<[^>]*>/g, '|')
        .split('|')
        .filter((cell) => cell !== ''),
    );
    expect(rows).toEqual([
      ['Cluster nodes', 'shop', '48', '96 %', '4', '2'],
      ['RDS', '2', '4 %', '2', '1'],
    ]);
    expect(section).toContain('The owners in 1 subnet are not known.');
  });
});

describe('the clusters of a report', () => {
  const cluster: ClusterAssessment = {
    clusterName: 'shop<1>',
    accountId: '111111111111',
    region: 'eu-west-1',
    vpcId: 'vpc-01',
    arn: null,
    version: '1.34',
    source: 'eks',
    mode: 'prefix',
    customNetworking: true,
    securityGroupsForPods: false,
    autoMode: false,
    nodes: [],
    gauges: {
      eniAllocated: 1,
      eniMaxAvailable: 2,
      totalIPAddresses: 32,
      totalIPv4Prefixes: 2,
      maxIPAddresses: null,
    },
    subnetIds: ['subnet-0a'],
    nodeSubnetIds: ['subnet-0a'],
    takesPrefixesFrom: [],
    capacity: [
      {
        subnetId: 'subnet-0a',
        availabilityZone: 'eu-west-1a',
        mode: 'prefix',
        morePods: null,
        moreNodes: [
          {
            instanceType: 'm5.large',
            nodes: 2,
            nodesAtBest: 5,
            limitedBy: 'prefixes',
            error: 'InsufficientCidrBlocks',
          },
        ],
      },
    ],
    zones: [
      {
        availabilityZone: 'eu-west-1a',
        subnetIds: ['subnet-0a', 'subnet-0b'],
        morePods: 77,
        moreNodes: [{ instanceType: 'm5.large', nodes: 3, nodesAtBest: 3, limitedBy: null, error: null }],
      },
    ],
    committed: [
      {
        clusterName: 'shop<1>',
        group: 'workers',
        kind: 'node-group',
        currentNodes: 2,
        maximumNodes: 9,
        fits: 3,
        fitsAtBest: 3,
        instanceType: 'm5.large',
        perNode: { addresses: 1, prefixes: 1 },
        shortfall: 4,
        error: 'InsufficientCidrBlocks',
        subnetIds: ['subnet-0a'],
        limitedBy: null,
        outsideCluster: false,
        whenFull: null,
      },
    ],
    unknowns: [{ field: 'warmAtLeast', reason: 'the add-on could not be read' }],
  };
  const section = clustersSection([cluster], true, () => union([])).text;

  test('say how much still fits, in which subnet, and what breaks first', () => {
    expect(section).toContain('<h3><bdi>shop&lt;1&gt;</bdi></h3>');
    expect(section).toContain('2 to 5 × m5.large <span class="muted">then out of prefixes</span>');
    expect(section).toContain('(InsufficientCidrBlocks)');
    expect(section).toContain('<a href="#subnet-0a">');
  });

  test('say it by zone as well, where a zone has several subnets', () => {
    expect(section).toMatch(
      /By zone.*eu-west-1a<\/td><td class="n">2<\/td><td class="n">77<\/td>.*3 × m5\.large/s,
    );
    const [zone] = cluster.zones;
    const alone = { ...cluster, zones: zone === undefined ? [] : [{ ...zone, subnetIds: ['subnet-0a'] }] };
    expect(clustersSection([alone], true, () => union([])).text).not.toContain('By zone');
  });

  test('say which group would find no room, and what is not known', () => {
    expect(section).toContain('2 of 9');
    expect(section).toContain('<span class="chip critical">4 short</span>');
    expect(section).toContain('EC2 does not show how much of the pools is in use');
    expect(section).toContain('<li>the add-on could not be read</li>');
  });

  test('say so when there are none', () => {
    expect(clustersSection([], true, () => union([])).text).toContain('No clusters found');
    expect(clustersSection([], false, () => union([])).text).toContain('No clusters are known');
  });
});

describe('the pods of a cluster', () => {
  const HOLDERS = {
    namespaces: [{ name: 'shop<b>', addresses: 30 }],
    workloads: Array.from({ length: 10 }, (_, index) => ({
      name: `shop/Deployment/web-${index}`,
      addresses: 10 - index,
    })),
    teams: [{ name: 'storefront', addresses: 30 }],
  };
  const waiting = {
    namespace: 'shop',
    name: 'web-1<i>',
    workload: null,
    nodeName: 'node-1',
    instanceId: null,
    since: '2026-01-01T01:00:00.000Z',
    failures: 2,
    text: 'no address',
  };
  const cluster = aCluster({
    pods: aPodUse({
      ...HOLDERS,
      used: 41,
      warm: 9,
      waiting: [waiting],
      subnets: [{ ...HOLDERS, subnetId: 'subnet-0a', used: 41, warm: 9 }],
    }),
  });
  const sectionOf = (one: ClusterAssessment): string => clustersSection([one], true, () => union([])).text;

  test('are named by namespace, workload and team, with those that wait, and names are inert', () => {
    const section = sectionOf(cluster);
    expect(section).toContain('Pods have 41 addresses of the nodes, and 9 are warm.');
    for (const name of [
      '<bdi>shop&lt;b&gt;</bdi>',
      '<bdi>shop/Deployment/web-0</bdi>',
      '<bdi>storefront</bdi>',
    ])
      expect(section).toContain(name);
    expect(section).toContain('2 more');
    expect(section).toContain('1 pod without an address');
    expect(section).toContain('<bdi>shop/web-1&lt;i&gt;</bdi> on <bdi>node-1</bdi>, since 2026-01-01 01:00');
  });

  test('are not spoken of where the Kubernetes API was not read', () => {
    expect(sectionOf(aCluster())).not.toContain('<h4>Pods</h4>');
  });

  test('that wait are unknown where events could not be read', () => {
    expect(sectionOf(aCluster({ pods: aPodUse({ waiting: null }) }))).toContain('events could not be read');
  });

  test('are named in the subnet that they are in, and in no other', () => {
    const place = { accountId: cluster.accountId, region: cluster.region };
    expect(subnetPods({ ...place, subnetId: 'subnet-0a' }, [cluster])?.text).toContain('shop&lt;b&gt;');
    expect(subnetPods({ ...place, subnetId: 'subnet-0b' }, [cluster])).toBeNull();
    expect(subnetPods({ ...place, accountId: '999999999999', subnetId: 'subnet-0a' }, [cluster])).toBeNull();
  });
});

describe('an estate of which nothing could be read', () => {
  const failed = anAssessment({ subnets: [], target: { ...anAssessment().target, status: 'failed' } });
  const tilesOf = (assessments: Parameters<typeof summarySection>[0]) =>
    Object.fromEntries(
      [
        ...summarySection(assessments, worstFirst(assessments), 0).text.matchAll(
          /<li class="(\w*)" data-tile="(\w+)"><b>([^<]*)<\/b><span>([^<]*)/g,
        ),
      ].map(([, level, name = '', value, words]) => [name, [level, value, words]]),
    );

  test('has no figure that reads like an all-clear', () => {
    expect(tilesOf([failed])).toEqual({
      critical: ['', '0', 'critical findings'],
      warning: ['', '0', 'warnings'],
      soonest: ['', 'unknown', 'runs out first'],
      available: ['', 'unknown', 'addresses available'],
      subnets: ['', 'unknown', 'subnets read'],
      targets: ['warning', '0 of 1', 'scans complete'],
    });
    expect(ownersSection([], 1).text).toContain('No owners are known: something could not be read.');
  });

  test('beside one that was read: the figures are those of what was read', () => {
    const read = anAssessment({ subnets: [aSubnet({ cidrBlock: '10.0.0.0/24' })] });
    expect(tilesOf([failed, read])).toMatchObject({
      critical: ['', '0', 'critical findings'],
      subnets: ['', '1', 'subnet read'],
      targets: ['warning', '1 of 2', 'scans complete'],
    });
    expect(tilesOf([read])).toMatchObject({
      critical: ['ok', '0', 'critical findings'],
      subnets: ['', '1', 'subnet'],
    });
    expect(ownersSection([], 0).text).toContain('No addresses are in use.');
  });
});

describe('a subnet that one account shares with others', () => {
  const theirs = { subnetId: 'subnet-0a', ownerId: '111111111111', awsAvailable: 40, availableSingle: null };
  const participant = (accountId: string) =>
    anAssessment({ subnets: [aSubnet({ ...theirs, accountId, available: null, used: null })] });
  const owner = anAssessment({ subnets: [aSubnet({ subnetId: 'subnet-0a', available: 30 })] });
  const tiles = (assessments: Parameters<typeof worstFirst>[0]) =>
    [
      ...summarySection(assessments, worstFirst(assessments), NOW).text.matchAll(
        /data-tile="(?:available|subnets)"><b>([^<]*)<\/b><span>([^<]*)/g,
      ),
    ].map(([, value, words]) => `${value} ${words}`);

  test('is counted once, by what its owner sees where that was scanned', () => {
    const [one, other] = [participant('222222222222'), participant('333333333333')];
    const once = ['30 addresses available of 251', '1 subnet'];
    expect(tiles([one, owner, other])).toEqual(once);
    expect(tiles([owner, one])).toEqual(once);
    expect(tiles([one, other])).toEqual(['40 addresses available of 251', '1 subnet']);
  });
});
