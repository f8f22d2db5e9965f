import { describe, expect, test } from 'vitest';
import { CallBudget, CallBudgets } from '../../../shared/aws/call-budget.ts';
import { SimulatedTime } from '../../fixtures/simulated-time.ts';

const takeMany = async (budget: CallBudget, count: number, action = 'DescribeSubnets'): Promise<void> => {
  for (let taken = 0; taken < count; taken += 1) await budget.take(action);
};

describe('a budget of calls', () => {
  test('a quarter of what EC2 allows is 25 calls at once, and then 5 a second', async () => {
    const time = new SimulatedTime();
    const budget = new CallBudget(0.25, time);
    await takeMany(budget, 25);
    expect(time.now()).toBe(0);
    await takeMany(budget, 5);
    expect(time.now()).toBeCloseTo(1000);
    await takeMany(budget, 970);
    expect(time.now()).toBeCloseTo(195_000);
  });

  test('every action has a bucket of its own', async () => {
    const time = new SimulatedTime();
    const budget = new CallBudget(0.25, time);
    await takeMany(budget, 25, 'DescribeSubnets');
    await takeMany(budget, 25, 'DescribeVpcs');
    expect(time.now()).toBe(0);
  });

  test('a bucket fills up again, and no further than to its capacity', async () => {
    const time = new SimulatedTime();
    const budget = new CallBudget(0.25, time);
    await takeMany(budget, 25);
    time.passTo(3_600_000);
    await takeMany(budget, 25);
    expect(time.now()).toBe(3_600_000);
    await takeMany(budget, 1);
    expect(time.now()).toBeCloseTo(3_600_200);
  });

  test('calls that come together wait for one another', async () => {
    const time = new SimulatedTime();
    const budget = new CallBudget(0.25, time);
    await Promise.all(Array.from({ length: 45 }, () => budget.take('DescribeSubnets')));
    expect(time.now()).toBeCloseTo(4_000);
  });

  test('says how many calls can begin within a time, and what is owed counts', async () => {
    const time = new SimulatedTime();
    const budget = new CallBudget(0.25, time);
    expect(budget.callsWithin('DescribeSubnets', 7_000)).toBe(60);
    expect(time.now()).toBe(0);
    await takeMany(budget, 25);
    expect(budget.callsWithin('DescribeSubnets', 0)).toBe(0);
    expect(budget.callsWithin('DescribeSubnets', 7_000)).toBe(35);
    expect(budget.callsWithin('DescribeVpcs', 7_000)).toBe(60);
    const owed = takeMany(budget, 1);
    expect(budget.callsWithin('DescribeSubnets', 0)).toBe(0);
    expect(budget.callsWithin('DescribeSubnets', 7_000)).toBe(34);
    await owed;
    time.passTo(60_000);
    expect(budget.callsWithin('DescribeSubnets', 7_000)).toBe(60);
    expect(new CallBudget(1, time).callsWithin('DescribeSubnets', 7_000)).toBe(240);
  });

  test('scans of one target share a budget, and those of others do not', () => {
    const budgets = new CallBudgets();
    const target = { accountId: '111122223333', region: 'eu-west-1' };
    const budget = budgets.of(target, 0.25);
    expect(budgets.of({ ...target }, 0.25)).toBe(budget);
    expect(budgets.of({ ...target, region: 'us-east-1' }, 0.25)).not.toBe(budget);
    expect(budgets.of(target, 0.5)).not.toBe(budget);
  });
});

describe('a budget that learned the buckets of the account', () => {
  test('takes its share of them, and of the default for all other actions', async () => {
    const time = new SimulatedTime();
    const budget = new CallBudget(0.25, time);
    budget.learn(new Map([['DescribeSubnets', { capacity: 400, perSecond: 80 }]]));
    await takeMany(budget, 100);
    expect(time.now()).toBe(0);
    await takeMany(budget, 20);
    expect(time.now()).toBeCloseTo(1000);
    await takeMany(budget, 30, 'DescribeVpcs');
    expect(time.now()).toBeCloseTo(2000);
  });

  test('keeps a bucket that did not change', async () => {
    const time = new SimulatedTime();
    const budget = new CallBudget(0.25, time);
    const rates = new Map([['DescribeSubnets', { capacity: 4, perSecond: 4 }]]);
    budget.learn(rates);
    await takeMany(budget, 1);
    budget.learn(rates);
    await takeMany(budget, 1);
    expect(time.now()).toBeCloseTo(1000);
  });
});
