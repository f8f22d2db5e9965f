import { setTimeout as wait } from 'node:timers/promises';
import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { targetOfArn } from '../model/aws/arn.ts';
import { describeAwsFailure } from '../model/aws/aws-failure.ts';
import { writeAlertDocument } from './alert-document.ts';
import { DeliveryError } from './delivery-error.ts';
import { utf8Bytes } from './inert-text.ts';
import { composeMessage } from './message-content.ts';
import type { Notifier } from './notifier.ts';
import { trimToFit } from './trim-message.ts';

/** Events in one request (API reference of PutEvents). */
export const MAX_ENTRIES = 10;

/** All events of one request together, in bytes, as EventBridge counts them (user guide, "Calculating PutEvents event entry size"). */
export const MAX_REQUEST_BYTES = 262_144;

const SOURCE = 'headroom';
const DETAIL_TYPE = 'Headroom alert';

/** Attempts for events that EventBridge did not take while it took others. */
const ATTEMPTS = 3;
const FIRST_BACKOFF_MS = 200;

/** Errors of single events after which the same event may be taken. */
const MAY_PASS = new Set([
  'ThrottlingException',
  'InternalFailure',
  'InternalException',
  'ServiceUnavailable',
]);

/** The event of each transition: `detail` is the alert document with this one, so that patterns match on single values. */
export const eventsOf = (
  message: AlertMessage,
  busArn: string,
  now = Date.now(),
): readonly PutEventsRequestEntry[] => {
  if (message.digest !== undefined)
    return [
      {
        Source: SOURCE,
        DetailType: 'Headroom digest',
        EventBusName: busArn,
        Time: new Date(now),
        Detail: writeAlertDocument(message, composeMessage(message).headline),
      },
    ];
  return message.transitions.map((transition) => {
    const entry = (single: AlertMessage): PutEventsRequestEntry => ({
      Source: SOURCE,
      DetailType: DETAIL_TYPE,
      EventBusName: busArn,
      Time: new Date(transition.at),
      Detail: writeAlertDocument(single, composeMessage(single).headline),
    });
    const single = { ...message, transitions: [transition] };
    return entry(trimToFit(single, (candidate) => entryBytes(entry(candidate)) <= MAX_REQUEST_BYTES));
  });
};

export const entryBytes = ({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number =>
  14 + utf8Bytes(Source) + utf8Bytes(DetailType) + utf8Bytes(Detail);

/** As many events in each request as it takes. */
const requestsOf = (
  entries: readonly PutEventsRequestEntry[],
): readonly (readonly PutEventsRequestEntry[])[] => {
  const requests: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entryBytes(entry);
    const last = requests.at(-1);
    if (last === undefined || last.length === MAX_ENTRIES || bytes + size > MAX_REQUEST_BYTES) {
      requests.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return requests;
};

/**
 * Puts alerts on an event bus, an event for each step. The client must be of the Region of the bus.
 * `send` throws DeliveryError: `eventbridge-refused`, `eventbridge-not-confirmed` and those of AWS failures.
 */
export const createEventBridgeNotifier = (
  client: Pick<EventBridgeClient, 'send'>,
  busArn: string,
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<unknown> = (milliseconds, signal) =>
    wait(milliseconds, undefined, { signal }),
): Notifier => {
  /** Events that were not taken are put again alone. */
  const put = async (entries: readonly PutEventsRequestEntry[], signal: AbortSignal): Promise<void> => {
    let waiting = entries;
    for (let attempt = 1; ; attempt += 1) {
      const { Entries = [], FailedEntryCount } = await client.send(
        new PutEventsCommand({ Entries: [...waiting] }),
        { abortSignal: signal },
      );
      if (Entries.length !== waiting.length || FailedEntryCount === undefined) throw notEventBridge(busArn);
      const refused = Entries.filter(({ EventId }) => EventId === undefined);
      if (refused.length === 0) return;
      waiting = waiting.filter((_, index) => Entries[index]?.EventId === undefined);
      const mayPass = refused.every(({ ErrorCode = '' }) => MAY_PASS.has(ErrorCode));
      if (!mayPass || attempt === ATTEMPTS) throw refusal(refused, busArn, mayPass);
      await sleep(FIRST_BACKOFF_MS * 4 ** (attempt - 1), signal);
    }
  };
  return {
    send: async (message, signal) => {
      const failures: unknown[] = [];
      for (const request of requestsOf(eventsOf(message, busArn))) {
        try {
          await put(request, signal);
        } catch (error) {
          failures.push(error instanceof DeliveryError ? error : failure(busArn, error));
        }
      }
      if (failures.length > 0)
        throw failures.find((each) => each instanceof DeliveryError && !each.permanent) ?? failures[0];
    },
  };
};

const refusal = (
  refused: readonly PutEventsResultEntry[],
  busArn: string,
  mayPass: boolean,
): DeliveryError => {
  const codes = [...new Set(refused.map(({ ErrorCode = 'unknown' }) => ErrorCode))].join(', ');
  return new DeliveryError(
    'eventbridge-refused',
    `EventBridge did not take ${refused.length} of the events for ${busArn}: ${codes}`,
    mayPass
      ? { ifItPersists: null }
      : 'Check that the event bus exists, and that its policy and the role of Headroom allow events:PutEvents.',
    { permanent: !mayPass, fault: /Malformed|Invalid/.test(codes) ? 'message' : 'destination' },
  );
};

/** EventBridge answers for every event. */
const notEventBridge = (busArn: string): DeliveryError =>
  new DeliveryError(
    'eventbridge-not-confirmed',
    `The answer for the event bus ${busArn} did not confirm the events`,
    'Check that no proxy answers in place of EventBridge, and that AWS_ENDPOINT_URL names an endpoint of EventBridge.',
    { permanent: true },
  );

const failure = (busArn: string, error: unknown): DeliveryError => {
  const problem = describeAwsFailure(error, { action: 'events:PutEvents', target: targetOfArn(busArn) });
  return new DeliveryError(`eventbridge-${problem.code}`, problem.message, problem.action, {
    permanent: problem.code === 'access-denied' || problem.code === 'not-found',
    cause: error,
  });
};
