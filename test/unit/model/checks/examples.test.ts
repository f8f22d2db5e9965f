import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../../shared/model/checks/checks.ts';
import type { EstateInput } from '../../../../shared/model/checks/estate.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { known } from '../../../../shared/model/kubernetes/observed.ts';
import { OWNER_KINDS } from '../../../../shared/model/owners/owner-kinds.ts';
import type { AddressMap } from '../../../../shared/model/result/assessment.ts';
import type { NewNodeSettings, NewNodes } from '../../../../shared/model/result/cluster.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aNode, aNodeGroup, anEksCluster, byId, cniSettings } from '../../../fixtures/cluster-records.ts';
import {
  aCluster,
  aDemand,
  aLeak,
  aNodeAssessment,
  aVpcAssessment,
  findingsOf,
} from '../../../fixtures/findings-input.ts';
import {
  aKubernetesNode,
  anAwsNode,
  aPodUse,
  aReading,
  aWorkload,
} from '../../../fixtures/kubernetes-reading.ts';
import { written } from '../../../fixtures/written-finding.ts';

/**
 * One example of every kind, word for word, as people get to read it. The files in test/fixtures/findings are for reading, too:
 * a change of words shows there.
 */

const map: AddressMap = {
  subnetId: 'subnet-0a',
  cidrBlock: '10.0.0.0/24',
  states: 'a++++.++++++++#a',
  reserved: '----------------',
  used: '04444022133333g0',
  owner: '----------------',
  owners: [],
};

const issue = { code: 'InsufficientFreeAddresses', message: 'Subnets are full.', resourceIds: ['subnet-0a'] };

const settled = (changes: Partial<NewNodeSettings>): NewNodes => ({
  settingsKnown: true,
  settings: { ...DEFAULT_CNI_SETTINGS, ...changes },
  places: [],
});

const wayOut = {
  vpcs: [aVpcAssessment({ cidrBlocks: ['10.0.0.0/16', '10.1.0.0/24'] })],
  vpcConnections: [
    {
      kind: 'peering' as const,
      id: 'pcx-01',
      vpcs: [
        { vpcId: 'vpc-01', accountId: null, cidrBlocks: ['10.0.0.0/16'] },
        { vpcId: 'vpc-02', accountId: null, cidrBlocks: ['10.0.0.0/20', '100.64.0.0/16'] },
      ],
    },
  ],
};

const forecast = {
  exhaustionAt: '2026-01-02T16:40:00.000Z',
  earliest: '2026-01-02T07:46:00.000Z',
  latest: '2026-01-03T20:00:00.000Z',
  probabilityWithin: { '24h': 0.55, '72h': 0.99, '7d': 1 },
  method: 'trend-paths',
  reason: '',
  lossPerDay: 14,
  basis: { available: 33, dailyLow: 27, lossPerDay: 14, trendDays: 2.8 },
};

const surging = {
  ...forecast,
  surge: {
    raise: 'critical' as const,
    hold: 'critical' as const,
    lossPerHour: { fast: 345, slow: 300 },
    ordinaryLossPerHour: 22,
    exhaustionAt: '2026-01-01T00:39:00.000Z',
    reason: '',
  },
};

const ofPrefixes = (free: number) => ({
  usesPrefixes: true,
  prefixes: { assigned: 4, free, freeInReservation: 0, freeUnreserved: free },
  blocks: { free, prefix: 4, full: 2, fragmented: 8 - free, awsReserved: 2 },
});

/** A subnet that one cluster uses. */
const used = (subnet: Parameters<typeof aSubnet>[0]): Partial<EstateInput> => ({
  clusters: [aCluster({ clusterName: 'payments' })],
  subnets: [aSubnet({ name: 'payments-nodes-a', ...subnet })],
});

const readIn = (changes: Parameters<typeof aReading>[0]): Partial<EstateInput> => ({
  kubernetes: new Map([['shop', aReading(changes)]]),
});

