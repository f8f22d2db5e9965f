import { describe, expect, test } from 'vitest';
import { NOT_DISPLAYED } from '../../../../shared/model/base/shell-words.ts';
import { estateOf } from '../../../../shared/model/checks/estate.ts';
import { deleteLeakedIn } from '../../../../shared/model/checks/remedies/cluster-remedies.ts';
import {
  addSecondaryCidr,
  raiseCidrBlockQuota,
} from '../../../../shared/model/checks/remedies/vpc-remedies.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { known, unread } from '../../../../shared/model/kubernetes/observed.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import type { ClusterAssessment } from '../../../../shared/model/result/cluster.ts';
import type { Forecast, Surge } from '../../../../shared/model/result/forecast.ts';
import { anAssessment, aSubnet } from '../../../fixtures/assessments.ts';
import { aNodeGroup, anEksCluster, cniSettings } from '../../../fixtures/cluster-records.ts';
import {
  aCluster,
  aDemand,
  aLeak,
  aNodeAssessment,
  anEstate,
  aVpcAssessment,
  findingsOf,
  statesOf,
} from '../../../fixtures/findings-input.ts';
import { anAwsNode, aPodUse, aReading, aWorkload } from '../../../fixtures/kubernetes-reading.ts';

/** What checks say where one of their figures is not known, or AWS says more than usual. No sentence invents a figure. */

const { maxPods: _, ...settings } = DEFAULT_CNI_SETTINGS;
const ranges = (count: number) => Array.from({ length: count }, (_each, index) => `10.${index}.0.0/24`);

describe('a quota that Service Quotas tells', () => {
  const quota = (code: string, value: number) => [{ service: 'vpc' as const, code, name: '', value }];

  test('of ranges is no default, and AWS refuses another range for sure', () => {
    const quotas = quota('L-83CA0A9D', 6);
    const [finding] = findingsOf('vpc-cidr-limit', {
      vpcs: [aVpcAssessment({ cidrBlocks: ranges(6) })],
      quotas,
    });
    expect(finding?.title).toBe('VPC main: 6 ranges, and the quota is 6');
    expect(finding?.explanation).toMatch(/^AWS refuses another range\./);
  });

  test('of ranges holds the precondition of another range, without a guess', () => {
    const vpc = aVpcAssessment({ cidrBlocks: ranges(2) });
    const estate = anEstate({ vpcs: [vpc], quotas: quota('L-83CA0A9D', 6) });
    expect(addSecondaryCidr(estate, vpc)?.preconditions).toContainEqual({
      text: 'The VPC can take another range: it has 2 of 6.',
      holds: true,
    });
  });

  test('of as many ranges as AWS grants cannot be raised', () => {
    const vpc = aVpcAssessment({ cidrBlocks: ranges(50) });
    expect(raiseCidrBlockQuota(anEstate({ vpcs: [vpc], quotas: quota('L-83CA0A9D', 50) }), vpc)).toBeNull();
  });

  test('of network address usage is not said to be the default', () => {
    const [finding] = findingsOf('network-address-usage', {
      vpcs: [aVpcAssessment({ networkAddressUsage: 90_000 })],
      quotas: quota('L-BB24F6E5', 100_000),
    });
    expect(finding?.explanation).toMatch(/^90,000 of 100,000 units are in use\. /);
  });
});

test('several idle addresses are several', () => {
  const elasticAddresses = [1, 2, 3, 4, 5].map((index) => ({
    allocationId: `eipalloc-${index}`,
    name: null,
    associationId: index > 2 ? `eipassoc-${index}` : null,
    networkInterfaceId: index > 2 ? `eni-${index}` : null,
    serviceManaged: null,
  }));
  const [finding] = findingsOf('elastic-addresses', { elasticAddresses });
  expect(finding?.explanation).toContain(
    '2 of 5 addresses are associated with nothing, and AWS charges for them.',
  );
});

describe('a stored assessment alone', () => {
  test('knows no limits of instance types', () => {
    expect(estateOf(anAssessment()).limits('m5.large')).toBeNull();
  });
});

