/** Variables of the DaemonSet aws-node that decide how many addresses nodes take, and from where (amazon-vpc-cni-k8s, README). */
export const CNI_VARIABLES = [
  'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG',
  'DISABLE_NETWORK_RESOURCE_PROVISIONING',
  'ENABLE_IMDS_ONLY_MODE',
  'ENABLE_MULTI_NIC',
  'ENABLE_POD_ENI',
  'ENABLE_PREFIX_DELEGATION',
  'ENABLE_SUBNET_DISCOVERY',
  'ENI_CONFIG_ANNOTATION_DEF',
  'ENI_CONFIG_LABEL_DEF',
  'MAX_ENI',
  'MINIMUM_IP_TARGET',
  'WARM_ENI_TARGET',
  'WARM_IP_TARGET',
  'WARM_PREFIX_TARGET',
] as const;

export type CniVariable = (typeof CNI_VARIABLES)[number];
