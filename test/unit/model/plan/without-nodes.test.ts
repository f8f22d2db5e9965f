import { describe, expect, test } from 'vitest';
import { HeadroomError } from '../../../../shared/model/base/errors.ts';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { planDrain } from '../../../../shared/model/plan/drain.ts';
import { planFailover } from '../../../../shared/model/plan/failover.ts';
import { PlanEstate } from '../../../../shared/model/plan/plan-estate.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import { refuseWithoutPlaces } from '../../../../shared/model/plan/what-if-refusals.ts';
import type { CapacityAssessment, ClusterAssessment } from '../../../../shared/model/result/cluster.ts';
import { shopFleet } from '../../../fixtures/plan-command.ts';

/** Six nodes of three pods each, in three zones. */
const { cluster: shop, estate } = shopFleet({ pods: 3 }).scanned();

const settings = shop.newNodes?.settings ?? expect.fail('the cluster has settings');
const noPlaces = { settingsKnown: true, settings, places: [] };

const capacity = (subnetId: string, morePods: number | null): CapacityAssessment => ({
  subnetId,
  availabilityZone: null,
  mode: 'secondary',
  morePods,
  moreNodes: [],
});

const messageOf = (ask: () => unknown): string => {
  try {
    ask();
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'plan-impossible') return error.message;
    throw error;
  }
  return expect.fail('it should be refused');
};

const asked = (cluster: Partial<ClusterAssessment>, changes: Partial<PlannedChanges>) =>
  whatIf(estate, { ...shop, nodes: [], ...cluster }, { ...NO_CHANGES, ...changes });

const UNLISTED = [{ field: 'nodes', reason: 'The instances could not be listed.' }];

describe('more pods of a cluster without nodes', () => {
  test('take one address each on Fargate: the room for them is said', () => {
    const onFargate = {
      newNodes: noPlaces,
      capacity: [capacity('subnet-0f', 7), capacity('subnet-0g', null)],
    };
    expect(messageOf(() => asked(onFargate, { pods: 5 }))).toBe(
      'shop has no nodes: its pods run on Fargate, where each takes one address. Room for more: 7 in subnet-0f, an unknown number in subnet-0g.',
    );
  });

  test('are not planned where no node would start', () => {
    expect(messageOf(() => asked({ newNodes: noPlaces, capacity: [] }, { pods: 1 }))).toBe(
      'shop has no nodes, and it is not known where any would start.',
    );
    expect(
      messageOf(() => asked({ newNodes: noPlaces, capacity: [] }, { pods: 1, nodes: 1, type: 'm5.large' })),
    ).toBe('It is not known in which subnets new nodes of shop start.');
  });

  test('need so many nodes where some would start: 27 pods run on one m5.large', () => {
    const empty = { committed: shop.committed.map((each) => ({ ...each, instanceType: 'm5.large' })) };
    expect(asked(empty, { pods: 27, type: 'm5.large' })).toMatchObject({
      podsWithoutNode: 27,
      nodesForPods: 1,
      fits: false,
    });
    expect(asked(empty, { pods: 28, type: 'm5.large' })).toMatchObject({
      podsWithoutNode: 28,
      nodesForPods: 2,
    });
    expect(asked({}, { pods: 3, settings: { maxEni: 1, warmIpTarget: 0, minimumIpTarget: 0 } }).fits).toBe(
      false,
    );
  });

  test('may run on nodes that could not be listed', () => {
    const answer = asked({ newNodes: noPlaces, unknowns: UNLISTED }, { pods: 5 });
    expect(answer).toMatchObject({ fits: null, podsWithoutNode: 5, nodesForPods: null });
  });
});

test('pods beyond what known nodes may run are not known to find none, where a node is of a type that is not known', () => {
  const few = estate.nodesOf(shop).length * 27;
  expect(whatIf(estate, shop, { ...NO_CHANGES, pods: few }).fits).toBe(false);
  const [first, ...others] = shop.nodes;
  const nodes = [...others, ...(first === undefined ? [] : [{ ...first, instanceType: 'zz9.large' }])];
  expect(whatIf(estate, { ...shop, nodes }, { ...NO_CHANGES, pods: few })).toMatchObject({ fits: null });
});

test('nodes that start nowhere are not planned, and pods on Fargate are none of them', () => {
  const none = { ...shop, nodes: [], newNodes: noPlaces };
  expect(
    messageOf(() => refuseWithoutPlaces(estate, { ...none, capacity: [capacity('subnet-0f', 7)] })),
  ).toContain('its pods run on Fargate');
  expect(messageOf(() => refuseWithoutPlaces(estate, { ...none, unknowns: UNLISTED }))).toBe(
    'It is not known in which subnets new nodes of shop start.',
  );
  expect(() => refuseWithoutPlaces(estate, shop)).not.toThrow();
});

test('a cluster without nodes has none to drain', () => {
  const question = { subnetIds: [], supply: 'prefixes', most: null, win: null } as const;
  expect(messageOf(() => planDrain(estate, { ...shop, nodes: [] }, question))).toBe(
    'shop has no nodes: there is none to drain.',
  );
  expect(planDrain(estate, { ...shop, nodes: [], unknowns: UNLISTED }, question).plan.unknowns).toContain(
    UNLISTED[0]?.reason,
  );
});

test('a cluster without nodes loses none with a zone, and pods on Fargate are not planned', () => {
  const none = { ...shop, nodes: [], zoneFailover: [] };
  expect(planFailover(new PlanEstate(estate.input), none, []).answer).toMatchObject({
    fits: null,
    unknowns: [
      'It has no nodes. Pods on Fargate start in the subnets of their profiles, and are not planned.',
    ],
  });
});