describe('a group whose nodes take what is not known', () => {
  const update = { nodes: 4, fits: 1, error: null };

  test('has an update surge without figures of a node, and without the error that comes next', () => {
    const [finding] = findingsOf('update-surge', {
      subnets: [aSubnet()],
      clusters: [aCluster({ committed: [aDemand({ perNode: null, update })] })],
      eksClusters: [anEksCluster({ nodeGroups: [aNodeGroup()] })],
    });
    expect(finding?.evidence).toContainEqual({ name: 'addressesPerNode', value: null, unit: 'addresses' });
    expect(finding?.explanation).not.toContain('The next one would fail');
    expect(finding?.remedies.length).toBeGreaterThan(0);
  });
});

describe('a control plane that is provisioned', () => {
  const upgrade = (controlPlaneTier: string | null) =>
    findingsOf('upgrade-readiness', {
      subnets: [aSubnet({ available: 2 })],
      clusters: [aCluster()],
      eksClusters: [anEksCluster({ subnetIds: ['subnet-0a'], controlPlaneTier })],
    })[0];

  test('may need more than AWS publishes, and its tier is named', () => {
    const finding = upgrade('tier-xl');
    expect(finding?.explanation).toContain('Its control plane has the tier tier-xl, which may need more');
    expect(finding?.evidence).toContainEqual({ name: 'controlPlaneTier', value: 'tier-xl', detail: true });
  });

  test.each([null, 'standard'])('is not spoken of where EKS says %s', (tier) => {
    expect(upgrade(tier)?.explanation).not.toContain('tier');
  });
});

describe('nodes that hold more prefixes than they can use', () => {
  const holding = aNodeAssessment({ mode: 'prefix', prefixes: 3, state: 'stopped' });
  const remedy = (usage: typeof holding.usage) =>
    findingsOf('unusable-prefixes', {
      clusters: [aCluster({ nodes: [{ ...holding, usage }] })],
      subnets: [aSubnet()],
    })[0]?.remedies[0];
  const part = (subnetId: string, addresses: number, prefixes: number) => ({
    subnetId,
    interfaces: 1,
    addresses,
    prefixes,
  });

  test('give back to the subnet that gets most, if it was scanned', () => {
    expect(remedy([part('subnet-0a', 1, 0), part('subnet-0b', 49, 3)])?.title).toBe(
      'Terminate 1 stopped node',
    );
  });

  test('of which no subnet is known still give something back', () => {
    expect(remedy([])?.afterwards).toBeUndefined();
  });
});

test('a remedy whose command no page can show keeps its advice, and says why', () => {
  const [finding] = findingsOf('unusable-prefixes', {
    clusters: [
      aCluster({
        nodes: [aNodeAssessment({ instanceId: 'i-01\u202E', mode: 'prefix', prefixes: 3, state: 'stopped' })],
      }),
    ],
    subnets: [aSubnet()],
  });
  expect(finding?.remedies[0]).toMatchObject({
    title: 'Terminate 1 stopped node',
    commands: [],
    preconditions: expect.arrayContaining([{ text: NOT_DISPLAYED, holds: null }]),
  });
});

describe('pods that wait', () => {
  test('are not counted where the pods could not be joined to the nodes', () => {
    const kubernetes = new Map([['shop', aReading({})]]);
    expect(
      statesOf('pods-waiting', {
        clusters: [aCluster({ pods: null })],
        subnets: [aSubnet()],
        kubernetes,
      }),
    ).toEqual(['unknown']);
  });
});

