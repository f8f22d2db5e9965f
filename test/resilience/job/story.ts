import { defaultConfiguration } from '../../../shared/config/headroom-yml.ts';
import { createEstateSources, type TargetEstate } from '../../../shared/inventory/estate.ts';
import type { MetricDatum, MetricSink } from '../../../shared/metrics/metric-sink.ts';
import type { AlertPolicy, RulePolicies } from '../../../shared/model/alert/policy.ts';
import type { KeptMaps } from '../../../shared/pipeline/kept-maps.ts';
import { type RunTargetOutcome, runTarget } from '../../../shared/pipeline/run-target.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import {
  addresses,
  anInterfaceRecord,
  aSubnetRecord,
  aTarget,
  aVpcRecord,
} from '../../fixtures/inventory-records.ts';
import { type Inbox, MINUTE, Process, type StandingClock } from '../alerting/rehearsal.ts';

/** A target over several scans, and the whole job that watches it: everything between the sources and what people get. */

/** How many addresses of two /27 subnets (27 usable) are in use at one scan. */
export interface Scene {
  readonly a: number;
  readonly b: number;
}

/** One runs full and is fixed, the other follows. */
export const SCENES: readonly Scene[] = [
  { a: 5, b: 5 },
  { a: 23, b: 9 },
  { a: 26, b: 23 },
  { a: 10, b: 26 },
  { a: 10, b: 10 },
];

const SUBNETS = { a: '10.0.0', b: '10.0.1' } as const;

/** With one interface that the CNI left behind, and one instance of a type that only EC2 knows. */
const estateOf = (scene: Scene): TargetEstate => ({
  target: aTarget,
  vpcs: [aVpcRecord()],
  subnets: (['a', 'b'] as const).map((name) =>
    aSubnetRecord({
      subnetId: `subnet-0${name}`,
      name: `private-${name}`,
      cidrBlock: `${SUBNETS[name]}.0/27`,
      awsAvailable: 27 - scene[name],
    }),
  ),
  interfaces: (['a', 'b'] as const).flatMap((name) =>
    Array.from({ length: scene[name] }, (_, index) =>
      anInterfaceRecord({
        networkInterfaceId: `eni-0${name}${index}`,
        subnetId: `subnet-0${name}`,
        privateAddresses: addresses(`${SUBNETS[name]}.${index + 4}`),
        ...(name === 'a' && index === 0
          ? {
              status: 'available',
              description: 'aws-K8S-i-01',
              tags: { 'node.k8s.amazonaws.com/instance_id': 'i-01' },
            }
          : {}),
      }),
    ),
  ),
  reservations: { 'subnet-0a': [], 'subnet-0b': [] },
  instances: [
    {
      instanceId: 'i-02',
      instanceType: 'x99.large',
      state: 'running',
      subnetId: 'subnet-0a',
      vpcId: 'vpc-01',
      availabilityZone: 'eu-west-1a',
      ownerId: aTarget.accountId,
      tags: {},
    },
  ],
  instanceTypes: [
    {
      type: 'x99.large',
      maxEnis: 3,
      ipv4PerEni: 10,
      hypervisor: 'nitro',
      bareMetal: false,
      networkCards: 1,
      prefixDelegation: true,
      trunk: true,
      branchEnis: 9,
      vcpus: 2,
    },
  ],
  vpcConnections: [],
  eksClusters: [],
  autoScalingGroups: [],
});

/** Only what the story is about, and at once. */
const policy = (): AlertPolicy => {
  const { alerts } = defaultConfiguration();
  const rules = Object.fromEntries(
    Object.entries(alerts.rules).map(([name, rule]) => [
      name,
      { ...rule, enabled: name === 'addresses-low' || name === 'scan-failed', pendingFor: 0, clearFor: 0 },
    ]),
  );
  return { ...alerts, rules: rules as unknown as RulePolicies };
};

/** Takes data as CloudWatch does, and keeps them. */
export class Series implements MetricSink {
  readonly data: MetricDatum[] = [];

  async publish(data: readonly MetricDatum[]): Promise<{ published: number; requests: number }> {
    this.data.push(...data);
    return { published: data.length, requests: 1 };
  }

  /** Every value that was published of one metric of one subnet, in order. */
  valuesOf(name: string, subnetId: string): readonly number[] {
    return this.data
      .filter((datum) => datum.name === name && datum.dimensions['SubnetId'] === subnetId)
      .map(({ value }) => value);
  }
}

export interface JobInput {
  readonly scene: Scene;
  readonly store: StateStore;
  readonly sink: MetricSink;
  readonly inbox: Inbox;
  readonly clock: StandingClock;
  readonly runId: string;
  /** Who does it; by default a process that lives. */
  readonly process?: Process;
  /** What this process remembers of interfaces: with it, only what changed is read. */
  readonly maps?: KeptMaps | undefined;
}

/** The whole job, every call of every port a step of the process. */
export const job = ({
  scene,
  store,
  sink,
  inbox,
  clock,
  runId,
  process = new Process(null),
  maps,
}: JobInput): Promise<RunTargetOutcome> => {
  const { inventory, clusters } = createEstateSources(estateOf(scene));
  return runTarget({
    target: aTarget,
    scope: {},
    runId,
    policy: policy(),
    publish: { namespace: 'VpcHeadroom', compat: false, subnetSeries: 1000 },
    links: { dashboard: null },
    maps,
    ports: {
      sources: { inventory: process.mortal(inventory), clusters: process.mortal(clusters) },
      store: {
        alerts: process.mortal(store.alerts),
        history: process.mortal(store.history),
        assessments: process.mortal(store.assessments),
        cache: process.mortal(store.cache),
        close: () => store.close(),
      },
      sink: process.mortal(sink),
      notifier: process.mortal(inbox.notifier),
      clock: clock.read,
    },
  });
};

/** Scans every scene, five minutes apart, and the last one until nothing is left to say. */
export const SCANS: readonly Scene[] = [
  ...SCENES,
  ...Array.from({ length: 2 }, () => SCENES.at(-1) as Scene),
];
export const BETWEEN_SCANS = 5 * MINUTE;
