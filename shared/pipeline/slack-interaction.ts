import { createHmac, timingSafeEqual } from 'node:crypto';
import { nextMorningOf } from '../alerts/wall-clock.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { quantity } from '../model/base/text/numbers.ts';
import { utcTime } from '../model/base/text/times.ts';
import { identityOf } from '../model/result/identity.ts';
import { inertLine } from '../notify/inert-text.ts';
import { prose, slackTime } from '../notify/mrkdwn.ts';
import type { PersonalAct } from '../notify/notifier.ts';
import type { Secret } from '../notify/secret-reader.ts';
import { ACTIONS, type ActionId, lineMessage } from '../notify/slack-app/incident-blocks.ts';
import type { IncidentPost } from '../notify/slack-app/incident-post.ts';
import type { SlackApp } from '../notify/slack-app/slack-app.ts';
import type { StateStore } from '../state/state-store.ts';
import { acknowledgeAlert } from './acknowledge.ts';
import { queueActs } from './acts-of-people.ts';
import { selectorsOf } from './mute-selectors.ts';
import { addMute } from './stored-mutes.ts';

/** A request as it came over HTTP. */
export interface SlackRequest {
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Exactly as it was sent: the signature is over its bytes. */
  readonly body: string;
}

export interface SlackAnswer {
  readonly status: 200 | 400 | 401 | 500;
  readonly body: string;
  /** What was done, and by whom, for the log. */
  readonly did: string;
}

/** A destination of the kind `slack-app`. */
export interface SlackDestination {
  readonly signingSecret: Secret;
  readonly app: SlackApp;
  /** In which "Monday" begins. */
  readonly timeZone: string;
}

