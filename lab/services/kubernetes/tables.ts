import type { Kind, KubernetesObject } from './kinds.ts';

/** Tables as the API server's printers make them (k8s.io/kubernetes, pkg/printers/internalversion). */

const column = (name: string, priority = 0): object => ({
  name,
  type: 'string',
  format: '',
  description: '',
  priority,
});

const POD_COLUMNS = [
  column('Name'),
  column('Ready'),
  column('Status'),
  column('Restarts'),
  column('Age'),
  column('IP', 1),
  column('Node', 1),
  column('Nominated Node', 1),
  column('Readiness Gates', 1),
];

interface PodFields {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string; readonly podIP?: string };
}

const podCells = ({ metadata, spec, status }: KubernetesObject & PodFields): readonly string[] => [
  metadata.name,
  '1/1',
  status?.phase ?? 'Unknown',
  '0',
  '5m',
  status?.podIP ?? '<none>',
  spec?.nodeName ?? '<none>',
  '<none>',
  '<none>',
];

const partialObject = ({ metadata }: KubernetesObject): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

/** @param includeObject `None`, `Metadata` or `Object`; the server's default is `Metadata` */
export const tableOf = (
  kind: Kind,
  objects: readonly KubernetesObject[],
  includeObject: string,
): { readonly columnDefinitions: readonly object[]; readonly rows: readonly object[] } => ({
  columnDefinitions: kind.kind === 'Pod' ? POD_COLUMNS : [column('Name'), column('Age')],
  rows: objects.map((object) => ({
    cells: kind.kind === 'Pod' ? podCells(object) : [object.metadata.name, '5m'],
    object:
      { None: null, Object: object }[includeObject] ??
      (includeObject === 'None' ? null : partialObject(object)),
  })),
});
