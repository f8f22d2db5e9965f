import { describe, expect, test } from 'vitest';
import {
  CLUSTER_METRICS,
  DEFAULT_NAMESPACE,
  RUN_METRICS,
  SUBNET_METRICS,
  VPC_METRICS,
} from '../../../shared/metrics/catalogue.ts';
import { compatData, dataOf } from '../../../shared/metrics/data.ts';
import {
  IPAMD_COUNTERS,
  IPAMD_GAUGES,
  ipamdFigures,
} from '../../../shared/model/kubernetes/ipamd-counters.ts';
import { known } from '../../../shared/model/kubernetes/observed.ts';
import type { IpamdFigures } from '../../../shared/model/result/kubernetes-figures.ts';
import { aSubnet } from '../../fixtures/assessments.ts';
import { aCluster } from '../../fixtures/findings-input.ts';
import { aPodUse } from '../../fixtures/kubernetes-reading.ts';

const SCANNED_AT = Date.parse('2026-01-01T00:00:00Z');
const context = { scannedAt: SCANNED_AT };
const valuesOf = (subnet: Parameters<typeof SUBNET_METRICS.dimensions>[0]) =>
  Object.fromEntries(
    dataOf(SUBNET_METRICS, subnet, context, DEFAULT_NAMESPACE).map((d) => [d.name, d.value]),
  );

test('a measured subnet gives every metric of the contract, with the four dimensions', () => {
  const data = dataOf(
    SUBNET_METRICS,
    aSubnet({
      forecast: {
        addresses: {
          exhaustionAt: '2026-01-02T12:00:00Z',
          earliest: null,
          latest: null,
          probabilityWithin: null,
          method: 'test',
          reason: '',
        },
      },
    }),
    context,
    DEFAULT_NAMESPACE,
  );
  expect(data.map((d) => d.name)).toEqual([
    'TotalAddresses',
    'UsableAddresses',
    'UsedAddresses',
    'AvailableAddresses',
    'UtilizationPercent',
    'FreePrefixes',
    'AssignedPrefixes',
    'FragmentationIndex',
    'StrandedAddresses',
    'UnaccountedAddresses',
    'LeakedInterfaces',
    'HoursToExhaustion',
  ]);
  expect(data.at(-1)).toEqual({
    subject: 'subnet',
    namespace: 'VpcHeadroom',
    name: 'HoursToExhaustion',
    dimensions: {
      AccountId: '111111111111',
      Region: 'eu-west-1',
      VpcId: 'vpc-01',
      SubnetId: 'subnet-0a',
    },
    value: 36,
    unit: 'None',
    timestamp: SCANNED_AT,
  });
});

test('what is unknown is not published: neither as zero nor at all', () => {
  const values = valuesOf(
    aSubnet({
      used: null,
      available: null,
      prefixes: null,
      fragmentationIndex: null,
      stranded: null,
      unaccounted: null,
      leakedInterfaces: null,
    }),
  );
  expect(values).toEqual({ TotalAddresses: 256, UsableAddresses: 251 });
});

test('of a subnet that only AWS counts, none available is published, and no other count', () => {
  const shared = (awsAvailable: number) =>
    valuesOf(aSubnet({ used: null, available: null, availableSingle: null, awsAvailable }));
  expect(shared(0)['AvailableAddresses']).toBe(0);
  // Reserved addresses may be among it.
  expect(shared(1)).not.toHaveProperty('AvailableAddresses');
});

test('an IPv6-only subnet has no IPv4 figure to publish', () => {
  expect(
    valuesOf(
      aSubnet({
        cidrBlock: null,
        total: null,
        usable: null,
        used: null,
        available: null,
        prefixes: null,
        fragmentationIndex: null,
        stranded: null,
        unaccounted: null,
        leakedInterfaces: null,
      }),
    ),
  ).toEqual({});
});

test('a figure that is not finite is never published', () => {
  expect(
    valuesOf(aSubnet({ fragmentationIndex: Number.NaN, stranded: Number.POSITIVE_INFINITY })),
  ).not.toHaveProperty('FragmentationIndex');
});

test('an exhaustion that has already come is zero hours away, not a negative time', () => {
  const past = {
    exhaustionAt: '2025-12-31T00:00:00Z',
    earliest: null,
    latest: null,
    probabilityWithin: null,
    method: 't',
    reason: '',
  };
  expect(valuesOf(aSubnet({ forecast: { addresses: past, prefixes: past } }))).toMatchObject({
    HoursToExhaustion: 0,
    HoursToPrefixExhaustion: 0,
  });
});

