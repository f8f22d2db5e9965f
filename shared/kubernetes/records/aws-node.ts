import type { AwsNodeDaemonSet } from '../../model/kubernetes/observed.ts';
import { count, type Json, list, record, text } from '../json-fields.ts';

/**
 * Variables of the CNI (amazon-vpc-cni-k8s, README, "ENV Variables"). Others are left out: people put proxies and tokens
 * into this DaemonSet, too.
 */
const SETTING =
  /^(?:WARM_(?:ENI|IP|PREFIX)_TARGET|MINIMUM_IP_TARGET|MAX_ENI|IP_COOLDOWN_PERIOD|ENI_CONFIG_(?:LABEL|ANNOTATION)_DEF|ANNOTATE_POD_IP|POD_SECURITY_GROUP_ENFORCING_MODE|CLUSTER_NAME|ENABLE_[A-Z0-9_]+|DISABLE_[A-Z0-9_]+|AWS_VPC_[A-Z0-9_]+)$/;

export const awsNodeOf = (item: Json): AwsNodeDaemonSet => {
  const status = record(item['status']);
  const pod = record(record(record(item['spec'])['template'])['spec']);
  const containers = list(pod['containers']).map(record);
  const cni = containers.find(({ name }) => name === 'aws-node') ?? containers[0] ?? {};
  const variables = list(cni['env'])
    .map(record)
    .flatMap((variable): [string, Json][] => {
      const name = text(variable['name']);
      return name !== null && SETTING.test(name) ? [[name, variable]] : [];
    });
  return {
    imageVersion: tagOf(text(cni['image'])),
    // The value of a variable may be left out, and then is empty.
    env: Object.fromEntries(
      variables.flatMap(([name, { value, valueFrom }]): [string, string][] =>
        valueFrom === undefined ? [[name, typeof value === 'string' ? value : '']] : [],
      ),
    ),
    envFromElsewhere: variables.flatMap(([name, { valueFrom }]) => (valueFrom === undefined ? [] : [name])),
    desired: count(status['desiredNumberScheduled']) ?? 0,
    ready: count(status['numberReady']) ?? 0,
    updated: count(status['updatedNumberScheduled']) ?? 0,
  };
};

/** The tag of `REGISTRY:PORT/NAME:TAG@DIGEST`. */
const tagOf = (image: string | null): string | null => {
  const name = image?.split('@')[0]?.split('/').at(-1) ?? '';
  const [, tag] = name.split(':');
  return tag === undefined || tag === '' ? null : tag;
};
