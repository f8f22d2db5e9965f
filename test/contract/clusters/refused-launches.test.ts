import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EKSClient } from '@aws-sdk/client-eks';
import { afterEach, describe, expect, test } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import {
  createFleet,
  createService,
  createSpotRequest,
  noteInFleet,
  runTask,
  stopTask,
} from '../../../lab/estate/launches.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import type { World } from '../../../lab/estate/world.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { createAwsAllocationFailures } from '../../../shared/clusters/aws-allocation-failures.ts';
import { createEksClusterSource } from '../../../shared/clusters/eks-cluster-source.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { createEc2Inventory } from '../../../shared/inventory/ec2-inventory.ts';
import { applyPolicy } from '../../../shared/pipeline/assess.ts';
import { readRefusals } from '../../../shared/pipeline/kept-refusals.ts';
import { NO_PAST, scanTarget } from '../../../shared/pipeline/scan-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { CacheStore } from '../../../shared/state/state-store.ts';
import { streamingEc2Client } from '../../fixtures/ec2-clients.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const ACCOUNT = '111122223333';
const target = { accountId: ACCOUNT, region: 'eu-west-1' };
const here = { ownerId: ACCOUNT, region: target.region };
const KIND = 'allocations-failing';

let lab: Lab | null = null;
afterEach(async () => {
  await lab?.close();
  lab = null;
});

/** A subnet of 11 addresses, and what the test does in it. */
const inSmallSubnet = async (build: (world: World, subnetId: string) => void): Promise<string> => {
  let made = '';
  lab = await startLab({
    estate: scenarioEstate({
      name: 'launches',
      description: '',
      accounts: [labAccount(ACCOUNT, 'hub', [target.region])],
      scenarios: [
        (world) => {
          const { vpcId } = world.createVpc({ ...here, cidrBlock: '10.0.0.0/16', name: 'core' });
          made = world.createSubnet({ vpcId, cidrBlock: '10.0.0.0/28', name: 'tasks-a' }).subnetId;
          build(world, made);
          return () => undefined;
        },
      ],
    }),
  });
  return made;
};

const sources = (running: Lab) => {
  const settings = labClient(running, ACCOUNT);
  const ec2 = streamingEc2Client(running.url, settings);
  const autoScaling = new AutoScalingClient(settings);
  return {
    inventory: createEc2Inventory({ client: ec2, target }),
    clusters: createEksClusterSource({ eks: new EKSClient(settings), autoScaling, target }),
    allocationFailures: createAwsAllocationFailures({
      autoScaling,
      ec2,
      ecs: new ECSClient(settings),
      target,
      roleArn: null,
    }),
  };
};

const scan = async (cache: CacheStore | null = null) => {
  if (lab === null) throw new Error('no lab');
  const scanned = await scanTarget({
    target,
    scope: {},
    sources: sources(lab),
    past: NO_PAST,
    cache,
    now: lab.clock.now(),
  });
  return applyPolicy(scanned, DEFAULT_POLICY).assessment;
};

const failing = async () => {
  const { findings } = await scan();
  return findings.filter(({ kind }) => kind === KIND);
};

const evidenceIn = (
  finding: { readonly evidence: readonly { name: string; value: unknown }[] } | undefined,
) => Object.fromEntries(finding?.evidence.map(({ name, value }) => [name, value]) ?? []);

test('a refused request is kept with the time that the service names', async () => {
  const subnetId = await inSmallSubnet((world, own) => {
    createService(world, { ...here, clusterName: 'shop', name: 'web', subnetIds: [own] });
    for (let task = 0; task < 12; task += 1) runTask(world, 'shop/web', own);
  });
  const { cache } = createMemoryStateStore();
  await scan(cache);
  const startedAt = lab?.clock.startsAt ?? 0;
  expect(await readRefusals(cache, target, subnetId, startedAt)).toEqual({
    addresses: [startedAt],
    prefixes: [],
  });
});

