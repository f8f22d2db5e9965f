import type { KnownMarkup, Node } from './xml-node.ts';

/** So much markup is remembered after an element; a document with more variants is read as well, but more slowly. */
const MAX_KNOWN = 4;
/** The longest is from one interface's last address to the next one's first element, some 300 characters. */
const MAX_MARKUP = 1000;

/** The markup after the text of `node` that stands in `source` at `at`, if it was met before. */
export const knownMarkup = <State>(
  node: Node<State>,
  source: string,
  at: number,
): KnownMarkup<State> | null => {
  for (const known of node.known) {
    // A slice shares the memory of its source and is compared as a block: four times as fast as `startsWith` (measured).
    if (source.slice(at, at + known.markup.length) === known.markup) return known;
  }
  return null;
};

/** Records the markup between one text and the next, so that it need not be read tag by tag again. */
export class MarkupRecorder<State> {
  #from: Node<State> | null = null;
  /** Where the markup began. */
  start = 0;
  #calls: ((state: State) => void)[] = [];
  #closes = 0;
  #opens: Node<State>[] = [];

  get isOpen(): boolean {
    return this.#from !== null;
  }

  /** The text of `node` ended at `start`. */
  begin(node: Node<State>, start: number): void {
    this.#from = node.known.length < MAX_KNOWN ? node : null;
    this.start = start;
    this.#calls = node.closed === undefined ? [] : [node.closed];
    this.#closes = 0;
    this.#opens = [];
  }

  /** Text was reported in between, or the chunk ended: this markup is not recorded. */
  lose(): void {
    this.#from = null;
  }

  opened(node: Node<State>): void {
    if (this.#from === null) return;
    if (node.opened !== undefined) this.#calls.push(node.opened);
    this.#opens.push(node);
  }

  closed(node: Node<State>): void {
    if (this.#from === null) return;
    if (node.closed !== undefined) this.#calls.push(node.closed);
    if (this.#opens.pop() === undefined) this.#closes += 1;
  }

  /** The text of the element opened last begins after `markup`, all that came since `start`. */
  end(markup: string): void {
    const from = this.#from;
    const to = this.#opens.pop();
    this.#from = null;
    if (from === null || to === undefined || markup.length > MAX_MARKUP) return;
    from.known.push({ markup, calls: this.#calls, closes: this.#closes, opens: this.#opens, to });
  }
}
