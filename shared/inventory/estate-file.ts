import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type * as z from 'zod/mini';
import { excessOf, type JsonLimits } from '../model/base/bounded-json.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { fileProblem } from '../model/base/file-problem.ts';
import { escapedInJson } from '../model/base/invisible-characters.ts';
import { type Estate, isProblem, type Recorded, type TargetEstate } from './estate.ts';
import { ESTATE_SCHEMA, LISTS_OF_A_TARGET } from './estate-schema.ts';

/** So many problems of a file are shown; more than that, and it is another kind of file. */
const PROBLEMS_SHOWN = 20;

/** With more, the rest of the file is not checked. */
const PROBLEMS_KEPT = 1_000;
const RECORDS_AT_ONCE = 1_000;

/** Chosen, not measured: an account of 100,000 interfaces on 3,000 nodes is estimated at 90 MB and 5 million values. */
export const ESTATE_LIMITS: JsonLimits = { characters: 256 * 1024 * 1024, values: 12_000_000 };

/** An estate file cannot be read; the message names all that is wrong with it. */
class EstateFileError extends HeadroomError {
  readonly problems: readonly string[];

  constructor(
    path: string,
    problems: readonly string[],
    options: ErrorOptions & { readonly isOpenEnded?: boolean } = {},
  ) {
    const shown = problems.slice(0, PROBLEMS_SHOWN);
    const rest = problems.length - shown.length;
    super(
      'estate-file-invalid',
      `${path} cannot be used: ${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}${options.isOpenEnded === true ? ', at least' : ''}`,
      'Give an unchanged file that `headroom collect` has written.',
      options,
    );
    this.name = 'EstateFileError';
    this.problems = problems;
  }
}

/**
 * Reads an estate file, compressed or not, whatever its name.
 *
 * @throws EstateFileError with all that is wrong with it
 */
export const readEstate = async (path: string, limits: JsonLimits = ESTATE_LIMITS): Promise<Estate> => {
  let json: string;
  try {
    json = await readText(path, limits.characters);
  } catch (error) {
    if (error instanceof EstateTooLargeError) throw new EstateFileError(path, [error.message]);
    throw new EstateFileError(path, [`it cannot be read (${fileProblem(error)})`], { cause: error });
  }
  const excess = excessOf(json, limits);
  if (excess !== null) throw new EstateFileError(path, [excess]);
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (error) {
    throw new EstateFileError(path, [`it is not JSON (${reasonOf(error)})`], { cause: error });
  }
  const schema: unknown = Reflect.get(Object(content), 'schema');
  if (schema !== 'headroom/estate@1')
    throw new EstateFileError(path, [
      `its schema is ${JSON.stringify(schema) ?? 'not given'}, and must be "headroom/estate@1"`,
    ]);
  const early = problemsByPart(content);
  if (early.length > PROBLEMS_KEPT) throw new EstateFileError(path, early, { isOpenEnded: true });
  const parsed = ESTATE_SCHEMA.safeParse(content);
  if (!parsed.success)
    throw new EstateFileError(
      path,
      parsed.error.issues.flatMap((issue) => messagesOf(issue)),
    );
  const twice = duplicates(parsed.data);
  if (twice.length > 0) throw new EstateFileError(path, twice);
  return parsed.data;
};

/** An estate as JSON, record by record: an account of 100,000 interfaces is more than one text can hold. */
export function* estateText(estate: Estate): Generator<string> {
  for (const piece of rawText(estate)) yield escapedInJson(piece);
}

