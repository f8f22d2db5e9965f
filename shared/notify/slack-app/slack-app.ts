import { compareLevel } from '../../model/alert/alert.ts';
import type { AlertMessage } from '../../model/alert/alert-message.ts';
import { incidentOf } from '../../model/result/identity.ts';
import type { HttpEnvironment } from '../http-delivery.ts';
import { composeMessage } from '../message-content.ts';
import type { ActToShow, Notifier } from '../notifier.ts';
import type { PictureSource } from '../picture/subnet-picture.ts';
import type { Secret } from '../secret-reader.ts';
import { type SlackMessage, slackMessage } from '../slack-blocks.ts';
import { trimToFit } from '../trim-message.ts';
import { isWorseAtItsLevel } from '../worse-at-its-level.ts';
import { actText, incidentMessage, lineMessage, stepMessage } from './incident-blocks.ts';
import {
  afterSending,
  type IncidentPost,
  messageOfPost,
  newPost,
  withAct,
  withSteps,
} from './incident-post.ts';
import { IncidentPosts, type PostMemory } from './incident-posts.ts';
import { type PostedMessage, type SlackApi, SlackRefusal, slackApi } from './slack-api.ts';

export interface SlackAppOptions {
  /** The name of the destination: buttons carry it, and posts are remembered under it. */
  readonly name: string;
  readonly channel: string;
  readonly token: Secret;
  readonly memory: PostMemory;
  /** Epoch milliseconds, whenever asked. */
  readonly clock: () => number;
  readonly environment: HttpEnvironment;
  /** Draws what a post is about; absent: posts have no picture. */
  readonly picture?: PictureSource;
  /** Another address than Slack's, for a stand-in. */
  readonly url?: string;
}

/** The posts of a Slack app: a notifier, and what clicks on its buttons need. */
export interface SlackApp extends Notifier {
  readonly posts: IncidentPosts;
  /** Shows in the post and in its thread what a person did. */
  show(shown: ActToShow, signal: AbortSignal): Promise<void>;
  /** Shows something in the thread to one person only. */
  whisper(incident: string, user: string, line: SlackMessage, signal: AbortSignal): Promise<void>;
}

/** Of a record, in bytes of JSON. DynamoDB takes 400 KB. */
const MAX_RECORD = 100_000;

/** Answers after which a stored token may be outdated. */
const STALE_TOKEN = new Set([
  'invalid_auth',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'not_authed',
]);

/** Answers of an app that may store no files: it works without pictures. */
const WITHOUT_FILES = new Set([
  'missing_scope',
  'not_allowed_token_type',
  'file_uploads_disabled',
  'unknown_method',
]);

/** A process asks an app without the scope again after this time (milliseconds). */
const ASKED_AGAIN_AFTER = 24 * 3_600_000;

/** A picture takes no more of the time of a run (milliseconds), and is shown by this many attempts. */
const PICTURE_MILLISECONDS = 10_000;
const PICTURE_ATTEMPTS = 4;

const isAboutBlocks = (error: unknown): boolean =>
  error instanceof SlackRefusal && error.error === 'invalid_blocks';

/** Separates the name of the destination from the incident in the value of a button: names have no line breaks. */
export const buttonValue = (destination: string, incident: string): string => `${destination}\n${incident}`;

/**
 * Posts each incident once and updates the post in place. Every step is a line in its thread; one that makes the incident
 * worse is also shown in the channel. What is being sent is written down before it is sent: a run that finds it so looks
 * for the message in Slack before it posts.
 * `send` throws what the methods of `SlackApi` throw, or what reading the secret throws.
 */
