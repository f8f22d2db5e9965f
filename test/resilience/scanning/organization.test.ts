import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EstateBlueprint } from '../../../lab/estate/estate.ts';
import { DEMO_REGION, demo, PLATFORM_ACCOUNT } from '../../../lab/estates/demo.ts';
import {
  DENIED_ACCOUNT,
  HUB_ACCOUNT,
  HUGE_ACCOUNT,
  organization,
  ROLELESS_ACCOUNT,
  SANDBOX_ACCOUNT,
  SUSPENDED_ACCOUNT,
} from '../../../lab/estates/organization.ts';
import { HOUR, MINUTE } from '../../../lab/estates/pace.ts';
import { failing, hanging, throttled } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { Deployment, environmentOf, type Scanned } from './deployment.ts';

/** Many targets at once: one that fails, or is slow, or comes twice, does nothing to another. */

let lab: Lab;
const start = async (estate: EstateBlueprint, accountId: string): Promise<void> => {
  lab = await startLab({ estate });
  for (const [name, value] of Object.entries(environmentOf(lab, accountId))) vi.stubEnv(name, value);
};
afterEach(async () => {
  vi.unstubAllEnvs();
  await lab.close();
});

describe('an organization', () => {
  const SMALL = Array.from({ length: 20 }, (_, index) => String(700_000_000_000 + index));
  const ALL = [HUGE_ACCOUNT, DENIED_ACCOUNT, ROLELESS_ACCOUNT, SUSPENDED_ACCOUNT, SANDBOX_ACCOUNT, ...SMALL];
  const region = 'eu-west-1';
  const home = { accountId: HUB_ACCOUNT, region };

  beforeEach(() => start(organization, HUB_ACCOUNT));

  const scanAll = async (
    headroom: Deployment,
    deadlineOfHuge = 40_000,
  ): Promise<ReadonlyMap<string, Scanned>> => {
    const scans = ALL.map(async (accountId) => {
      const deadline = accountId === HUGE_ACCOUNT ? deadlineOfHuge : 40_000;
      return [
        accountId,
        await headroom.scan({ accountId, region }, { throughRole: true, deadline }),
      ] as const;
    });
    return new Map(await Promise.all(scans));
  };
  const statusOf = (scans: ReadonlyMap<string, Scanned>, accountId: string) =>
    scans.get(accountId)?.assessment.target.status;

  test('a huge account beside small ones, one without the role, one without a permission: each is what it is', async () => {
    const scans = await scanAll(new Deployment(lab, home));
    expect(
      [HUGE_ACCOUNT, DENIED_ACCOUNT, ROLELESS_ACCOUNT, SUSPENDED_ACCOUNT].map((id) => statusOf(scans, id)),
    ).toEqual(['ok', 'partial', 'failed', 'failed']);
    expect(new Set(SMALL.map((id) => statusOf(scans, id)))).toEqual(new Set(['ok']));
    const used = scans
      .get(HUGE_ACCOUNT)
      ?.assessment.subnets.reduce((sum, subnet) => sum + (subnet.used ?? 0), 0);
    expect(used).toBe(8 * 400 * 15);
    expect(scans.get(SMALL[0] ?? '')?.assessment.subnets.map(({ used: inUse }) => inUse)).toEqual([3]);
  });

  test('the huge one hangs and another is throttled: the rest is as fresh as ever', async () => {
    lab.faults.inject({ action: 'DescribeNetworkInterfaces', accountId: HUGE_ACCOUNT }, hanging());
    lab.faults.inject({ action: 'DescribeSubnets', accountId: SANDBOX_ACCOUNT }, throttled(), { times: 2 });
    const scans = await scanAll(new Deployment(lab, home), 3000);
    expect(scans.get(HUGE_ACCOUNT)?.assessment.target.errors.map(({ code }) => code)).toContain(
      'deadline-exceeded',
    );
    expect(statusOf(scans, SANDBOX_ACCOUNT)).toBe('ok');
    expect(new Set(SMALL.map((id) => statusOf(scans, id)))).toEqual(new Set(['ok']));
  });
});

describe('one target', () => {
  const target = { accountId: PLATFORM_ACCOUNT, region: DEMO_REGION };
  /** Late enough for the fragmented subnet and the drained ones to have something to say. */
  const LATER = 84 * HOUR;

  beforeEach(() => start(demo, PLATFORM_ACCOUNT));

  const told = (headroom: Deployment): number => headroom.messages.length;

  test('delivered three times, at once and again: one notification is sent', async () => {
    const once = new Deployment(lab, target);
    lab.clock.advance(LATER);
    for (let scan = 0; scan < 4; scan += 1) {
      await once.scan(target);
      lab.clock.advance(15 * MINUTE);
    }
    const expected = told(once);
    expect(expected).toBeGreaterThan(0);

    await lab.close();
    await start(demo, PLATFORM_ACCOUNT);
    const thrice = new Deployment(lab, target);
    lab.clock.advance(LATER);
    for (let scan = 0; scan < 4; scan += 1) {
      await Promise.all([thrice.scan(target), thrice.scan(target)]);
      await thrice.scan(target);
      lab.clock.advance(15 * MINUTE);
    }
    expect(told(thrice)).toBe(expected);
  });

  test('CloudWatch refuses the metrics: notifications are sent anyway, and the run says so', async () => {
    const headroom = new Deployment(lab, target);
    lab.faults.inject({ service: 'cloudwatch' }, failing('InternalServiceFault', 'broken'), {});
    lab.clock.advance(LATER);
    const problems: string[] = [];
    for (let scan = 0; scan < 4; scan += 1) {
      problems.push(...(await headroom.scan(target)).problems.map(({ message }) => message));
      lab.clock.advance(15 * MINUTE);
    }
    expect(problems.join()).toContain('CloudWatch did not take');
    expect(told(headroom)).toBeGreaterThan(0);
    expect(lab.metrics).toEqual([]);
  });

  test('the topic is gone for an hour: what was to be said is said when it is back', async () => {
    const headroom = new Deployment(lab, target);
    const fault = lab.faults.inject({ service: 'sns' }, failing('NotFound', 'Topic does not exist', 404));
    lab.clock.advance(LATER);
    let undelivered = 0;
    for (let scan = 0; scan < 4; scan += 1) {
      undelivered = (await headroom.scan(target)).delivery.undelivered.length;
      lab.clock.advance(15 * MINUTE);
    }
    expect([undelivered > 0, told(headroom)]).toEqual([true, 0]);
    fault.remove();
    for (let scan = 0; scan < 8; scan += 1) {
      lab.clock.advance(HOUR);
      undelivered = (await headroom.scan(target)).delivery.undelivered.length;
    }
    expect([undelivered, told(headroom) > 0]).toEqual([0, true]);
  });
});
