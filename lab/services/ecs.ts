import type { LabEcsService } from '../estate/records.ts';
import { LabError } from '../http/lab-error.ts';
import { type PageLimits, pageOf } from '../http/pages.ts';
import { requiredText, textList } from '../http/parameters.ts';
import { awsJson } from '../http/protocol.ts';
import type { Action, ActionContext, LabService } from '../service.ts';
import { eachOf } from './ec2/each-of.ts';

/** ECS API reference: `maxResults` of every list is 1 to 100. */
const PAGE: PageLimits = {
  parameter: 'maxResults',
  token: 'nextToken',
  minimum: 1,
  maximum: 100,
  otherwise: 100,
};
/** ECS API reference, DescribeServices and DescribeTasks. */
const MOST_SERVICES = 10;
const MOST_TASKS = 100;
/** ECS shows stopped tasks for about an hour. */
const STOPPED_KEPT = 3_600_000;

const arn = ({ region, accountId }: ActionContext, rest: string): string =>
  `arn:aws:ecs:${region}:${accountId}:${rest}`;
const lastPart = (text: string): string => text.slice(text.lastIndexOf('/') + 1);

const servicesIn = (context: ActionContext): readonly LabEcsService[] => {
  const name = lastPart(requiredText(context.parameters, 'cluster'));
  const own = [...eachOf(context.view().ecsServices)].filter(({ clusterName }) => clusterName === name);
  if (own.length === 0) throw new LabError('ClusterNotFoundException', 'Cluster not found.');
  return own;
};

const listClusters: Action = (context) => {
  const names = [...new Set([...eachOf(context.view().ecsServices)].map(({ clusterName }) => clusterName))];
  const page = pageOf(names, 'ListClusters', context.parameters, PAGE);
  return { clusterArns: page.map((name) => arn(context, `cluster/${name}`)), nextToken: page.nextToken };
};

const listServices: Action = (context) => {
  const page = pageOf(servicesIn(context), 'ListServices', context.parameters, PAGE);
  return {
    serviceArns: page.map(({ clusterName, name }) => arn(context, `service/${clusterName}/${name}`)),
    nextToken: page.nextToken,
  };
};

const describeServices: Action = (context) => {
  const wanted = textList(context.parameters, 'services').map(lastPart);
  if (wanted.length === 0 || wanted.length > MOST_SERVICES)
    throw new LabError('InvalidParameterException', 'Services can have 1 to 10 items.');
  const own = servicesIn(context);
  const found = own.filter(({ name }) => wanted.includes(name));
  return {
    services: found.map(({ clusterName, name, subnetIds, events }) => ({
      serviceArn: arn(context, `service/${clusterName}/${name}`),
      serviceName: name,
      clusterArn: arn(context, `cluster/${clusterName}`),
      status: 'ACTIVE',
      networkConfiguration: { awsvpcConfiguration: { subnets: subnetIds, assignPublicIp: 'DISABLED' } },
      events: events
        .slice(0, 100)
        .map(({ at, message }, index) => ({ id: `${name}-${index}`, createdAt: at, message })),
    })),
    failures: wanted
      .filter((name) => !found.some((service) => service.name === name))
      .map((name) => ({ arn: name, reason: 'MISSING' })),
  };
};

const tasksIn = (context: ActionContext) =>
  servicesIn(context).flatMap((service) =>
    service.stoppedTasks
      .filter(({ at }) => context.clock.now() - at.getTime() <= STOPPED_KEPT)
      .map((task) => ({ ...task, service })),
  );

const listTasks: Action = (context) => {
  const isStopped = context.parameters['desiredStatus'] === 'STOPPED';
  const page = pageOf(isStopped ? tasksIn(context) : [], 'ListTasks', context.parameters, PAGE);
  return {
    taskArns: page.map(({ taskId, service }) => arn(context, `task/${service.clusterName}/${taskId}`)),
    nextToken: page.nextToken,
  };
};

const describeTasks: Action = (context) => {
  const wanted = new Set(textList(context.parameters, 'tasks').map(lastPart));
  if (wanted.size === 0 || wanted.size > MOST_TASKS)
    throw new LabError('InvalidParameterException', 'Tasks can have 1 to 100 items.');
  return {
    tasks: tasksIn(context)
      .filter(({ taskId }) => wanted.has(taskId))
      .map(({ taskId, at, reason, subnetId, availabilityZone, service }) => ({
        taskArn: arn(context, `task/${service.clusterName}/${taskId}`),
        clusterArn: arn(context, `cluster/${service.clusterName}`),
        group: `service:${service.name}`,
        lastStatus: 'STOPPED',
        desiredStatus: 'STOPPED',
        stopCode: 'TaskFailedToStart',
        stoppedReason: reason,
        stoppedAt: at,
        availabilityZone,
        launchType: 'FARGATE',
        attachments: [
          {
            id: taskId,
            type: 'ElasticNetworkInterface',
            status: 'DELETED',
            details: [{ name: 'subnetId', value: subnetId }],
          },
        ],
        containers: [],
      })),
    failures: [],
  };
};

/** Services and their stopped tasks; clusters are those that have a service. */
export const ecs: LabService = {
  name: 'ecs',
  signingName: 'ecs',
  iamPrefix: 'ecs',
  protocols: [awsJson('1.1')],
  actions: {
    DescribeServices: describeServices,
    DescribeTasks: describeTasks,
    ListClusters: listClusters,
    ListServices: listServices,
    ListTasks: listTasks,
  },
};
