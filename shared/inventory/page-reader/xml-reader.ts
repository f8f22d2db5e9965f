import { MalformedAnswerError } from '../../model/aws-failure.ts';

/**
 * What to take from an element of one name, and from which elements within it. Everything not named is read over,
 * but must be well-formed all the same.
 */
export interface XmlElement<State> {
  readonly name: string;
  readonly children?: readonly XmlElement<State>[];
  /** The element holds text, which goes here; it must then hold no elements. Leading and trailing blanks are kept. */
  readonly text?: (state: State, value: string) => void;
  readonly opened?: (state: State) => void;
  readonly closed?: (state: State) => void;
}

/** The answer ended before its last element did: a connection that broke without saying so. Worth another try. */
export class TruncatedAnswerError extends MalformedAnswerError {
  constructor(message: string) {
    super(message);
    this.name = 'TruncatedAnswerError';
  }
}

/** An element of the description, and the clean text last read from it: neighbours often hold the same. */
interface Node<State> {
  readonly name: string;
  readonly children: readonly Node<State>[];
  readonly text: ((state: State, value: string) => void) | undefined;
  readonly opened: ((state: State) => void) | undefined;
  readonly closed: ((state: State) => void) | undefined;
  previous: string;
}

const AMPERSAND = 0x26;
const CARRIAGE_RETURN = 0x0d;
const SLASH = 0x2f;
const GREATER_THAN = 0x3e;
const EXCLAMATION_MARK = 0x21;
const QUESTION_MARK = 0x3f;

/**
 * Reads one XML document as its bytes arrive, in one pass, keeping no more than the token that is not complete yet.
 *
 * A document of EC2's is almost all ASCII, so the bytes are searched as a Latin-1 string, whose indices are those of
 * the bytes; only text that is not ASCII is decoded again, as UTF-8. Text is copied out of the chunk: a slice of it
 * would keep the whole chunk in memory for as long as somebody holds, say, one subnet's name.
 *
 * It reads what the AWS SDK reads, with these differences, where the SDK would drop or change data without a word:
 * a document of another root, an undeclared entity, content after the root and text among elements where text is
 * expected are refused; a character reference beyond the first plane is read right.
 */
export class XmlReader<State> {
  readonly #root: Node<State>;
  readonly #state: State;
  /** The names of the open elements, and what is to be taken from them (`null`: nothing). */
  readonly #names: string[] = [];
  readonly #nodes: (Node<State> | null)[] = [];
  /** Text read so far of the innermost element, where that was interrupted by a comment, CDATA or a chunk's end. */
  #text = '';
  #finished = false;
  #started = false;
  #bytes: Buffer = Buffer.alloc(0);
  #source = '';

  constructor(root: XmlElement<State>, state: State) {
    this.#root = compile(root);
    this.#state = state;
  }

  /** Takes the next bytes. @throws MalformedAnswerError */
  write(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    this.#source = this.#bytes.toString('latin1');
    const consumed = this.#scan(this.#skipByteOrderMark());
    this.#bytes = this.#bytes.subarray(consumed);
    this.#source = '';
  }