describe('health issues of a node group', () => {
  const failing = (message: string, resourceIds: readonly string[]) =>
    findingsOf('allocations-failing', {
      subnets: [aSubnet()],
      eksClusters: [
        anEksCluster({
          nodeGroups: [
            aNodeGroup({ healthIssues: [{ code: 'AsgInstanceLaunchFailures', message, resourceIds }] }),
          ],
        }),
      ],
      allocationFailures: { failures: [], since: '2026-01-01T00:00:00.000Z', unread: [] },
    })[0];

  test('that name no subnet are about the account', () => {
    expect(failing('Not enough free addresses in subnet.', ['asg-1'])?.subject.type).toBe('target');
  });

  test('about prefixes say so, and come with remedies', () => {
    const finding = failing('The subnet does not have enough free CIDR blocks.', ['subnet-0a']);
    expect(finding?.title).toMatch(/no free prefix$/);
    expect(finding?.remedies[0]?.gains?.prefixes).toBeGreaterThan(0);
  });
});

describe('settings of a cluster that the EKS API does not know', () => {
  test('are judged by the types of its nodes, the worst first', () => {
    const nodes = ['m5.large', 'm5.4xlarge', null].map((instanceType, index) =>
      aNodeAssessment({ instanceId: `i-0${index}`, instanceType, nodeGroup: null }),
    );
    const newNodes = {
      settings: { ...settings, minimumIpTarget: 10, warmIpTarget: null },
      settingsKnown: true,
      places: [],
    };
    const [finding] = findingsOf('cni-settings', {
      clusters: [aCluster({ nodes, newNodes })],
      eksClusters: [],
    });
    expect(finding?.explanation).toContain('A node of m5.4xlarge could run');
    expect(finding?.evidence[0]?.value).toBe('m5.4xlarge, m5.large');
  });
});

describe('settings of the VPC CNI that are not known', () => {
  const stateOf = (changes: Partial<ClusterAssessment>) =>
    statesOf('cni-settings', {
      clusters: [aCluster({ newNodes: { settings, settingsKnown: false, places: [] }, ...changes })],
    });

  test.each<[string, Partial<ClusterAssessment>]>([
    ['EKS Auto Mode', { autoMode: true }],
    ['another CNI', { cni: 'cilium-eni' }],
    ['IPv6 pods', { mode: 'ipv6' }],
  ])('are no matter to a cluster with %s', (_, changes) => {
    expect(stateOf({})).toEqual(['unknown']);
    expect(stateOf(changes)).toEqual(['healthy']);
  });
});

describe('a subnet without a free prefix, of which pods have another one', () => {
  test('says that the addresses for nodes are not known', () => {
    const none = { assigned: 0, free: 0, freeInReservation: 0, freeUnreserved: 0 };
    const nodes = aSubnet({ prefixes: none, usesPrefixes: true, availableSingle: null, awsAvailable: null });
    const place = {
      subnetId: 'subnet-0a',
      availabilityZone: 'eu-west-1a',
      podSubnetIds: ['subnet-0a', 'subnet-0b'],
      primaryServesPods: true,
    };
    const [finding] = findingsOf('prefixes-exhausted', {
      subnets: [nodes, aSubnet({ subnetId: 'subnet-0b', name: 'pods' })],
      clusters: [
        aCluster({
          takesPrefixesFrom: ['subnet-0a'],
          newNodes: { settings, settingsKnown: true, places: [place] },
        }),
      ],
    });
    expect(finding?.explanation).toContain(
      'A node that starts in this subnet still takes its own address here: how many are left here is not known.',
    );
  });
});

describe('a node of unknown type', () => {
  test('is left out of what a switch of modes left', () => {
    const nodes = [
      aNodeAssessment({ instanceType: null }),
      aNodeAssessment({
        instanceId: 'i-02',
        addresses: 9,
        gauges: { ...aNodeAssessment().gauges, eniMaxAvailable: null },
      }),
    ];
    const newNodes = { settings: { ...settings, prefixDelegation: true }, settingsKnown: true, places: [] };
    const [finding] = findingsOf('mode-leftovers', {
      clusters: [aCluster({ nodes, newNodes })],
      eksClusters: [anEksCluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) })],
    });
    expect(finding?.title).toContain('1 node');
  });
});

