/**
 * What to take from an element of one name, and from which elements within it. Everything not named is read over,
 * but must be well-formed anyway.
 */
export interface XmlElement<State> {
  readonly name: string;
  readonly children?: readonly XmlElement<State>[];
  /** The element holds text, which goes here; it must then hold no elements. Leading and trailing blanks are kept. */
  readonly text?: (state: State, value: string) => void;
  readonly opened?: (state: State) => void;
  readonly closed?: (state: State) => void;
}

/**
 * The markup from the end of one element's text to the beginning of the next one's. In a listing these bytes are the same
 * from record to record (`</key>`, a line's indentation, `<value>`), so they are compared at once instead of read tag
 * by tag: half of the time that a page takes.
 */
export interface KnownMarkup<State> {
  readonly markup: string;
  /** What there is to call for it, in its order. */
  readonly calls: readonly ((state: State) => void)[];
  /** How many open elements the markup closes, and which it opens and leaves open, without `to`. */
  readonly closes: number;
  readonly opens: readonly Node<State>[];
  /** The element whose text comes next. */
  readonly to: Node<State>;
}

/** An element, described or not, and what was seen of it so far in this document. */
export interface Node<State> {
  readonly name: string;
  /** Those described, and up to a limit those met. */
  readonly children: Node<State>[];
  readonly text: ((state: State, value: string) => void) | undefined;
  readonly opened: ((state: State) => void) | undefined;
  readonly closed: ((state: State) => void) | undefined;
  /** Clean texts last read from it, by a rough hash: neighbours often hold the same, tags the same few keys. */
  readonly recent: string[];
  /** What came first within it, and what came after it, the last time: elements mostly come in one order. */
  first: Node<State> | null;
  following: Node<State> | null;
  /** The markup after its text that was met so far. */
  readonly known: KnownMarkup<State>[];
}

export const nodeOf = <State>(element: XmlElement<State>): Node<State> => ({
  name: element.name,
  children: (element.children ?? []).map((child) => nodeOf(child)),
  text: element.text,
  opened: element.opened,
  closed: element.closed,
  recent: ['', '', '', '', '', '', '', ''],
  first: null,
  following: null,
  known: [],
});
