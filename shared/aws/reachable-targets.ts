import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { KubernetesSettings } from '../config/headroom-yml.ts';
import { accountOfRole } from '../model/aws/arn.ts';
import { awsFailure } from '../model/aws/aws-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import type { TargetSources } from '../pipeline/collect.ts';
import { CallBudgets } from './call-budget.ts';
import { CallMeter } from './call-meter.ts';
import { createTargetClients, type TargetClients } from './clients.ts';
import { missingProfile } from './own-credentials.ts';
import { createTargetSources } from './target-sources.ts';

/** Stands for an account whose number is unknown, because its credentials do not work. */
export const UNKNOWN_ACCOUNT = 'unknown';

export interface ReachableTarget {
  readonly target: Target;
  readonly sources: TargetSources;
  readonly meter: CallMeter;
  close(): void;
}

export interface UnreachableTarget {
  readonly target: Target;
  readonly problem: Problem;
}

export interface OpenedTargets {
  readonly opened: ReachableTarget[];
  readonly failed: UnreachableTarget[];
}

export interface TargetRequest {
  /** Empty: the Region of the SDK's chain. */
  readonly regions: readonly string[];
  /** Empty: the credentials of the SDK's chain, as they are. */
  readonly roleArns: readonly string[];
  readonly externalId?: string | undefined;
  /** How much of EC2's request quota may be taken in each account and Region, from 0.01 to 1. */
  readonly quotaShare: number;
  readonly signal?: AbortSignal | undefined;
  /** Absent or `null`: the Kubernetes API of no cluster is read. */
  readonly kubernetes?: KubernetesSettings | null;
}

const ownAccount = async (clients: TargetClients, region: string): Promise<string> => {
  try {
    const identity = await clients.sts.send(new GetCallerIdentityCommand({}));
    return identity.Account ?? UNKNOWN_ACCOUNT;
  } catch (error) {
    throw awsFailure(error, {
      action: 'sts:GetCallerIdentity',
      target: { accountId: UNKNOWN_ACCOUNT, region },
    });
  }
};

/** The Region of the SDK's chain: AWS_REGION, then the profile's. */
const defaultRegion = async (): Promise<string> => {
  const clients = createTargetClients({ meter: new CallMeter() });
  try {
    return await clients.ec2.config.region();
  } catch (error) {
    const missing = await missingProfile();
    if (missing !== null)
      throw new HeadroomError(
        'no-region',
        `No AWS Region is configured: ${missing}`,
        'Correct AWS_PROFILE, or unset it and set a Region with `--region` or `AWS_REGION`.',
      );
    throw awsFailure(error, {
      action: 'ec2:DescribeSubnets',
      target: { accountId: UNKNOWN_ACCOUNT, region: 'none' },
    });
  } finally {
    clients.destroy();
  }
};

/** The Region of the SDK's chain, or this one where the chain has none. @throws AwsFailure when there is neither */
export const homeRegion = async (otherwise: string | undefined): Promise<string> => {
  try {
    return await defaultRegion();
  } catch (error) {
    if (otherwise === undefined) throw error;
    return otherwise;
  }
};

/** The account of the SDK's chain, in a Region. @throws AwsFailure when AWS does not tell the account */
export const homeIn = async (region: string): Promise<Target> => {
  const clients = createTargetClients({ region, meter: new CallMeter() });
  try {
    return { accountId: await ownAccount(clients, region), region };
  } finally {
    clients.destroy();
  }
};

/**
 * Opens every account x Region that was asked for: each with clients of its own, so that the retries of one do not
 * slow another. A target whose credentials do not work is reported by itself and does not hinder the others.
 */
export const openTargets = async ({
  regions,
  roleArns,
  externalId,
  quotaShare,
  signal,
  kubernetes,
}: TargetRequest): Promise<OpenedTargets> => {
  const wanted = regions.length > 0 ? [...new Set(regions)] : [await defaultRegion()];
  const roles: readonly (string | null)[] = roleArns.length > 0 ? [...new Set(roleArns)] : [null];
  const budgets = new CallBudgets();
  const opened: ReachableTarget[] = [];
  const failed: UnreachableTarget[] = [];
  let own: string | HeadroomError | undefined;

  for (const roleArn of roles) {
    for (const region of wanted) {
      const meter = new CallMeter();
      const clients = createTargetClients({
        region,
        meter,
        // One account has one role here.
        budget: budgets.of({ accountId: roleArn ?? UNKNOWN_ACCOUNT, region }, quotaShare),
        role: roleArn === null ? undefined : { roleArn, externalId: externalId ?? null },
      });
      let accountId = roleArn === null ? null : accountOfRole(roleArn);
      if (accountId === null) {
        own ??= await ownAccount(clients, region).catch((error: unknown) => {
          if (error instanceof HeadroomError) return error;
          throw error;
        });
        if (own instanceof HeadroomError) {
          clients.destroy();
          failed.push({ target: { accountId: UNKNOWN_ACCOUNT, region }, problem: problemOf(own) });
          continue;
        }
        accountId = own;
      }
      const target = { accountId, region };
      opened.push({
        target,
        sources: createTargetSources(target, clients, {
          roleArn,
          kubernetes: kubernetes ?? null,
          ...(signal === undefined ? {} : { signal }),
        }),
        meter,
        close: () => clients.destroy(),
      });
    }
  }
  return { opened, failed };
};
