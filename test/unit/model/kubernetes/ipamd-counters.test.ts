import { describe, expect, test } from 'vitest';
import { ipamdFigures } from '../../../../shared/model/kubernetes/ipamd-counters.ts';
import {
  type IpamdReading,
  type IpamdSample,
  known,
  type Part,
  unread,
} from '../../../../shared/model/kubernetes/observed.ts';
import type { IpamdFigures } from '../../../../shared/model/result/kubernetes-figures.ts';

const samplesOf = (values: Readonly<Record<string, number>>): Part<readonly IpamdSample[]> =>
  known(Object.entries(values).map(([name, value]) => ({ name, value, labels: {} })));

const node = (id: string, samples: Part<readonly IpamdSample[]>): IpamdReading => ({
  nodeName: id,
  podUid: `uid-${id}`,
  podName: `aws-node-${id}`,
  samples,
});

const figures = (nodes: readonly IpamdReading[], previous: IpamdFigures | null = null): IpamdFigures => {
  const found = ipamdFigures({ at: 0, ipamd: known(nodes) }, previous);
  if (found === null) throw new Error('The counters are known.');
  return found;
};

const adds = (id: string, count: number): IpamdReading =>
  node(id, samplesOf({ awscni_add_ip_req_count: count }));
const HUNG = unread('deadline', 'aws-node did not answer');

describe('counters', () => {
  test.each([1, 2, 3, 200])('of %i nodes that each added 10 are 10 for each node', (count) => {
    const ids = Array.from({ length: count }, (_, index) => `n${index}`);
    const first = figures(ids.map((id, index) => adds(id, 100 + index)));
    const second = figures(
      ids.map((id, index) => adds(id, 110 + index)),
      first,
    );
    const third = figures(
      ids.map((id, index) => adds(id, 120 + index)),
      second,
    );
    expect(second.values['addReqCount']).toBe(10 * count);
    expect(third.values['addReqCount']).toBe(10 * count);
  });

  test('that do not move add nothing', () => {
    const first = figures([adds('a', 89), adds('b', 89)]);
    expect(figures([adds('a', 89), adds('b', 89)], first).values['addReqCount']).toBe(0);
  });

  test('that are seen for the first time have no figure', () => {
    expect(figures([adds('a', 100)]).values['addReqCount']).toBeNull();
  });

  test('that an earlier version did not keep add nothing at first', () => {
    const { counters } = figures([adds('a', 100)]);
    const earlier = Object.fromEntries(
      Object.entries(counters).map(([uid, kept]) => [uid, kept.slice(0, 1)]),
    );
    const { values } = figures([adds('a', 110)], { ...figures([]), counters: earlier });
    expect(Object.values(values).filter((value) => value !== null && value > 10)).toEqual([]);
  });

  test('of a new node add nothing to those of the others', () => {
    const first = figures([adds('a', 100)]);
    expect(figures([adds('a', 110), adds('b', 5_000)], first).values['addReqCount']).toBe(10);
  });

  test('that were reset with their container add what they counted since', () => {
    const first = figures([adds('a', 100), adds('b', 100)]);
    expect(figures([adds('a', 4), adds('b', 110)], first).values['addReqCount']).toBe(14);
  });

  test('of a new aws-node pod on the same node have no figure until its second reading', () => {
    const first = figures([adds('a', 100)]);
    const replaced = { ...adds('a', 40), podUid: 'uid-new' };
    expect(figures([replaced], first).values['addReqCount']).toBeNull();
  });

  test('of a node that hung once are added with its next answer', () => {
    const first = figures([adds('a', 100), adds('b', 100)]);
    const second = figures([adds('a', 110), node('b', HUNG)], first);
    expect(second).toMatchObject({ nodesRead: 1, nodes: 2, unreadNodes: ['b'] });
    expect(second.values['addReqCount']).toBe(10);
    expect(figures([adds('a', 120), adds('b', 120)], second).values['addReqCount']).toBe(30);
  });

  test('are sums over their labels', () => {
    const both = (count: number): Part<readonly IpamdSample[]> =>
      known(
        ['a', 'b'].map((error) => ({ name: 'awscni_aws_api_error_count', labels: { error }, value: count })),
      );
    const first = figures([node('a', both(1))]);
    expect(figures([node('a', both(4))], first).values['awsAPIErr']).toBe(6);
  });
});

describe('gauges', () => {
  const holds = (id: string, total: number): IpamdReading =>
    node(id, samplesOf({ awscni_total_ip_addresses: total }));

  test('are sums over all nodes', () => {
    expect(figures([holds('a', 28), holds('b', 56)]).values['totalIPAddresses']).toBe(84);
  });

  test('are unknown while a node is: a sum without it would look like a loss', () => {
    expect(figures([holds('a', 28), node('b', HUNG)]).values['totalIPAddresses']).toBeNull();
    expect(figures([]).values['totalIPAddresses']).toBeNull();
  });
});

test('the latency is the mean of the calls since the last reading', () => {
  const calls = (sum: number, count: number): IpamdReading =>
    node('a', samplesOf({ awscni_aws_api_latency_ms_sum: sum, awscni_aws_api_latency_ms_count: count }));
  const first = figures([calls(1_000, 10)]);
  expect(first.values['awsAPILatency']).toBeNull();
  expect(figures([calls(1_600, 13)], first).values['awsAPILatency']).toBe(200);
  expect(figures([calls(1_000, 10)], first).values['awsAPILatency']).toBeNull();
});

test('all 20 metrics of the helper are there, and the one that it leaves out', () => {
  expect(Object.keys(figures([adds('a', 1)]).values).toSorted()).toEqual([
    'addReqCount',
    'assignIPAddresses',
    'awsAPIErr',
    'awsAPILatency',
    'awsUtilErr',
    'delReqCount',
    'ec2ApiErrCount',
    'ec2ApiReqCount',
    'eniAllocated',
    'eniMaxAvailable',
    'forceRemoveENI',
    'forceRemoveIPs',
    'ipamdActionInProgress',
    'ipamdErr',
    'maxIPAddresses',
    'noAvailableIPAddresses',
    'podENIErr',
    'reconcileCount',
    'totalAssignedIPv4sPerCidr',
    'totalIPAddresses',
    'totalIPv4Prefixes',
  ]);
});

test('counters that may not be read are no counters without failures', () => {
  expect(ipamdFigures({ at: 0, ipamd: unread('not-asked', 'no') }, null)).toBeNull();
});