describe('tasks of ECS in a full subnet', () => {
  test('are one alert with the subnet, the service, how often and since when', async () => {
    const subnetId = await inSmallSubnet((world, own) => {
      createService(world, { ...here, clusterName: 'shop', name: 'web', subnetIds: [own] });
      for (let task = 0; task < 16; task += 1) runTask(world, 'shop/web', own);
      stopTask(world, 'shop/web', own, 'Essential container in task exited');
    });
    const [finding, ...others] = await failing();
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      severity: 'critical',
      subject: { type: 'subnet', id: subnetId },
      title: 'tasks-a: 5 tasks of ECS service shop/web failed, no free address',
    });
    // Each task is in the events of its service as well, and counts once.
    expect(evidenceIn(finding)).toMatchObject({
      failedRequests: 5,
      firstFailureAt: new Date(lab?.clock.startsAt ?? 0).toISOString(),
      error: 'InsufficientFreeAddressesInSubnet',
      services: 'ecs',
    });
  });

  test('stay known by the events of their service when ECS shows the tasks no longer', async () => {
    await inSmallSubnet((world, own) => {
      createService(world, { ...here, clusterName: 'shop', name: 'web', subnetIds: [own] });
      for (let task = 0; task < 12; task += 1) runTask(world, 'shop/web', own);
    });
    lab?.clock.advance(2 * 3_600_000);
    const running = lab;
    if (running === null) throw new Error('no lab');
    const found = await sources(running).allocationFailures.failuresOf(
      'ecs',
      running.clock.now() - 6 * 3_600_000,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ service: 'ecs', resource: 'shop/web' });
  });

  test('are read over all pages and clusters', async () => {
    await inSmallSubnet((world, own) => {
      for (let index = 0; index < 130; index += 1) {
        const [clusterName, name] = [`cluster-${index % 3}`, `service-${index}`];
        createService(world, { ...here, clusterName, name, subnetIds: [own] });
        for (let task = 0; task < 3; task += 1)
          stopTask(world, `${clusterName}/${name}`, own, 'InsufficientFreeAddressesInSubnet');
      }
    });
    const [finding] = await failing();
    expect(evidenceIn(finding)['failedRequests']).toBe(390);
    expect(finding?.title).toContain('390 requests of 130 resources failed');
  });
});

describe('fleets and Spot requests that get no address', () => {
  const REFUSED = (subnetId: string) =>
    `m5.large, Linux/UNIX, InsufficientFreeAddressesInSubnet: There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`;

  test.each([
    ['ec2', 'EC2 Fleet fleet-'],
    ['spot', 'Spot request sfr-'],
  ] as const)('are read from the history of a fleet: %s', async (kind, named) => {
    await inSmallSubnet((world, own) => {
      const { fleetId } = createFleet(world, { ...here, kind });
      noteInFleet(world, fleetId, {
        type: 'information',
        subType: 'launchSpecTemporarilyBlacklisted',
        description: REFUSED(own),
      });
      noteInFleet(world, fleetId, {
        type: 'error',
        subType: 'spotInstanceCountLimitExceeded',
        description: 'You have reached the limit.',
      });
    });
    const [finding] = await failing();
    expect(finding?.title).toContain(`1 launch of ${named}`);
    expect(evidenceIn(finding)['failedRequests']).toBe(1);
  });

  test('are read from the status of a request of its own', async () => {
    const subnetId = await inSmallSubnet((world, own) => {
      const request = { ...here, subnetId: own, code: 'bad-parameters', message: REFUSED(own) };
      createSpotRequest(world, { ...request, state: 'failed' });
      createSpotRequest(world, { ...request, state: 'active' });
    });
    const [finding] = await failing();
    expect(finding).toMatchObject({ subject: { id: subnetId } });
    expect(finding?.title).toContain('1 launch of Spot request sir-');
  });
});

describe('an answer without its list', () => {
  test.each([
    ['DescribeFleets', 'ec2-fleet', 'fleetSet'],
    ['DescribeFleetHistory', 'ec2-fleet', 'historyRecordSet'],
    ['DescribeSpotFleetRequests', 'spot', 'spotFleetRequestConfigSet'],
    ['DescribeSpotFleetRequestHistory', 'spot', 'historyRecordSet'],
    ['DescribeSpotInstanceRequests', 'spot', 'spotInstanceRequestSet'],
  ] as const)('of %s is a failure of that service, and not an empty list', async (action, service, set) => {
    await inSmallSubnet((world) => {
      createFleet(world, { ...here, kind: 'ec2' });
      createFleet(world, { ...here, kind: 'spot' });
    });
    const running = lab;
    if (running === null) throw new Error('no lab');
    const { failuresOf } = sources(running).allocationFailures;
    expect(await failuresOf(service, 0)).toEqual([]);
    running.faults.inject(
      { service: 'ec2', action },
      { name: 'no list', answer: ({ [set]: _, nextToken: __, ...others }) => others },
    );
    await expect(failuresOf(service, 0)).rejects.toMatchObject({
      code: 'malformed-answer',
      message: expect.stringContaining(`ec2:${action}`),
    });
  });
});

describe('a service that may not be asked', () => {
  test.each(['ListClusters', 'DescribeFleets', 'DescribeSpotFleetRequests'])(
    'leaves the scan whole, and what the others report is reported: %s',
    async (action) => {
      await inSmallSubnet((world, own) => {
        world.noteFailedLaunch({
          ...here,
          groupName: 'workers',
          subnetId: own,
          message: `There are not enough free addresses in subnet '${own}'.`,
        });
      });
      lab?.faults.inject({ service: action === 'ListClusters' ? 'ecs' : 'ec2', action }, accessDenied());
      const { findings, target: scanned } = await scan();
      expect(scanned.status).toBe('ok');
      expect(findings.find(({ kind }) => kind === KIND)?.title).toContain('Auto Scaling group workers');
    },
  );
});
