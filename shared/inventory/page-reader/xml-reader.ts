import { MalformedAnswerError } from '../../model/aws/aws-failure.ts';
import { knownMarkup, MarkupRecorder } from './markup-cache.ts';
import { endOfDocumentType, endOfName, endOfTag } from './token-ends.ts';
import { type Node, nodeOf, type XmlElement } from './xml-node.ts';
import { withOneLineEnd, withoutBlankLines, withReferences } from './xml-text.ts';

/** The answer ended before its last element did: a connection that broke without saying so. Worth another try. */
export class TruncatedAnswerError extends MalformedAnswerError {
  constructor(message: string) {
    super(message);
    this.name = 'TruncatedAnswerError';
  }
}

/** So many names are remembered of what an element holds; a document with more is read no less well, but slower. */
const MAX_CHILDREN = 100;

/** Holds a chunk as sockets deliver them, 64 KiB, and what was left of the one before. */
const INITIAL_WINDOW = 96 * 1024;

/** A tag's value has at most 256 characters, and a description 255. What is longer is no answer of EC2. */
export const MAX_TOKEN_BYTES = 1024 * 1024;

/** V8's `SlicedString::kMinLength`. */
const COPIED_SLICE = 13;

const LAST_SLOT = 7;

const AMPERSAND = 0x26;
const SLASH = 0x2f;
const GREATER_THAN = 0x3e;
const EXCLAMATION_MARK = 0x21;
const QUESTION_MARK = 0x3f;

/**
 * Reads one XML document as its bytes arrive, in one pass, keeping no more than the token that is not complete yet.
 *
 * A document of EC2's is almost all ASCII, so the bytes are searched as a Latin-1 string, whose indices are those of
 * the bytes; only text that is not ASCII is decoded again, as UTF-8. Text is copied out of the chunk: a slice of it
 * would keep the whole chunk in memory for as long as, say, one subnet's name is referenced.
 *
 * It reads what the AWS SDK reads, with these differences, where the SDK would drop or change data without a word:
 * a document of another root, an undeclared entity, content after the root and text among elements where text is
 * expected are refused; a character reference beyond the first plane is read right.
 */
export class XmlReader<State> {
  readonly #root: Node<State>;
  readonly #state: State;
  readonly #open: Node<State>[] = [];
  /** The element that closed last within the innermost open one. */
  #sibling: Node<State> | null = null;
  /** Text read so far of the innermost element, where that was interrupted by a comment, CDATA or a chunk's end. */
  #text = '';
  #finished = false;
  #started = false;
  /** What is being read: what was left of the last chunk, then this one. One buffer for all chunks of a document. */
  #bytes: Buffer = Buffer.allocUnsafe(INITIAL_WINDOW);
  #length = 0;
  /** With fewer bytes it is not looked at again: a token that arrives in many chunks is not read from its start each time. */
  #scanFrom = 0;
  #source = '';
  /** The element whose text comes next. */
  #holder: Node<State>;
  readonly #recorder = new MarkupRecorder<State>();

  constructor(root: XmlElement<State>, state: State) {
    this.#root = nodeOf(root);
    this.#holder = this.#root;
    this.#state = state;
  }

