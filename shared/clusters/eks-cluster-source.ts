import { type AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeFargateProfileCommand,
  DescribeNodegroupCommand,
  type EKSClient,
  ListClustersCommand,
  ListFargateProfilesCommand,
  ListNodegroupsCommand,
} from '@aws-sdk/client-eks';
import pLimit from 'p-limit';
import { answeredList, describingFailure, eachItem, type Page } from '../model/aws/aws-pages.ts';
import type { AwsCallContext } from '../model/aws/failed-call.ts';
import type {
  AutoScalingGroup,
  EksCluster,
  EksClusters,
  FargateProfile,
  NodeGroup,
  RefusedCluster,
  Target,
} from '../model/aws/inventory.ts';
import { HeadroomError, problemOf } from '../model/base/errors.ts';
import type { ClusterSource } from './cluster-source.ts';
import {
  autoScalingGroupRecord,
  clusterRecord,
  fargateProfileRecord,
  nodeGroupRecord,
  required,
  vpcCniRecord,
} from './eks-records.ts';

/** The most results of one page of an EKS list: EKS API reference, `maxResults`, 1 to 100. */
const EKS_PAGE_SIZE = 100;

/** The most groups of one page: Auto Scaling API reference, `MaxRecords`. */
const AUTO_SCALING_PAGE_SIZE = 100;

/** EKS has no bulk describe. So few calls at once leave its quota to those who work with the cluster. */
const CALLS_AT_ONCE = 4;

export interface EksClusterSourceInput {
  readonly eks: EKSClient;
  readonly autoScaling: AutoScalingClient;
  readonly target: Target;
  /** The caller's deadline. */
  readonly signal?: AbortSignal;
  /** The role the clients use, to name it in failures. */
  readonly roleArn?: string | null;
}

/**
 * What the EKS and Auto Scaling APIs of one target know of its clusters. A cluster, node group or profile that was
 * deleted between listing and describing is left out. One of which AWS did not answer in full is refused as a whole. Every
 * method throws an `AwsFailure` when AWS did not list in full.
 */
