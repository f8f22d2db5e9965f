import { listOf } from '../model/base/text/names.ts';
import {
  type AwsNodeDaemonSet,
  type KubernetesReading,
  type KubernetesServices,
  known,
  type Part,
  type Unread,
  type UnreadReason,
  unread,
  type Workload,
} from '../model/kubernetes/observed.ts';
import { condition, type Json, list, record, text } from './json-fields.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { KubernetesFailure } from './kubernetes-failure.ts';
import type { ReadRequest } from './kubernetes-source.ts';
import { type ListRequest, Lists, type Resource } from './lists.ts';
import { readIpamd } from './read-ipamd.ts';
import { readAwsNodePods, readPods } from './read-pods.ts';
import { awsNodeOf } from './records/aws-node.ts';
import { cniNodeOf, eniConfigOf } from './records/cni-resources.ts';
import { sandboxFailureOf } from './records/events.ts';
import { nodeClaimOf, nodeClassOf, nodePoolOf } from './records/karpenter.ts';
import { eniConfigKeysOf, nameOf, namespaceOf, nodeOf } from './records/nodes.ts';
import { autoscalerOf, workloadOf } from './records/workloads.ts';
import { RESOURCES } from './resources.ts';

/** Objects of a page. A node has up to 50 images in its status, so a page of nodes is smaller. */
const PAGE = 500;
const NODE_PAGE = 250;
const WORKLOAD_PAGE = 250;

/**
 * Reads one cluster, the cheapest and most needed parts first: where the budget ends, the rest is unknown. Throws nothing
 * but defects.
 */
export const readCluster = async (
  cluster: string,
  api: KubernetesApi,
  request: ReadRequest,
): Promise<KubernetesReading> => {
  const lists = new Lists(api);
  const { labels } = request;
  const version = await part(() => readVersion(lists));
  if (!version.known && ENDS_READING.has(version.unread.reason))
    return unreadCluster(cluster, request.now, version.unread);
  const groups = await part(() => readGroups(lists));

  const all = <Item>(resource: Resource, take: (item: Json) => Item | null, options: Options = {}) =>
    part(async () => {
      if (groups.known && !isServed(resource, groups.value)) return [];
      const found = lists.all({ resource, pageSize: PAGE, ...options }, ({ content }) =>
        list(content['items']).flatMap((item) => take(record(item)) ?? []),
      );
      return found.catch((error: unknown) => {
        // The group is served in this version, so the kind is what is missing.
        if (groups.known && error instanceof KubernetesFailure && error.status === 404) return [];
        throw error;
      });
    });

  const awsNode = theOnly(await all(RESOURCES.daemonSets, awsNodeOf, { labelSelector: 'k8s-app=aws-node' }));
  const keys = eniConfigKeysOf(awsNode.known && awsNode.value !== null ? awsNode.value : { env: {} });
  const nodes = await all(RESOURCES.nodes, (item) => nodeOf(item, labels, keys), { pageSize: NODE_PAGE });
  const namespaces = await all(RESOURCES.namespaces, (item) => namespaceOf(item, labels));
  const pods = await part(() =>
    readPods({ lists, labels, namespaces: namespaces.known ? namespaces.value : null }),
  );
  const sandboxFailures = await all(RESOURCES.events, sandboxFailureOf, {
    fieldSelector: 'reason=FailedCreatePodSandBox,type=Warning',
  });
  const eniConfigs = await all(RESOURCES.eniConfigs, eniConfigOf);
  const cniNodes = await all(RESOURCES.cniNodes, cniNodeOf);
  const nodePools = await all(RESOURCES.nodePools, nodePoolOf);
  const nodeClaims = await all(RESOURCES.nodeClaims, nodeClaimOf);
  const ec2NodeClasses = await all(RESOURCES.ec2NodeClasses, nodeClassOf);
  const autoModeNodeClasses = await all(RESOURCES.autoModeNodeClasses, nodeClassOf);
  const services = await part(() => readServices(lists));
  const ipamd = request.ipamd
    ? await part(async () => readIpamd(api, await readAwsNodePods(lists)))
    : notAsked('the counters of ipamd');
  const workloads = request.workloads
    ? await part(() => readWorkloads(lists, labels))
    : notAsked('workloads');
  const autoscalers = request.workloads
    ? await all(RESOURCES.autoscalers, autoscalerOf)
    : notAsked('autoscalers');

  return {
    cluster,
    at: request.now,
    version: version.known ? version.value : null,
    pods,
    nodes,
    namespaces,
    sandboxFailures,
    awsNode,
    eniConfigs,
    cniNodes,
    nodePools,
    nodeClaims,
    ec2NodeClasses,
    autoModeNodeClasses,
    services,
    workloads,
    autoscalers,
    ipamd,
  };
};

/** Every part unknown for one reason, as when the cluster cannot be reached at all. */
export const unreadCluster = (cluster: string, now: number, why: Unread): KubernetesReading => {
  const nothing = unread(why.reason, why.message, why.permission);
  return {
    cluster,
    at: now,
    version: null,
    pods: nothing,
    nodes: nothing,
    namespaces: nothing,
    sandboxFailures: nothing,
    awsNode: nothing,
    eniConfigs: nothing,
    cniNodes: nothing,
    nodePools: nothing,
    nodeClaims: nothing,
    ec2NodeClasses: nothing,
    autoModeNodeClasses: nothing,
    services: nothing,
    workloads: nothing,
    autoscalers: nothing,
    ipamd: nothing,
  };
};

