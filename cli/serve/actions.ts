import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { muteOf } from '../../shared/alerts/silence.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { count } from '../../shared/model/base/text/numbers.ts';
import { inertLine } from '../../shared/notify/inert-text.ts';
import { alertNamed } from '../../shared/pipeline/acknowledge.ts';
import { acknowledgeAndShow, muteAndShow, unmuteAndShow } from '../../shared/pipeline/acts-of-people.ts';
import type { KeptAlert } from '../../shared/pipeline/kept-alerts.ts';
import { selectorsOf } from '../../shared/pipeline/mute-selectors.ts';
import { storedMutes } from '../../shared/pipeline/stored-mutes.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

const ACTIONS = ['acknowledge', 'withdraw', 'mute', 'unmute'] as const;

/** What a reader of the live page does with an alert. */
export interface Action {
  readonly action: (typeof ACTIONS)[number];
  /** The alert's name in the organization. */
  readonly alert: string;
  readonly by: string;
  /** How long a mute lasts. */
  readonly hours: number;
}

/** A body is never longer than this. */
export const MAX_ACTION = 4_096;

const LONGEST_MUTE_HOURS = 7 * 24;
const LONGEST_NAME = 60;
const HOUR = 3_600_000;

/**
 * Why an action is refused; `null`: it is not. Only the live page itself may act: another page can neither read the token
 * nor send this type of content without being asked (CORS), and browsers say where a request comes from.
 *
 * @param token what the page was given
 * @param names the hosts under which people reach this server, beside the one that the request names
 */
export const actionRefusal = (
  headers: IncomingHttpHeaders,
  token: string,
  names: readonly string[],
): string | null => {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return 'Only the live page itself may act.';
  if (origin !== undefined && ![host, ...names].includes(URL.parse(origin)?.host ?? ''))
    return 'Only the live page itself may act.';
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return 'An action is sent as JSON.';
  const given = Buffer.from(headers['x-headroom-token']?.toString() ?? '');
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted)
    ? null
    : 'The page is from before this server started. Load it again.';
};

/** `null`: the body is no action. */
export const actionIn = (body: string): Action | null => {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return null;
  }
  const field = (name: string): unknown =>
    typeof given === 'object' && given !== null && Object.hasOwn(given, name)
      ? Reflect.get(given, name)
      : undefined;
  const [alert, by, hours] = [field('alert'), field('by'), field('hours') ?? 4];
  const action = ACTIONS.find((known) => known === field('action'));
  if (action === undefined) return null;
  if (typeof alert !== 'string' || alert === '' || (by !== undefined && typeof by !== 'string')) return null;
  if (typeof hours !== 'number' || !(hours > 0 && hours <= LONGEST_MUTE_HOURS)) return null;
  const name = inertLine(by ?? '')
    .trim()
    .slice(0, LONGEST_NAME);
  return { action, alert, by: `${name === '' ? 'a reader' : name} (live page)`, hours };
};

/**
 * Does it.
 *
 * @returns what was done, in a sentence
 * @throws HeadroomError as `acknowledgeAlert`, `alertNamed` and `addMute` do; `mute-unknown` where nothing is to be ended
 */
export const performAction = async (
  { action, alert, by, hours }: Action,
  store: StateStore,
  now: number,
): Promise<string> => {
  if (action === 'acknowledge' || action === 'withdraw') {
    const isWithdrawn = action === 'withdraw';
    await acknowledgeAndShow(store, alert, { by, isWithdrawn }, now);
    return isWithdrawn ? 'The acknowledgement was taken back.' : `Acknowledged by ${by}.`;
  }
  const kept = await alertNamed(store, alert, now);
  if (kept.alert.status === 'resolved')
    throw new HeadroomError('alert-not-firing', `The alert ${alert} is over.`, 'Nothing has to be muted.');
  if (action === 'unmute') return unmute(kept, by, store, now);
  const until = new Date(now + hours * HOUR).toISOString();
  for (const match of selectorsOf([kept.alert]))
    await muteAndShow(store, { match, reason: 'Muted on the live page', until, by }, now);
  return `Muted until ${until}.`;
};

/** Ends every mute of a person that holds back the alert's messages. Those of headroom.yml stay. */
const unmute = async ({ alert }: KeptAlert, by: string, store: StateStore, now: number): Promise<string> => {
  const mutes = (await storedMutes(store.cache, now)).filter((mute) => muteOf(alert, [mute], now) !== null);
  if (mutes.length === 0)
    throw new HeadroomError(
      'mute-unknown',
      'No person muted this alert by a button or a command.',
      'A mute of headroom.yml is changed there.',
    );
  for (const { number } of mutes) await unmuteAndShow(store, number, by, now);
  return `${count(mutes.length, 'mute')} ended. The next scan sends what still fires.`;
};
