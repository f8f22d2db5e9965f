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
    'An update starts new nodes before it ends old ones. It starts up to two in each zone, or as many as may be unavailable at once. Warning when not one of them finds its addresses; information when some do not.',
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
    ...(update.fits < update.nodes ? [{ name: 'error', value: update.error }] : []),
  ];
  if (update.fits >= update.nodes) return healthy(subject, evidence);
  return found(subject, update.fits === 0 ? 'warning' : 'info', evidence, () => ({
    title: `${cluster.clusterName}/${demand.group}: an update starts ${count(update.nodes, 'node')} first, and ${fitText(update)}`,
    explanation: `EKS starts new nodes before it ends old ones: up to two in each zone, or as many as may be unavailable. ${update.error === null ? '' : `The next one would fail with ${update.error}. `}With the update strategy MINIMAL it ends old nodes first.`,
    remedies: () => remediesForUpdate(estate, cluster, demand, update),
  }));
};

const fitText = ({ fits }: UpdateSurge): string =>
  fits === 0 ? 'none fits' : `only ${fits} ${verb(fits, 'fits')}`;
