import type { Stride } from './stride.ts';
import type { XmlElement } from './xml-reader.ts';

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
  /** The ways on from the end of its text that were met so far. */
  readonly strides: Stride<State>[];
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
  strides: [],
});