describe('a supply of unknown capacity', () => {
  const forecast = (surge: Partial<Surge> | null): { readonly prefixes: Forecast } => ({
    prefixes: {
      exhaustionAt: '2026-01-01T20:00:00.000Z',
      earliest: null,
      latest: null,
      probabilityWithin: { '24h': 1, '72h': 1, '7d': 1 },
      method: 'trend-paths',
      reason: '',
      lossPerDay: 30,
      ...(surge === null
        ? {}
        : {
            surge: {
              raise: 'critical',
              hold: 'critical',
              lossPerHour: { fast: 100, slow: 90 },
              ordinaryLossPerHour: 2,
              exhaustionAt: null,
              reason: '',
              ...surge,
            },
          }),
    },
  });
  const unsized: Partial<SubnetAssessment> = { usesPrefixes: true, blocks: null };

  test('is used up fast, with what is left alone', () => {
    const [finding] = findingsOf('prefixes-surge', {
      subnets: [aSubnet({ ...unsized, forecast: forecast({}) })],
    });
    expect(finding?.title).toBe('private-a: using up prefixes fast: 100 an hour, empty in 6 minutes');
    expect(finding?.explanation).toMatch(/^10 prefixes are left\./);
  });

  test('will run out, with what is left alone', () => {
    const [finding] = findingsOf('prefixes-exhaustion', {
      subnets: [aSubnet({ ...unsized, forecast: forecast(null) })],
    });
    expect(finding?.explanation).toMatch(/^10 prefixes are available/);
  });
});

test('a scan with more problems than fit in a text counts the rest', () => {
  const errors = [1, 2, 3, 4].map((index) => ({
    code: 'unreachable',
    message: `Problem ${index}`,
    action: '',
  }));
  const text = (number: number) =>
    findingsOf('scan-failed', {
      target: {
        accountId: '111111111111',
        region: 'eu-west-1',
        status: 'failed',
        errors: errors.slice(0, number),
      },
    })[0]?.explanation;
  expect(text(4)).toContain('1 more problem is not shown.');
});

describe('the DaemonSet of a cluster whose add-on cannot be read', () => {
  test('is compared with nothing', () => {
    const eks = anEksCluster({
      vpcCni: { version: 'v1.22.1-eksbuild.1', configuration: '{"env":' },
      cniInCluster: { version: null, env: { WARM_IP_TARGET: '2' }, eniConfigs: null },
    });
    expect(
      statesOf('cni-daemonset', {
        clusters: [aCluster()],
        eksClusters: [eks],
        kubernetes: new Map([['shop', aReading({ awsNode: known(anAwsNode({})) })]]),
      }),
    ).toEqual(['healthy']);
  });
});

describe('committed pods', () => {
  test('have an unknown room where some nodes take pods to a subnet that is not known', () => {
    const place = {
      subnetId: 'subnet-0a',
      availabilityZone: 'eu-west-1a',
      podSubnetIds: null,
      primaryServesPods: true,
    };
    expect(
      statesOf('pods-committed', {
        clusters: [
          aCluster({ pods: aPodUse(), newNodes: { settings, settingsKnown: true, places: [place] } }),
        ],
        subnets: [aSubnet()],
        kubernetes: new Map([
          ['shop', aReading({ workloads: known([aWorkload({ desired: 900 })]), autoscalers: known([]) })],
        ]),
      }),
    ).toEqual(['unknown']);
  });

  test('are unknown where the workloads may not be read', () => {
    expect(
      statesOf('pods-committed', {
        clusters: [aCluster({ pods: aPodUse() })],
        subnets: [aSubnet()],
        kubernetes: new Map([
          ['shop', aReading({ workloads: unread('forbidden', 'list deployments is not allowed') })],
        ]),
      }),
    ).toEqual(['unknown']);
  });
});

describe('leaked interfaces of one subnet', () => {
  test('are deleted with what they give back', () => {
    const subnet = aSubnet();
    const estate = anEstate({ subnets: [subnet], leakedInterfaces: [aLeak({ instanceId: null })] });
    expect(deleteLeakedIn(estate, subnet)).toMatchObject({ gains: { addresses: 10, prefixes: null } });
    expect(deleteLeakedIn(anEstate({ subnets: [subnet] }), subnet)).toBeNull();
  });
});
