import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { BodyStep } from '../faults/fault.ts';
import type { WireAnswer, WireRequest } from './protocol.ts';

/** Small pieces are gathered before they go out: a write for every element would cost more than making it. */
const WRITE_SIZE = 64 * 1024;

/** What is to be sent: the head of an answer, and its body as steps. */
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

/** The body in pieces worth a write. */
async function* gather(steps: Iterable<BodyStep>, outgoing: ServerResponse): AsyncGenerator<string> {
  let gathered = '';
  for (const step of steps) {
    if (typeof step === 'string') {
      gathered += step;
      if (gathered.length < WRITE_SIZE) continue;
      yield gathered;
    } else if ('reset' in step) {
      yield gathered;
      // What was written so far must be on its way before the connection breaks.
      await pause(5);
      outgoing.socket?.resetAndDestroy();
      return;
    } else {
      yield gathered;
      await pause(step.pauseMilliseconds);
    }
    gathered = '';
  }
  yield gathered;
}

/** Writes as fast as it is read, so that a page of any size takes only as much memory as a few pieces. */
const send = (outgoing: ServerResponse, { answer, steps }: Reply): Promise<void> => {
  outgoing.writeHead(answer.status, answer.headers);
  return pipeline(Readable.from(gather(steps, outgoing)), outgoing);
};

const isGone = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code));

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
        outgoing.destroy();
        // A client that went away is not the lab's failure; everything else must be seen.
        if (!isGone(error)) console.error(error);
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
