import type { NodeClaim, NodeClass, NodePool } from '../../model/kubernetes/observed.ts';
import { condition, count, type Json, list, record, text } from '../json-fields.ts';
import { instanceIdOf, nameOf } from './nodes.ts';

export const nodePoolOf = (item: Json): NodePool => {
  const spec = record(item['spec']);
  const template = record(record(spec['template'])['spec']);
  const reference = record(template['nodeClassRef']);
  const [kind, name] = [text(reference['kind']), text(reference['name'])];
  return {
    name: nameOf(record(item['metadata']), 'NodePool'),
    limits: Object.fromEntries(
      Object.entries(record(spec['limits'])).flatMap(([resource, limit]): [string, string][] =>
        typeof limit === 'string' || typeof limit === 'number' ? [[resource, String(limit)]] : [],
      ),
    ),
    nodeClass: kind === null || name === null ? null : { kind, name, group: text(reference['group']) ?? '' },
    requirements: list(template['requirements'])
      .map(record)
      .flatMap((requirement) => {
        const key = text(requirement['key']);
        const operator = text(requirement['operator']);
        const values = list(requirement['values']).flatMap((value) => text(value) ?? []);
        return key === null || operator === null ? [] : [{ key, operator, values }];
      }),
  };
};

export const nodeClaimOf = (item: Json): NodeClaim => {
  const metadata = record(item['metadata']);
  const status = record(item['status']);
  const labels = record(metadata['labels']);
  return {
    name: nameOf(metadata, 'NodeClaim'),
    nodePool: text(labels['karpenter.sh/nodepool']),
    nodeName: text(status['nodeName']),
    instanceId: instanceIdOf(status['providerID']),
    instanceType: text(labels['node.kubernetes.io/instance-type']),
  };
};

/** EC2NodeClass (karpenter.k8s.aws) and NodeClass (eks.amazonaws.com) list their subnets alike. */
export const nodeClassOf = (item: Json): NodeClass => {
  const [spec, status] = [record(item['spec']), record(item['status'])];
  const kubelet = record(spec['kubelet']);
  return {
    name: nameOf(record(item['metadata']), 'node class'),
    subnets: Array.isArray(status['subnets'])
      ? list(status['subnets'])
          .map(record)
          .flatMap((subnet) => {
            const subnetId = text(subnet['id']);
            return subnetId === null ? [] : [{ subnetId, zone: text(subnet['zone']) }];
          })
      : null,
    maxPods: count(kubelet['maxPods']),
    podsPerCore: isBottlerocket(spec) ? null : count(kubelet['podsPerCore']),
    ready: condition(status, 'Ready'),
  };
};

/** Its kubelet has no `podsPerCore`. Source: karpenter-provider-aws, feature flags of the AMI families. */
const isBottlerocket = (spec: Json): boolean =>
  text(spec['amiFamily']) === 'Bottlerocket' ||
  list(spec['amiSelectorTerms'])
    .map(record)
    .some(({ alias }) => text(alias)?.startsWith('bottlerocket@') === true);
