import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { type AlertLevel, type Transition, worstLevel } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { identityOf, incidentOf } from '../model/result/identity.ts';
import { DeliveryError } from './delivery-error.ts';
import { defaultHttpEnvironment, type HttpAnswer, type HttpEnvironment, postJson } from './http-delivery.ts';
import { truncate, utf8Bytes } from './inert-text.ts';
import {
  composeMessage,
  type Fact,
  factText,
  type MessageContent,
  type MessageEntry,
} from './message-content.ts';
import type { Notifier } from './notifier.ts';
import type { Secret } from './secret-reader.ts';
import { isWorseAtItsLevel } from './worse-at-its-level.ts';

/** PagerDuty's Events API v2. Source: github.com/PagerDuty/api-schema, reference/events-v2/openapiv3.json. */
const PAGERDUTY_EVENTS_URL = 'https://events.pagerduty.com/v2/enqueue';

/** By service region (support.pagerduty.com, "Service Regions"). */
export const PAGERDUTY_EVENTS_URLS = {
  us: PAGERDUTY_EVENTS_URL,
  eu: 'https://events.eu.pagerduty.com/v2/enqueue',
} as const;

/** Longest `dedup_key` (docs.influxdata.com, pagerduty.sendEvent). */
export const MAX_DEDUP_KEY = 255;
/** Longest `payload.summary`: not in the API's schema; 1,024 is what other senders hold to. */
export const MAX_SUMMARY = 1_024;
/** Largest event: 512 KB by other senders' documentation; ours stay far below. */
export const MAX_EVENT_BYTES = 512_000;

export interface PagerDutyEvent {
  readonly routing_key: string;
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key: string;
  readonly client?: string;
  readonly client_url?: string;
  readonly links?: readonly { readonly href: string; readonly text: string }[];
  readonly payload?: {
    readonly summary: string;
    readonly source: string;
    readonly severity: 'critical' | 'warning' | 'info';
    readonly timestamp: string;
    /** Alerts of one cause share it, so that PagerDuty's alert grouping can make one incident of them. */
    readonly group: string;
    readonly class: string;
    readonly component: string;
    readonly custom_details: Readonly<Record<string, string | readonly string[]>>;
  };
}

/** More alerts of one message than this are a list: so many pages are not read. */
export const INCIDENTS_ABOVE = 20;

/**
 * One event for each incident of the message. Its dedup key is that of the incident, so that a repeat, an escalation or
 * another alert of the same cause updates what is open. It is closed when nothing fires in its thread any more; the end of
 * an earlier alert changes nothing. What an earlier version opened under the key of an alert is closed.
 *
 * What is worse at the level that it has already is closed and opened again: PagerDuty pages no one for an event of an
 * incident that was acknowledged.
 *
 * Too many alerts of one message open one incident with a list, under the thread of the message.
 */
export const pagerDutyEvents = (message: AlertMessage, routingKey: string): readonly PagerDutyEvent[] => {
  const content = composeMessage(message);
  const entries = latestOfEach(content.entries);
  const opened = entries.filter(({ kind }) => kind !== 'resolved');
  const isList = opened.length + content.omitted > INCIDENTS_ABOVE;
  const threads = Map.groupBy(opened, ({ transition }) =>
    isList ? message.threadId : incidentOf(transition),
  );
  const levels = new Map((message.incidents ?? []).map(({ id, level }) => [id, level]));
  const resolved = entries
    .filter(({ kind }) => kind === 'resolved')
    .map(({ transition }) => incidentOf(transition));
  const event = (key: string) => ({ routing_key: routingKey, dedup_key: dedupKey(key) });
  return [
    ...entries.flatMap(({ transition: { formerKey } }) =>
      formerKey === undefined ? [] : [{ ...event(formerKey), event_action: 'resolve' as const }],
    ),
    ...[...threads].flatMap(([thread, members]): readonly PagerDutyEvent[] => {
      const [worst] = members;
      if (worst === undefined) return [];
      const level = worstLevel([worst.level, levels.get(thread) ?? 'ok']);
      const details = isList ? listOf(members, content) : detailsOf(worst, content, level);
      const trigger = { ...event(thread), event_action: 'trigger' as const, ...details };
      return members.some(({ transition }) => isWorseAtItsLevel(transition))
        ? [{ ...event(thread), event_action: 'resolve' }, trigger]
        : [trigger];
    }),
    ...[...new Set(message.quietThreads ?? resolved)]
      .filter((thread) => !threads.has(thread))
      .map((thread) => ({ ...event(thread), event_action: 'resolve' as const })),
  ];
};

/** An incident is open or closed: of several steps of one alert only the last one counts. */
const latestOfEach = (entries: readonly MessageEntry[]): readonly MessageEntry[] => {
  const latest = new Map<string, MessageEntry>();
  for (const entry of entries) {
    const identity = identityOf(entry.transition);
    const before = latest.get(identity);
    if (before === undefined || isLater(entry.transition, before.transition)) latest.set(identity, entry);
  }
  return entries.filter((entry) => latest.get(identityOf(entry.transition)) === entry);
};