type Options = Partial<Pick<ListRequest, 'labelSelector' | 'fieldSelector' | 'pageSize'>>;

/** With several, as for groups of nodes, no one set of settings holds for the cluster. */
const theOnly = (found: Part<readonly AwsNodeDaemonSet[]>): Part<AwsNodeDaemonSet | null> => {
  if (!found.known) return found;
  const [first = null, ...others] = found.value;
  if (others.length === 0) return known(first);
  const names = found.value.map(({ namespace, name }) => `${namespace}/${name}`);
  return unread(
    'failed',
    `the VPC CNI runs as ${listOf(names, NAMES_SHOWN)}, so no one set of settings holds for all nodes`,
  );
};

const NAMES_SHOWN = 3;

const notAsked = (what: string): Part<never> => unread('not-asked', `${what} were not asked for`);

const part = async <Value>(work: () => Value | Promise<Value>): Promise<Part<Value>> => {
  try {
    return known(await work());
  } catch (error) {
    if (!(error instanceof KubernetesFailure)) throw error;
    return unread(error.reason, error.message, error.permission);
  }
};

const readVersion = async (lists: Lists): Promise<string | null> => {
  const permission = { verb: 'get', resource: '/version', group: '', namespace: null };
  return text((await lists.object({ path: '/version' }, permission))['gitVersion']);
};

/** What holds for the first request holds for all: no time is lost on the others. */
const ENDS_READING: ReadonlySet<UnreadReason> = new Set(['unreachable', 'unauthenticated', 'deadline']);

/** The versions of each API group that is served. */
type Groups = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Without it, a kind that is not installed looks like one that may not be read: the API server checks permissions
 * first, and answers 403 for both.
 */
const readGroups = async (lists: Lists): Promise<Groups> => {
  const permission = { verb: 'get', resource: '/apis', group: '', namespace: null };
  const { groups } = await lists.object({ path: '/apis' }, permission);
  if (!Array.isArray(groups)) throw new KubernetesFailure('malformed', 'the answer for /apis has no groups');
  return new Map(
    groups
      .map(record)
      .map(({ name, versions }) => [
        text(name) ?? '',
        new Set(list(versions).flatMap((version) => text(record(version)['version']) ?? [])),
      ]),
  );
};

/** @throws KubernetesFailure where the group is served, but not in the version that Headroom reads */
const isServed = ({ group, version, plural }: Resource, groups: Groups): boolean => {
  if (group === '') return true;
  const versions = groups.get(group);
  if (versions === undefined) return false;
  if (!versions.has(version))
    throw new KubernetesFailure(
      'failed',
      `the API server serves ${group} in ${listOf([...versions], NAMES_SHOWN)} alone, and ${plural} are read in ${version}`,
    );
  return true;
};

const WORKLOADS = [
  ['Deployment', RESOURCES.deployments],
  ['StatefulSet', RESOURCES.statefulSets],
  ['DaemonSet', RESOURCES.daemonSets],
  ['Job', RESOURCES.jobs],
] as const;

/** All kinds or none: a bound on demand that leaves out a kind would be too low. */
const readWorkloads = async (lists: Lists, labels: readonly string[]): Promise<readonly Workload[]> => {
  const workloads: Workload[] = [];
  for (const [kind, resource] of WORKLOADS) {
    const found = await lists.all({ resource, pageSize: WORKLOAD_PAGE }, ({ content }) =>
      list(content['items']).map((item) => workloadOf(kind, record(item), labels)),
    );
    workloads.push(...found);
  }
  return workloads;
};

/** Since 1.33 every address of a service range is an IPAddress object; older servers are asked for their services. */
const readServices = async (lists: Lists): Promise<KubernetesServices> => {
  const services = await lists.count(RESOURCES.services);
  try {
    const addressesUsed = await lists.count(RESOURCES.ipAddresses);
    const cidrs = await lists.all({ resource: RESOURCES.serviceCidrs, pageSize: PAGE }, ({ content }) =>
      list(content['items']).map((item) => {
        const { metadata, spec, status } = record(item);
        return {
          name: nameOf(record(metadata), 'ServiceCIDR'),
          cidrs: list(record(spec)['cidrs']).flatMap((cidr) => text(cidr) ?? []),
          ready: condition(status, 'Ready'),
        };
      }),
    );
    return { services, addressesUsed, cidrs };
  } catch (error) {
    if (!(error instanceof KubernetesFailure && error.status === 404)) throw error;
  }
  const addresses = await lists.all({ resource: RESOURCES.services, pageSize: PAGE }, ({ content }) =>
    list(content['items']).flatMap((item) =>
      list(record(record(item)['spec'])['clusterIPs']).filter((address) => address !== 'None'),
    ),
  );
  return { services, addressesUsed: addresses.length, cidrs: null };
};
