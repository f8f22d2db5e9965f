import packageJson from '../../package.json' with { type: 'json' };
import { ASKED_SERVICES } from '../clusters/allocation-failure-source.ts';
import type { KubernetesSettings } from '../config/headroom-yml.ts';
import { createEc2Inventory } from '../inventory/ec2-inventory.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { TargetSources } from '../pipeline/collect.ts';
import type { KubernetesAccess } from '../pipeline/read-kubernetes.ts';
import type { TargetClients } from './clients.ts';
import { agentSettings } from './network.ts';
import type { ServiceSources } from './service-sources.ts';

export const USER_AGENT = `headroom/${packageJson.version}`;

/** The AWS APIs of one target as the pipeline's sources. */
export const createTargetSources = (
  target: Target,
  clients: TargetClients,
  options: {
    readonly roleArn?: string | null;
    readonly signal?: AbortSignal;
    /** Absent or `null`: the Kubernetes API of no cluster is read. */
    readonly kubernetes?: KubernetesSettings | null;
  } = {},
): TargetSources => {
  const { signal, roleArn = null } = options;
  const asked = { target, roleArn, ...(signal === undefined ? {} : { signal }) };
  let loading: Promise<ServiceSources> | null = null;
  const load = async (): Promise<ServiceSources> => {
    const [{ createServiceSources }, services] = await Promise.all([
      import('./service-sources.ts'),
      clients.services(),
    ]);
    return createServiceSources(services, clients.ec2, asked);
  };
  const services = (): Promise<ServiceSources> => {
    loading ??= load();
    return loading;
  };
  return {
    inventory: createEc2Inventory({ ...asked, client: clients.ec2 }),
    clusters: {
      eksClusters: async () => (await services()).clusters.eksClusters(),
      autoScalingGroups: async () => (await services()).clusters.autoScalingGroups(),
    },
    quotas: { quotas: async () => (await services()).quotas.quotas() },
    learnRates: (rates) => clients.budget?.learn(rates),
    callsWithin: (action, time) => clients.budget?.callsWithin(action, time) ?? Number.POSITIVE_INFINITY,
    allocationFailures: {
      services: ASKED_SERVICES,
      failuresOf: async (service, since) => (await services()).allocationFailures.failuresOf(service, since),
    },
    ...(options.kubernetes == null
      ? {}
      : { kubernetes: eksAccess(target, clients, options.kubernetes, signal) }),
  };
};

/** The Kubernetes APIs of EKS clusters, read as the identity that reads the target. */
const eksAccess = (
  target: Target,
  { services, sts }: TargetClients,
  { clusters: wanted, ipamd, labels }: KubernetesSettings,
  signal: AbortSignal | undefined,
): KubernetesAccess => {
  const { proxyEnv } = agentSettings();
  return {
    source: {
      read: async (cluster, request) => {
        const [{ createApiSource }, { openEksApi }, { eks }] = await Promise.all([
          import('../kubernetes/api-source.ts'),
          import('../kubernetes/eks-api.ts'),
          services(),
        ]);
        const options = { userAgent: USER_AGENT, proxyEnv, signal };
        return createApiSource((name) => openEksApi(name, { eks, sts, target, options })).read(
          cluster,
          request,
        );
      },
    },
    choose: (clusters) =>
      wanted === 'all' ? clusters : clusters.filter(({ name }) => wanted.includes(name)),
    ipamd,
    labels,
  };
};