const EXAMPLES: Readonly<Record<string, Partial<EstateInput>>> = {
  'addresses-surge': used({
    available: 224,
    forecast: { addresses: surging },
    ownerChanges: [
      {
        from: '2025-12-31T23:30:00.000Z',
        to: '2026-01-01T00:00:00.000Z',
        changes: [
          { kind: 'cluster-nodes', name: 'payments', addresses: -4 },
          { kind: 'instance', name: 'nightly-jobs', addresses: 176 },
        ],
      },
    ],
  }),
  'addresses-exhausted': used({ available: 0 }),
  'addresses-low': used({ usable: 123, available: 3, forecast: { addresses: forecast } }),
  'addresses-exhaustion': used({ available: 33, forecast: { addresses: forecast } }),
  'prefixes-surge': used({ ...ofPrefixes(5), forecast: { prefixes: surging } }),
  'prefixes-exhausted': used({ ...ofPrefixes(0), available: 97 }),
  'prefixes-low': used({ ...ofPrefixes(1), available: 97 }),
  'prefixes-exhaustion': used({
    ...ofPrefixes(5),
    forecast: {
      prefixes: { ...forecast, basis: { available: 5, dailyLow: 5, lossPerDay: 1, trendDays: 1 } },
    },
  }),
  'vpc-addresses-low': {
    subnets: [
      aSubnet({ available: 3 }),
      aSubnet({ subnetId: 'subnet-0b', name: 'private-b', cidrBlock: '10.0.1.0/24', available: 5 }),
    ],
  },
  'scan-failed': {
    target: {
      accountId: '111111111111',
      region: 'eu-west-1',
      status: 'failed',
      errors: [
        {
          code: 'access-denied',
          message: 'The role may not call ec2:DescribeSubnets in account 111111111111, eu-west-1.',
          action: 'Deploy the current scan role in account 111111111111.',
        },
      ],
    },
  },
  'allocations-failing': {
    subnets: [aSubnet({ available: 0 })],
    scannedAt: '2026-01-01T00:00:00.000Z',
    allocationFailures: {
      since: '2025-12-31T18:00:00.000Z',
      unread: [],
      failures: ['2025-12-31T23:55:00.000Z', '2025-12-31T22:10:00.000Z'].map((at) => ({
        at,
        service: 'auto-scaling' as const,
        resource: 'web',
        code: 'InsufficientFreeAddressesInSubnet',
        subnetId: 'subnet-0a',
        availabilityZone: 'eu-west-1a',
        text: "There are not enough free addresses in subnet 'subnet-0a' to satisfy the requested number of instances. Launching EC2 instance failed.",
      })),
    },
  },
  'pods-waiting': {
    clusters: [
      aCluster({
        nodes: [aNodeAssessment()],
        pods: aPodUse({
          waiting: ['web-1', 'web-2'].map((name) => ({
            namespace: 'shop',
            name,
            workload: 'shop/Deployment/web',
            nodeName: 'ip-10-0-0-5.eu-west-1.compute.internal',
            instanceId: 'i-01',
            since: '2025-12-31T23:50:00.000Z',
            failures: 7,
            text: 'plugin type="aws-cni" failed (add): add cmd: failed to assign an IP address to container',
          })),
        }),
      }),
    ],
    subnets: [aSubnet({ available: 0 })],
    ...readIn({}),
  },
  'eni-config-missing': {
    clusters: [aCluster()],
    eksClusters: [
      anEksCluster({
        vpcCni: cniSettings({
          AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
          ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone',
        }),
      }),
    ],
    subnets: [aSubnet()],
    ...readIn({ nodes: known([aKubernetesNode({ eniConfig: 'eu-west-1a' })]) }),
  },
  'pods-committed': {
    clusters: [aCluster({ pods: aPodUse({ used: 12, warm: 3 }) })],
    subnets: [aSubnet({ available: 20 })],
    ...readIn({
      workloads: known([
        aWorkload({ desired: 10, surge: 3 }),
        aWorkload({ namespace: 'search', name: 'indexer' }),
      ]),
      autoscalers: known([
        {
          namespace: 'shop',
          name: 'web',
          target: { kind: 'Deployment', name: 'web' },
          minReplicas: 2,
          maxReplicas: 40,
        },
      ]),
    }),
  },
  'nodes-overcommitted': {
    clusters: [
      aCluster({
        nodes: [aNodeAssessment({ nodePool: 'spot' }), aNodeAssessment({ instanceId: 'i-02' })],
      }),
    ],
    subnets: [aSubnet()],
    ...readIn({
      nodes: known([
        aKubernetesNode({ allocatablePods: 58, nodePool: 'spot' }),
        aKubernetesNode({ name: 'node-2', instanceId: 'i-02', allocatablePods: 30 }),
      ]),
    }),
  },
  'cni-daemonset': {
    clusters: [aCluster()],
    eksClusters: [
      anEksCluster({
        vpcCni: cniSettings({ WARM_IP_TARGET: '5' }),
        cniInCluster: {
          version: 'v1.16.4',
          env: { WARM_IP_TARGET: '2', WARM_PREFIX_TARGET: '1' },
          eniConfigs: null,
        },
      }),
    ],
    subnets: [aSubnet()],
    ...readIn({ awsNode: known(anAwsNode({ imageVersion: 'v1.16.4', desired: 5, ready: 4, updated: 3 })) }),
  },
  'unused-cni-subnet': {
    subnets: [aSubnet({ tags: { 'kubernetes.io/role/cni': '1' } })],
    instances: byId(),
  },
  'service-range-full': {
    clusters: [aCluster()],
    eksClusters: [anEksCluster({ serviceIpv4Cidr: '172.20.0.0/24' })],
    subnets: [aSubnet()],
    ...readIn({ services: known({ services: 245, addressesUsed: 243, cidrs: null }) }),
  },
  'eks-health': {
    eksClusters: [
      anEksCluster({ healthIssues: [issue], nodeGroups: [aNodeGroup({ healthIssues: [issue] })] }),
    ],
    subnets: [aSubnet({ available: 3 }), aSubnet({ subnetId: 'subnet-0b', availabilityZone: 'eu-west-1b' })],
  },
  'committed-demand': {
    clusters: [
      aCluster({
        committed: [
          aDemand({
            fits: 1,
            fitsAtBest: 3,
            shortfall: 7,
            perNode: { addresses: 1, prefixes: 1 },
            error: 'InsufficientCidrBlocks',
          }),
          aDemand({
            group: 'self-managed',
            kind: 'auto-scaling-group',
            fits: 0,
            fitsAtBest: 0,
            shortfall: 8,
            error: 'InsufficientFreeAddressesInSubnet',
          }),
        ],
      }),
    ],
    subnets: [aSubnet({ availableSingle: 4 })],
  },
  'update-surge': {
    clusters: [
      aCluster({
        committed: [
          aDemand({ update: { nodes: 4, fits: 0, error: 'InsufficientFreeAddressesInSubnet' } }),
          aDemand({ group: 'batch', update: { nodes: 2, fits: 1, error: 'InvalidParameterValue' } }),
        ],
      }),
    ],
    subnets: [aSubnet({ available: 4 })],
  },
  'upgrade-readiness': {
    eksClusters: [anEksCluster({ subnetIds: ['subnet-0a', 'subnet-0b'] })],
    subnets: [
      aSubnet({ awsAvailable: 1 }),
      aSubnet({ subnetId: 'subnet-0b', availabilityZone: 'eu-west-1b', name: null, awsAvailable: 3 }),
      aSubnet({ subnetId: 'subnet-0c', awsAvailable: 99, cidrBlock: '10.0.2.0/24' }),
      aSubnet({ subnetId: 'subnet-0d', awsAvailable: 98, cidrBlock: '10.0.3.0/24' }),
    ],
    leakedInterfaces: [aLeak()],
  },
  fragmentation: {
    subnets: [
      aSubnet({
        usesPrefixes: true,
        fragmentationIndex: 0.9,
        stranded: 184,
        prefixes: { assigned: 2, free: 1, freeInReservation: 0, freeUnreserved: 1 },
      }),
    ],
    maps: [map],
  },
  'load-balancer-subnet': {
    subnets: [
      aSubnet({
        availableSingle: 1,
        cidrBlock: '10.0.0.0/28',
        owners: [
          { kind: 'load-balancer', name: 'front', interfaces: 2, addresses: 2 },
          { kind: 'load-balancer', name: null, interfaces: 1, addresses: 1 },
        ],
      }),
    ],
  },
  'leaked-interfaces': {
    leakedInterfaces: [aLeak(), aLeak({ networkInterfaceId: 'eni-02', instanceId: 'i-01', addresses: 30 })],
    instances: byId(aNode('i-01')),
    subnets: [aSubnet()],
  },
  'warm-pool-waste': {
    clusters: [
      aCluster({
        nodes: [aNodeAssessment({ warmAtLeast: 9 }), aNodeAssessment({ instanceId: 'i-02', warmAtLeast: 9 })],
      }),
    ],
    subnets: [aSubnet({ available: 30 })],
    eksClusters: [anEksCluster({ vpcCni: cniSettings({ ENABLE_POD_ENI: 'true' }) })],
  },
  'unusable-prefixes': {
    clusters: [
      aCluster({
        mode: 'prefix',
        nodes: [
          aNodeAssessment({ mode: 'prefix', prefixes: 9 }),
          aNodeAssessment({ instanceId: 'i-02', mode: 'prefix', prefixes: 1, state: 'stopped' }),
        ],
      }),
    ],
    subnets: [aSubnet()],
  },
  'zone-imbalance': {
    clusters: [aCluster({ nodeSubnetIds: ['subnet-0a', 'subnet-0b'] })],
    subnets: [
      aSubnet({ available: 12 }),
      aSubnet({
        subnetId: 'subnet-0b',
        availabilityZone: 'eu-west-1b',
        cidrBlock: '10.0.1.0/24',
        available: 150,
      }),
    ],
  },
  'lone-subnet': {
    clusters: [aCluster()],
    subnets: [aSubnet({ available: 40 })],
    eksClusters: [anEksCluster()],
    ...wayOut,
  },
  'reserved-enis': {
    clusters: [
      aCluster({ nodes: [aNodeAssessment({ customNetworking: true, nodePool: 'spot', nodeGroup: null })] }),
    ],
    subnets: [aSubnet()],
  },
  'cni-settings': {
    clusters: [aCluster({ nodes: [aNodeAssessment()], newNodes: settled({ minimumIpTarget: 10 }) })],
    subnets: [aSubnet()],
    eksClusters: [anEksCluster({ vpcCni: cniSettings({ MINIMUM_IP_TARGET: '10' }) })],
  },
  'mode-leftovers': {
    clusters: [
      aCluster({
        mode: 'mixed',
        nodes: [
          aNodeAssessment({
            gauges: {
              eniAllocated: 3,
              eniMaxAvailable: 3,
              totalIPAddresses: 27,
              totalIPv4Prefixes: 0,
              maxIPAddresses: 27,
            },
          }),
          aNodeAssessment({ instanceId: 'i-02' }),
        ],
        newNodes: settled({ prefixDelegation: true }),
      }),
    ],
    subnets: [aSubnet()],
  },
  'interface-quota': {
    quotas: [{ service: 'vpc', code: 'L-DF5E4CA3', name: 'Network interfaces per Region', value: 30 }],
    subnets: [aSubnet({ owners: [{ kind: 'cluster-nodes', name: 'shop', interfaces: 28, addresses: 120 }] })],
  },
  'elastic-addresses': {
    elasticAddresses: [
      ...['nat-a', 'nat-b', 'nat-c', 'bastion'].map((name, index) => ({
        allocationId: `eipalloc-0${index}`,
        name,
        associationId: `eipassoc-0${index}`,
        networkInterfaceId: `eni-0${index}`,
        serviceManaged: null,
      })),
      {
        allocationId: 'eipalloc-09',
        name: null,
        associationId: null,
        networkInterfaceId: null,
        serviceManaged: null,
      },
    ],
  },
  'overlapping-ranges': wayOut,
  'zone-failover': {
    clusters: [
      aCluster({
        nodeSubnetIds: ['subnet-0a', 'subnet-0b'],
        zoneFailover: [
          {
            lostZones: ['eu-west-1a'],
            lostNodes: 12,
            fits: 7,
            fitsAtBest: 7,
            shortfall: 5,
            error: 'InsufficientFreeAddressesInSubnet',
            limitedBy: 'addresses',
            atMaximum: { nodes: 20, fits: 7, shortfall: 13 },
            reason: null,
          },
        ],
      }),
    ],
    subnets: [
      aSubnet(),
      aSubnet({ subnetId: 'subnet-0b', name: 'private-b', availabilityZone: 'eu-west-1b' }),
    ],
  },
  'service-range-overlap': {
    ...wayOut,
    eksClusters: [anEksCluster({ serviceIpv4Cidr: '100.64.0.0/20' })],
  },
  'vpc-cidr-limit': {
    vpcs: [
      aVpcAssessment({
        cidrBlocks: ['10.0.0.0/24', '10.1.0.0/24', '10.2.0.0/24', '10.3.0.0/24', '10.4.0.0/24'],
      }),
    ],
    subnets: [aSubnet()],
  },
  'network-address-usage': { vpcs: [aVpcAssessment({ networkAddressUsage: 61_234 })] },
};

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/findings/${name}.txt`, import.meta.url));

describe('every kind of finding', () => {
  test.each(CHECKS)('$kind reads as its example does', async ({ kind, label, condition, impact }) => {
    const findings = findingsOf(kind, EXAMPLES[kind] ?? {});
    expect(findings.length).toBeGreaterThan(0);
    const text = [`${label}\n${impact}\nFound: ${condition}`, ...findings.map(written)].join('\n\n');
    await expect(`${text}\n`).toMatchFileSnapshot(fixture(kind));
  });
});

test.each(CHECKS)(
  '$kind that is clear says so in words, whether its figures are known or not',
  ({ clear }) => {
    for (const figure of [() => null, () => 0, () => 3, () => 0.25]) {
      expect(clear(figure)).toMatch(/^\S.*\w$/);
      expect(clear(figure)).not.toMatch(/null|undefined|NaN/);
    }
  },
);

test('every kind of owner reads as its example does', async () => {
  const lines = Object.entries(OWNER_KINDS).map(
    ([kind, { label, description, named }]) => `${kind}: ${label}. ${description} Named: ${named ?? 'no'}`,
  );
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(fixture('owner-kinds'));
});
