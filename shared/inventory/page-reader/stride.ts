import type { Node, Stride } from './xml-node.ts';

/** So many ways on are remembered of an element; a document with more is read no less well, but slower. */
const MAX_STRIDES = 4;
/** The longest is from one interface's last address to the next one's first element, some 300 characters. */
const MAX_MARKUP = 1000;

/** The way on from the text of `node` that continues `source` at `at`, if it was met before. */
export const strideFrom = <State>(node: Node<State>, source: string, at: number): Stride<State> | null => {
  for (const stride of node.strides) {
    // A slice shares the memory of its source and is compared as a block: four times as fast as `startsWith` (measured).
    if (source.slice(at, at + stride.markup.length) === stride.markup) return stride;
  }
  return null;
};

/** Notes what is met on the way from one text to the next, so that it need not be read again. */
export class Trail<State> {
  #from: Node<State> | null = null;
  /** Where the way began. */
  start = 0;
  #calls: ((state: State) => void)[] = [];
  #closes = 0;
  #opens: Node<State>[] = [];

  get isOpen(): boolean {
    return this.#from !== null;
  }

  /** The text of `node` ended at `start`. */
  begin(node: Node<State>, start: number): void {
    this.#from = node.strides.length < MAX_STRIDES ? node : null;
    this.start = start;
    this.#calls = node.closed === undefined ? [] : [node.closed];
    this.#closes = 0;
    this.#opens = [];
  }

  /** Text was reported on the way, or the chunk ended: this way is not learned. */
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
    from.strides.push({ markup, calls: this.#calls, closes: this.#closes, opens: this.#opens, to });
  }
}