export interface SlackInteractionInput {
  readonly request: SlackRequest;
  readonly destinations: ReadonlyMap<string, SlackDestination>;
  readonly store: StateStore;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Slack's own limit for the age of a request (docs.slack.dev/authentication/verifying-requests-from-slack), in milliseconds. */
export const MAX_AGE = 5 * 60 * 1000;

/** A click has a few kilobytes: Slack sends the message along. What is much longer is not read. */
export const MAX_BODY = 256 * 1024;

/**
 * Refuses a request that Slack cannot have sent, by its form alone; `null`: the signature has to tell. Ask this first. Anybody who
 * knows the address can send requests there, and one that is refused here causes no call of ours.
 */
export const refusedByForm = ({ headers, body }: SlackRequest, now: number): SlackAnswer | null => {
  const timestamp = headers['x-slack-request-timestamp'] ?? '';
  const signature = headers['x-slack-signature'] ?? '';
  const age = now - Number(timestamp) * 1000;
  const hasForm = /^\d{1,12}$/.test(timestamp) && /^v0=[0-9a-f]{64}$/.test(signature);
  return hasForm && Math.abs(age) <= MAX_AGE && body.length <= MAX_BODY
    ? null
    : refused('a request that is unsigned, or older than 5 minutes');
};

/**
 * Does what a click on a button of an incident's post asks for. A request that is unsigned, old, from the future or that
 * came before changes nothing. The answer comes within the three seconds that Slack waits, or Slack shows a warning.
 */
export const answerSlackInteraction = async (input: SlackInteractionInput): Promise<SlackAnswer> => {
  const { request, destinations, store, now, signal } = input;
  const misshapen = refusedByForm(request, now);
  if (misshapen !== null) return misshapen;
  const signed = await signedFor(request, destinations, signal);
  if (signed.size === 0) return refused('a request that no Slack app of headroom.yml has signed');
  const click = clickIn(request.body);
  if (click === null)
    return { status: 400, body: 'Not a click on a button of Headroom.', did: 'refused: no click' };
  const destination = signed.get(click.destination);
  if (destination === undefined) return refused('a request signed for another destination');
  const key = `slack-click/${request.headers['x-slack-signature']}`;
  const first = await store.cache.exchange(key, {
    expected: null,
    value: now,
    expiresAt: now + 2 * MAX_AGE,
    now,
  });
  if (first === 'conflict') return refused('a request that came before');
  const post = await destination.app.posts.get(click.incident);
  if (post === null) {
    return { status: 200, body: '', did: `nothing: the post of ${click.incident} is not known any more` };
  }
  try {
    const did = await ACT[click.action]({ ...input, click, post, destination });
    return { status: 200, body: '', did: `${did} by ${click.by}` };
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    await destination.app
      .whisper(
        click.incident,
        click.userId,
        lineMessage(prose(inertLine(`${error.message} ${error.action}`))),
        signal,
      )
      .catch(() => {});
    return { status: 200, body: '', did: `failed: ${error.code} for ${click.by}` };
  }
};

const refused = (what: string): SlackAnswer => ({ status: 401, body: 'Refused.', did: `refused: ${what}` });

/** The destinations whose app has signed the request. */
const signedFor = async (
  { headers, body }: SlackRequest,
  destinations: ReadonlyMap<string, SlackDestination>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SlackDestination>> => {
  const timestamp = headers['x-slack-request-timestamp'] ?? '';
  const given = headers['x-slack-signature'] ?? '';
  const signed = new Map<string, SlackDestination>();
  for (const [name, destination] of destinations) {
    const secret = await destination.signingSecret.read(signal);
    if (isEqual(slackSignature(secret, timestamp, body), given)) signed.set(name, destination);
  }
  return signed;
};

/** Version 0 of Slack's signatures. */
export const slackSignature = (secret: string, timestamp: string, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

const isEqual = (expected: string, given: string): boolean => {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
};

interface Click {
  readonly action: ActionId;
  readonly destination: string;
  readonly incident: string;
  readonly userId: string;
  /** The person, as state and logs name it. */
  readonly by: string;
}

const ACTION_IDS: ReadonlySet<unknown> = new Set(Object.values(ACTIONS));

/** `null`: it is none of ours. Only Slack could have signed it, and still nothing of it is taken on trust. */
const clickIn = (body: string): Click | null => {
  const payload = jsonIn(new URLSearchParams(body).get('payload') ?? '');
  const action = member(member(payload, 'actions'), '0');
  const [id, value] = [member(action, 'action_id'), member(action, 'value')];
  const userId = member(member(payload, 'user'), 'id');
  const name = member(member(payload, 'user'), 'username') ?? member(member(payload, 'user'), 'name');
  if (member(payload, 'type') !== 'block_actions' || !ACTION_IDS.has(id)) return null;
  if (typeof value !== 'string' || typeof userId !== 'string' || !/^[UW][A-Z0-9]{2,20}$/.test(userId))
    return null;
  const [destination = '', incident = ''] = value.split('\n');
  const known = typeof name === 'string' ? inertLine(name).slice(0, 80) : 'somebody';
  return { action: id as ActionId, destination, incident, userId, by: `${known} (Slack ${userId})` };
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;

interface Act extends SlackInteractionInput {
  readonly click: Click;
  readonly post: IncidentPost;
  readonly destination: SlackDestination;
}

/** In the post whose button was clicked at once, and in the posts of other destinations with the next run. */
const show = async (
  { store, click, destination, now, signal }: Omit<Act, 'post' | 'request' | 'destinations'>,
  act: PersonalAct,
): Promise<void> => {
  const { incident } = click;
  await queueActs(store.cache, [{ incident, act, except: click.destination }], now);
  await destination.app.show({ incident, act, isRetry: false }, signal);
};

const acknowledgeAll = async ({ store, click, post, destination, now, signal }: Act): Promise<string> => {
  const firing = Object.values(post.alerts).filter(({ severity }) => severity !== 'ok');
  let done = 0;
  for (const alert of firing) {
    try {
      await acknowledgeAlert(store, identityOf(alert), click.by, now);
      done += 1;
    } catch (error) {
      // It may have ended since the post was drawn. The others are still to be acknowledged.
      if (!(error instanceof HeadroomError) || !OVER.has(error.code)) throw error;
    }
  }
  const at = new Date(now).toISOString();
  await show({ store, click, destination, now, signal }, { kind: 'acknowledged', by: click.by, at });
  return `acknowledged ${done} alerts of ${click.incident}`;
};

const OVER = new Set(['alert-unknown', 'alert-not-firing']);

const mute =
  (endOf: (now: number, timeZone: string) => number) =>
  async ({ store, click, post, destination, now, signal }: Act): Promise<string> => {
    const until = new Date(endOf(now, destination.timeZone)).toISOString();
    for (const match of selectorsOf(Object.values(post.alerts)))
      await addMute(
        store.cache,
        { match, reason: `Muted in Slack until ${utcTime(until)}`, until, by: click.by },
        now,
      );
    const at = new Date(now).toISOString();
    await show({ store, click, destination, now, signal }, { kind: 'muted', by: click.by, at, until });
    return `muted ${click.incident} until ${until}`;
  };

const HOUR = 3_600_000;
const MONDAY = 1;

const OWNERS_SHOWN = 10;

const showOwners = async ({ store, click, post, destination, signal }: Act): Promise<string> => {
  const subjects = Object.values(post.alerts).map(({ subject }) => subject);
  const [first] = subjects;
  const target: Target | null =
    first === undefined ? null : { accountId: first.accountId, region: first.region };
  const assessment = target === null ? null : await store.assessments.latest(target);
  const wanted = new Set(subjects.flatMap(({ subnetIds }) => subnetIds));
  const lines = (assessment?.subnets ?? [])
    .filter(({ subnetId }) => wanted.has(subnetId))
    .flatMap(({ name, subnetId, owners }) => [
      `*${prose(inertLine(name ?? subnetId))}*`,
      ...(owners ?? [])
        .slice(0, OWNERS_SHOWN)
        .map(
          (owner) =>
            `\u2022 ${prose(inertLine(owner.name ?? owner.kind))}: ${quantity(owner.addresses, 'addresses')} on ${quantity(owner.interfaces, 'interfaces')}`,
        ),
      ...(owners === null ? ['The owners are not known.'] : []),
    ]);
  const scanned = assessment === null ? '' : `As of the scan ${slackTime(assessment.scannedAt)}:\n`;
  await destination.app.whisper(
    click.incident,
    click.userId,
    lineMessage(
      lines.length === 0 ? 'No scan knows the subnets of this incident.' : `${scanned}${lines.join('\n')}`,
    ),
    signal,
  );
  return `showed the owners of ${click.incident}`;
};

const ACT: Readonly<Record<ActionId, (act: Act) => Promise<string>>> = {
  [ACTIONS.acknowledge]: acknowledgeAll,
  [ACTIONS.mute4h]: mute((now) => now + 4 * HOUR),
  [ACTIONS.mute24h]: mute((now) => now + 24 * HOUR),
  [ACTIONS.muteUntilMonday]: mute((now, timeZone) => nextMorningOf(MONDAY, now, timeZone)),
  [ACTIONS.owners]: showOwners,
};
