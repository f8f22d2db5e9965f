import { cniConfigurationOf } from '../../../shared/model/cluster/cni-configuration.ts';
import { blockOf, hasUnknown, textOf } from './json.ts';
import type { KnownCluster, PlanContext } from './plan-context.ts';

/** Pods of a cluster in IPv6 mode take no IPv4 address. A cluster keeps its family for life. */
const withFamily = (plan: PlanContext, clusterName: string | null, known: KnownCluster): KnownCluster => {
  const planned = plan.changes.find(
    ({ type, after }) => type === 'aws_eks_cluster' && clusterName !== null && after['name'] === clusterName,
  );
  return blockOf(planned?.after['kubernetes_network_config'])['ip_family'] === 'ipv6'
    ? { ...known, settings: { ...known.settings, podAddresses: 'none' } }
    : known;
};

/** The add-on of the plan wins over what runs. */
export const clusterOf = (plan: PlanContext, clusterName: string | null): KnownCluster => {
  const running = withFamily(plan, clusterName, plan.estate.clusterNamed(clusterName));
  const addOn = plan.changes.find(
    ({ type, after }) =>
      type === 'aws_eks_addon' &&
      after['addon_name'] === 'vpc-cni' &&
      (clusterName === null ||
        textOf(after['cluster_name']) === null ||
        after['cluster_name'] === clusterName),
  );
  if (addOn === undefined) return running;
  if (hasUnknown(addOn.unknown['configuration_values'])) {
    plan.unknown(addOn, 'the settings of the CNI are known only after apply.');
    return running;
  }
  const configuration = cniConfigurationOf({
    version: textOf(addOn.after['addon_version']),
    configuration: textOf(addOn.after['configuration_values']),
  });
  if (!configuration.known) {
    plan.unknown(addOn, 'the settings of the CNI cannot be read.');
    return running;
  }
  const { warmEniTarget, warmPrefixTarget, warmIpTarget, minimumIpTarget, maxEni, eniConfigSubnets } =
    configuration;
  return {
    settings: {
      ...running.settings,
      prefixDelegation: configuration.prefixDelegation ?? false,
      customNetworking: configuration.customNetworking ?? false,
      podEni: configuration.securityGroupsForPods ?? false,
      warmEniTarget,
      warmPrefixTarget,
      warmIpTarget,
      minimumIpTarget,
      maxEni,
    },
    podSubnetOfZone:
      configuration.eniConfigByZone && eniConfigSubnets.size > 0
        ? new Map([...eniConfigSubnets].map(([zone, subnetId]) => [zone, [subnetId]]))
        : running.podSubnetOfZone,
    // What runs takes its addresses by other settings.
    places:
      (configuration.customNetworking ?? false) === running.settings.customNetworking ? running.places : [],
  };
};
