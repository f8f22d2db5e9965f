import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What SNS does with one message. `takesAfter`: it takes it that many milliseconds later, whether or not anybody still listens. */
export type Behaviour =
  | 'takes'
  | { readonly takesAfter: number }
  | { readonly error: string; readonly status: number };

export interface SnsTopics {
  readonly url: string;
  behaviour: (topicArn: string, body: string) => Behaviour;
  /** Nothing answers, whatever `behaviour` says. */
  offline: boolean;
  /** Publish requests so far, the refused ones too. */
  readonly requests: number;
  /** Transition ids that a topic took, in order, as often as they came. */
  received(topicArn: string): readonly string[];
  /** The alert documents that a topic took. */
  documents(topicArn: string): readonly { readonly transitions: readonly { readonly id: string }[] }[];
  /** Waits for what is still on its way. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Topics on a free port of 127.0.0.1 that accept or refuse messages as set. */
export const startSnsTopics = async (): Promise<SnsTopics> => {
  const taken: { topicArn: string; document: { transitions: { id: string }[] } }[] = [];
  const underWay = new Set<Promise<void>>();
  const counted = { requests: 0 };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    counted.requests += 1;
    const parameters = new URLSearchParams(Buffer.concat(chunks).toString());
    const topicArn = parameters.get('TopicArn') ?? '';
    const message: { default: string } = JSON.parse(parameters.get('Message') ?? '{}');
    if (topics.offline) {
      request.socket.destroy();
      return;
    }
    const behaviour = topics.behaviour(topicArn, message.default);
    response.setHeader('content-type', 'text/xml');
    if (typeof behaviour === 'object' && 'error' in behaviour) {
      response.writeHead(behaviour.status);
      response.end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${behaviour.error}</Code><Message>${behaviour.error}</Message></Error></ErrorResponse>`,
      );
      return;
    }
    if (behaviour !== 'takes') await wait(behaviour.takesAfter);
    taken.push({ topicArn, document: JSON.parse(message.default) });
    response.end(
      '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
    );
  };
  const server = createServer((request, response) => {
    const answering = answer(request, response);
    underWay.add(answering);
    answering
      .finally(() => underWay.delete(answering))
      .catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const documents = (topicArn: string) =>
    taken.filter((one) => one.topicArn === topicArn).map(({ document }) => document);
  const topics: SnsTopics = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behaviour: () => 'takes',
    offline: false,
    get requests() {
      return counted.requests;
    },
    received: (topicArn) => documents(topicArn).flatMap(({ transitions }) => transitions.map(({ id }) => id)),
    documents,
    settled: async () => {
      await Promise.all(underWay);
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return topics;
};
