import type { KubernetesPod, ObjectOwner } from '../../model/kubernetes/observed.ts';
import { chosenLabels, type Json, list, record, text, time } from '../json-fields.ts';
import { KubernetesFailure } from '../kubernetes-failure.ts';
import type { ListPage } from '../lists.ts';
import { tableRows } from '../table.ts';

/** What a page does not say of its pods. */
export interface PodContext {
  readonly phase: KubernetesPod['phase'];
  /** Of a table without metadata: it was asked for by namespace, since the cells do not name it. */
  readonly namespace: string | null;
  readonly labels: readonly string[];
}

/** The pods of a page, from a table or from whole objects. Both give the same records, but for what a table leaves out. */
export const podsOf = ({ kind, content }: ListPage, context: PodContext): readonly KubernetesPod[] =>
  kind === 'Table'
    ? tableRows(content, ['Name', 'IP', 'Node']).map((row) => {
        const address = row.cell('IP');
        return {
          ...described(row.metadata, row.cell('Name'), row.cell('Node'), context),
          nodeName: row.cell('Node'),
          addresses: address === null ? [] : [address],
        };
      })
    : list(content['items']).map((item) => {
        const { metadata, spec, status } = record(item);
        const nodeName = text(record(spec)['nodeName']);
        // The first address, as the table has it: the CNI gives a pod one.
        const address = text(record(status)['podIP']);
        return {
          ...described(record(metadata), null, nodeName, context),
          nodeName,
          addresses: address === null ? [] : [address],
        };
      });

type Described = Omit<KubernetesPod, 'nodeName' | 'addresses'>;

const described = (
  metadata: Json,
  cellName: string | null,
  nodeName: string | null,
  { phase, namespace, labels }: PodContext,
): Described => {
  const name = text(metadata['name']) ?? cellName;
  const where = text(metadata['namespace']) ?? namespace;
  if (name === null || where === null)
    throw new KubernetesFailure('malformed', 'a pod has no name or namespace');
  const uid = text(metadata['uid']);
  return {
    uid,
    namespace: where,
    name,
    phase,
    owner: uid === null ? null : ownerOf(metadata),
    labels: chosenLabels(metadata, labels),
    created: time(metadata['creationTimestamp']),
    ownInterface: isOnFargate(nodeName) || (uid === null ? null : hasOwnInterface(metadata)),
  };
};

/** EKS names each of these nodes after the address of its pod: `fargate-ip-10-0-0-1.eu-west-1.compute.internal`. */
const isOnFargate = (nodeName: string | null): boolean => nodeName?.startsWith('fargate-') ?? false;

/** Set by the VPC resource controller for security groups for pods, and by EKS on Fargate. */
const hasOwnInterface = (metadata: Json): boolean =>
  Object.hasOwn(record(metadata['annotations']), 'vpc.amazonaws.com/pod-eni') ||
  Object.hasOwn(record(metadata['labels']), 'eks.amazonaws.com/fargate-profile');

/** The hash that the Deployment controller appends to the name of its ReplicaSet is also a label of its pods. */
const ownerOf = (metadata: Json): ObjectOwner | null => {
  const controller = list(metadata['ownerReferences'])
    .map(record)
    .find((reference) => reference['controller'] === true);
  const kind = text(controller?.['kind']);
  const name = text(controller?.['name']);
  if (kind === null || name === null) return null;
  const hash = text(record(metadata['labels'])['pod-template-hash']);
  return kind === 'ReplicaSet' && hash !== null && name.endsWith(`-${hash}`)
    ? { kind: 'Deployment', name: name.slice(0, -hash.length - 1) }
    : { kind, name };
};
