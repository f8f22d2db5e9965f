import type { KubernetesObject } from '../../../lab/services/kubernetes/kinds.ts';
import { podObject } from '../../fixtures/kubernetes/objects.ts';

export const NAMESPACES = 20;
export const NODES = 500;

export const namespaceAt = (index: number): string => `team-${index % NAMESPACES}`;

/** Fills a pod up to the size of a real one, 12.5 kB. */
const env = Array.from({ length: 110 }, (_, index) => ({
  name: `SETTING_NUMBER_${index}`,
  value: `https://service-${index * 7919}.internal.example.com:8443/path/${index * 104_729}`,
}));

export const podAt = (index: number): KubernetesObject => {
  const name = `app-${index % 40}`;
  const pod = podObject({
    namespace: namespaceAt(index),
    name: `${name}-7d9f8b6c54-${index.toString(36).padStart(5, '0')}`,
    node: index % NODES,
    address: `10.${100 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
    deployment: name,
  });
  const { containers, ...spec } = pod['spec'] as { readonly containers: readonly object[] };
  return {
    ...pod,
    metadata: { ...pod.metadata, uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` },
    spec: { ...spec, containers: containers.map((container) => ({ ...container, env })) },
  };
};