test('metric names are unique within a family, in UpperCamelCase or the CNI Metrics Helper own, and every one has a help text', () => {
  for (const family of [SUBNET_METRICS, VPC_METRICS, CLUSTER_METRICS, RUN_METRICS]) {
    const names = family.metrics.map((metric) => metric.name);
    expect(new Set(names).size).toBe(names.length);
    for (const metric of family.metrics) {
      expect(metric.name).toMatch(/^[A-Za-z0-9]+$/);
      expect(metric.help).toMatch(/^[A-Z/1].{10,}\.$/);
    }
  }
});

test('compat publication uses the namespace and the dimension of the CNI Metrics Helper, and leaves out what is unknown', () => {
  expect(
    compatData(
      { clusterName: 'blue' },
      {
        eniAllocated: 4,
        eniMaxAvailable: 12,
        totalIPAddresses: 56,
        totalIPv4Prefixes: 0,
        maxIPAddresses: null,
      },
      context,
    ),
  ).toEqual(
    Object.entries({ eniAllocated: 4, eniMaxAvailable: 12, totalIPAddresses: 56, totalIPv4Prefixes: 0 }).map(
      ([name, value]) => ({
        namespace: 'Kubernetes',
        name,
        dimensions: { CLUSTER_ID: 'blue' },
        value,
        unit: 'Count',
        timestamp: SCANNED_AT,
      }),
    ),
  );
});

describe('figures that only the Kubernetes API knows', () => {
  const gauges = {
    eniAllocated: 4,
    eniMaxAvailable: 12,
    totalIPAddresses: 56,
    totalIPv4Prefixes: 0,
    maxIPAddresses: 90,
  };
  const counters = (at: number, adds: number, previous: IpamdFigures | null) =>
    ipamdFigures(
      {
        at,
        ipamd: known([
          {
            nodeName: 'a',
            podUid: 'a',
            podName: 'aws-node-a',
            samples: known([
              { name: 'awscni_add_ip_req_count', labels: {}, value: adds },
              { name: 'awscni_aws_api_latency_ms_sum', labels: {}, value: adds * 10 },
              { name: 'awscni_aws_api_latency_ms_count', labels: {}, value: adds },
            ]),
          },
        ]),
      },
      previous,
    );
  const cluster = aCluster({
    pods: aPodUse({ used: 30, warm: 26, steady: { warm: 20, unexplained: 2 } }),
    kubernetes: {
      committedPods: 120,
      serviceAddressesUsed: 40,
      nodesOvercommitted: 1,
      ipamd: counters(1, 20, counters(0, 10, null)),
    },
  });
  const published = (subject: typeof cluster) =>
    Object.fromEntries(
      dataOf(CLUSTER_METRICS, subject, context, 'VpcHeadroom').map(({ name, value }) => [name, value]),
    );

  test('are published by their names', () => {
    expect(published(cluster)).toMatchObject({
      AssignedAddresses: 30,
      WarmAddresses: 20,
      UnexplainedAddresses: 2,
      StuckPods: 0,
      AssignmentFailures: 0,
      CommittedPods: 120,
      ServiceAddressesUsed: 40,
      NodesOvercommitted: 1,
      UnreadNodes: 0,
    });
  });

  test('are not published where the API was not asked', () => {
    const names = Object.keys(published(aCluster()));
    expect(names).not.toContain('AssignedAddresses');
    expect(names).not.toContain('StuckPods');
    expect(names).not.toContain('UnreadNodes');
  });

  test('make all 20 metrics of the CNI Metrics Helper, and the one that it leaves out', () => {
    const data = compatData(cluster, gauges, context);
    expect(data.map(({ name }) => name).toSorted()).toEqual(
      [...Object.keys(IPAMD_GAUGES), ...Object.keys(IPAMD_COUNTERS), 'awsAPILatency'].toSorted(),
    );
    // The 20 of the helper, and the symptom that it leaves out.
    expect(data).toHaveLength(21);
    expect(data.find(({ name }) => name === 'addReqCount')?.value).toBe(10);
  });

  test('give the addresses in use to those who read no counters', () => {
    const { kubernetes: _unread, ...pods } = cluster;
    const data = compatData(pods, gauges, context);
    expect(data.find(({ name }) => name === 'assignIPAddresses')?.value).toBe(30);
  });
});
