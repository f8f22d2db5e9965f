import { describe, expect, test } from 'vitest';
import type { ClusterAssessment } from '../../../shared/model/result/cluster.ts';
import { alertsSection } from '../../../shared/report/alerts-section.ts';
import { clustersSection } from '../../../shared/report/clusters-section.ts';
import { ownersSection } from '../../../shared/report/estate-sections.ts';
import { Places, union } from '../../../shared/report/facets.ts';
import { worstFirst } from '../../../shared/report/worst-first.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
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
    expect(rows[0]).toContain('<td>2 h 30 min</td><td>not acknowledged</td>');
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
    const section = ownersSection(worstFirst([anAssessment({ subnets })])).text;
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
  const section = clustersSection([cluster], () => union([])).text;

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
    expect(clustersSection([alone], () => union([])).text).not.toContain('By zone');
  });

  test('say which group would find no room, and what is not known', () => {
    expect(section).toContain('2 of 9');
    expect(section).toContain('<span class="chip critical">4 short</span>');
    expect(section).toContain('EC2 does not show how much of the pools is in use');
    expect(section).toContain('<li>the add-on could not be read</li>');
  });

  test('say so when there are none', () => {
    expect(clustersSection([], () => union([])).text).toContain('No clusters found');
  });
});