  /** Takes the next bytes. @throws MalformedAnswerError */
  write(chunk: Uint8Array): void {
    if (this.#length + chunk.length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#length + chunk.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length += chunk.length;
    if (this.#length >= this.#scanFrom) this.#scanBytes();
  }

  #scanBytes(): void {
    this.#source = this.#bytes.toString('latin1', 0, this.#length);
    const consumed = this.#scan(this.#skipByteOrderMark());
    this.#recorder.lose();
    this.#bytes.copyWithin(0, consumed, this.#length);
    this.#length -= consumed;
    this.#source = '';
    if (this.#length > MAX_TOKEN_BYTES)
      throw new MalformedAnswerError(`The answer holds a text or tag of more than ${MAX_TOKEN_BYTES} bytes`);
    this.#scanFrom = 2 * this.#length;
  }

  /** Says that there are no more bytes. @throws MalformedAnswerError */
  end(): void {
    if (this.#length > 0) this.#scanBytes();
    const left = this.#bytes.toString('latin1', 0, this.#length);
    if (this.#finished && left.trim() === '') return;
    if (this.#finished) throw new MalformedAnswerError(`The answer goes on after its end: ${excerpt(left)}`);
    const open = this.#open.at(-1)?.name;
    throw new TruncatedAnswerError(
      open === undefined ? 'The answer is empty' : `The answer ends within <${excerpt(open)}>`,
    );
  }

  /** Returns how many characters need not be seen again. */
  #scan(start: number): number {
    const source = this.#source;
    let from = start;
    for (;;) {
      const tag = source.indexOf('<', from);
      if (tag === -1 || tag + 1 >= source.length) return from;
      const kind = source.charCodeAt(tag + 1);
      let next: number;
      if (kind === SLASH) {
        const end = source.indexOf('>', tag + 2);
        if (end === -1) return from;
        this.#characters(from, tag);
        this.#closingTag(tag + 2, end);
        next = end + 1;
      } else if (kind === EXCLAMATION_MARK) {
        next = this.#declaration(from, tag);
      } else if (kind === QUESTION_MARK) {
        const end = source.indexOf('?>', tag + 2);
        if (end === -1) return from;
        this.#characters(from, tag);
        next = end + 2;
      } else {
        next = this.#openingTag(from, tag);
      }
      if (next === -1) return from;
      from = next;
    }
  }

  /** Returns where to go on, -1 when the tag is not complete. */
  #openingTag(from: number, tag: number): number {
    const source = this.#source;
    const expected = this.#expected();
    const afterName = tag + 1 + (expected?.name.length ?? 0);
    if (
      expected !== null &&
      source.charCodeAt(afterName) === GREATER_THAN &&
      source.startsWith(expected.name, tag + 1)
    ) {
      this.#characters(from, tag);
      return this.#enter(expected, afterName + 1);
    }
    const end = endOfTag(source, tag + 1);
    if (end === -1) return -1;
    this.#characters(from, tag);
    const selfClosing = source.charCodeAt(end - 1) === SLASH;
    const child = this.#child(source.slice(tag + 1, endOfName(source, tag + 1, selfClosing ? end - 1 : end)));
    if (!selfClosing) return this.#enter(child, end + 1);
    child.opened?.(this.#state);
    this.#recorder.opened(child);
    // Its text comes in between; that is too rare to be noted.
    if (child.text !== undefined) {
      child.text(this.#state, '');
      this.#recorder.lose();
    }
    this.#leave(child);
    return end + 1;
  }

  /** The element that came here the last time. */
  #expected(): Node<State> | null {
    if (this.#sibling !== null) return this.#sibling.following;
    const parent = this.#open[this.#open.length - 1];
    return parent === undefined ? null : parent.first;
  }

  /** What an element of this name is here. Also keeps the order of a document: one root, of our name. */
  #child(name: string): Node<State> {
    if (name === '') throw new MalformedAnswerError('The answer has a tag without a name');
    const parent = this.#open[this.#open.length - 1];
    if (parent === undefined) {
      if (this.#finished) throw new MalformedAnswerError('The answer goes on after its end');
      if (name !== this.#root.name)
        throw new MalformedAnswerError(`The answer is <${excerpt(name)}> instead of <${this.#root.name}>`);
      return this.#root;
    }
    if (parent.text !== undefined)
      throw new MalformedAnswerError(`The answer holds elements in <${parent.name}>, which is text`);
    let child = parent.children.find((each) => each.name === name);
    if (child === undefined) {
      child = nodeOf<State>({ name: Buffer.from(name, 'latin1').toString('latin1') });
      if (parent.children.length < MAX_CHILDREN) parent.children.push(child);
    }
    if (this.#sibling === null) parent.first = child;
    else this.#sibling.following = child;
    return child;
  }

  /** Returns where to go on: within the element, or after the last one up to which everything was as before. */
  #enter(entered: Node<State>, start: number): number {
    const source = this.#source;
    entered.opened?.(this.#state);
    this.#recorder.opened(entered);
    this.#holder = entered;
    const from = this.#skipKnown(start);
    if (from !== start && this.#recorder.isOpen) this.#endRecording(start);
    const holder = this.#holder;
    const { name } = holder;
    const tag = source.indexOf('<', from);
    if (
      tag === -1 ||
      source.charCodeAt(tag + 1) !== SLASH ||
      source.charCodeAt(tag + 2 + name.length) !== GREATER_THAN ||
      !source.startsWith(name, tag + 2)
    ) {
      this.#open.push(holder);
      this.#sibling = null;
      this.#text = '';
      return from;
    }
    if (this.#recorder.isOpen) this.#endRecording(from);
    this.#recorder.begin(holder, tag);
    if (holder.text !== undefined) holder.text(this.#state, this.#onlyText(holder, from, tag));
    this.#close(holder);
    return tag + name.length + 3;
  }

  /**
   * Goes from text to text for as long as the markup between them is known. Apart from the rest and small, because this is
   * where the time goes: V8 compiles it within the first page, and with the rest in it took 30 ms longer (measured).
   */
  #skipKnown(start: number): number {
    const source = this.#source;
    let holder = this.#holder;
    let from = start;
    for (;;) {
      const tag = source.indexOf('<', from);
      const known = tag === -1 ? null : knownMarkup(holder, source, tag);
      if (known === null) break;
      if (holder.text !== undefined) holder.text(this.#state, this.#onlyText(holder, from, tag));
      for (const call of known.calls) call(this.#state);
      for (let closes = known.closes; closes > 0; closes -= 1) this.#open.pop();
      for (const opened of known.opens) this.#open.push(opened);
      holder = known.to;
      from = tag + known.markup.length;
    }
    this.#holder = holder;
    return from;
  }

  #endRecording(at: number): void {
    this.#recorder.end(this.#bytes.toString('latin1', this.#recorder.start, at));
  }

  #closingTag(start: number, end: number): void {
    const source = this.#source;
    const closed = this.#open.pop();
    if (closed === undefined)
      throw new MalformedAnswerError(
        `The answer closes </${excerpt(source.slice(start, end))}>, which is not open`,
      );
    const { name } = closed;
    if (end - start !== name.length || !source.startsWith(name, start)) {
      const closing = source.slice(start, end).trimEnd();
      if (closing !== name)
        throw new MalformedAnswerError(`The answer closes <${excerpt(name)}> with </${excerpt(closing)}>`);
    }
    if (closed.text !== undefined) {
      closed.text(this.#state, withoutBlankLines(this.#text));
      this.#recorder.lose();
    }
    this.#text = '';
    this.#leave(closed);
  }

  #leave(left: Node<State>): void {
    this.#recorder.closed(left);
    this.#close(left);
  }

  #close(left: Node<State>): void {
    left.closed?.(this.#state);
    this.#sibling = left;
    if (this.#open.length === 0) this.#finished = true;
  }

  /** A comment, CDATA, or before the root a document type. Returns where to go on, -1 when it is not complete. */
  #declaration(from: number, tag: number): number {
    const source = this.#source;
    const head = source.slice(tag, tag + 9);
    if (head.startsWith('<!--')) {
      const end = source.indexOf('-->', tag + 4);
      if (end === -1) return -1;
      this.#characters(from, tag);
      return end + 3;
    }
    if (head === '<![CDATA[' && this.#open.length > 0) {
      const end = source.indexOf(']]>', tag + 9);
      if (end === -1) return -1;
      this.#characters(from, tag);
      const parent = this.#open[this.#open.length - 1];
      if (parent?.text !== undefined)
        this.#text += withOneLineEnd(this.#bytes.toString('utf8', tag + 9, end));
      return end + 3;
    }
    if (head.toUpperCase() === '<!DOCTYPE' && this.#open.length === 0 && !this.#finished) {
      const end = endOfDocumentType(source, tag + 9);
      if (end === -1) return -1;
      this.#characters(from, tag);
      return end;
    }
    const complete = ['<!--', '<![CDATA[', '<!DOCTYPE'].some((token) => token.startsWith(head));
    if (complete && head.length < 9 && tag + head.length === source.length) return -1;
    throw new MalformedAnswerError(`The answer holds ${excerpt(head)}, which is not XML`);
  }

  /** A run of text that goes on with something else than its element's end. */
  #characters(start: number, end: number): void {
    if (start === end) return;
    const parent = this.#open[this.#open.length - 1];
    if (parent === undefined) {
      const outside = this.#source.slice(start, end);
      if (outside.trim() !== '')
        throw new MalformedAnswerError(`The answer is not XML: it holds ${excerpt(outside.trim())}`);
    } else if (parent.text !== undefined) {
      this.#text += this.#decoded(start, end);
    }
  }

  /** The text of an element that holds nothing else. Most is clean: neither markup nor line breaks nor beyond ASCII. */
  #onlyText(holder: Node<State>, start: number, end: number): string {
    const source = this.#source;
    const value = source.slice(start, end);
    const slot = (end - start + source.charCodeAt(start) + source.charCodeAt(end - 1)) & LAST_SLOT;
    const known = holder.recent[slot];
    if (value === known) return known;
    for (let index = start; index < end; index += 1) {
      const code = source.charCodeAt(index);
      if (code < 0x20 || code >= 0x80 || code === AMPERSAND)
        return withoutBlankLines(this.#decoded(start, end));
    }
    // V8 copies a slice of less than 13 characters; a longer one would hold on to the whole chunk.
    const copy = value.length < COPIED_SLICE ? value : this.#bytes.toString('latin1', start, end);
    holder.recent[slot] = copy;
    return copy;
  }

  /** A run of text, with its references and line ends as XML means them. */
  #decoded(start: number, end: number): string {
    return withReferences(withOneLineEnd(this.#bytes.toString('utf8', start, end)));
  }

  #skipByteOrderMark(): number {
    if (this.#started || this.#source.length < 3) return 0;
    this.#started = true;
    return this.#source.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0;
  }
}

const excerpt = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text);
