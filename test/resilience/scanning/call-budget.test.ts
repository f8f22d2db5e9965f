import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  HOSTILE_ACCOUNT,
  HOSTILE_NAMES,
  HOSTILE_REGION,
  hostileNames,
} from '../../../lab/estates/hostile-names.ts';
import { requestBuckets } from '../../../lab/faults/catalogue.ts';
import type { StruckRequest } from '../../../lab/faults/fault.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { ec2 } from '../../../lab/services/ec2/ec2.ts';
import { CallBudget } from '../../../shared/aws/call-budget.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { createTargetSources } from '../../../shared/aws/target-sources.ts';
import { collectFacts } from '../../../shared/pipeline/collect.ts';
import { SimulatedTime } from '../../fixtures/simulated-time.ts';
import { environmentOf } from './deployment.ts';

/** EC2's request buckets are shared with the CNI of the nodes: what a scan takes of them, pods may wait for. */

const TARGET = { accountId: HOSTILE_ACCOUNT, region: HOSTILE_REGION };
/** One right after the other, which no schedule would do. */
const SCANS = 5;
const ACTION = 'GetSubnetCidrReservations';
let lab: Lab;

beforeEach(async () => {
  lab = await startLab({ estate: hostileNames });
  for (const [name, value] of Object.entries(environmentOf(lab, HOSTILE_ACCOUNT))) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await lab.close();
});

/** A CNI that uses all of its three quarters but one call, for the rounding: 74 at once, then 15 a second. */
const busyCni = (time: SimulatedTime, call: () => void): void => {
  for (let count = 0; count < 74; count += 1) time.at(0, call);
  const next = (at: number): void =>
    time.at(at, () => {
      call();
      next(at + 1000 / 15);
    });
  next(1000 / 15);
};

test('a CNI that uses three quarters of its buckets is never refused while scans take their quarter', async () => {
  const time = new SimulatedTime();
  const buckets = requestBuckets(time.now);
  lab.faults.inject({ service: 'ec2' }, buckets);
  let calls = 0;
  let refused = 0;
  const request: StruckRequest = { ...TARGET, service: ec2, action: ACTION, callerArn: '', parameters: {} };
  busyCni(time, () => {
    calls += 1;
    if (buckets.error?.(request) != null) refused += 1;
  });
  time.passTo(0);

  const meter = new CallMeter();
  const clients = createTargetClients({ region: TARGET.region, meter, budget: new CallBudget(0.25, time) });
  const sources = createTargetSources(TARGET, clients);
  for (let scan = 0; scan < SCANS; scan += 1) {
    const facts = await collectFacts({ target: TARGET, scope: {}, sources, cache: null, now: 0 });
    expect(facts.problems).toEqual([]);
  }
  clients.destroy();

  const ours = meter.byAction().get(`ec2:${ACTION}`)?.calls ?? 0;
  expect(ours).toBe(SCANS * HOSTILE_NAMES.length);
  expect(time.now()).toBeGreaterThanOrEqual(((ours - 25) / 5) * 1000 - 1);
  expect(calls).toBeGreaterThan(ours);
  expect(refused).toBe(0);
  expect(meter.total().throttles).toBe(0);
});

test('with all of the buckets instead of a quarter, the same CNI would be refused', async () => {
  const time = new SimulatedTime();
  const buckets = requestBuckets(time.now);
  const request: StruckRequest = { ...TARGET, service: ec2, action: ACTION, callerArn: '', parameters: {} };
  let refused = 0;
  busyCni(time, () => {
    if (buckets.error?.(request) != null) refused += 1;
  });
  time.passTo(0);
  const budget = new CallBudget(1, time);
  for (let call = 0; call < 500; call += 1) {
    await budget.take(ACTION);
    buckets.error?.(request);
  }
  expect(refused).toBeGreaterThan(0);
});

test('every listing of ours is in pages: none draws from the smaller buckets', async () => {
  const clients = createTargetClients({ region: TARGET.region, meter: new CallMeter() });
  const { inventory } = createTargetSources(TARGET, clients);
  await inventory.vpcs({});
  await inventory.subnets({});
  await inventory.eachInterface({}, () => {});
  await inventory.eachInstance({}, () => {});
  await inventory.instanceTypes(['m5.large']);
  await inventory.routeTables({});
  await inventory.vpcConnections({});
  await inventory.reservations((await inventory.subnets({}))[0]?.subnetId ?? '');
  clients.destroy();
  expect(lab.calls.length).toBeGreaterThan(8);
  for (const { action, parameters } of lab.calls) {
    expect(parameters, action).toHaveProperty('MaxResults');
  }
});
