import { createLabClock, type LabClock } from './clock.ts';
import { createDispatch, type LabCall } from './dispatch.ts';
import type { EstateBlueprint } from './estate/estate.ts';
import { Faults } from './faults/fault.ts';
import { Identities } from './http/identity.ts';
import { listenOnLoopback } from './http/server.ts';
import { autoScaling } from './services/auto-scaling.ts';
import { createCloudWatch, type LabMuteRule, type StoredDatum } from './services/cloudwatch.ts';
import { ec2 } from './services/ec2/ec2.ts';
import { ecs } from './services/ecs.ts';
import { eks } from './services/eks.ts';
import type { Right } from './services/kubernetes/kubernetes.ts';
import { createLabKubernetes } from './services/kubernetes/lab-kubernetes.ts';
import { organizations } from './services/organizations.ts';
import { createParameterStore, createSecretsManager, type NamedTexts } from './services/secrets.ts';
import { serviceQuotas } from './services/service-quotas.ts';
import { createSns, type PublishedMessage } from './services/sns.ts';
import { createSqs } from './services/sqs.ts';
import { sts } from './services/sts.ts';

export interface Lab {
  /** For `AWS_ENDPOINT_URL`: every service answers here. */
  readonly url: string;
  readonly clock: LabClock;
  readonly faults: Faults;
  /** Every request so far, in order. */
  readonly calls: LabCall[];
  /** What was published to topics, in order. */
  readonly sns: readonly PublishedMessage[];
  /** The alarm mute rules of CloudWatch that are active: tests add to them. */
  readonly muteRules: LabMuteRule[];
  /** What was put into CloudWatch, in order. */
  readonly metrics: readonly StoredDatum[];
  /** From now on the topic does not exist. */
  deleteTopic(topicArn: string): void;
  close(): Promise<void>;
}

export interface LabOptions {
  readonly estate: EstateBlueprint;
  readonly clock?: LabClock;
  /** 0: a free one. */
  readonly port?: number;
  /** What Secrets Manager knows, by name. */
  readonly secrets?: NamedTexts;
  /** What the SSM parameter store knows, by name. */
  readonly parameters?: NamedTexts;
  /** What callers may do in the Kubernetes API of a cluster. Absent: everything. */
  readonly kubernetesRights?: (right: Right, clusterName: string) => boolean;
  /** The groups of a caller in every cluster. Absent: the one that Headroom's roles are for. */
  readonly kubernetesGroups?: readonly string[];
}

/** Starts a small AWS on 127.0.0.1 over a simulated estate. Nothing of it leaves the machine. */
export const startLab = async (options: LabOptions): Promise<Lab> => {
  const clock = options.clock ?? createLabClock();
  const estate = options.estate.build(clock.startsAt);
  const identities = new Identities(
    estate.accounts.map(({ accountId }) => accountId),
    estate.homeAccountId,
  );
  const faults = new Faults();
  const calls: LabCall[] = [];
  const cloudwatch = createCloudWatch();
  const sns = createSns();
  const services = [
    ec2,
    ecs,
    eks,
    autoScaling,
    sts,
    organizations,
    serviceQuotas,
    cloudwatch.service,
    sns.service,
    createSqs(),
    createSecretsManager(options.secrets ?? {}),
    createParameterStore(options.parameters ?? {}),
  ];
  const dispatch = createDispatch({ services, estate, identities, faults, clock, calls });
  const kubernetes = createLabKubernetes({
    estate,
    clock,
    identities,
    calls,
    mayDo: options.kubernetesRights ?? (() => true),
    groups: options.kubernetesGroups,
  });
  const { url, close } = await listenOnLoopback(options.port ?? 0, (request, own) => {
    const answered = kubernetes(request);
    return answered === undefined ? dispatch(request, own) : answered;
  });
  return {
    url,
    clock,
    faults,
    calls,
    sns: sns.messages,
    metrics: cloudwatch.data,
    muteRules: cloudwatch.muteRules,
    deleteTopic: (topicArn) => void sns.deletedTopics.add(topicArn),
    close,
  };
};
