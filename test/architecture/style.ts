import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { LineCounter, parseDocument, visit } from 'yaml';

/**
 * The rules of docs/style.md that a program can check, and the texts that they apply to: every text that people read,
 * in the product, its documentation, its comments and its test titles.
 */

export interface Text {
  readonly file: string;
  readonly line: number;
  readonly kind: 'message' | 'comment' | 'title' | 'page';
  readonly text: string;
}

interface WordToAvoid {
  /** As the table of docs/style.md names it. */
  readonly words: string;
  readonly pattern: RegExp;
  readonly instead: string;
}

/** Words to avoid, with what to write instead. docs/style.md has the same table, and a test compares the two. */
export const WORDS_TO_AVOID: readonly WordToAvoid[] = [
  { words: 'can not', pattern: /\bcan not\b/i, instead: 'cannot' },
  { words: 'mend', pattern: /\bmend(?:s|ed|ing)?\b/i, instead: 'fix' },
  { words: 'anew', pattern: /\banew\b/i, instead: 'again, new' },
  { words: 'nought', pattern: /\bnought\b/i, instead: 'zero, nothing' },
  { words: 'whoever', pattern: /\bwhoever\b/i, instead: 'the caller, the reader, anybody who' },
  { words: 'nobody', pattern: /\bnobody\b/i, instead: 'no one, or the passive: is not notified' },
  { words: 'somebody', pattern: /\bsomebody\b/i, instead: 'a person, or the role: the on-call engineer' },
  { words: 'told, untold', pattern: /\b(?:un)?told\b/i, instead: 'notified, pending, reported, shown' },
  { words: 'audience', pattern: /\baudience\b/i, instead: 'recipients' },
  { words: 'news', pattern: /\bnews\b/i, instead: 'notification, change' },
  { words: 'all the same', pattern: /\ball the same\b/i, instead: 'anyway, still' },
  { words: 'narrate', pattern: /\bnarrat(?:e|es|ed|ing)\b/i, instead: 'compose' },
  { words: 'said again', pattern: /\bsaid again\b/i, instead: 'repeated' },
  { words: 'given up on', pattern: /\bgiven up on\b/i, instead: 'stopped, failed repeatedly' },
  { words: 'lest', pattern: /\blest\b/i, instead: 'so that ... not' },
  { words: 'witness', pattern: /\bwitness(?:es)?\b/i, instead: 'lookback' },
  { words: 'regime', pattern: /\bregimes?\b/i, instead: 'trend segment' },
  { words: 'drill', pattern: /(?<!docs\/)\bdrills?\b/i, instead: 'resilience test' },
  { words: 'fold', pattern: /\bfold(?:s|ed|ing)?\b/i, instead: 'add up, roll up' },
];

interface Inversion {
  readonly pattern: RegExp;
  readonly instead: string;
}

/** Sentences that begin with anything but their subject, as far as their first words show it. */
const INVERSIONS: readonly Inversion[] = [
  {
    pattern: /^(?:So|Nor|Neither|Never|Seldom|Only then|Not) (?:do|does|did|is|are|was|has|have|can|will)\b/,
    instead: 'begin with the subject',
  },
  { pattern: /^(?:Here|There) (?:stands?|comes?|lies|goes)\b/, instead: 'begin with the subject' },
  {
    pattern:
      /^(?:In|On|At|To|Of|From|By|Beside|Behind|Under|Above|Below) [^,]*? (?:stands?|lies|comes?|goes) /,
    instead: 'begin with the subject',
  },
  { pattern: /^What(?:ever)? [^?]*\.$/, instead: 'name the thing instead of "what ..."' },
];

const LONGEST_SENTENCE = 25;

const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?])["')\]]?\s+(?=[A-Z"'(`[\d/])/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');

const wordsIn = (sentence: string): number => sentence.match(/\S*[\p{L}\d]\S*/gu)?.length ?? 0;

