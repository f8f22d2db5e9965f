import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { clientSettings } from '../../shared/aws/client-settings.ts';
import { FUNCTION_ROLES, type FunctionRole } from '../../shared/aws/function-permissions.ts';
import type { SimulatedCalls } from '../../shared/aws/role-simulation.ts';
import {
  destinationStatements,
  type Statement,
  slackAppStatements,
} from '../../shared/config/destination-statements.ts';
import type { HeadroomConfiguration } from '../../shared/config/headroom-yml.ts';
import { awsFailure } from '../../shared/model/aws/aws-failure.ts';
import { answeredList } from '../../shared/model/aws/aws-pages.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError, problemOf } from '../../shared/model/base/errors.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';
import { failed, ok } from './doctor-answers.ts';
import { notAsked, type RoleDirectory, simulationChecks, withRoleDirectory } from './doctor-roles.ts';

/** A deployed stack, as far as its roles are asked about. */
interface DeployedStack {
  readonly name: string;
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  /** The physical id of each resource, by logical id. */
  readonly resources: ReadonlyMap<string, string>;
  readonly parameters: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
}

const STACK_ARN = /^arn:([\w-]+):cloudformation:([a-z0-9-]+):(\d{12}):stack\//;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist');

/** @throws HeadroomError when there is no such stack, or CloudFormation may not be asked */
const readStack = async (name: string, home: Target): Promise<DeployedStack> => {
  const client = new CloudFormationClient(clientSettings({ region: home.region }));
  let action = 'cloudformation:DescribeStacks';
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const [stack] = answeredList(Stacks, 'Stacks');
    const [, partition, region, accountId] = STACK_ARN.exec(stack?.StackId ?? '') ?? [];
    if (partition === undefined || region === undefined || accountId === undefined)
      throw new HeadroomError(
        'malformed-answer',
        `CloudFormation gave the stack ${name} without its ARN.`,
        'Run the same command again.',
      );
    action = 'cloudformation:ListStackResources';
    const resources = new Map<string, string>();
    for await (const page of paginateListStackResources({ client }, { StackName: name }))
      for (const each of answeredList(page.StackResourceSummaries, 'StackResourceSummaries', page.NextToken))
        if (each.ResourceStatus !== 'DELETE_COMPLETE')
          resources.set(each.LogicalResourceId ?? '', each.PhysicalResourceId ?? '');
    return {
      name,
      partition,
      region,
      accountId,
      resources,
      parameters: new Map(
        (stack?.Parameters ?? []).map((each) => [each.ParameterKey ?? '', each.ParameterValue ?? '']),
      ),
      outputs: new Map((stack?.Outputs ?? []).map((each) => [each.OutputKey ?? '', each.OutputValue ?? ''])),
    };
  } catch (error) {
    if (error instanceof HeadroomError) throw error;
    if (isMissing(error))
      throw new HeadroomError(
        'stack-missing',
        `There is no stack ${name} in ${home.accountId}/${home.region}.`,
        "Give the name of the deployment's stack, and its Region with --region.",
        { cause: error },
      );
    throw awsFailure(error, { action, target: home });
  } finally {
    client.destroy();
  }
};

/** ARNs by logical id, where the physical id is something else; https://docs.aws.amazon.com/service-authorization/. */
const ARN_OF: Readonly<Record<string, (stack: DeployedStack, id: string) => string>> = {
  AlertDeadLetters: (stack, id) => queueArn(stack, id),
  AlertKey: (stack, id) => inRegion(stack, 'kms', `key/${id}`),
  AlertTopic: (_, id) => id,
  CallEventQueue: (stack, id) => queueArn(stack, id),
  Configuration: (stack, id) => inRegion(stack, 'ssm', `parameter/${id.replace(/^\//, '')}`),
  PlanDashscanLambdaFunction: (stack, id) => inRegion(stack, 'lambda', `function:${id}`),
  StateTable: (stack, id) => inRegion(stack, 'dynamodb', `table/${id}`),
  TargetDeadLetters: (stack, id) => queueArn(stack, id),
  TargetQueue: (stack, id) => queueArn(stack, id),
};

const inRegion = ({ partition, region, accountId }: DeployedStack, service: string, rest: string): string =>
  `arn:${partition}:${service}:${region}:${accountId}:${rest}`;

/** A queue's physical id is its URL, which ends in its name. */
const queueArn = (stack: DeployedStack, url: string): string =>
  inRegion(stack, 'sqs', url.split('/').at(-1) ?? '');

