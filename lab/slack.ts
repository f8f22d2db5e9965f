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
  /** Files by id, as they were uploaded and completed. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Whether the app may store files; and how often a new file is refused in blocks before it is ready. */
  readonly fileSettings: { isAllowed: boolean; refusals: number };
  /** The next call of this method is carried out, and then the connection breaks. */
  breakAfter(method: string): void;
  close(): Promise<void>;
}

export const startLabSlack = async (token: string): Promise<LabSlack> => {
  const messages: ShownMessage[] = [];
  const whispers: { user: string; blocks: string }[] = [];
  const breaking = new Set<string>();
  const files = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer>();
  const fileSettings = { isAllowed: true, refusals: 0 };
  let apiUrl = '';
  /** Slack shows a file only once it has worked on it. */
  const isRefused = (blocks: unknown): boolean => {
    const id = /"slack_file":\{"id":"(\w+)"/.exec(JSON.stringify(blocks ?? null))?.[1];
    if (id === undefined) return false;
    if (!files.has(id)) return true;
    if (fileSettings.refusals === 0) return false;
    fileSettings.refusals -= 1;
    return true;
  };
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const carryOut = (method: string, body: Record<string, unknown>, query: URLSearchParams): object => {
    const channel = text(body['channel']);
    if (method.startsWith('files.') && !fileSettings.isAllowed)
      return { ok: false, error: 'missing_scope', needed: 'files:write' };
    if (isRefused(body['blocks'])) return { ok: false, error: 'invalid_blocks' };
    switch (method) {
      case 'files.getUploadURLExternal': {
        const id = `F0LAB${String(uploads.size + 1).padStart(4, '0')}`;
        uploads.set(id, Buffer.alloc(0));
        return { ok: true, upload_url: `${apiUrl}upload/${id}`, file_id: id };
      }
      case 'files.completeUploadExternal': {
        const [{ id }] = body['files'] as [{ id: string }];
        const bytes = uploads.get(id);
        if (bytes === undefined || bytes.length === 0) return { ok: false, error: 'file_not_found' };
        files.set(id, bytes);
        return { ok: true, files: [{ id }] };
      }
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
      const uploaded = /^upload\/(\w+)$/.exec(method)?.[1];
      if (uploaded !== undefined) {
        uploads.set(uploaded, Buffer.concat(chunks));
        response.writeHead(200).end('OK');
        return;
      }
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
  apiUrl = `http://127.0.0.1:${port}/api/`;
  return {
    url: apiUrl,
    messages,
    files,
    fileSettings,
    whispers,
    breakAfter: (method) => void breaking.add(method),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
