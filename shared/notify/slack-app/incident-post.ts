import * as z from 'zod/mini';
import type { AlertLevel, Transition } from '../../model/alert/alert.ts';
import { compareLevel, worstLevel } from '../../model/alert/alert.ts';
import type { AlertMessage } from '../../model/alert/alert-message.ts';
import { identityOf } from '../../model/result/identity.ts';
import { transition } from '../alert-document.ts';
import type { PersonalAct } from '../notifier.ts';
import { isWorseAtItsLevel } from '../worse-at-its-level.ts';
import type { PostedMessage } from './slack-api.ts';

/** What is remembered of the post of an incident, so that it is updated in place and nothing is posted twice. */
export interface IncidentPost {
  /** The channel of headroom.yml, and the message in it once it is known to be posted. */
  readonly channel: string;
  /** When it was first to be posted (ISO 8601). */
  readonly openedAt: string;
  readonly posted: PostedMessage | null;
  /** The worst level of the incident; `ok`: it is over, and the next one gets a post of its own. */
  readonly level: AlertLevel;
  /** The last step of each of its alerts, by identity. */
  readonly alerts: Readonly<Record<string, Transition>>;
  readonly links: AlertMessage['links'];
  /** What people did about it, for the last line of the post. */
  readonly acknowledged: { readonly by: string; readonly at: string } | null;
  readonly muted: { readonly by: string; readonly until: string } | null;
  /** The file with its picture, and what that shows; absent: it has none. */
  readonly picture?: { readonly file: string; readonly title: string; readonly alt: string };
  /** What is being sent, and since when (ISO 8601): an interrupted run is recognized by it. */
  readonly sending: { readonly messageId: string; readonly at: string } | null;
  /** The messages that stand in the thread. */
  readonly sent: readonly string[];
}

export const INCIDENT_POST: z.ZodMiniType<IncidentPost> = z.object({
  channel: z.string(),
  openedAt: z.string(),
  posted: z.nullable(z.object({ channel: z.string(), ts: z.string() })),
  level: z.enum(['ok', 'warning', 'critical']),
  alerts: z.record(z.string(), transition),
  links: z.array(z.object({ label: z.string(), url: z.string() })),
  acknowledged: z.nullable(z.object({ by: z.string(), at: z.string() })),
  muted: z.nullable(z.object({ by: z.string(), until: z.string() })),
  picture: z.exactOptional(z.object({ file: z.string(), title: z.string(), alt: z.string() })),
  sending: z.nullable(z.object({ messageId: z.string(), at: z.string() })),
  sent: z.array(z.string()),
});

/** More alerts of one incident are counted, not shown: records must stay small. */
export const ALERTS_KEPT = 20;
const SENT_KEPT = 50;

export const newPost = (channel: string, openedAt: string): IncidentPost => ({
  channel,
  openedAt,
  posted: null,
  level: 'ok',
  alerts: {},
  links: [],
  acknowledged: null,
  muted: null,
  sending: null,
  sent: [],
});

/** The post with the steps of a message, before they are sent. */
export const withSteps = (
  post: IncidentPost,
  { transitions, messageId, links, incidents, threadId }: AlertMessage,
  at: string,
): IncidentPost => {
  const alerts = new Map(Object.entries(post.alerts));
  for (const transition of transitions) alerts.set(identityOf(transition), transition);
  const kept = [...alerts]
    .toSorted(([, a], [, b]) => compareLevel(b.severity, a.severity))
    .slice(0, ALERTS_KEPT);
  const known = incidents?.find(({ id }) => id === threadId)?.level;
  const isEscalation = transitions.some(
    ({ transition }) => transition === 'escalated' || transition === 'firing',
  );
  const level = known ?? worstLevel(kept.map(([, { severity }]) => severity));
  return {
    ...post,
    level,
    alerts: Object.fromEntries(kept),
    links,
    acknowledged:
      (isEscalation && compareLevel(level, post.level) > 0) || transitions.some(isWorseAtItsLevel)
        ? null
        : post.acknowledged,
    sending: post.sending?.messageId === messageId ? post.sending : { messageId, at },
  };
};

/** The post after what a person did; the very object where it shows that already, or where something later was done. */
export const withAct = (post: IncidentPost, act: PersonalAct): IncidentPost => {
  const { acknowledged, muted } = post;
  const { by, at } = act;
  switch (act.kind) {
    case 'acknowledged':
      return acknowledged !== null && acknowledged.at >= at ? post : { ...post, acknowledged: { by, at } };
    case 'withdrawn':
      return acknowledged === null || acknowledged.at > at ? post : { ...post, acknowledged: null };
    case 'muted':
      return muted?.by === by && muted.until === act.until
        ? post
        : { ...post, muted: { by, until: act.until } };
    case 'unmuted':
      return muted === null ? post : { ...post, muted: null };
  }
};

/** The post once a message is in its thread. */
export const afterSending = (post: IncidentPost, messageId: string): IncidentPost => ({
  ...post,
  sending: null,
  sent: [...post.sent, messageId].slice(-SENT_KEPT),
});

/** What the post shows: the last step of each alert, the worst first. */
export const messageOfPost = (post: IncidentPost, threadId: string): AlertMessage => ({
  threadId,
  messageId: threadId,
  transitions: Object.values(post.alerts),
  destinations: [],
  links: post.links,
});
