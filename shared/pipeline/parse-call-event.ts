import * as z from 'zod';
import {
  type AllocationFailure,
  type AllocationService,
  refusalIn,
} from '../model/aws/allocation-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { ACCOUNT_ID, REGION } from '../model/aws/word-patterns.ts';

/**
 * A call to EC2 that CloudTrail wrote down and EventBridge passed on. It was refused for want of an address, or it made or
 * removed something that holds addresses.
 */
export interface CallEvent {
  /** CloudTrail's own id: both services may deliver an event twice. */
  readonly eventId: string;
  readonly target: Target;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly refusals: readonly AllocationFailure[];
  /** What to read again. Empty for a refused call, which changed nothing. */
  readonly changed: ChangedThings;
}

/** Ids of what a call touched: subnets where the call names them, otherwise what is known to lie in one. */
export interface ChangedThings {
  readonly subnetIds: readonly string[];
  readonly interfaceIds: readonly string[];
  /** Subnets whose reservations changed. */
  readonly reservedIn: readonly string[];
}

const NOTHING: ChangedThings = { subnetIds: [], interfaceIds: [], reservedIn: [] };

const optionalText = z.string().max(4_096).nullish().catch(null);

const schema = z.object({
  account: z.string().regex(ACCOUNT_ID.pattern),
  region: z.string().regex(REGION.pattern),
  time: z.iso.datetime({ offset: true }),
  source: z.literal('aws.ec2'),
  'detail-type': z.literal('AWS API Call via CloudTrail'),
  detail: z.object({
    eventID: z.string().min(1).max(128),
    eventName: z.string().regex(/^[A-Za-z]{1,128}$/),
    eventTime: z.iso.datetime({ offset: true }).nullish().catch(null),
    errorCode: optionalText,
    errorMessage: optionalText,
    userIdentity: z
      .object({
        arn: optionalText,
        invokedBy: optionalText,
        sessionContext: z
          .object({ sessionIssuer: z.object({ userName: optionalText }).nullish().catch(null) })
          .nullish()
          .catch(null),
      })
      .nullish()
      .catch(null),
    requestParameters: z.unknown(),
    responseElements: z.unknown(),
  }),
});

type Detail = z.infer<typeof schema>['detail'];

/** AWS services whose own record of failures is read. They ask EC2 on behalf of the account, and CloudTrail names them. */
const READ_ELSEWHERE: Readonly<Record<string, AllocationService>> = {
  'autoscaling.amazonaws.com': 'auto-scaling',
  'ecs.amazonaws.com': 'ecs',
  'ec2fleet.amazonaws.com': 'ec2-fleet',
  'spotfleet.amazonaws.com': 'spot',
  'spot.amazonaws.com': 'spot',
};

/**
 * The event in a message; `null`: it is none of those that the rules select.
 *
 * `source` is trustworthy: only AWS may put events whose source begins with `aws.`, and EventBridge itself sets the account.
 */
export const parseCallEvent = (body: string): CallEvent | null => {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return null;
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return null;
  const { account, detail, region, time } = parsed.data;
  const at = new Date(detail.eventTime ?? time);
  const errorCode = detail.errorCode ?? null;
  return {
    eventId: detail.eventID,
    target: { accountId: account, region },
    at: at.getTime(),
    refusals: errorCode === null ? refusalsOfFleet(detail, at) : refusalOfCall(detail, errorCode, at),
    changed: errorCode === null ? changedBy(detail) : NOTHING,
  };
};

/** EC2's codes begin with `Client.` in CloudTrail. */
const refusalOfCall = (detail: Detail, errorCode: string, at: Date): readonly AllocationFailure[] => {
  const message = detail.errorMessage ?? '';
  const refusal = refusalIn(`${errorCode}: ${message}`);
  if (refusal === null) return [];
  const text = `${detail.eventName}: ${message === '' ? errorCode : message}`;
  return [
    {
      ...callerOf(detail),
      at: at.toISOString(),
      code: refusal.code,
      subnetId: refusal.subnetId ?? firstIn(detail.requestParameters, SUBNET_ID),
      availabilityZone: firstIn(detail.requestParameters, ZONE),
      text,
    },
  ];
};