export const createSlackApp = (options: SlackAppOptions): SlackApp => {
  const { name, channel, token, clock } = options;
  const posts = new IncidentPosts(options.memory, name);
  let noPicturesUntil = 0;
  /** Calls with a token that is read again where Slack no longer takes it. */
  const withApi = async <Result>(
    signal: AbortSignal,
    use: (api: SlackApi) => Promise<Result>,
  ): Promise<Result> => {
    const api = async () => slackApi(await token.read(signal), options.environment, options.url);
    try {
      return await use(await api());
    } catch (error) {
      if (!(error instanceof SlackRefusal) || !STALE_TOKEN.has(error.error)) throw error;
      token.forget();
      return use(await api());
    }
  };
  const rootOf = (post: IncidentPost, incident: string) =>
    incidentMessage(post, incident, buttonValue(name, incident));

  const sendStep = async (message: AlertMessage, signal: AbortSignal): Promise<void> => {
    const incident = message.threadId;
    const at = new Date(clock()).toISOString();
    let levelBefore: IncidentPost['level'] = 'ok';
    let isResumed = false;
    const post = await posts.change(incident, (stored) => {
      const isOver = stored !== null && stored.level === 'ok' && stored.sending === null;
      if (stored?.sent.includes(message.messageId) === true) return stored;
      const current = stored === null || isOver ? newPost(channel, at) : stored;
      levelBefore = current.level;
      isResumed = current.sending !== null;
      return small(withSteps(current, message, at), incident);
    });
    if (post.sent.includes(message.messageId)) return;
    const isNew = post.posted === null;
    const posted = post.posted ?? (await postRoot(incident, post, isResumed, signal));
    if (!isNew) await updateRoot(posted, post, incident, signal);
    const isWorse =
      !isNew && (compareLevel(post.level, levelBefore) > 0 || message.transitions.some(isWorseAtItsLevel));
    const search = {
      channel: posted.channel,
      id: message.messageId,
      since: Date.parse(post.sending?.at ?? at),
      thread: posted.ts,
    };
    await withApi(signal, async (api) => {
      if (isResumed && (await api.find(search, signal)) !== null) return;
      await api.post({ ...search, message: stepMessage(message), broadcast: isWorse }, signal);
    });
    const sent = await posts.change(incident, (stored) =>
      stored === null ? null : afterSending(stored, message.messageId),
    );
    if (sent !== null) await drawPicture(incident, { ...sent, posted }, signal);
  };

  /** Adds a picture to a post that is complete without it. Whatever goes wrong with the picture is no fault of the message. */
  const drawPicture = async (incident: string, post: IncidentPost, signal: AbortSignal): Promise<void> => {
    const [worst] = Object.values(post.alerts).toSorted((a, b) => compareLevel(b.severity, a.severity));
    const { posted } = post;
    if (options.picture === undefined || worst === undefined || posted === null) return;
    if (clock() < noPicturesUntil) return;
    try {
      const drawn = await options.picture(worst);
      if (drawn === null) return;
      const { png, title, alt } = drawn;
      const budget = AbortSignal.any([signal, AbortSignal.timeout(PICTURE_MILLISECONDS)]);
      const file = await withApi(budget, (api) =>
        api.upload({ name: 'addresses.png', title: alt, bytes: png }, budget),
      );
      const pictured = { ...post, picture: { file, title, alt } };
      await withApi(budget, (api) =>
        untilReady((again) => api.update(posted, rootOf(again, incident), budget), pictured, budget),
      );
      await posts.change(incident, (stored) =>
        stored === null ? null : { ...stored, picture: pictured.picture },
      );
    } catch (error) {
      if (error instanceof SlackRefusal && WITHOUT_FILES.has(error.error))
        noPicturesUntil = clock() + ASKED_AGAIN_AFTER;
    }
  };

  /** Slack refuses blocks with a file that it still works on. */
  const untilReady = async (
    update: (post: IncidentPost) => Promise<void>,
    post: IncidentPost,
    budget: AbortSignal,
  ): Promise<void> => {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await update(post);
      } catch (error) {
        if (attempt === PICTURE_ATTEMPTS || !isAboutBlocks(error)) throw error;
        await options.environment.sleep(attempt * 1_000, budget);
      }
  };

  /** Updates the post as it stands. A picture whose file was deleted is left out. */
  const updateRoot = async (
    posted: PostedMessage,
    post: IncidentPost,
    incident: string,
    signal: AbortSignal,
  ): Promise<void> => {
    try {
      await withApi(signal, (api) => api.update(posted, rootOf(post, incident), signal));
    } catch (error) {
      const { picture, ...plain } = post;
      if (picture === undefined || !isAboutBlocks(error)) throw error;
      await withApi(signal, (api) => api.update(posted, rootOf(plain, incident), signal));
      await posts.change(incident, (stored) => {
        if (stored === null) return null;
        const { picture: _picture, ...rest } = stored;
        return rest;
      });
    }
  };

  const postRoot = async (
    incident: string,
    post: IncidentPost,
    isResumed: boolean,
    signal: AbortSignal,
  ): Promise<PostedMessage> => {
    const since = Date.parse(post.openedAt);
    const id = `${incident} ${post.openedAt}`;
    const posted = await withApi(signal, async (api) => {
      const found = isResumed ? await api.find({ channel: post.channel, id, since }, signal) : null;
      return found ?? api.post({ channel: post.channel, id, message: rootOf(post, incident) }, signal);
    });
    await posts.change(incident, (stored) => (stored === null ? null : { ...stored, posted }));
    return posted;
  };

  return {
    posts,
    send: async (message, signal) => {
      // What many incidents began at once is one message of its own, without a thread to follow.
      if (
        message.digest === undefined &&
        message.transitions.every((transition) => incidentOf(transition) === message.threadId)
      )
        await sendStep(message, signal);
      else
        await withApi(signal, (api) =>
          api.post(
            { channel, id: message.messageId, message: slackMessage(composeMessage(message)) },
            signal,
          ),
        );
    },
    show: async ({ incident, act, isRetry }, signal) => {
      let isChanged = false;
      const post = await posts.change(incident, (stored) => {
        const changed = stored === null || stored.level === 'ok' ? stored : withAct(stored, act);
        isChanged = changed !== stored;
        return changed;
      });
      if (post === null || post.level === 'ok' || !(isChanged || isRetry)) return;
      const { posted } = post;
      if (posted === null) return;
      const search = {
        channel: posted.channel,
        thread: posted.ts,
        id: `${act.kind} ${act.at} ${act.by}`,
        since: Date.parse(act.at),
      };
      await updateRoot(posted, post, incident, signal);
      await withApi(signal, async (api) => {
        if (isRetry && (await api.find(search, signal)) !== null) return;
        await api.post({ ...search, message: lineMessage(actText(act)) }, signal);
      });
    },
    whisper: async (incident, user, line, signal) => {
      const post = await posts.get(incident);
      const posted = post?.posted;
      if (posted != null) await withApi(signal, (api) => api.whisper(posted, user, line, signal));
    },
  };
};

/** The post with findings that are short enough for a record. */
const small = (post: IncidentPost, incident: string): IncidentPost => {
  const { transitions } = trimToFit(
    messageOfPost(post, incident),
    (candidate) => Buffer.byteLength(JSON.stringify(candidate)) <= MAX_RECORD,
  );
  const kept = new Set(transitions.map(({ id }) => id));
  const trimmed = new Map(transitions.map((transition) => [transition.id, transition]));
  return {
    ...post,
    alerts: Object.fromEntries(
      Object.entries(post.alerts)
        .filter(([, { id }]) => kept.has(id))
        .map(([identity, transition]) => [identity, trimmed.get(transition.id) ?? transition]),
    ),
  };
};