/** What is wrong with the style of a text; nothing when it is fine. */
export const styleProblems = (text: Text): string[] => {
  const at = `${text.file}:${text.line}`;
  const avoided = WORDS_TO_AVOID.flatMap(({ pattern, instead }) => {
    const found = pattern.exec(text.text);
    return found === null ? [] : [`${at}: "${found[0]}" (write: ${instead}): ${text.text}`];
  });
  // Decision records keep the arguments of their time; only their words are checked.
  if (text.kind === 'comment' || text.kind === 'title' || text.file.startsWith('docs/adr/')) return avoided;
  const sentences = sentencesOf(text.text);
  return [
    ...avoided,
    ...sentences.flatMap((sentence) =>
      INVERSIONS.filter(({ pattern }) => pattern.test(sentence)).map(
        ({ instead }) => `${at}: inverted (${instead}): ${sentence}`,
      ),
    ),
    ...sentences
      .filter((sentence) => wordsIn(sentence) > LONGEST_SENTENCE)
      .map((sentence) => `${at}: ${wordsIn(sentence)} words in a sentence: ${sentence}`),
  ];
};

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** The text of a string, a template or a sum of them; an inserted value reads as one word. `null`: not a text. */
const textOf = (node: unknown): string | null => {
  if (!isNode(node)) return null;
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : null;
  if (node.type === 'TemplateLiteral') {
    const parts = node['quasis'] as readonly { readonly value: { readonly cooked: string | null } }[];
    return parts.map(({ value }) => value.cooked ?? '').join('X');
  }
  if (node.type !== 'BinaryExpression' || node['operator'] !== '+') return null;
  const left = textOf(node['left']);
  const right = textOf(node['right']);
  return left === null && right === null ? null : `${left ?? 'X'}${right ?? 'X'}`;
};

/** `test` of `test(...)`, `test.each(...)(...)` and `describe.each(...)(...)`. */
const calledName = (node: unknown): string | null => {
  if (!isNode(node)) return null;
  if (node.type === 'Identifier') return node['name'] as string;
  if (node.type === 'CallExpression') return calledName(node['callee']);
  return node.type === 'MemberExpression' ? calledName(node['object']) : null;
};

const isProse = (text: string): boolean => (text.match(/[A-Za-z]{2,}/g)?.length ?? 0) > 2 && / /.test(text);

/** Code in a string: commands, markup, style sheets, SQL. */
const CODE = /^\s*(?:\$|aws |SELECT|INSERT|CREATE|DELETE|UPDATE|PRAGMA|kubectl |<)|[{};]\s*[.\w-]+[:{]|=>/;

/** The comments of a TypeScript file, and either its texts or, of a test, its titles. */
export const textsOfSource = (file: string, source: string): Text[] => {
  const lineAt = (offset: number): number => source.slice(0, offset).split('\n').length;
  const { program, comments } = parseSync(file, source);
  const texts: Text[] = comments.map(({ value, start }) => ({
    file,
    line: lineAt(start),
    kind: 'comment',
    text: value.replace(/\n?\s*\*+ ?/g, ' ').trim(),
  }));
  const isTest = file.startsWith('test/');
  const add = (node: Node, text: string): void => {
    const kind = isTest ? 'title' : 'message';
    const withoutMarkup = text.includes('</') ? text.replace(/<[^>]*>/g, '\n\n') : text;
    for (const paragraph of withoutMarkup.split(
      /\n\s*\n|\n(?=\s*(?:[-*$]|\d+\.) | {2}|\.)|\n(?=\|)|(?<=^#+ .*)\n/m,
    )) {
      const line = paragraph.replace(/\s+/g, ' ').trim();
      if (isProse(line) && !CODE.test(line)) texts.push({ file, line: lineAt(node.start), kind, text: line });
    }
  };
  const search = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) search(item);
      return;
    }
    if (!isNode(value)) return;
    if (value.type === 'ImportDeclaration') return;
    if (isTest) {
      const name = value.type === 'CallExpression' ? calledName(value['callee']) : null;
      const title = textOf((value['arguments'] as readonly unknown[] | undefined)?.[0]);
      if (title !== null && name !== null && ['test', 'describe', 'it'].includes(name)) add(value, title);
    } else {
      const text = textOf(value);
      if (text !== null) {
        add(value, text);
        // A value inside a template may hold texts of its own.
        for (const inner of (value['expressions'] as readonly unknown[] | undefined) ?? []) search(inner);
        return;
      }
    }
    for (const [key, child] of Object.entries(value)) if (key !== 'parent') search(child);
  };
  search(program);
  return texts;
};

