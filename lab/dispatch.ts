import { denied, matchesAction } from './access.ts';
import type { LabClock } from './clock.ts';
import type { Estate } from './estate/estate.ts';
import type { EstateView } from './estate/estate-view.ts';
import type { World } from './estate/world.ts';
import type { Fault, Faults, StruckRequest } from './faults/fault.ts';
import type { Identities } from './http/identity.ts';
import { LabError } from './http/lab-error.ts';
import type { Parameters } from './http/parameters.ts';
import { ec2Query, type Protocol } from './http/protocol.ts';
import type { RawRequest, Reply } from './http/server.ts';
import type { ActionContext, LabService } from './service.ts';

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

interface DispatchInput {
  readonly services: readonly LabService[];
  readonly estate: Estate;
  readonly identities: Identities;
  readonly faults: Faults;
  readonly clock: LabClock;
  /** Where requests are written down. */
  readonly calls: LabCall[];
}

/** For requests that no service claims. */
const NO_SERVICE: Protocol = ec2Query('');

/** The credential scope ends in `/service/aws4_request`. */
const SIGNING_NAME = /\/([^/]+)\/aws4_request/;

/**
 * Leads a request to its action: which service, which protocol, who calls, what is allowed, what goes wrong on purpose.
 * `null`: no answer, ever.
 */
export const createDispatch = (lab: DispatchInput): ((request: RawRequest, url: string) => Reply | null) => {
  return (request, url) => {
    const signingName = SIGNING_NAME.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const service = lab.services.find((each) => each.signingName === signingName);
    const protocol = service?.protocols.find((each) => each.speaks(request)) ?? NO_SERVICE;
    const requestId = `00000000-0000-4000-9000-${String(lab.calls.length + 1).padStart(12, '0')}`;
    const known = {
      service: service?.name ?? signingName,
      action: '',
      accountId: '',
      region: '',
      parameters: {},
    };
    const record = (status: number, errorCode: string | null): void => {
      lab.calls.push({ ...known, at: lab.clock.now(), status, errorCode });
    };
    try {
      if (signingName === '') {
        throw new LabError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
      }
      if (service === undefined) {
        throw new LabError('UnknownService', `The lab does not know the service "${signingName}".`, 404);
      }
      Object.assign(known, protocol.read(request));
      const context = contextOf(lab, request, service, known.parameters, url);
      Object.assign(known, { accountId: context.accountId, region: context.region });
      const struck: StruckRequest = {
        ...context,
        service,
        action: known.action,
        callerArn: context.caller.arn,
      };
      const striking = lab.faults.striking(struck);
      if (striking.some(({ hangs }) => hangs)) {
        record(0, null);
        return null;
      }
      const act = Object.hasOwn(service.actions, known.action) ? service.actions[known.action] : undefined;
      if (act === undefined) {
        throw new LabError('InvalidAction', `The action ${known.action} is not valid for this web service.`);
      }
      refuse(request, context, struck, striking);
      const answered = striking.reduce(
        (answer, fault) => fault.answer?.(answer, struck) ?? answer,
        act(context),
      );
      const answer = protocol.answer(known.action, answered, requestId);
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
};

const contextOf = (
  { estate, identities, clock }: DispatchInput,
  request: RawRequest,
  service: LabService,
  parameters: Parameters,
  url: string,
): ActionContext => {
  const caller = identities.callerOf(request.headers, Date.now());
  const { accountId, region } = caller;
  const account = estate.accounts.find((each) => each.accountId === accountId);
  if (account === undefined || (service.name === 'ec2' && !account.regions.includes(region))) {
    throw new LabError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
  }
  const view = (): EstateView => estate.view(accountId, region, clock.now());
  const change = <Result>(alter: (world: World) => Result): Result => {
    if (estate.change === undefined) {
      throw new LabError('UnsupportedOperation', `The lab's estate ${estate.name} takes no orders.`);
    }
    return estate.change(clock.now(), alter);
  };
  return { caller, account, accountId, region, parameters, estate, clock, identities, url, view, change };
};

/** Everything that stands between a known action and its answer: injected errors, permissions, sizes. */
const refuse = (
  request: RawRequest,
  { account }: ActionContext,
  struck: StruckRequest,
  striking: readonly Fault[],
): void => {
  const { service, action, callerArn } = struck;
  for (const fault of striking) {
    const error = fault.error?.(struck);
    if (error) throw error;
  }
  const permission = `${service.iamPrefix}:${action}`;
  if (account.deniedActions.some((pattern) => matchesAction(pattern, permission))) {
    throw denied(service, action, callerArn);
  }
  if (service.maximumRequestBytes !== undefined && request.wireBytes > service.maximumRequestBytes) {
    throw new LabError('RequestEntityTooLarge', 'Request size exceeded the service limit.', 413);
  }
};
