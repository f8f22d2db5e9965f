import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Instance, NetworkInterface } from '../../../shared/model/aws/inventory.ts';
import { clustersOf } from '../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../fixtures/assessments.ts';
import {
  aNode,
  aNodeGroup,
  anEksCluster,
  CLUSTER,
  cniSettings,
  nodeInterface,
} from '../../fixtures/cluster-records.ts';
import { generatedRuns, limitOf } from '../../fixtures/generated-runs.ts';

/** Nodes that are alike are assessed once. Against the plainest way: each by itself, since none shares its tags. */
const RUNS = generatedRuns(300);

const small = fc.constantFrom(0, 3);
const places = fc.constantFrom('subnet-0a', 'subnet-0b', 'subnet-0p');
const second = fc.constantFrom(null, 'plain', 'trunk', 'efa', 'other-card', 'trunk-on-other-card');

/** How nodes may differ: by their instance, by their first interface, and by two more, where there are any. */
const parts = {
  subnetId: fc.constantFrom('subnet-0a', 'subnet-0b'),
  instance: fc.constantFrom<Partial<Instance>>(
    {},
    { state: 'stopped' },
    { instanceType: 't3.medium' },
    { availabilityZone: 'eu-west-1b' },
    { vpcId: null },
    { vpcId: null },
    { platform: null },
    { platform: 'windows' },
  ),
  primary: fc.constantFrom<Partial<NetworkInterface> | null>(
    null,
    {},
    {},
    {},
    { description: 'Cilium-CNI (i-0)' },
    { ipv6Prefixes: ['2001:db8::/80'] },
  ),
  primarySubnetId: places,
  secondaries: small,
  prefixes: fc.constantFrom(0, 1),
  second,
  secondSubnetId: places,
  secondSecondaries: small,
  secondPrefixes: fc.constantFrom(0, 1),
  third: second,
  thirdSecondaries: small,
  branches: fc.constantFrom(0, 1),
  maxPods: fc.constantFrom(null, 8),
};
type Parts = {
  readonly [Key in keyof typeof parts]: (typeof parts)[Key] extends fc.Arbitrary<infer V> ? V : never;
};

/** A node, and others that differ from it in one way or in none. */
const nodes = fc
  .tuple(
    fc.record(parts),
    fc.array(fc.oneof(...Object.entries(parts).map(([key, part]) => fc.record({ [key]: part }))), {
      minLength: 2,
      maxLength: 8,
    }),
  )
  .map(([base, changes]) => changes.map((change): Parts => ({ ...base, ...change })));

const interfacesOf = (instanceId: string, node: Parts): readonly NetworkInterface[] => {
  const more = (is: Parts['second'], device: number, held: Parameters<typeof nodeInterface>[1]) =>
    is === null
      ? []
      : [
          nodeInterface(instanceId, {
            device,
            ...held,
            ...(is.startsWith('trunk') && { interfaceType: 'trunk' }),
            ...(is === 'efa' && { interfaceType: 'efa-only' }),
            ...(is.endsWith('other-card') && { networkCard: 1 }),
          }),
        ];
  const { prefixes, primary, primarySubnetId, secondaries } = node;
  const others = [
    ...more(node.second, 1, {
      subnetId: node.secondSubnetId,
      secondaries: node.secondSecondaries,
      prefixes: node.secondPrefixes,
    }),
    ...more(node.third, 2, { subnetId: 'subnet-0a', secondaries: node.thirdSecondaries }),
  ];
  const trunk = others.find(({ interfaceType }) => interfaceType === 'trunk');
  return [
    ...(primary === null
      ? []
      : [nodeInterface(instanceId, { subnetId: primarySubnetId, secondaries, prefixes, ...primary })]),
    ...others,
    ...Array.from({ length: trunk === undefined ? 0 : node.branches }, () =>
      nodeInterface(instanceId, {
        subnetId: 'subnet-0a',
        interfaceType: 'branch',
        attachment: null,
        tags: { 'vpcresources.k8s.aws/trunk-eni-id': trunk?.networkInterfaceId ?? '' },
      }),
    ),
  ];
};

const settings = fc.constantFrom(
  null,
  { vpcCni: null },
  { vpcCni: cniSettings({}) },
  { vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true', WARM_PREFIX_TARGET: '1' }) },
  { vpcCni: cniSettings({ WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '10' }) },
);

test('a cluster is assessed as if each of its nodes were, however many are alike', limitOf(RUNS), () => {
  fc.assert(
    fc.property(
      nodes,
      settings,
      fc.boolean(),
      fc.integer({ min: 0, max: 120 }),
      (drawn, eks, windows, free) => {
        const tags = { ...aNode('').tags, Name: windows ? 'win' : CLUSTER };
        const named = drawn.map((node, index) => ({ ...node, instanceId: `i-0${index}` }));
        const instances = named.map(({ instance, instanceId, subnetId }) =>
          aNode(instanceId, { subnetId, ...instance, tags }),
        );
        const given = {
          interfaces: named.flatMap((node) => interfacesOf(node.instanceId, node)),
          subnets: ['subnet-0a', 'subnet-0b', 'subnet-0p'].map((subnetId) =>
            aSubnet({ subnetId, availableSingle: free }),
          ),
          eks:
            eks === null
              ? []
              : [
                  anEksCluster({
                    ...eks,
                    nodeGroups: [aNodeGroup({ subnetIds: ['subnet-0a', 'subnet-0b'], maxSize: 12 })],
                    maxPodsOfNodes: new Map(
                      named.flatMap(({ instanceId, maxPods }) =>
                        maxPods === null ? [] : [[instanceId, maxPods] as const],
                      ),
                    ),
                  }),
                ],
        };
        const each = instances.map((instance) => ({ ...instance, tags: { ...tags } }));
        expect(clustersOf({ ...given, instances })).toEqual(clustersOf({ ...given, instances: each }));
      },
    ),
    { numRuns: RUNS },
  );
});