/** The paragraphs, list items and table cells of a Markdown page, without its code. */
export const textsOfPage = (file: string, source: string): Text[] => {
  const texts: Text[] = [];
  let fenced = false;
  let paragraph = '';
  let startsAt = 1;
  const plain = (text: string): string =>
    text
      .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/`[^`]*`/g, 'X')
      .replace(/\*\*/g, '')
      .replace(/\s+/g, ' ')
      .trim();
  const flush = (): void => {
    const text = plain(paragraph);
    if (text !== '') texts.push({ file, line: startsAt, kind: 'page', text });
    paragraph = '';
  };
  for (const [index, line] of source.split('\n').entries()) {
    if (/^\s*```/.test(line)) {
      flush();
      fenced = !fenced;
      continue;
    }
    if (fenced) continue;
    if (line.trim() === '' || /^(?:#+ |\s*(?:[-*]|\d+\.) |\||<!--)/.test(line)) flush();
    if (line.startsWith('|')) {
      for (const cell of line.split(/(?<!\\)\|/)) {
        const text = plain(cell);
        if (text !== '') texts.push({ file, line: index + 1, kind: 'page', text });
      }
      continue;
    }
    if (paragraph === '') startsAt = index + 1;
    paragraph += ` ${line.replace(/^(?:#+ |\s*(?:[-*]|\d+\.) )/, '')}`;
    if (line.startsWith('#')) flush();
  }
  flush();
  return texts;
};

/** The comments of a YAML file or a shell script. */
const commentsOfLines = (file: string, source: string): Text[] =>
  source.split('\n').flatMap((line, index): Text[] => {
    const text = /(?:^|\s)# ?(.*)$/.exec(line)?.[1];
    const kind = file === 'headroom.example.yml' ? 'page' : 'comment';
    return text === undefined ? [] : [{ file, line: index + 1, kind, text }];
  });

/** The values of a YAML file that are sentences: descriptions of resources, parameters and alarms. */
export const valuesOfYaml = (file: string, source: string): Text[] => {
  const lines = new LineCounter();
  const texts: Text[] = [];
  visit(parseDocument(source, { lineCounter: lines, logLevel: 'silent' }), {
    Scalar: (_, { value, range }) => {
      if (typeof value !== 'string' || !/[a-z][.:] |[a-z]\.$/.test(value) || CODE.test(value)) return;
      texts.push({ file, line: lines.linePos(range?.[0] ?? 0).line, kind: 'message', text: value.trim() });
    },
  });
  return texts;
};

const FOLDERS = ['cli', 'docs', 'functions', 'infra', 'lab', 'scripts', 'shared', 'test', '.ci'] as const;
const FILES = ['README.md', 'CONTRIBUTING.md', 'headroom.example.yml', 'serverless.yml'] as const;

const filesUnder = (root: string, path: string): string[] =>
  statSync(join(root, path)).isDirectory()
    ? readdirSync(join(root, path)).flatMap((entry) =>
        ['planted', 'node_modules'].includes(entry) ? [] : filesUnder(root, `${path}/${entry}`),
      )
    : [path];

/** The lab answers with AWS's own texts. The others are shell code, vocabularies and tables of data. */
const WITHOUT_MESSAGES =
  /^(?:lab\/(?!demo)|scripts\/(?!docs|server)|cli\/completion\/|shared\/inventory\/pseudonyms|shared\/model\/cluster\/data\/)/;

/** Every text of the project that people read. */
export const allTexts = (root: string): Text[] =>
  [...FILES, ...FOLDERS.flatMap((folder) => filesUnder(root, folder))].flatMap((file): Text[] => {
    const source = (): string => readFileSync(join(root, file), 'utf8');
    switch (extname(file)) {
      case '.md':
        return textsOfPage(file, source());
      case '.yml':
        return [...commentsOfLines(file, source()), ...valuesOfYaml(file, source())];
      case '.ts':
      case '.mjs':
        return textsOfSource(file, source()).filter(
          ({ kind }) => kind !== 'message' || !WITHOUT_MESSAGES.test(file),
        );
      default:
        return file.startsWith('.ci/') ? commentsOfLines(file, source()) : [];
    }
  });
