import { appliedQuota, QUOTAS } from '../aws/service-quotas.ts';
import { count, number, verb } from '../base/text/numbers.ts';
import { settingNotices } from '../cni/setting-notices.ts';
import type { ClusterAssessment, NewNodeSettings } from '../result/cluster.ts';
import type { PlannedChanges } from './changes.ts';
import { settingsUnknowns } from './cluster-settings.ts';
import { addedBlocks } from './ground.ts';
import { blocksOf } from './new-subnet.ts';
import type { NodeDemands } from './node-demands.ts';
import type { NodePlan } from './node-plan.ts';
import type { PlanEstate } from './plan-estate.ts';
import { RULES, type Rule } from './rules.ts';
import type { Tried } from './tried-orders.ts';
import { unreadNeighbours } from './unread-neighbours.ts';

export const unstarted = ({ unknownNodes }: Tried): readonly string[] =>
  unknownNodes === 0
    ? []
    : [
        `It is not known whether ${count(unknownNodes, 'node')} ${verb(unknownNodes, 'finds')} room: the free addresses of a subnet, or the subnets of pods, are not known.`,
      ];

export const coldPools = ({ coldNodes }: Tried): readonly string[] =>
  coldNodes === 0
    ? []
    : [
        `${count(coldNodes, 'node')} ${verb(coldNodes, 'finds')} no room for ${coldNodes === 1 ? 'its' : 'their'} warm pool. The pods that are planned have their addresses.`,
      ];

/** Types of new nodes that may take more than is known. */
const unreadTypes = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  { added, emptiesAfter }: NodePlan,
): readonly string[] => {
  const started = new Set([...added, ...emptiesAfter].map(({ type }) => type));
  const unread = estate
    .placesOf(cluster)
    .flatMap(({ extras = [] }) => extras)
    .filter(({ instanceType, unknown }) => unknown && started.has(instanceType));
  return [...new Set(unread.map(({ instanceType }) => instanceType))].sort();
};

/** What the settings after the change do that its figures do not show. */
export const settingsNotices = (
  demands: NodeDemands,
  { emptiesAfter }: NodePlan,
  after: NewNodeSettings,
  changes: PlannedChanges,
): readonly string[] => {
  if (Object.keys(changes.settings).length === 0 && changes.customNetworking === null) return [];
  const limits = emptiesAfter.map(({ type }) => demands.limitsOf(type));
  const notices = limits.flatMap((each) => settingNotices(each, { ...after, maxPods: null }));
  return [...new Set(notices.map(({ message }) => message))];
};

export const unknownsOf = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  plan: NodePlan,
): readonly string[] => {
  const unplaced = estate.placesOf(cluster).filter(({ podSubnetIds }) => podSubnetIds === null);
  return [
    ...settingsUnknowns(cluster).map((sentence) => `${sentence} Give them with --set.`),
    ...estate.nodeUnknowns(cluster),
    ...unreadTypes(estate, cluster, plan).map(
      (type) =>
        `Launch templates of ${type} could not be read, and no node of the type runs: interfaces that they add are not counted. The role needs ec2:DescribeLaunchTemplateVersions.`,
    ),
    ...unplaced.map(
      ({ subnetId }) => `It is not known where pods of nodes in ${subnetId} take their addresses.`,
    ),
    ...(estate.input.interfaces === null && plan.replaced.length > 0
      ? [
          'A stored scan does not hold single addresses: at the least, those that come back make no block whole.',
        ]
      : []),
  ];
};

export const neighbourUnknowns = (
  estate: PlanEstate,
  { clusterName, vpcId }: ClusterAssessment,
  changes: PlannedChanges,
): readonly string[] => {
  const { customNetworking, newSubnets } = changes;
  if (customNetworking === null && newSubnets.length === 0) return [];
  if (vpcId === null)
    return [
      `The VPC of ${clusterName} is not known: the new range may be in use in it, or in a connected network.`,
    ];
  const unread = unreadNeighbours(estate.input.vpcConnections, vpcId);
  return [
    ...blockQuotaUnknowns(estate, vpcId, changes),
    ...(unread === null ? [] : [`${unread} A connected network may use the new range.`]),
  ];
};

const blockQuotaUnknowns = (
  estate: PlanEstate,
  vpcId: string,
  changes: PlannedChanges,
): readonly string[] => {
  const now = blocksOf(estate, vpcId).length;
  const then = now + addedBlocks(estate, vpcId, changes).length;
  const { isDefault, value } = appliedQuota(estate.input.quotas, QUOTAS.cidrBlocks);
  if (then === now || then <= value) return [];
  return [
    `${vpcId} has ${count(now, 'block')}: AWS refuses more than ${number(value)}${isDefault ? ' where the quota was not raised' : ''}.`,
  ];
};

export const rulesOf = (plan: NodePlan, changes: PlannedChanges): readonly Rule[] => [
  RULES.pool,
  RULES.podsAtMost,
  RULES.maxPods,
  RULES.placement,
  ...(plan.added.length > 0 ? [RULES.spread] : []),
  ...(plan.replaced.length > 0 ? [RULES.newInterfaces] : []),
  ...(plan.kept.length > 0 && Object.keys(changes.settings).length > 0 ? [RULES.wayDown] : []),
];