const isLater = (a: Transition, b: Transition): boolean =>
  a.at === b.at ? sequenceOf(a) > sequenceOf(b) : a.at > b.at;

/** Of `<key>#<sequence>`. */
const sequenceOf = ({ id }: Transition): number => Number(id.slice(id.lastIndexOf('#') + 1));

/** Alerts that the list of a joint incident names: the others are in the report. */
const MAX_LISTED = 100;

/** Longest line of that list, in characters. */
const MAX_LINE = 400;

const listOf = (entries: readonly MessageEntry[], content: MessageContent): Details => {
  const [first] = entries;
  if (first === undefined) return {};
  const { payload, ...details } = detailsOf(first, content, first.level);
  const more = entries.length + content.omitted - MAX_LISTED;
  const Alerts = [
    ...entries.slice(0, MAX_LISTED).map(({ lead, title }) => truncate(`${lead}: ${title}`, MAX_LINE)),
    ...(more > 0 ? [`and ${more} more: \`headroom alerts\` lists them all`] : []),
  ];
  return payload === undefined
    ? details
    : {
        ...details,
        payload: {
          ...payload,
          summary: truncate(content.headline, MAX_SUMMARY),
          custom_details: { Alerts },
        },
      };
};

type Details = Pick<PagerDutyEvent, 'client' | 'client_url' | 'links' | 'payload'>;

/** Says that a person is working on it: for acknowledgements made in Headroom. */
export const pagerDutyAcknowledgement = (incident: string, routingKey: string): PagerDutyEvent => ({
  routing_key: routingKey,
  event_action: 'acknowledge',
  dedup_key: dedupKey(incident),
});

/** The form of a key with a digest. A plain key that has this form by itself gets a digest, too. */
const WITH_DIGEST = /#[\da-f]{32}$/;

/**
 * The key itself, where it fits; otherwise as much of it as fits and a digest, so that no two keys become one. The digest
 * is of the JSON text, in which lone surrogates differ.
 */
const dedupKey = (key: string): string => {
  if (key.length <= MAX_DEDUP_KEY && key.isWellFormed() && !WITH_DIGEST.test(key)) return key;
  const digest = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
  return `${truncate(key, MAX_DEDUP_KEY - digest.length - 1)}#${digest}`;
};

const detailsOf = (entry: MessageEntry, content: MessageContent, level: AlertLevel): Details => {
  const [first] = content.links;
  const custom: Record<string, string | readonly string[]> = {
    explanation: entry.explanation,
    [entry.timing.label]: entry.timing.value,
  };
  for (const fact of [...entry.place, ...entry.figures]) custom[fact.label] = factText(fact);
  if (entry.outlook.length > 0) custom['Outlook'] = entry.outlook;
  if (entry.owners.length > 0) custom['Owners of the addresses'] = entry.owners;
  if (entry.changes.length > 0)
    custom['What changed'] = entry.changes.map(({ label, value }) => `${label}: ${value}`);
  if (entry.remedy !== null) {
    const { title, effect, checks, commands } = entry.remedy;
    const command = commands.join('\n');
    custom['Do first'] = [`${title}. ${effect}`, ...checks];
    if (command !== '' && utf8Bytes(command) <= MAX_EVENT_BYTES / 16) custom['Command'] = command;
  }
  return {
    client: 'Headroom',
    ...(first === undefined ? {} : { client_url: first.url }),
    links: content.links.map(({ label, url }) => ({ href: url, text: label })),
    payload: {
      summary: truncate(
        [`${entry.lead}: ${entry.title}`, ...entry.outlook.slice(0, 1)].join('. '),
        MAX_SUMMARY,
      ),
      source: entry.place[0] === undefined ? 'headroom' : factText(entry.place[0]),
      severity: level === 'ok' ? 'info' : level,
      timestamp: entry.transition.at,
      group: content.threadId,
      class: entry.rule,
      component: componentOf(entry.place),
      custom_details: custom,
    },
  };
};

/** By ids: VPCs of several accounts may have one name, and a rule of PagerDuty may name the component. */
const componentOf = (place: readonly Fact[]): string => {
  const found = place.find(({ label }) => label === 'Cluster' || label === 'VPC');
  return found?.id ?? found?.value ?? 'headroom';
};

/** So long one message waits for a service that is busy, so that it ends within the time of a send (`OUTBOX_TIMING`). */
const PACED_FOR_MS = 15_000;

/**
 * Sends incidents to a PagerDuty service, a few events at a time: all of them, even when one is refused. Once it asked to
 * wait, one event at a time, with that pause before each. What the pauses leave no time for is sent with the next run.
 * `send` throws DeliveryError: `pagerduty-refused` (permanent), those of `postJson`, or what reading the secret throws.
 */
