import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { BodyStep } from '../faults/fault.ts';
import type { WireAnswer, WireRequest } from './protocol.ts';

/** Small pieces are gathered before they go out: a write for every element would cost more than making it. */
const WRITE_SIZE = 64 * 1024;

/** What is to be sent: the head of an answer, and its body as steps. `null`: nothing, ever. */
export interface Reply {
  readonly answer: WireAnswer;
  readonly steps: Iterable<BodyStep>;
}

export interface RawRequest extends WireRequest {
  /** Size of the body as it came, compressed or not. */
  readonly wireBytes: number;
}

const readRequest = async (incoming: IncomingMessage): Promise<RawRequest> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const wire = Buffer.concat(chunks);
  const inflated = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(wire) : wire;
  const url = new URL(incoming.url ?? '/', 'http://lab');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: inflated.toString('utf8'),
    wireBytes: wire.length,
  };
};

/** Writes with back-pressure, so that a page of any size takes only as much memory as a few chunks. */
const send = async (outgoing: ServerResponse, { answer, steps }: Reply): Promise<void> => {
  outgoing.writeHead(answer.status, answer.headers);
  let gathered = '';
  const flush = async (): Promise<void> => {
    const text = gathered;
    gathered = '';
    if (text !== '' && !outgoing.write(text) && !outgoing.destroyed) {
      await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')]);
    }
  };
  for (const step of steps) {
    if (outgoing.destroyed) return;
    if (typeof step === 'string') {
      gathered += step;
      if (gathered.length >= WRITE_SIZE) await flush();
    } else {
      await flush();
      if ('reset' in step) {
        // What was written so far must be on its way before the connection breaks.
        await pause(5);
        outgoing.socket?.resetAndDestroy();
        return;
      }
      await pause(step.pauseMilliseconds);
    }
  }
  outgoing.end(gathered);
};

/** An HTTP server on the loopback interface, and nowhere else. */
export const listenOnLoopback = async (
  port: number,
  reply: (request: RawRequest, url: string) => Reply | null,
): Promise<{ readonly url: string; close(): Promise<void> }> => {
  let url = '';
  const server: Server = createServer((incoming, outgoing) => {
    readRequest(incoming)
      .then((request) => reply(request, url))
      .then((answer) => (answer === null ? undefined : send(outgoing, answer)))
      .catch((error: unknown) => {
        // A client that went away is not the lab's failure; everything else must be seen.
        if (!outgoing.destroyed) outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
        if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) console.error(error);
      });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: async () => {
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
};
