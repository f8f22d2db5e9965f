import { CNI_VARIABLES, type CniVariable } from '../../model/cluster/cni-variables.ts';
import type { AwsNodeDaemonSet } from '../../model/kubernetes/observed.ts';
import { count, type Json, list, record, text } from '../json-fields.ts';
import { nameOf } from './nodes.ts';

/** The variables that are kept. People put proxies and tokens into this DaemonSet, too. */
const KEPT: ReadonlySet<string> = new Set<CniVariable>(CNI_VARIABLES);

export const awsNodeOf = (item: Json): AwsNodeDaemonSet => {
  const [metadata, status] = [record(item['metadata']), record(item['status'])];
  const pod = record(record(record(item['spec'])['template'])['spec']);
  const containers = list(pod['containers']).map(record);
  const cni = containers.find(({ name }) => name === 'aws-node') ?? containers[0] ?? {};
  const variables = [...variablesOf(cni)];
  return {
    namespace: text(metadata['namespace']) ?? 'kube-system',
    name: nameOf(metadata, 'DaemonSet'),
    imageVersion: tagOf(text(cni['image'])),
    env: Object.fromEntries(
      variables.flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, value]])),
    ),
    envFromElsewhere: variables.flatMap(([name, value]) => (value === null ? [name] : [])),
    desired: count(status['desiredNumberScheduled']) ?? 0,
    ready: count(status['numberReady']) ?? 0,
    updated: count(status['updatedNumberScheduled']) ?? 0,
  };
};

/** A value that names another variable, which the kubelet puts in its place. `$$(` stands for itself. */
const REFERENCE = /(?<!\$)\$\(/;

/**
 * The variables of a container as the kubelet sets them, `null` for a value from elsewhere. Whole ConfigMaps (`envFrom`) come first
 * and may hold any of them; of a name that stands twice the last one counts.
 */
const variablesOf = (container: Json): ReadonlyMap<string, string | null> => {
  const isOpen = list(container['envFrom']).length > 0;
  const found = new Map<string, string | null>(isOpen ? CNI_VARIABLES.map((name) => [name, null]) : []);
  for (const { name, value, valueFrom } of list(container['env']).map(record)) {
    if (typeof name !== 'string' || !KEPT.has(name)) continue;
    // The value of a variable may be left out, and then is empty.
    const plain = typeof value === 'string' ? value : '';
    found.set(name, valueFrom !== undefined || REFERENCE.test(plain) ? null : plain);
  }
  return found;
};

/** The tag of `REGISTRY:PORT/NAME:TAG@DIGEST`. */
const tagOf = (image: string | null): string | null => {
  const name = image?.split('@')[0]?.split('/').at(-1) ?? '';
  const [, tag] = name.split(':');
  return tag === undefined || tag === '' ? null : tag;
};