function* rawText({ targets, ...head }: Estate): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"targets":[`;
  for (const [index, { target, reservations, ...parts }] of targets.entries()) {
    yield `${index === 0 ? '\n' : ',\n'}{"target":${JSON.stringify(target)},\n"reservations":${JSON.stringify(reservations)}`;
    for (const [name, records] of Object.entries<Recorded<unknown>>(parts)) {
      yield `,\n"${name}":`;
      if (isProblem(records)) {
        yield JSON.stringify(records);
        continue;
      }
      for (const [place, record] of records.entries())
        yield `${place === 0 ? '[\n' : ',\n'}${JSON.stringify(record)}`;
      yield records.length === 0 ? '[]' : ']';
    }
    yield '}';
  }
  yield ']}\n';
}

/** The first two bytes of everything that gzip wrote (RFC 1952, 2.3.1). */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** More text than an estate has. Reading stops there, so that a file of 1 MB cannot unpack to gigabytes. */
class EstateTooLargeError extends Error {}

const readText = async (path: string, most: number): Promise<string> => {
  const head: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: GZIP_MAGIC.length - 1 }))
    head.push(chunk as Buffer);
  const texts: string[] = [];
  const collect = async (source: AsyncIterable<string>): Promise<void> => {
    let characters = 0;
    for await (const text of source) {
      characters += text.length;
      if (characters > most) throw new EstateTooLargeError(`it has more than ${most} characters`);
      texts.push(text);
    }
  };
  if (Buffer.concat(head).equals(GZIP_MAGIC)) {
    const gunzip = createGunzip().setEncoding('utf8');
    await pipeline(createReadStream(path), gunzip, collect);
  } else {
    await pipeline(createReadStream(path, 'utf8'), collect);
  }
  return texts.join('');
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * The first problems of the lists in a file, a thousand records at a time: each wrong record costs several problems, and a
 * file of the permitted size can have millions.
 */
const problemsByPart = (content: unknown): readonly string[] => {
  const problems: string[] = [];
  const targets: unknown = Reflect.get(Object(content), 'targets');
  for (const [index, target] of (Array.isArray(targets) ? targets : []).entries()) {
    for (const [name, schema] of Object.entries(LISTS_OF_A_TARGET)) {
      const records: unknown = Reflect.get(Object(target), name);
      if (!Array.isArray(records)) continue;
      for (let start = 0; start < records.length; start += RECORDS_AT_ONCE) {
        if (problems.length > PROBLEMS_KEPT) return problems;
        const { error } = schema.safeParse(records.slice(start, start + RECORDS_AT_ONCE));
        for (const {
          path: [place, ...rest],
          ...issue
        } of error?.issues ?? [])
          problems.push(
            ...messagesOf({ ...issue, path: [Number(place) + start, ...rest] }, ['targets', index, name]),
          );
      }
    }
  }
  return problems;
};

/** One sentence for each issue: where, and what is wrong. Of a union, the branch that came furthest. */
const messagesOf = (issue: z.core.$ZodIssue, base: readonly PropertyKey[] = []): readonly string[] => {
  const path = [...base, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const depth = (issues: readonly z.core.$ZodIssue[]): number =>
      issues.reduce((deepest, { path: inner }) => Math.max(deepest, inner.length), 0);
    const [closest = []] = [...issue.errors].sort((a, b) => depth(b) - depth(a));
    return closest.flatMap((inner) => messagesOf(inner, path));
  }
  return [`${place(path)}: ${issue.message}`];
};

const place = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '') || 'the file';

/** A target or an interface that is in it twice would be counted twice. */
const duplicates = ({ targets }: Estate): readonly string[] => {
  const names = (estate: TargetEstate): readonly string[] => [
    `target ${estate.target.accountId} ${estate.target.region}`,
  ];
  const idsOf = (estate: TargetEstate): readonly string[] =>
    [
      (isProblem(estate.vpcs) ? [] : estate.vpcs).map(({ vpcId }) => vpcId),
      (isProblem(estate.subnets) ? [] : estate.subnets).map(({ subnetId }) => subnetId),
      (isProblem(estate.interfaces) ? [] : estate.interfaces).map((each) => each.networkInterfaceId),
      (isProblem(estate.instances) ? [] : estate.instances).map(({ instanceId }) => instanceId),
    ].flat();
  return [repeated(targets.flatMap(names)), ...targets.map((estate) => repeated(idsOf(estate)))]
    .flat()
    .map((what) => `${what} is in it twice`);
};

const repeated = (names: readonly string[]): readonly string[] => {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of names) (seen.has(name) ? twice : seen).add(name);
  return [...twice];
};
