import { denied, matchesAction } from './access.ts';
import { createLabClock, type LabClock } from './clock.ts';
import type { EstateBlueprint } from './estate/estate.ts';
import { type Fault, Faults, type StruckRequest } from './faults/fault.ts';
import { Identities } from './http/identity.ts';
import { LabError } from './http/lab-error.ts';
import type { Parameters } from './http/parameters.ts';
import { ec2Query, type Protocol } from './http/protocol.ts';
import { listenOnLoopback, type RawRequest, type Reply } from './http/server.ts';
import type { ActionContext, LabService } from './service.ts';
import { createCloudWatch, type StoredDatum } from './services/cloudwatch.ts';
import { ec2 } from './services/ec2/ec2.ts';
import { createSns, type PublishedMessage } from './services/sns.ts';
import { sts } from './services/sts.ts';

/** One request that the lab answered, or left hanging. */
export interface LabCall {
  readonly service: string;
  readonly action: string;
  readonly accountId: string;
  readonly region: string;
  /** Simulated time, epoch milliseconds. */
  readonly at: number;
  /** HTTP status; 0 for a request that was left hanging. */
  readonly status: number;
  readonly errorCode: string | null;
  readonly parameters: Parameters;
}

export interface Lab {
  /** For `AWS_ENDPOINT_URL`: every service answers here. */
  readonly url: string;
  readonly clock: LabClock;
  readonly faults: Faults;
  /** Every request so far, in order. */
  readonly calls: LabCall[];
  /** What was published to topics, in order. */
  readonly sns: readonly PublishedMessage[];
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
}

/** Starts a small AWS on 127.0.0.1 over a simulated estate. Nothing of it leaves the machine. */
export const startLab = async ({
  estate: blueprint,
  clock = createLabClock(),
  port = 0,
}: LabOptions): Promise<Lab> => {
  const estate = blueprint.build(clock.startsAt);
  const identities = new Identities(
    estate.accounts.map(({ accountId }) => accountId),
    estate.homeAccountId,
  );
  const faults = new Faults();
  const calls: LabCall[] = [];
  const cloudwatch = createCloudWatch();
  const sns = createSns();
  const services: readonly LabService[] = [ec2, sts, cloudwatch.service, sns.service];

  const contextOf = (
    request: RawRequest,
    service: LabService,
    parameters: Parameters,
    url: string,
  ): ActionContext => {
    const caller = identities.callerOf(request.headers, Date.now());
    const account = estate.accounts.find(({ accountId }) => accountId === caller.accountId);
    if (account === undefined)
      throw new LabError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
    if (service.name === 'ec2' && !account.regions.includes(caller.region)) {
      throw new LabError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
    }
    const { accountId, region } = caller;
    const view = (): ReturnType<typeof estate.view> => estate.view(accountId, region, clock.now());
    return { caller, account, accountId, region, parameters, estate, clock, identities, url, view };
  };

  const respond = (request: RawRequest, url: string): Reply | null => {
    const signingName = /\/([^/]+)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const service = services.find((each) => each.signingName === signingName);
    const protocol = service?.protocols.find((each) => each.speaks(request)) ?? FALLBACK;
    const requestId = `00000000-0000-4000-9000-${String(calls.length + 1).padStart(12, '0')}`;
    let action = '';
    let parameters: Parameters = {};
    let context: ActionContext | undefined;
    const record = (status: number, errorCode: string | null): void => {
      const { accountId = '', region = '' } = context ?? {};
      calls.push({
        service: service?.name ?? signingName,
        action,
        accountId,
        region,
        at: clock.now(),
        status,
        errorCode,
        parameters,
      });
    };
    try {
      if (signingName === '')
        throw new LabError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
      if (service === undefined)
        throw new LabError('UnknownService', `The lab does not know the service "${signingName}".`, 404);
      ({ action, parameters } = protocol.read(request));
      context = contextOf(request, service, parameters, url);
      const struck: StruckRequest = { ...context, service, action, callerArn: context.caller.arn };
      const striking = faults.striking(struck);
      if (striking.some(({ hangs }) => hangs)) {
        record(0, null);
        return null;
      }
      const act = Object.hasOwn(service.actions, action) ? service.actions[action] : undefined;
      if (act === undefined)
        throw new LabError('InvalidAction', `The action ${action} is not valid for this web service.`);
      refuse(request, context, struck, striking);
      const answered = striking.reduce(
        (answer, fault) => fault.answer?.(answer, struck) ?? answer,
        act(context),
      );
      const answer = protocol.answer(action, answered, requestId);
      record(answer.status, null);
      const shaping = striking.find(({ body }) => body !== undefined);
      return { answer, steps: shaping?.body?.(answer.body) ?? answer.body };
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      record(error.status, error.code);
      const answer = protocol.failure(error, requestId);
      return { answer, steps: answer.body };
    }
  };

  const { url, close } = await listenOnLoopback(port, respond);
  return {
    url,
    clock,
    faults,
    calls,
    sns: sns.messages,
    metrics: cloudwatch.data,
    deleteTopic: (topicArn) => void sns.deletedTopics.add(topicArn),
    close,
  };
};

/** For requests that no service claims. */
const FALLBACK: Protocol = ec2Query('');

/** Everything that stands between a known action and its answer: permissions, sizes, injected errors. */
const refuse = (
  request: RawRequest,
  context: ActionContext,
  struck: StruckRequest,
  striking: readonly Fault[],
): void => {
  const { service, action, callerArn } = struck;
  for (const fault of striking) {
    const error = fault.error?.(struck);
    if (error) throw error;
  }
  const permission = `${service.iamPrefix}:${action}`;
  if (context.account.deniedActions.some((pattern) => matchesAction(pattern, permission))) {
    throw denied(service, action, callerArn);
  }
  if (service.maximumRequestBytes !== undefined && request.wireBytes > service.maximumRequestBytes) {
    throw new LabError('RequestEntityTooLarge', 'Request size exceeded the service limit.', 413);
  }
};
