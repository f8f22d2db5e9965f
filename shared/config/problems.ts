import { type Document, isMap, isSeq, type LineCounter, type Node, type Pair, type YAMLMap } from 'yaml';
import type * as z from 'zod';
import type { ConfigurationProblem } from './configuration-error.ts';
import { didYouMean, quoted } from './nearest-word.ts';
import { CONTRADICTION } from './schema/scalars.ts';

export type Path = readonly PropertyKey[];

/** Finds lines of a parsed YAML file. */
export class Locator {
  readonly #document: Document;
  readonly #lines: LineCounter;
  /** A file may have as many problems as keys. */
  readonly #pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  /** The line of a key, or of the nearest thing above it that stands in the file. */
  lineOf(path: Path): number {
    let node: unknown = this.#document.contents;
    let offset = 0;
    for (const step of path) {
      const found = this.#step(node, step);
      if (found === null) break;
      ({ node, offset } = found);
    }
    return this.lineAt(offset);
  }

  lineAt(offset: number): number {
    return Math.max(1, this.#lines.linePos(offset).line);
  }

  #pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = this.#pairs.get(map);
    if (known !== undefined) return known;
    const pairs = new Map(map.items.map((pair) => [String(pair.key), pair]));
    this.#pairs.set(map, pairs);
    return pairs;
  }

  #step(node: unknown, step: PropertyKey): { node: unknown; offset: number } | null {
    if (isMap(node)) {
      // Of a key that stands there twice, the last one counts.
      const pair = this.#pairsOf(node).get(String(step));
      if (pair === undefined) return null;
      return { node: pair.value, offset: startOf(pair.key) ?? startOf(pair.value) ?? 0 };
    }
    if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step];
      return item === undefined ? null : { node: item, offset: startOf(item) ?? 0 };
    }
    return null;
  }
}

const startOf = (node: unknown): number | null => (node as Node | null)?.range?.[0] ?? null;

/** `alerts.overrides[0].match.cidr`. */
export const fieldOf = (path: Path): string =>
  path.reduce<string>((field, step) => {
    if (typeof step === 'number') return `${field}[${step}]`;
    return field === '' ? String(step) : `${field}.${String(step)}`;
  }, '');

/** What the schema refused of a file's content, each with its line: the field, what it was, and what is allowed. */
export const problemsOf = (
  issues: readonly z.core.$ZodIssue[],
  content: unknown,
  locator: Locator,
): readonly ConfigurationProblem[] =>
  issues.flatMap((issue) => {
    const { path, value } = found(content, issue.path);
    const at = (problemPath: Path, message: string): ConfigurationProblem => ({
      line: locator.lineOf(problemPath),
      field: fieldOf(problemPath),
      message,
    });
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const unknown = [...path, key];
        return at(unknown, `${fieldOf(unknown)} is not a setting.${suggestion(key, issue.message)}`);
      });
    }
    if (issue.code === 'invalid_key') {
      const allowed = issue.issues.map(({ message }) => message).join(', ');
      return [at(path, `${fieldOf(path)} has the wrong name; it must be ${allowed}.`)];
    }
    if (issue.code === 'custom' && issue.params === CONTRADICTION) {
      return [at(path, `${fieldOf(path)} ${issue.message}`)];
    }
    const field = path.length === 0 ? 'The file' : fieldOf(path);
    return [at(path, `${field} ${stateOf(path, value)}; it must be ${issue.message}.`)];
  });

/** What was there. A secret that was written where its name belongs must not end up in a log as well. */
const stateOf = (path: Path, value: unknown): string => {
  if (value === undefined) return 'is missing';
  const last = path.at(-1);
  return last === 'secret' || last === 'parameter' ? 'is something else' : `is ${quoted(value)}`;
};

/** @param keys those that there are, as `section` lists them */
const suggestion = (key: string, keys: string): string => {
  const near = didYouMean(key, keys.split(', '));
  return near === ''
    ? ` ${keys.includes(', ') ? 'The allowed keys are' : 'The only allowed key is'} ${keys}.`
    : near;
};

/** What stands at a path. Where a single value stands for a list of one, the path ends at the value. */
const found = (content: unknown, path: Path): { readonly path: Path; readonly value: unknown } => {
  let value = content;
  for (const [depth, step] of path.entries()) {
    if (typeof value !== 'object' || value === null) return { path: path.slice(0, depth), value };
    value = Reflect.get(value, step);
  }
  return { path, value };
};
