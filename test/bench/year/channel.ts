import type { IncidentPost } from '../../../shared/notify/slack-app/incident-post.ts';
import { createSlackApp, type SlackApp } from '../../../shared/notify/slack-app/slack-app.ts';

/** A message of the channel. Only posts, and lines that are also shown in the channel, notify people. */
export interface Shown {
  readonly at: number;
  readonly kind: 'post' | 'in the channel' | 'in the thread';
  readonly text: string;
}

/** The Slack app of the product in front of a channel in this process: what people see of a year. */
export const channelOf = (
  clock: () => number,
): { readonly app: SlackApp; readonly shown: readonly Shown[] } => {
  const shown: Shown[] = [];
  const memory = new Map<string, IncidentPost>();
  const answer = (body: object): Response =>
    new Response(JSON.stringify({ ok: true, ...body }), { headers: { 'content-type': 'application/json' } });
  const app = createSlackApp({
    name: 'team',
    channel: 'C0123456789',
    token: { read: async () => 'token', forget: () => {} },
    clock,
    memory: {
      get: async (key) => memory.get(key) ?? null,
      exchange: async (key, _, value) => {
        memory.set(key, value as IncidentPost);
        return 'stored';
      },
    },
    environment: {
      sleep: async () => {},
      fetch: async (input, init) => {
        const { channel, thread_ts, reply_broadcast, text } = JSON.parse(String(init?.body)) as Record<
          string,
          unknown
        >;
        if (String(input).endsWith('chat.postMessage'))
          shown.push({
            at: clock(),
            kind:
              thread_ts === undefined
                ? 'post'
                : reply_broadcast === true
                  ? 'in the channel'
                  : 'in the thread',
            text: String(text),
          });
        return answer({ channel, ts: String(shown.length) });
      },
    },
  });
  return { app, shown };
};