export const createEksClusterSource = ({
  eks,
  autoScaling,
  target,
  signal,
  roleArn,
}: EksClusterSourceInput): ClusterSource => {
  const options = signal === undefined ? {} : { abortSignal: signal };
  const context = (action: string, resource?: string): AwsCallContext => ({
    action,
    target,
    roleArn: roleArn ?? null,
    ...(resource === undefined ? {} : { resource }),
  });
  const limit = pLimit(CALLS_AT_ONCE);

  const list = async (
    action: string,
    resource: string | undefined,
    request: (nextToken: string | undefined) => Promise<Page<string>>,
  ): Promise<readonly string[]> => {
    const names: string[] = [];
    await eachItem(
      context(action, resource),
      (nextToken) => limit(() => request(nextToken)),
      (name) => names.push(name),
    );
    return names;
  };

  /** One call for one thing; `null` when it is gone. */
  const describe = <Described>(
    action: string,
    resource: string,
    work: () => Promise<Described>,
  ): Promise<Described | null> =>
    describingFailure(context(action, resource), () =>
      limit(async () => {
        try {
          return await work();
        } catch (error) {
          if (error instanceof Error && error.name === 'ResourceNotFoundException') return null;
          throw error;
        }
      }),
    );

  const nodeGroups = async (clusterName: string): Promise<readonly NodeGroup[]> => {
    const names = await list('eks:ListNodegroups', `cluster ${clusterName}`, async (nextToken) => {
      const command = new ListNodegroupsCommand({ clusterName, maxResults: EKS_PAGE_SIZE, nextToken });
      const answer = await eks.send(command, options);
      return { items: answeredList(answer.nodegroups, 'node groups'), nextToken: answer.nextToken };
    });
    return presentOnes(
      names.map((nodegroupName) =>
        describe(
          'eks:DescribeNodegroup',
          `node group ${nodegroupName} of cluster ${clusterName}`,
          async () => {
            const command = new DescribeNodegroupCommand({ clusterName, nodegroupName });
            const { nodegroup } = await eks.send(command, options);
            return nodeGroupRecord(required(nodegroup, `no node group ${nodegroupName}`));
          },
        ),
      ),
    );
  };

  const fargateProfiles = async (clusterName: string): Promise<readonly FargateProfile[]> => {
    const names = await list('eks:ListFargateProfiles', `cluster ${clusterName}`, async (nextToken) => {
      const command = new ListFargateProfilesCommand({ clusterName, maxResults: EKS_PAGE_SIZE, nextToken });
      const answer = await eks.send(command, options);
      return {
        items: answeredList(answer.fargateProfileNames, 'Fargate profiles'),
        nextToken: answer.nextToken,
      };
    });
    return presentOnes(
      names.map((fargateProfileName) =>
        describe(
          'eks:DescribeFargateProfile',
          `profile ${fargateProfileName} of cluster ${clusterName}`,
          async () => {
            const command = new DescribeFargateProfileCommand({ clusterName, fargateProfileName });
            const { fargateProfile } = await eks.send(command, options);
            return fargateProfileRecord(required(fargateProfile, `no Fargate profile ${fargateProfileName}`));
          },
        ),
      ),
    );
  };

  const vpcCni = (clusterName: string): Promise<EksCluster['vpcCni']> =>
    describe('eks:DescribeAddon', `add-on vpc-cni of cluster ${clusterName}`, async () => {
      const { addon } = await eks.send(
        new DescribeAddonCommand({ clusterName, addonName: 'vpc-cni' }),
        options,
      );
      return vpcCniRecord(required(addon, `no add-on vpc-cni of ${clusterName}`));
    });

  const cluster = async (name: string): Promise<EksCluster | null> => {
    const described = await describe('eks:DescribeCluster', `cluster ${name}`, async () => {
      const answer = await eks.send(new DescribeClusterCommand({ name }), options);
      return required(answer.cluster, `no cluster ${name}`);
    });
    if (described === null) return null;
    try {
      const [groups, profiles, cni] = await Promise.all([
        nodeGroups(name),
        fargateProfiles(name),
        vpcCni(name),
      ]);
      return clusterRecord(described, { nodeGroups: groups, fargateProfiles: profiles, vpcCni: cni });
    } catch (error) {
      // Its lists answer "not found" once the cluster itself is deleted.
      if (isGone(error)) return null;
      throw error;
    }
  };

  return {
    eksClusters: async () => {
      const names = await list('eks:ListClusters', undefined, async (nextToken) => {
        const answer = await eks.send(
          new ListClustersCommand({ maxResults: EKS_PAGE_SIZE, nextToken }),
          options,
        );
        return { items: answeredList(answer.clusters, 'clusters'), nextToken: answer.nextToken };
      });
      return describedOrRefused(await Promise.all(names.map((name) => orRefused(name, cluster(name)))));
    },

    autoScalingGroups: async () => {
      const groups: AutoScalingGroup[] = [];
      await eachItem(
        context('autoscaling:DescribeAutoScalingGroups'),
        async (NextToken) => {
          const command = new DescribeAutoScalingGroupsCommand({
            MaxRecords: AUTO_SCALING_PAGE_SIZE,
            NextToken,
          });
          const answer = await autoScaling.send(command, options);
          return {
            items: answeredList(answer.AutoScalingGroups, 'Auto Scaling groups').map(autoScalingGroupRecord),
            nextToken: answer.NextToken,
          };
        },
        (group) => groups.push(group),
      );
      return groups;
    },
  };
};

const orRefused = async (
  name: string,
  pending: Promise<EksCluster | null>,
): Promise<EksCluster | RefusedCluster | null> => {
  try {
    return await pending;
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return { name, problem: problemOf(error) };
  }
};

const describedOrRefused = (clusters: readonly (EksCluster | RefusedCluster | null)[]): EksClusters => ({
  described: clusters.flatMap((each) => (each === null || 'problem' in each ? [] : [each])),
  refused: clusters.flatMap((each) => (each !== null && 'problem' in each ? [each] : [])),
});

/** Waits for all of them, and only then throws the first failure: none is left running unheeded. */
const presentOnes = async <Described>(
  pending: readonly Promise<Described | null>[],
): Promise<readonly Described[]> => {
  const settled = await Promise.allSettled(pending);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return settled.flatMap((result) =>
    result.status === 'fulfilled' && result.value !== null ? [result.value] : [],
  );
};

const isGone = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && error.cause.name === 'ResourceNotFoundException';