/** `null`: this deployment does not have it, so nothing is called there. */
const resourceAt = (stack: DeployedStack, place: string): string | null => {
  if (place === '*') return '*';
  if (place === 'SlackParameter') {
    const name = stack.outputs.get('SlackParameterName') ?? stack.parameters.get('SlackParameter') ?? '';
    return name === '' ? null : inRegion(stack, 'ssm', `parameter/${name.replace(/^\//, '')}`);
  }
  const id = stack.resources.get(place);
  if (id === undefined) return place === 'AlertKey' ? (stack.parameters.get('KeyArn') ?? '') || null : null;
  if (place.endsWith('LogGroup')) return inRegion(stack, 'logs', `log-group:${id}:log-stream:headroom`);
  return ARN_OF[place]?.(stack, id) ?? id;
};

/** Texts of Fn::Sub name the partition, the account and the Region of the stack. A secret's ARN ends in six characters. */
const concrete = (stack: DeployedStack, resource: Statement['Resource'][number]): string =>
  (typeof resource === 'string' ? resource : resource['Fn::Sub'])
    .replaceAll('${AWS' + '::Partition}', stack.partition)
    .replaceAll('${AWS' + '::Region}', stack.region)
    .replaceAll('${AWS' + '::AccountId}', stack.accountId)
    .replace(/-\?{6}$/, '-headro');

const callsOf = (
  stack: DeployedStack,
  { role, needs }: FunctionRole,
  readers: readonly string[],
  { destinations }: Pick<HeadroomConfiguration, 'destinations'>,
): readonly SimulatedCalls[] => {
  const all = [...destinations.values()];
  const statements =
    role === 'SlackInteractivityRole'
      ? slackAppStatements(all)
      : role === 'PlanScanRole' || role === 'ScanTargetRole'
        ? destinationStatements(all)
        : [];
  return [
    ...needs.flatMap(([place, actions]) => {
      if (place === 'readers') return readers.map((resource) => ({ actions, resource }));
      const resource = resourceAt(stack, place);
      return resource === null ? [] : [{ actions, resource }];
    }),
    ...statements.flatMap(({ Action, Resource }) =>
      Resource.map((resource) => ({ actions: [Action], resource: concrete(stack, resource) })),
    ),
  ];
};

/** Accounts of one organization, whichever it is: policies compare the two keys. */
const SAME_ORGANIZATION = { 'aws:ResourceOrgID': 'o-headroom00', 'aws:PrincipalOrgID': 'o-headroom00' };

/** What the policies of roles compare: the namespace of metrics, the organization of other accounts, the sender of e-mails. */
const contextOf = ({
  metrics,
  destinations,
}: Pick<HeadroomConfiguration, 'metrics' | 'destinations'>): Readonly<Record<string, string>> => {
  const sender = [...destinations.values()].find(({ kind }) => kind === 'email');
  return {
    'cloudwatch:namespace': metrics.namespace,
    ...SAME_ORGANIZATION,
    ...(sender?.kind === 'email' ? { 'ses:FromAddress': sender.from } : {}),
  };
};

const checkRole = async (
  stack: DeployedStack,
  needed: FunctionRole,
  roles: RoleDirectory,
  readers: readonly string[],
  configuration: HeadroomConfiguration,
): Promise<readonly DoctorCheck[]> => {
  const subject = stack.resources.get(needed.role);
  if (subject === undefined)
    return [
      failed('role', needed.role, {
        code: 'role-missing',
        message: `The stack ${stack.name} has no role ${needed.role}.`,
        action: `Deploy this version of Headroom to the stack ${stack.name}.`,
      }),
    ];
  const calls = callsOf(stack, needed, readers, configuration);
  return simulationChecks(
    subject,
    calls,
    `Deploy this version of Headroom with its headroom.yml to the stack ${stack.name}, which makes the role.`,
    async () => roles.refusals((await roles.read(subject)).arn, calls, contextOf(configuration)),
  );
};

/**
 * What IAM says of every role of a deployment's functions.
 *
 * @param readers the roles of other accounts that the deployment reads
 */
export const checkFunctions = async (
  stackName: string,
  home: Target,
  readers: readonly string[],
  configuration: HeadroomConfiguration,
): Promise<readonly DoctorCheck[]> => {
  try {
    const stack = await readStack(stackName, home);
    const where = `${stack.accountId}/${stack.region}`;
    const checks: DoctorCheck[] = [ok('stack', stackName, `It is deployed in ${where}.`)];
    await withRoleDirectory(home, async (roles) => {
      for (const needed of FUNCTION_ROLES)
        checks.push(...(await checkRole(stack, needed, roles, readers, configuration)));
    });
    return checks;
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    const problem = problemOf(error);
    return [
      problem.code === 'stack-missing'
        ? failed('stack', stackName, problem)
        : notAsked('stack', stackName, problem),
    ];
  }
};
