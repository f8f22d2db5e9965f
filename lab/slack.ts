import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as a channel of the stand-in shows it now. */
export interface ShownMessage {
  readonly channel: string;
  readonly ts: string;
  readonly thread: string | null;
  readonly text: string;
  readonly blocks: string;
  readonly isBroadcast: boolean;
  readonly id: string | null;
  readonly updates: number;
}

/** A stand-in of Slack's Web API: posts, updates, whispers and what a channel shows. */
export interface LabSlack {
  /** Of the Web API, with a slash at its end. */
  readonly url: string;
  readonly messages: readonly ShownMessage[];
  readonly whispers: readonly { readonly user: string; readonly blocks: string }[];
  /** The next call of this method is carried out, and then the connection breaks. */
  breakAfter(method: string): void;
  close(): Promise<void>;
}

export const startLabSlack = async (token: string): Promise<LabSlack> => {
  const messages: ShownMessage[] = [];
  const whispers: { user: string; blocks: string }[] = [];
  const breaking = new Set<string>();
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const carryOut = (method: string, body: Record<string, unknown>, query: URLSearchParams): object => {
    const channel = text(body['channel']);
    switch (method) {
      case 'chat.postMessage': {
        const ts = `1700000000.${String(messages.length + 1).padStart(6, '0')}`;
        const { metadata } = body as { metadata?: { event_payload?: { id?: string } } };
        messages.push({
          channel,
          ts,
          thread: typeof body['thread_ts'] === 'string' ? body['thread_ts'] : null,
          text: text(body['text']),
          blocks: JSON.stringify(body['blocks']),
          isBroadcast: body['reply_broadcast'] === true,
          id: metadata?.event_payload?.id ?? null,
          updates: 0,
        });
        return { ok: true, channel, ts, message: { text: body['text'], blocks: body['blocks'] } };
      }
      case 'chat.update': {
        const index = messages.findIndex((each) => each.channel === channel && each.ts === body['ts']);
        const before = messages[index];
        if (before === undefined) return { ok: false, error: 'message_not_found' };
        messages[index] = {
          ...before,
          text: text(body['text']),
          blocks: JSON.stringify(body['blocks']),
          updates: before.updates + 1,
        };
        return { ok: true, channel, ts: before.ts };
      }
      case 'chat.postEphemeral':
        whispers.push({ user: text(body['user']), blocks: JSON.stringify(body['blocks']) });
        return { ok: true };
      case 'conversations.history':
      case 'conversations.replies': {
        const thread = query.get('ts');
        const shown = messages.filter(
          (each) => each.channel === query.get('channel') && each.thread === thread,
        );
        return {
          ok: true,
          messages: shown.map(({ ts, id }) => ({ ts, metadata: { event_payload: { id } } })),
        };
      }
      default:
        return { ok: false, error: 'unknown_method' };
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const method = url.pathname.replace('/api/', '');
      const answer =
        request.headers.authorization === `Bearer ${token}`
          ? carryOut(method, JSON.parse(Buffer.concat(chunks).toString() || '{}'), url.searchParams)
          : { ok: false, error: 'invalid_auth' };
      if (breaking.delete(method)) {
        request.socket.destroy();
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/`,
    messages,
    whispers,
    breakAfter: (method) => void breaking.add(method),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
