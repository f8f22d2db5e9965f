import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { MalformedAnswerError } from '../../model/aws/aws-failure.ts';
import type { XmlElement } from './xml-node.ts';
import { XmlReader } from './xml-reader.ts';

/** What every page's state holds; a reader of its own adds what it is in the midst of. */
export interface PageState<Item> {
  /** Takes each record as soon as its element ends. */
  readonly handOver: (item: Item) => void;
  nextToken: string | undefined;
  /** Whether the set was there: EC2 writes an empty one, too. */
  hasSet: boolean;
}

/** Reads the body of one answer of one action as it arrives; returns the token of the next page. */
export type PageReader<Item> = (
  body: AsyncIterable<Uint8Array>,
  handOver: (item: Item) => void,
) => Promise<string | undefined>;

/**
 * Reads the body of one answer as it arrives and hands over each record as soon as it is whole. A page's worth of
 * records is never held: kept until the page's end they would outlive the young generation, and memory would grow by
 * megabytes a page until the next full collection.
 *
 * @throws MalformedAnswerError when it is not that answer, or not all of it; what was handed over is then not the whole
 */
export const readPage = async <State extends Pick<PageState<never>, 'nextToken' | 'hasSet'>>(
  body: AsyncIterable<Uint8Array>,
  response: XmlElement<State>,
  page: State,
): Promise<string | undefined> => {
  const reader = new XmlReader(response, page);
  await eachChunk(body, (chunk) => reader.write(chunk));
  reader.end();
  if (!page.hasSet) throw new MalformedAnswerError(`EC2 answered <${response.name}> without its set`);
  return page.nextToken;
};

/** A stream is let flow: to iterate over it costs a tick and two promises a chunk, a tenth of what reading takes. */
const eachChunk = async (
  body: AsyncIterable<Uint8Array>,
  take: (chunk: Uint8Array) => void,
): Promise<void> => {
  if (!(body instanceof Readable)) {
    for await (const chunk of body) take(chunk);
    return;
  }
  body.on('data', (chunk: Uint8Array) => {
    try {
      take(chunk);
    } catch (error) {
      body.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  await finished(body);
};

/** An answer of one set and a token: `<DescribeXResponse><xSet><item>..</item></xSet><nextToken/>`. */
export const response = <State extends Pick<PageState<never>, 'nextToken' | 'hasSet'>>(
  action: string,
  set: string,
  item: Omit<XmlElement<State>, 'name'>,
): XmlElement<State> =>
  struct(`${action}Response`, [
    {
      ...list<State>(set, item),
      opened: (page) => {
        page.hasSet = true;
      },
    },
    text('nextToken', (page, value) => {
      page.nextToken = value || undefined;
    }),
  ]);

export const text = <State>(
  name: string,
  take: (state: State, value: string) => void,
): XmlElement<State> => ({
  name,
  text: take,
});

export const struct = <State>(name: string, children: readonly XmlElement<State>[]): XmlElement<State> => ({
  name,
  children,
});

/** EC2's way to write a list: `<set><item>..</item><item>..</item></set>`. */
export const list = <State>(name: string, item: Omit<XmlElement<State>, 'name'>): XmlElement<State> => ({
  name,
  children: [{ ...item, name: 'item' }],
});
