import { MalformedAnswerError } from '../../model/aws-failure.ts';
import { type XmlElement, XmlReader } from './xml-reader.ts';

/** One page of a listing, whole. */
export interface RecordPage<Item> {
  readonly records: readonly Item[];
  readonly nextToken: string | undefined;
}

/** What every page's state holds; a reader of its own adds what it is in the midst of. */
export interface PageState<Item> {
  readonly records: Item[];
  nextToken: string | undefined;
  /** Whether the set was there: EC2 writes an empty one, too. */
  hasSet: boolean;
}

/**
 * Reads the body of one answer as it arrives. The records are handed over only when the page is whole, so that a
 * retry in mid-body can neither lose one nor hand it over twice.
 *
 * @throws MalformedAnswerError when it is not that answer, or not all of it
 */
export const readPage = async <Item, State extends PageState<Item>>(
  body: AsyncIterable<Uint8Array>,
  response: XmlElement<State>,
  page: State,
): Promise<RecordPage<Item>> => {
  const reader = new XmlReader(response, page);
  for await (const chunk of body) reader.write(chunk);
  reader.end();
  if (!page.hasSet) throw new MalformedAnswerError(`EC2 answered <${response.name}> without its set`);
  return { records: page.records, nextToken: page.nextToken };
};

/** An answer of one set and a token: `<DescribeXResponse><xSet><item>..</item></xSet><nextToken/>`. */
export const response = <State extends PageState<unknown>>(
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
