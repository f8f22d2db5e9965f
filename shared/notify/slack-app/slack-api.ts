import { DeliveryError } from '../delivery-error.ts';
import { type HttpEnvironment, postBytes, postJson } from '../http-delivery.ts';
import type { SlackMessage } from '../slack-blocks.ts';

/** What this uses of Slack's Web API (docs.slack.dev/apis/web-api). */
export interface SlackApi {
  /** Whether Slack knows the token. It posts nothing. */
  check(signal: AbortSignal): Promise<void>;
  /** Posts to a channel, or into a thread. `id` finds the message again: see `find`. */
  post(message: SlackPost, signal: AbortSignal): Promise<PostedMessage>;
  update(posted: PostedMessage, message: SlackMessage, signal: AbortSignal): Promise<void>;
  /** Stores a file that blocks can show by its id. Slack works on a new file for some seconds before it can be shown. */
  upload(file: SlackFile, signal: AbortSignal): Promise<string>;
  /** Shows something to one person only. */
  whisper(posted: PostedMessage, user: string, message: SlackMessage, signal: AbortSignal): Promise<void>;
  /**
   * The message that an interrupted run posted with this id; `null`: there is none, or the app may not read the channel.
   *
   * @param since epoch milliseconds
   */
  find(search: SlackSearch, signal: AbortSignal): Promise<PostedMessage | null>;
}

export interface SlackFile {
  readonly name: string;
  readonly title: string;
  readonly bytes: Buffer;
}

/** Where a message is. Slack names a message by its channel and its time stamp. */
export interface PostedMessage {
  readonly channel: string;
  readonly ts: string;
}

export interface SlackPost {
  readonly channel: string;
  readonly message: SlackMessage;
  readonly id: string;
  /** The message whose thread it goes into. */
  readonly thread?: string;
  /** Also shown in the channel, so that it notifies. */
  readonly broadcast?: boolean;
}

export interface SlackSearch {
  readonly channel: string;
  readonly id: string;
  readonly since: number;
  readonly thread?: string;
}

export const SLACK_API_URL = 'https://slack.com/api/';

/** An answer repeats the message that was sent. */
const ANSWER_LENGTH = 64 * 1024;

/** A run that was interrupted posted at most this many messages before and after. */
const SEARCHED = 100;

const EVENT_TYPE = 'headroom_notification';

/** Clocks of this machine and of Slack may differ by this much (milliseconds). */
const CLOCK_DIFFERENCE = 60_000;

/**
 * Calls Slack's Web API with the token of a bot.
 * Its methods throw DeliveryError: `slack-refused` (permanent) or those of `postJson`.
 */
export const slackApi = (
  token: string,
  environment: HttpEnvironment,
  url: string = SLACK_API_URL,
): SlackApi => {
  const call = async (method: string, body: object, signal: AbortSignal): Promise<Answer> => {
    const answer = await postJson(
      {
        service: 'Slack',
        code: 'slack',
        url: `${url}${method}`,
        body: JSON.stringify(body),
        secret: token,
        signal,
        headers: { authorization: `Bearer ${token}` },
        answerLength: ANSWER_LENGTH,
        isOnlyOnce: method === 'chat.postMessage',
      },
      environment,
    );
    return readAnswer(method, answer.status, answer.text);
  };
  return {
    check: async (signal) => {
      await call('auth.test', {}, signal);
    },
    post: async ({ channel, message, id, thread, broadcast }, signal) => {
      const answer = await call(
        'chat.postMessage',
        {
          channel,
          ...message,
          metadata: { event_type: EVENT_TYPE, event_payload: { id } },
          ...(thread === undefined ? {} : { thread_ts: thread }),
          ...(broadcast === true ? { reply_broadcast: true } : {}),
        },
        signal,
      );
      if (typeof answer.channel !== 'string' || typeof answer.ts !== 'string')
        throw refusal('chat.postMessage', 'an answer without channel and ts');
      return { channel: answer.channel, ts: answer.ts };
    },
    update: async ({ channel, ts }, message, signal) => {
      await call('chat.update', { channel, ts, ...message }, signal);
    },
    upload: async ({ name, title, bytes }, signal) => {
      const query = new URLSearchParams({ filename: name, length: String(bytes.length) });
      const place = await call(`files.getUploadURLExternal?${query}`, {}, signal);
      const { upload_url: uploadUrl, file_id: id } = place;
      if (typeof uploadUrl !== 'string' || typeof id !== 'string' || !/^F[A-Z0-9]{2,40}$/.test(id))
        throw refusal('files.getUploadURLExternal', 'an answer without upload_url and file_id');
      if (!isOfSlack(uploadUrl, url))
        throw refusal('files.getUploadURLExternal', 'an address that is not of Slack');
      const { status } = await postBytes({ url: uploadUrl, bytes, signal }, environment);
      if (status !== 200) throw refusal('the upload', `HTTP ${status}`);
      await call('files.completeUploadExternal', { files: [{ id, title }] }, signal);
      return id;
    },
    whisper: async ({ channel, ts }, user, message, signal) => {
      await call('chat.postEphemeral', { channel, user, thread_ts: ts, ...message }, signal);
    },
    find: async ({ channel, id, since, thread }, signal) => {
      const method = thread === undefined ? 'conversations.history' : 'conversations.replies';
      // Methods that read take their arguments in the address.
      const query = new URLSearchParams({
        channel,
        oldest: String((since - CLOCK_DIFFERENCE) / 1000),
        limit: String(SEARCHED),
        include_all_metadata: 'true',
        ...(thread === undefined ? {} : { ts: thread }),
      });
      try {
        const { messages = [] } = await call(`${method}?${query}`, {}, signal);
        const found = messages.find(({ metadata }) => metadata?.event_payload?.id === id);
        return typeof found?.ts === 'string' ? { channel, ts: found.ts } : null;
      } catch (error) {
        // Without the scope to read the channel, a message may be posted twice. That is better than never.
        if (error instanceof DeliveryError && error.permanent) return null;
        throw error;
      }
    },
  };
};

