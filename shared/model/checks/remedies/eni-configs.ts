import type { EksCluster } from '../../aws/inventory.ts';
import { aws, kubectl, type ShellVariable } from '../../base/commands.ts';
import { cniConfigurationOf } from '../../cluster/cni-configuration.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { Precondition } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';

/** Stands for the new subnet while the configuration is put together. */
const NEW_SUBNET = 'HEADROOM-NEW-SUBNET';

/**
 * Gives new nodes of the zone another subnet for pods: through the add-on where it makes the ENIConfigs, which would undo any
 * other change, else in the ENIConfigs that name the present subnet. Where the cluster's were not read, in the one that is named
 * after the zone, as the CNI's documentation has it.
 */
export const eniConfigCommands = (
  estate: Estate,
  { clusterName, region }: ClusterAssessment,
  { availabilityZone, subnetId }: PresentSubnet,
  subnet: string | ShellVariable,
): readonly string[] => {
  const eks = estate.eksClusters.get(clusterName);
  const configuration = addOnConfiguration(eks, String(availabilityZone));
  if (configuration === null) {
    return (namesOf(eks, subnetId) ?? [String(availabilityZone)]).map((name) =>
      kubectl('patch', 'eniconfig', name, '--type', 'merge', '--patch', {
        parts: ['{"spec":{"subnet":"', subnet, '"}}'],
      }),
    );
  }
  const [before = '', after = ''] = configuration.split(NEW_SUBNET);
  return [
    aws('eks', 'update-addon', region, {
      'cluster-name': clusterName,
      'addon-name': 'vpc-cni',
      'configuration-values': { parts: [before, subnet, after] },
      'resolve-conflicts': 'PRESERVE',
    }),
  ];
};

/** The subnet that pods get their addresses from now. */
type PresentSubnet = Pick<SubnetAssessment, 'availabilityZone' | 'subnetId'>;

/** ENIConfigs of the cluster that name a subnet; `null`: none does, or they were not read. */
const namesOf = (eks: EksCluster | undefined, subnetId: string): readonly string[] | null => {
  const names = Object.entries(eks?.cniInCluster?.eniConfigs ?? {})
    .filter(([, named]) => named === subnetId)
    .map(([name]) => name);
  return names.length === 0 ? null : names;
};

/** The add-on's configuration with another subnet in the zone; `null` where it makes no ENIConfig there. */
const addOnConfiguration = (eks: EksCluster | undefined, zone: string): string | null => {
  const configuration = eks?.vpcCni?.configuration ?? '';
  const { eniConfigByZone, eniConfigSubnets } = cniConfigurationOf(eks?.vpcCni ?? null);
  if (!eniConfigByZone || !eniConfigSubnets.has(zone)) return null;
  const values = JSON.parse(configuration) as AddOnValues;
  const { eniConfig } = values;
  const { subnets } = eniConfig;
  const changed = { ...subnets, [zone]: { ...subnets[zone], id: NEW_SUBNET } };
  return JSON.stringify({ ...values, eniConfig: { ...eniConfig, subnets: changed } });
};

/** As `cniConfigurationOf` has found it. */
interface AddOnValues {
  readonly eniConfig: { readonly subnets: Readonly<Record<string, object>> };
}

export const eniConfigPrecondition = (
  estate: Estate,
  { clusterName }: ClusterAssessment,
  { availabilityZone, subnetId }: PresentSubnet,
): Precondition => {
  const eks = estate.eksClusters.get(clusterName);
  if (addOnConfiguration(eks, String(availabilityZone)) !== null) {
    return { text: 'The add-on vpc-cni makes the ENIConfig of this zone.', holds: true };
  }
  const names = namesOf(eks, subnetId);
  return names === null
    ? {
        text: 'The ENIConfig of this zone has the name of the zone. Look with kubectl get eniconfig.',
        holds: null,
      }
    : { text: `The ENIConfig ${names.join(', ')} names ${subnetId}.`, holds: true };
};
