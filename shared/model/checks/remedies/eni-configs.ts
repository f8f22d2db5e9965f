import type { EksCluster } from '../../aws/inventory.ts';
import { aws, kubectl, type ShellVariable } from '../../base/commands.ts';
import { clusterCniConfiguration } from '../../cluster/cni-configuration.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { Precondition } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';

/** Stands for the new subnet while the configuration is put together. */
const NEW_SUBNET = 'HEADROOM-NEW-SUBNET';

/**
 * Gives new nodes of the zone another subnet for pods: through the add-on where it makes the ENIConfigs, which would undo any
 * other change, else in the ENIConfig that is named after the zone, as the CNI's documentation has it.
 */
export const eniConfigCommand = (
  estate: Estate,
  { clusterName, region }: ClusterAssessment,
  zone: string,
  subnet: string | ShellVariable,
): string => {
  const configuration = addOnConfiguration(estate.eksClusters.get(clusterName), zone);
  if (configuration === null) {
    return kubectl('patch', 'eniconfig', zone, '--type', 'merge', '--patch', {
      parts: ['{"spec":{"subnet":"', subnet, '"}}'],
    });
  }
  const [before = '', after = ''] = configuration.split(NEW_SUBNET);
  return aws('eks', 'update-addon', region, {
    'cluster-name': clusterName,
    'addon-name': 'vpc-cni',
    'configuration-values': { parts: [before, subnet, after] },
    'resolve-conflicts': 'PRESERVE',
  });
};

/** The add-on's configuration with another subnet in the zone; `null` where it makes no ENIConfig there. */
const addOnConfiguration = (eks: EksCluster | undefined, zone: string): string | null => {
  const configuration = eks?.vpcCni?.configuration ?? '';
  const { eniConfigByZone, eniConfigSubnets } = clusterCniConfiguration(eks ?? null);
  if (!eniConfigByZone || !eniConfigSubnets.has(zone)) return null;
  const values = JSON.parse(configuration) as AddOnValues;
  const { eniConfig } = values;
  const { subnets } = eniConfig;
  const changed = { ...subnets, [zone]: { ...subnets[zone], id: NEW_SUBNET } };
  return JSON.stringify({ ...values, eniConfig: { ...eniConfig, subnets: changed } });
};

/** As `clusterCniConfiguration` has found it. */
interface AddOnValues {
  readonly eniConfig: { readonly subnets: Readonly<Record<string, object>> };
}

export const eniConfigPrecondition = (
  estate: Estate,
  { clusterName }: ClusterAssessment,
  zone: string,
): Precondition =>
  addOnConfiguration(estate.eksClusters.get(clusterName), zone) === null
    ? {
        text: 'The ENIConfig of this zone has the name of the zone. Look with kubectl get eniconfig.',
        holds: null,
      }
    : { text: 'The add-on vpc-cni makes the ENIConfig of this zone.', holds: true };