export const createPagerDutyNotifier = (
  routingKey: Secret,
  environment: HttpEnvironment = defaultHttpEnvironment,
  url: string = PAGERDUTY_EVENTS_URL,
): Notifier => {
  /** @param done is given the dedup key of each incident whose events PagerDuty took */
  const sendEvents = async (
    events: readonly PagerDutyEvent[],
    signal: AbortSignal,
    done: (dedupKey: string) => void = () => {},
  ): Promise<void> => {
    const limit = pLimit(AT_ONCE);
    let isDown = false;
    let pause = 0;
    let paused = 0;
    let waiting = 0;
    /** Those that were refused at the same time come again one after the other. */
    const sleep = async (milliseconds: number): Promise<void> => {
      limit.concurrency = 1;
      pause = milliseconds;
      paused += milliseconds;
      waiting += 1;
      await environment.sleep(milliseconds * waiting, signal).finally(() => {
        waiting -= 1;
      });
    };
    const sendOne = async (event: PagerDutyEvent): Promise<void> => {
      signal.throwIfAborted();
      if (isDown) return;
      if (paused > PACED_FOR_MS) {
        isDown = true;
        throw tooSlow();
      }
      if (pause > 0) await sleep(pause);
      const body = JSON.stringify(event);
      const answer = await postJson(
        { service: 'PagerDuty', code: 'pagerduty', url, body, secret: event.routing_key, signal },
        { ...environment, sleep },
      ).catch((error: unknown) => {
        isDown = true;
        throw error;
      });
      if (!isTaken(answer)) throw refusal(answer.status, answer.text, event.dedup_key);
    };
    const results = await Promise.allSettled(
      [...Map.groupBy(events, ({ dedup_key }) => dedup_key).values()].map((ofOne) =>
        limit(async () => {
          for (const event of ofOne) await sendOne(event);
          const [first] = ofOne;
          if (first !== undefined && !isDown) done(first.dedup_key);
        }),
      ),
    );
    const reasons = results.flatMap((result): unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    if (reasons.length === 0) return;
    // What may pass is tried again, whatever else was refused.
    const first =
      reasons.find((reason) => reason instanceof DeliveryError && !reason.permanent) ??
      reasons.find((reason) => !(reason instanceof DeliveryError)) ??
      reasons[0];
    routingKey.forget();
    throw first;
  };
  return {
    send: async (message, signal) => {
      const events = pagerDutyEvents(message, await routingKey.read(signal));
      const own = new Map(message.transitions.map((transition) => [transition.id, dedupKeysOf(transition)]));
      const ofOne = new Set([...own.values()].flat());
      // What is about all transitions comes first: without it none of them has arrived.
      const shared = events.filter(({ dedup_key }) => !ofOne.has(dedup_key));
      const others = events.filter(({ dedup_key }) => ofOne.has(dedup_key));
      const missing = new Set(events.map(({ dedup_key }) => dedup_key));
      try {
        await sendEvents([...shared, ...others], signal, (key) => missing.delete(key));
      } catch (error) {
        if (!(error instanceof DeliveryError) || shared.some(({ dedup_key }) => missing.has(dedup_key)))
          throw error;
        const taken = [...own].filter(([, keys]) => !keys.some((key) => missing.has(key))).map(([id]) => id);
        const { code, message: why, advice, permanent, fault, cause } = error;
        throw new DeliveryError(code, why, advice, { permanent, fault, cause, taken: new Set(taken) });
      }
    },
    show: async ({ incident, act }, signal) => {
      // The Events API has nothing for the other acts, and cannot take an acknowledgement back.
      if (act.kind === 'acknowledged')
        await sendEvents([pagerDutyAcknowledgement(incident, await routingKey.read(signal))], signal);
    },
  };
};

/** The incidents that one transition opens or closes by itself. */
const dedupKeysOf = (transition: Transition): readonly string[] => [
  dedupKey(incidentOf(transition)),
  ...(transition.formerKey === undefined ? [] : [dedupKey(transition.formerKey)]),
];

const tooSlow = (): DeliveryError =>
  new DeliveryError(
    'pagerduty-rate-limited',
    'PagerDuty takes events too slowly to send all of this message in one run',
    { ifItPersists: 'route fewer alerts to this destination.' },
    { permanent: false },
  );

/** Incidents whose events are sent at the same time. Events of one incident keep their order. */
const AT_ONCE = 4;

/** The Events API answers 202 with `"status": "success"`; anything else, such as a login page, is not PagerDuty. */
const isTaken = ({ status, text }: HttpAnswer): boolean => {
  if (status !== 202) return false;
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && Reflect.get(answer, 'status') === 'success';
  } catch {
    return false;
  }
};

const refusal = (status: number, text: string, key: string): DeliveryError =>
  new DeliveryError(
    'pagerduty-refused',
    `PagerDuty refused the event for ${key}: HTTP ${status}${text === '' ? '' : ` ${text}`}`,
    status < 300
      ? 'Check that no proxy or login page answers in place of PagerDuty, which says "success".'
      : 'Check that the secret holds the integration key of an Events API v2 integration of the PagerDuty service.',
    { permanent: true, fault: status === 400 ? 'message' : 'destination' },
  );