  /** Says that there are no more bytes. @throws MalformedAnswerError */
  end(): void {
    const left = this.#bytes.toString('latin1');
    if (this.#finished && left.trim() === '') return;
    const open = this.#names.at(-1);
    if (this.#finished) throw new MalformedAnswerError(`The answer goes on after its end: ${excerpt(left)}`);
    throw new TruncatedAnswerError(
      open === undefined ? 'The answer is empty' : `The answer ends within <${open}>`,
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
        this.#close(tag + 2, end);
        next = end + 1;
      } else if (kind === EXCLAMATION_MARK) {
        next = this.#declaration(from, tag);
      } else if (kind === QUESTION_MARK) {
        const end = source.indexOf('?>', tag + 2);
        if (end === -1) return from;
        this.#characters(from, tag);
        next = end + 2;
      } else {
        const end = this.#endOfTag(tag + 1);
        if (end === -1) return from;
        this.#characters(from, tag);
        next = this.#open(tag + 1, end);
      }
      if (next === -1) return from;
      from = next;
    }
  }

  /** `end` is that of the opening tag's `>`. Returns where to go on. */
  #open(start: number, end: number): number {
    const source = this.#source;
    const selfClosing = source.charCodeAt(end - 1) === SLASH;
    const nameEnd = endOfName(source, start, selfClosing ? end - 1 : end);
    const node = this.#nodeAt(start, nameEnd);
    const name = node === null ? source.slice(start, nameEnd) : node.name;
    if (name === '') throw new MalformedAnswerError('The answer holds a tag without a name');
    node?.opened?.(this.#state);
    if (selfClosing) {
      node?.text?.(this.#state, '');
      this.#closed(node);
      return end + 1;
    }
    // Most elements hold one run of text: take it in one go when it is all there.
    const after = end + 1;
    const tag = source.indexOf('<', after);
    if (
      (node === null || node.text !== undefined) &&
      tag !== -1 &&
      source.charCodeAt(tag + 1) === SLASH &&
      source.charCodeAt(tag + 2 + name.length) === GREATER_THAN &&
      source.startsWith(name, tag + 2)
    ) {
      if (node?.text !== undefined) node.text(this.#state, withoutBlankLines(this.#decode(node, after, tag)));
      this.#closed(node);
      return tag + name.length + 3;
    }
    this.#names.push(name);
    this.#nodes.push(node);
    this.#text = '';
    return after;
  }

  /** What is to be taken from the element that opens here; also keeps the order of a document: one root, of our name. */
  #nodeAt(start: number, end: number): Node<State> | null {
    const source = this.#source;
    const length = end - start;
    if (this.#nodes.length === 0) {
      if (this.#finished) throw new MalformedAnswerError('The answer goes on after its end');
      const name = source.slice(start, end);
      if (name !== this.#root.name)
        throw new MalformedAnswerError(`The answer is <${excerpt(name)}> instead of <${this.#root.name}>`);
      return this.#root;
    }
    const parent = this.#nodes[this.#nodes.length - 1] ?? null;
    if (parent === null) return null;
    if (parent.text !== undefined)
      throw new MalformedAnswerError(`The answer holds elements in <${parent.name}>, which is text`);
    for (const child of parent.children) {
      if (child.name.length === length && source.startsWith(child.name, start)) return child;
    }
    return null;
  }

  #close(start: number, end: number): void {
    const source = this.#source;
    const open = this.#names.pop();
    const node = this.#nodes.pop() ?? null;
    if (open === undefined)
      throw new MalformedAnswerError(
        `The answer closes </${excerpt(source.slice(start, end))}>, which is not open`,
      );
    if (!(end - start === open.length && source.startsWith(open, start))) {
      const name = source.slice(start, end).trimEnd();
      if (name !== open)
        throw new MalformedAnswerError(`The answer closes <${open}> with </${excerpt(name)}>`);
    }
    node?.text?.(this.#state, withoutBlankLines(this.#text));
    this.#text = '';
    this.#closed(node);
  }

  #closed(node: Node<State> | null): void {
    node?.closed?.(this.#state);
    if (this.#nodes.length === 0) this.#finished = true;
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
    if (head === '<![CDATA[' && this.#nodes.length > 0) {
      const end = source.indexOf(']]>', tag + 9);
      if (end === -1) return -1;
      this.#characters(from, tag);
      const node = this.#nodes[this.#nodes.length - 1];
      if (node?.text !== undefined) this.#text += normalised(this.#bytes.toString('utf8', tag + 9, end));
      return end + 3;
    }
    if (head.toUpperCase() === '<!DOCTYPE' && this.#names.length === 0 && !this.#finished) {
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
    const node = this.#nodes[this.#nodes.length - 1];
    if (node === undefined) {
      const outside = this.#source.slice(start, end);
      if (outside.trim() !== '')
        throw new MalformedAnswerError(`The answer is not XML: it holds ${excerpt(outside.trim())}`);
    } else if (node?.text !== undefined) {
      this.#text += this.#decode(node, start, end);
    }
  }

  #decode(node: Node<State>, start: number, end: number): string {
    const source = this.#source;
    if (end - start === node.previous.length && source.startsWith(node.previous, start)) return node.previous;
    for (let index = start; index < end; index += 1) {
      const code = source.charCodeAt(index);
      if (code >= 0x80 || code === AMPERSAND || code === CARRIAGE_RETURN)
        return withReferences(normalised(this.#bytes.toString('utf8', start, end)));
    }
    node.previous = this.#bytes.toString('latin1', start, end);
    return node.previous;
  }

  /** The index of the `>` that ends the tag, -1 when it is not there yet. A quoted attribute may hold one, too. */
  #endOfTag(start: number): number {
    const source = this.#source;
    const end = source.indexOf('>', start);
    if (end === -1) return -1;
    // Without a blank there is no attribute. Only roots have them in practice.
    let index = start;
    for (; index < end; index += 1) {
      if (source.charCodeAt(index) <= 0x20) break;
    }
    if (index === end) return end;
    let quote = 0;
    for (; index < source.length; index += 1) {
      const code = source.charCodeAt(index);
      if (quote !== 0) {
        if (code === quote) quote = 0;
      } else if (code === 0x22 || code === 0x27) quote = code;
      else if (code === GREATER_THAN) return index;
    }
    return -1;
  }

  #skipByteOrderMark(): number {
    if (this.#started || this.#source.length < 3) return 0;
    this.#started = true;
    return this.#source.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0;
  }
}

const compile = <State>(element: XmlElement<State>): Node<State> => ({
  name: element.name,
  children: (element.children ?? []).map((child) => compile(child)),
  text: element.text,
  opened: element.opened,
  closed: element.closed,
  previous: '',
});

const endOfName = (source: string, start: number, end: number): number => {
  let index = start;
  while (index < end && source.charCodeAt(index) > 0x20) index += 1;
  return index;
};

/** Where the document type ends, its internal subset in brackets included; -1 when it is not complete. */
const endOfDocumentType = (source: string, start: number): number => {
  let depth = 0;
  for (let index = start; index < source.length; index += 1) {
    const character = source[index];
    if (character === '[') depth += 1;
    else if (character === ']') depth -= 1;
    else if (character === '>' && depth === 0) return index + 1;
  }
  return -1;
};

/** XML 1.0, section 2.11: line ends are one line feed. */
const normalised = (text: string): string => text.replace(/\r\n?/g, '\n');

/** An element that holds nothing but an indented line break is empty, as the SDK has it. */
const withoutBlankLines = (text: string): string => (text.includes('\n') && text.trim() === '' ? '' : text);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const withReferences = (text: string): string =>
  text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z][a-zA-Z0-9]{0,30}));/g,
    (reference, hex, decimal, named) => {
      if (named !== undefined) {
        const character = ENTITIES[named];
        if (character === undefined)
          throw new MalformedAnswerError(`The answer holds ${reference}, which XML does not know`);
        return character;
      }
      const code = hex === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
      if (code > 0x10ffff)
        throw new MalformedAnswerError(`The answer holds ${reference}, which is no character`);
      return String.fromCodePoint(code);
    },
  );

const excerpt = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text);
