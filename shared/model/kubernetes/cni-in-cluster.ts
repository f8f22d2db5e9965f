import type { EksCluster } from '../aws/inventory.ts';
import { listOf } from '../base/text/names.ts';
import { verb } from '../base/text/numbers.ts';
import type { KubernetesReading } from './observed.ts';

/**
 * The exact settings of the CNI, from its DaemonSet. Nothing where the DaemonSet could not be read, or takes settings from
 * elsewhere: an assumption is better than half of the settings.
 */
export const cniInCluster = (reading: KubernetesReading | undefined): Pick<EksCluster, 'cniInCluster'> => {
  const awsNode = reading?.awsNode;
  if (reading === undefined || awsNode === undefined || !awsNode.known || awsNode.value === null) return {};
  const { env, envFromElsewhere, imageVersion } = awsNode.value;
  if (envFromElsewhere.length > 0) return {};
  const { eniConfigs } = reading;
  return {
    cniInCluster: {
      version: imageVersion,
      env,
      eniConfigs: eniConfigs.known
        ? Object.fromEntries(
            eniConfigs.value.flatMap(({ name, subnetId }) => (subnetId === null ? [] : [[name, subnetId]])),
          )
        : null,
    },
  };
};

const NAMES_SHOWN = 4;

/** Variables of the DaemonSet whose values are not known, as a sentence. */
export const unknownSettings = (names: readonly string[]): string =>
  `${listOf(names, NAMES_SHOWN)} of aws-node ${verb(names.length, 'is')} not known: the value may be in a ConfigMap, a Secret or another variable, which Headroom does not read.`;
