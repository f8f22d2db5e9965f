import type { NewNodeSettings } from '../result/cluster.ts';
import { changedSettings, type PlannedChanges } from './changes.ts';
import type { NodePlan } from './node-plan.ts';
import type { Order } from './order.ts';

/** The actions of a change, in this order. The command line makes commands of it. */
export type PlanAction =
  | { readonly kind: 'associate-range'; readonly cidr: string }
  | {
      readonly kind: 'create-subnet';
      readonly cidr: string;
      readonly zone: string;
      readonly use: 'custom-networking' | 'discovery';
    }
  | { readonly kind: 'reserve'; readonly subnetId: string; readonly cidr: string }
  | { readonly kind: 'set-cni'; readonly environment: Readonly<Record<string, string>> }
  | { readonly kind: 'replace-nodes'; readonly type: string | null; readonly order: string }
  | { readonly kind: 'scale'; readonly nodes: number };

export const nodeActions = (
  { added, removed, replaced }: NodePlan,
  changes: PlannedChanges,
  before: NewNodeSettings,
  after: NewNodeSettings,
  order: Order,
): readonly PlanAction[] => {
  const environment = changedSettings(before, after);
  const more = added.length - removed.length;
  return [
    ...(Object.keys(environment).length === 0 ? [] : [{ kind: 'set-cni' as const, environment }]),
    ...(replaced.length === 0
      ? []
      : [{ kind: 'replace-nodes' as const, type: changes.type, order: order.name }]),
    ...(more === 0 ? [] : [{ kind: 'scale' as const, nodes: more }]),
  ];
};
