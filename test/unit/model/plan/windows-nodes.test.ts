import { expect, test } from 'vitest';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import { shopFleet } from '../../../fixtures/plan-command.ts';

/** Six nodes, of which some run Windows. */
const { cluster, estate } = shopFleet({ pods: 0 }).scanned();
const stepsOf = (windows: number, changes: Partial<PlannedChanges>) => {
  const nodes = cluster.nodes.map((node, index) =>
    index < windows ? { ...node, windows: true as const } : node,
  );
  const { after, actions, order } = whatIf(estate, { ...cluster, nodes }, { ...NO_CHANGES, ...changes });
  return {
    nodes: after.nodes,
    steps: order.steps.map(({ title }) => title),
    actions: actions.map(({ kind }) => kind),
  };
};

const PREFIXES = { settings: { prefixDelegation: true } };

test('nodes that run Windows stay where settings of the CNI change, which are not theirs', () => {
  expect(stepsOf(0, PREFIXES).steps).toEqual(['Start and end 6 nodes, 2 at a time']);
  expect(stepsOf(2, PREFIXES)).toEqual({
    nodes: 6,
    steps: ['Let running nodes settle', 'Start and end 4 nodes, 2 at a time'],
    actions: ['set-cni', 'replace-nodes'],
  });
  expect(stepsOf(6, PREFIXES)).toEqual({
    nodes: 6,
    steps: ['Let running nodes settle'],
    actions: ['set-cni'],
  });
});

test('they are replaced by another type like all others', () => {
  expect(stepsOf(2, { type: 'm5.xlarge' }).steps).toEqual(['Start 6 new nodes, then end the old ones']);
});