/** Files go to a host of Slack, or to the one that stands in for it. */
const isOfSlack = (uploadUrl: string, apiUrl: string): boolean => {
  const { protocol, hostname, origin } = new URL(uploadUrl);
  return origin === new URL(apiUrl).origin || (protocol === 'https:' && /(?:^|\.)slack\.com$/.test(hostname));
};

interface Answer {
  readonly ok: boolean;
  readonly error?: unknown;
  readonly channel?: unknown;
  readonly ts?: unknown;
  readonly upload_url?: unknown;
  readonly file_id?: unknown;
  readonly messages?: readonly {
    readonly ts?: unknown;
    readonly metadata?: { readonly event_payload?: { readonly id?: unknown } };
  }[];
}

const readAnswer = (method: string, status: number, text: string): Answer => {
  const answer = parsed(text);
  if (answer === null) throw refusal(method, `HTTP ${status} without an answer of the Web API`);
  if (answer.ok === true) return answer;
  throw refusal(method, typeof answer.error === 'string' ? answer.error : `HTTP ${status}`);
};

const parsed = (text: string): Answer | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'ok') === 'boolean'
      ? (value as Answer)
      : null;
  } catch {
    return null;
  }
};

/** What to do about errors that Slack documents for chat.postMessage and chat.update. */
const REMEDIES: Readonly<Record<string, string>> = {
  account_inactive:
    'Install the Slack app again and store its bot token: this one belongs to a deleted account.',
  cant_update_message:
    'Post with the same Slack app that posted the message. Check which bot token is stored.',
  channel_not_found:
    'Check the channel ID in headroom.yml, and invite the app to the channel if it is private.',
  invalid_auth: 'Store the bot token of the Slack app, which begins with xoxb-.',
  is_archived: 'Unarchive the channel, or name another one in headroom.yml.',
  missing_scope: 'Give the Slack app the scope chat:write, install it again, and store its new bot token.',
  not_in_channel: 'Invite the Slack app to the channel: /invite @headroom.',
  token_revoked: 'Install the Slack app again and store its new bot token.',
};

/** Of these the message is to blame. */
const ABOUT_THE_MESSAGE = new Set(['invalid_blocks', 'msg_too_long', 'no_text', 'invalid_arguments']);

export class SlackRefusal extends DeliveryError {
  /** Slack's own word for it. */
  readonly error: string;

  constructor(method: string, error: string) {
    super(
      'slack-refused',
      `Slack refused ${method.split('?')[0]}: ${error.slice(0, 200)}`,
      (Object.hasOwn(REMEDIES, error) ? REMEDIES[error] : undefined) ??
        'Check the bot token and the channel of this destination, and that no proxy answers in place of Slack.',
      { permanent: true, fault: ABOUT_THE_MESSAGE.has(error) ? 'message' : 'destination' },
    );
    this.error = error;
  }
}

const refusal = (method: string, error: string): SlackRefusal => new SlackRefusal(method, error);