/** `CreateFleet` of type instant succeeds as a call, and names what it could not start in its answer. */
const refusalsOfFleet = (detail: Detail, at: Date): readonly AllocationFailure[] => {
  if (detail.eventName !== 'CreateFleet') return [];
  return recordsWith(detail.responseElements, 'errorCode').flatMap((error): AllocationFailure[] => {
    const message = asText(error['errorMessage']);
    const refusal = refusalIn(`${asText(error['errorCode'])}: ${message}`);
    if (refusal === null) return [];
    return [
      {
        ...callerOf(detail),
        at: at.toISOString(),
        code: refusal.code,
        subnetId: refusal.subnetId ?? firstIn(error, SUBNET_ID),
        availabilityZone: firstIn(error, ZONE),
        text: `CreateFleet: ${message === '' ? refusal.code : message}`,
      },
    ];
  });
};

const LONGEST_CALLER = 128;

const callerOf = ({ userIdentity }: Detail): { service: AllocationService; resource: string } => {
  const invokedBy = userIdentity?.invokedBy ?? null;
  const name =
    (invokedBy === 'AWS Internal' ? null : invokedBy) ??
    userIdentity?.sessionContext?.sessionIssuer?.userName ??
    userIdentity?.arn?.split('/').at(-1) ??
    'unknown';
  return {
    service: (invokedBy === null ? undefined : READ_ELSEWHERE[invokedBy]) ?? 'ec2-calls',
    resource: name.slice(0, LONGEST_CALLER),
  };
};

const changedBy = ({ eventName, requestParameters, responseElements }: Detail): ChangedThings => {
  const texts = [...textsIn(requestParameters), ...textsIn(responseElements)];
  const subnetIds = distinct(texts, SUBNET_ID);
  if (/SubnetCidrReservation$/.test(eventName)) return { ...NOTHING, subnetIds, reservedIn: subnetIds };
  return { ...NOTHING, subnetIds, interfaceIds: distinct(texts, INTERFACE_ID) };
};

const SUBNET_ID = /^subnet-[0-9a-f]{1,32}$/;
const INTERFACE_ID = /^eni-[0-9a-f]{1,32}$/;
const ZONE = /^[a-z]{2,}(-[a-z0-9]+)+-\d+[a-z]$/;

const distinct = (texts: readonly string[], form: RegExp): readonly string[] => [
  ...new Set(texts.filter((text) => form.test(text))),
];

const firstIn = (value: unknown, form: RegExp): string | null =>
  textsIn(value).find((text) => form.test(text)) ?? null;

/** How deep CloudTrail nests parameters: those of `CreateFleet` have nine levels. */
const DEEPEST = 16;

/** What is directly below a value, in a list or in a record. Calls nest the same ids in different ways. */
const below = (value: unknown): readonly unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];

const textsIn = (value: unknown, depth = 0): readonly string[] => {
  if (typeof value === 'string') return [value];
  return depth > DEEPEST ? [] : below(value).flatMap((inner) => textsIn(inner, depth + 1));
};

type AnyRecord = Readonly<Record<string, unknown>>;

/** Records with a text under this key: one item of a list stands there as a record, several as a list. */
const recordsWith = (value: unknown, key: string, depth = 0): readonly AnyRecord[] => {
  if (depth > DEEPEST) return [];
  const own = typeof value === 'object' && value !== null && typeof Reflect.get(value, key) === 'string';
  return [
    ...(own ? [value as AnyRecord] : []),
    ...below(value).flatMap((inner) => recordsWith(inner, key, depth + 1)),
  ];
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
