import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { AllocationService } from '../model/aws/allocation-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import {
  type AllocationFailureSource,
  ASKED_SERVICES,
  type FailuresSince,
} from './allocation-failure-source.ts';
import { failedFleets, failedSpotRequests } from './fleet-failures.ts';
import { failedActivities } from './scaling-activities.ts';
import { stoppedTasks } from './stopped-tasks.ts';

export interface AwsAllocationFailuresInput {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly target: Target;
  /** The caller's deadline. */
  readonly signal?: AbortSignal;
  /** The role the clients use, to name it in failures. */
  readonly roleArn?: string | null;
}

/** Asks the services of AWS that start things for those that did not start for want of an address. */
export const createAwsAllocationFailures = ({
  autoScaling,
  ec2,
  ecs,
  target,
  signal,
  roleArn = null,
}: AwsAllocationFailuresInput): AllocationFailureSource => {
  const asked = <Client>(client: Client) => ({
    client,
    target,
    roleArn,
    options: signal === undefined ? {} : { abortSignal: signal },
  });
  const services: ReadonlyMap<AllocationService, FailuresSince> = new Map<AllocationService, FailuresSince>([
    ['auto-scaling', (since) => failedActivities(asked(autoScaling), since)],
    ['ecs', (since) => stoppedTasks(asked(ecs), since)],
    ['ec2-fleet', (since) => failedFleets(asked(ec2), since)],
    ['spot', (since) => failedSpotRequests(asked(ec2), since)],
  ]);
  return {
    services: ASKED_SERVICES,
    failuresOf: async (service, since) => (await services.get(service)?.(since)) ?? [],
  };
};
