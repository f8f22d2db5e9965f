import { listOf } from '../base/text/names.ts';
import { count, verb } from '../base/text/numbers.ts';
import type { ClusterAssessment, CommittedDemand, UpdateSurge } from '../result/cluster.ts';
import type { Subject } from '../result/finding.ts';
import { idWithin } from '../result/identity.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
import { remediesForUpdate } from './remedies/subnet-remedies.ts';

export const updateSurge: Check = {
  kind: 'update-surge',
  label: 'An update of a node group does not fit',
  summary: 'an update does not fit',
  clear: () => 'an update fits',
  about: 'each managed node group that has nodes',
  condition:
    'An update starts new nodes before it ends old ones. It starts up to two in each zone, or as many as may be unavailable at once. It needs a new one in each zone with nodes of the group. Warning when not one of them finds its addresses, or none in such a zone; information when some do not.',
  unknown: 'The type of its nodes, or what is free in their subnets, is not known.',
  impact:
    'The update waits for nodes that cannot start, and fails when it has waited too long. The group keeps its old version.',
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  isShortage: true,
  find: ({ estate }) =>
    estate.input.clusters.flatMap((cluster) =>
      cluster.committed
        .filter(({ kind, currentNodes }) => kind === 'node-group' && currentNodes > 0)
        .map((demand) => result(estate, cluster, demand)),
    ),
};

const result = (estate: Estate, cluster: ClusterAssessment, demand: CommittedDemand): CheckResult => {
  const subject: Subject = {
    ...estate.clusterSubject(cluster, demand.subnetIds),
    type: 'node-group',
    id: idWithin(cluster.clusterName, demand.group),
    name: demand.group,
  };
  const { fits: groupFits, update = null } = demand;
  if (update === null) {
    return groupFits === null
      ? notMeasured(subject, 'The type of its nodes, or what is free in their subnets, is not known.')
      : healthy(subject);
  }
  const evidence = [
    { name: 'nodesStartedFirst', value: update.nodes, unit: 'nodes' },
    { name: 'fits', value: update.fits, unit: 'nodes' },
    { name: 'addressesPerNode', value: demand.perNode?.addresses ?? null, unit: 'addresses' },
    { name: 'prefixesPerNode', value: demand.perNode?.prefixes ?? null, unit: 'prefixes' },
    // Unknown where one would not fit; where all fit there is none.
    ...(isShort(update) ? [{ name: 'error', value: update.error }] : []),
  ];
  if (!isShort(update)) return healthy(subject, evidence);
  const { fullZones = [] } = update;
  return found(subject, update.fits === 0 || fullZones.length > 0 ? 'warning' : 'info', evidence, () => ({
    title: `${cluster.clusterName}/${demand.group}: an update starts ${count(update.nodes, 'node')} first, and ${fitText(update)}`,
    explanation: `EKS starts new nodes before it ends old ones: up to two in each zone, or as many as may be unavailable. ${fullZones.length === 0 ? '' : 'Each zone with nodes needs one, or the update fails. '}${update.error === null ? '' : `The next one would fail with ${update.error}. `}With the update strategy MINIMAL it ends old nodes first.`,
    remedies: () => remediesForUpdate(estate, cluster, demand, update),
  }));
};

const isShort = ({ fits, fullZones = [], nodes }: UpdateSurge): boolean =>
  fits < nodes || fullZones.length > 0;

const fitText = ({ fits, fullZones = [] }: UpdateSurge): string =>
  fits === 0
    ? 'none fits'
    : fullZones.length > 0
      ? `none fits in ${listOf(fullZones)}`
      : `only ${fits} ${verb(fits, 'fits')}`;
