import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListClustersCommand,
  ListServicesCommand,
  ListTasksCommand,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs';
import pLimit from 'p-limit';
import { type AllocationFailure, refusalIn } from '../model/aws/allocation-failure.ts';
import { answeredList, describingFailure, eachItem, type Page } from '../model/aws/aws-pages.ts';
import type { AskedService } from './asked-service.ts';

/** The most of one page or one call: ECS API reference, each operation. */
const PAGE_SIZE = 100;
const SERVICES_A_CALL = 10;
const TASKS_A_CALL = 100;

/** Clusters that are read at a time. ECS lets an account read 20 times a second (ECS API reference, request throttling). */
const AT_ONCE = 4;

/**
 * Tasks of ECS that got no address: those that ECS stopped, which it shows for about an hour, and what services say of tasks
 * that they could not start. RunTask itself succeeds, so its caller hears of neither. What both say is counted once, by
 * the tasks.
 */
export const stoppedTasks = async (
  asked: AskedService<ECSClient>,
  since: number,
): Promise<readonly AllocationFailure[]> => {
  const clusters = await listed(asked, 'ListClusters', async (nextToken) => {
    const answer = await asked.client.send(
      new ListClustersCommand({ maxResults: PAGE_SIZE, nextToken }),
      asked.options,
    );
    return { items: answeredList(answer.clusterArns, 'clusters'), nextToken: answer.nextToken };
  });
  const limit = pLimit(AT_ONCE);
  const found = await Promise.all(
    clusters.map((cluster) =>
      limit(async () => {
        const tasks = await failedTasks(asked, cluster, since);
        const known = new Set(tasks.map(keyOf));
        const events = await failedEvents(asked, cluster, since);
        return [...tasks, ...events.filter((event) => !known.has(keyOf(event)))];
      }),
    ),
  );
  return found.flat();
};

const keyOf = ({ resource, code }: AllocationFailure): string => `${resource} ${code}`;

const listed = async (
  { target, roleArn }: AskedService<ECSClient>,
  operation: string,
  request: (nextToken: string | undefined) => Promise<Page<string>>,
): Promise<readonly string[]> => {
  const arns: string[] = [];
  await eachItem({ action: `ecs:${operation}`, target, roleArn }, request, (arn) => arns.push(arn));
  return arns;
};

const failedTasks = async (
  asked: AskedService<ECSClient>,
  cluster: string,
  since: number,
): Promise<readonly AllocationFailure[]> => {
  const arns = await listed(asked, 'ListTasks', async (nextToken) => {
    const answer = await asked.client.send(
      new ListTasksCommand({ cluster, desiredStatus: 'STOPPED', maxResults: PAGE_SIZE, nextToken }),
      asked.options,
    );
    return { items: answeredList(answer.taskArns, 'tasks'), nextToken: answer.nextToken };
  });
  const failures: AllocationFailure[] = [];
  for (const tasks of batches(arns, TASKS_A_CALL)) {
    const answer = await describingFailure({ ...asked, action: 'ecs:DescribeTasks' }, () =>
      asked.client.send(new DescribeTasksCommand({ cluster, tasks }), asked.options),
    );
    for (const task of answeredList(answer.tasks, 'tasks')) {
      failures.push(...failureOfTask(task, cluster, since));
    }
  }
  return failures;
};

const failedEvents = async (
  asked: AskedService<ECSClient>,
  cluster: string,
  since: number,
): Promise<readonly AllocationFailure[]> => {
  const arns = await listed(asked, 'ListServices', async (nextToken) => {
    const answer = await asked.client.send(
      new ListServicesCommand({ cluster, maxResults: PAGE_SIZE, nextToken }),
      asked.options,
    );
    return { items: answeredList(answer.serviceArns, 'services'), nextToken: answer.nextToken };
  });
  const failures: AllocationFailure[] = [];
  for (const services of batches(arns, SERVICES_A_CALL)) {
    const answer = await describingFailure({ ...asked, action: 'ecs:DescribeServices' }, () =>
      asked.client.send(new DescribeServicesCommand({ cluster, services }), asked.options),
    );
    for (const service of answeredList(answer.services, 'services')) {
      failures.push(...failuresOfService(service, cluster, since));
    }
  }
  return failures;
};

const failureOfTask = (task: Task, cluster: string, since: number): readonly AllocationFailure[] => {
  const { attachments = [], availabilityZone, containers = [], group, stoppedAt, stoppedReason } = task;
  const at = stoppedAt ?? task.stoppingAt ?? task.createdAt;
  if (at !== undefined && at.getTime() < since) return [];
  const texts = [stoppedReason, ...containers.map(({ reason }) => reason)].filter(
    (text) => text !== undefined,
  );
  const [first] = texts.flatMap((text) => {
    const refusal = refusalIn(text);
    return refusal === null ? [] : [{ ...refusal, text }];
  });
  if (first === undefined) return [];
  const subnet = attachments
    .flatMap(({ details = [] }) => details)
    .find(({ name, value }) => name === 'subnetId' && value !== undefined && value !== '');
  return [
    {
      at: at?.toISOString() ?? null,
      service: 'ecs',
      // `service:web` or `family:nightly-report`.
      resource: `${nameIn(cluster)}/${group?.replace(/^\w+:/, '') ?? nameIn(task.taskDefinitionArn ?? 'task')}`,
      code: first.code,
      subnetId: first.subnetId ?? subnet?.value ?? null,
      availabilityZone: availabilityZone ?? null,
      text: first.text,
    },
  ];
};

const failuresOfService = (
  { serviceName, events = [], networkConfiguration }: Service,
  cluster: string,
  since: number,
): readonly AllocationFailure[] =>
  events.flatMap(({ createdAt, message = '' }): AllocationFailure[] => {
    const refusal = refusalIn(message);
    if (refusal === null || serviceName === undefined) return [];
    if (createdAt === undefined || createdAt.getTime() < since) return [];
    const [only, ...others] = networkConfiguration?.awsvpcConfiguration?.subnets ?? [];
    return [
      {
        at: createdAt.toISOString(),
        service: 'ecs',
        resource: `${nameIn(cluster)}/${serviceName}`,
        code: refusal.code,
        // A service with one subnet can only mean that one.
        subnetId: refusal.subnetId ?? (others.length === 0 ? (only ?? null) : null),
        availabilityZone: null,
        text: message,
      },
    ];
  });

/** The last part of an ARN. */
const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const batches = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
