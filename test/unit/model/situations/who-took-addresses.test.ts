import { expect, test } from 'vitest';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import { SITUATION_NOW, Situation } from '../../../fixtures/situation.ts';

/**
 * A surge names who took the addresses in its window. Who holds most was there before.
 * https://github.com/aws-observability/aws-otel-collector/pull/3175 (110 test jobs at once start instances, load balancers and
 * mount targets in the same three subnets)
 * https://github.com/PrairieLearn/PrairieLearn/issues/3271 (a fleet that scales takes the subnet of another fleet)
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/3619 (clusters that share subnets)
 */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const EARLIER = SITUATION_NOW - 60 * MINUTE;

/** Two quiet weeks with `before` addresses available, and an even fall to `now` within the last hour. */
const fallOf = (before: number, now: number) => {
  const samples = Array.from({ length: (14 * DAY) / (5 * MINUTE) + 1 }, (_, step) => {
    const ago = 14 * DAY - step * 5 * MINUTE;
    return {
      at: SITUATION_NOW - ago,
      value: Math.round(now + (before - now) * Math.min(1, ago / (60 * MINUTE))),
    };
  });
  return new Map([['shared', { addresses: historyOf(samples), prefixes: historyOf([]) }]]);
};

/** A /24 in which twelve nodes of a cluster hold 120 addresses. */
const sharedSubnet = () => {
  const situation = new Situation();
  situation.subnet('shared', '10.0.0.0/24');
  situation.cluster();
  for (let node = 0; node < 12; node += 1) situation.node('shared', { secondaries: 9 });
  return situation;
};

/** The surge that a scan finds, one hour after another scan, when this has happened in between. */
const surgeAfter = (situation: Situation, happens: () => void) => {
  const previous = situation.assess({ now: EARLIER });
  const before = situation.freeIn('shared');
  happens();
  const histories = fallOf(before, situation.freeIn('shared'));
  return situation
    .assess({ previous, histories })
    .findings.find(({ kind, subject }) => kind === 'addresses-surge' && subject.id === 'shared');
};

const takers = (finding: ReturnType<typeof surgeAfter>) =>
  finding?.evidence.flatMap(({ name, value }) => (name.startsWith('taken by ') ? [[name, value]] : []));

const startInstances = (situation: Situation, group: string, count: number) => {
  for (let index = 0; index < count; index += 1) situation.fleetInstance('shared', group);
};

test('test jobs that start instances, load balancers and mount targets are named, each with what it took', () => {
  const situation = sharedSubnet();
  const finding = surgeAfter(situation, () => {
    startInstances(situation, 'otel-tests', 70);
    for (let index = 0; index < 12; index += 1) {
      situation.holder('shared', { requesterManaged: true, description: `ELB app/otel-${index % 2}/0123` });
    }
    for (let index = 0; index < 9; index += 1) {
      situation.holder('shared', {
        requesterManaged: true,
        description: 'EFS mount target for fs-0123 (fsmt-01)',
      });
    }
  });
  expect(finding).toMatchObject({ severity: 'critical' });
  expect(takers(finding)).toEqual([
    ['taken by Instances (otel-tests)', 70],
    ['taken by EFS (fs-0123)', 9],
    ['taken by Load balancers (otel-0)', 6],
  ]);
  expect(finding?.explanation).not.toContain('Cluster nodes');
});

test('the fleet that scaled is named, and not the fleet or the cluster that had more before', () => {
  const situation = sharedSubnet();
  startInstances(situation, 'grader-fleet', 30);
  const finding = surgeAfter(situation, () => startInstances(situation, 'workspace-fleet', 80));
  expect(takers(finding)).toEqual([['taken by Instances (workspace-fleet)', 80]]);
  expect(finding?.owners?.map(({ name }) => name)).toEqual(['workspace-fleet']);
});

test('of two clusters in a subnet, the one that scaled up is named', () => {
  const situation = sharedSubnet();
  situation.cluster({ name: 'search' });
  const tags = { 'eks:cluster-name': 'search', 'kubernetes.io/cluster/search': 'owned' };
  const finding = surgeAfter(situation, () => {
    for (let node = 0; node < 9; node += 1) {
      situation.node('shared', { secondaries: 9, instance: { tags } });
    }
  });
  expect(takers(finding)).toEqual([['taken by Cluster nodes (search)', 90]]);
});

test('where the scan before did not know the owners, the holders are listed and no taker is named', () => {
  const situation = sharedSubnet();
  const known = situation.assess({ now: EARLIER });
  const previous = { ...known, subnets: known.subnets.map((subnet) => ({ ...subnet, owners: null })) };
  const before = situation.freeIn('shared');
  startInstances(situation, 'otel-tests', 90);
  const finding = situation
    .assess({ previous, histories: fallOf(before, situation.freeIn('shared')) })
    .findings.find(({ kind }) => kind === 'addresses-surge');
  expect(takers(finding)).toEqual([]);
  expect(finding?.owners?.[0]).toMatchObject({ kind: 'cluster-nodes', addresses: 120 });
});
