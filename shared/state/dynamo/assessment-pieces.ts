import { createHash } from 'node:crypto';
import type { TargetAssessment } from '../../model/result/assessment.ts';

/**
 * An assessment cut into pieces that are named by their content. Most of an estate does not change from one scan to the
 * next; a piece that is stored already need not be written again, and a piece is never overwritten with other content,
 * so a reader of a list of pieces gets exactly the assessment that the list was made for.
 */

/**
 * Records (subnets, maps, findings, ...) in one piece. Forecasts change with every scan, so nearly every piece of subnets is
 * written again whatever its size: with 32 records, 1,000 subnets took 66 requests to read and as many to write.
 */
const RECORDS_PER_PIECE = 256;

/** Records of subnets are 3 kB each, so that 256 of them are one piece. Packed, they take a tenth. */
export const MAX_PIECE_BYTES = 1024 * 1024;

/** A piece that DynamoDB would refuse is cut here: with this, even incompressible bytes stay under its 400 KB an item. */
export const MAX_PART_BYTES = 384 * 1024;

export interface Piece {
  /** Of its content. */
  readonly hash: string;
  readonly bytes: Buffer;
}

/** A piece, and the list that it is of. */
interface ListPiece extends Piece {
  readonly list: string;
}

/** What puts the pieces together again; small, because it is written with every scan. */
export interface PieceList {
  /** All that is not a list: when, which target, how it went. */
  readonly header: Readonly<Record<string, unknown>>;
  /** The lists' names, also of empty ones. */
  readonly lists: readonly string[];
  readonly pieces: readonly string[];
  /** How many pieces each list has, in the order of `lists`. Absent: stored by a version that did not count them. */
  readonly counts?: readonly number[];
}

/** One piece after the other: all of them at once would be a second assessment, as text. */
export function* piecesOf(assessment: TargetAssessment): Generator<ListPiece> {
  for (const [list, value] of Object.entries(assessment)) {
    if (!Array.isArray(value)) continue;
    for (let start = 0; start < value.length; start += RECORDS_PER_PIECE)
      for (const line of linesOf(list, value.slice(start, start + RECORDS_PER_PIECE)))
        for (const piece of cutBytes(Buffer.from(line), MAX_PIECE_BYTES)) yield { list, ...piece };
  }
}

/**
 * Lines of about a piece each. A cluster of 100 nodes is 60 kB: a line of all records would be text of many megabytes, for who
 * writes it and for who reads it.
 */
function* linesOf(list: string, records: readonly unknown[]): Generator<string> {
  let texts: string[] = [];
  let length = 0;
  const line = (): string => `[${JSON.stringify(list)},[${texts.join()}]]\n`;
  for (const record of records) {
    const text = JSON.stringify(record);
    if (length > 0 && length + text.length > MAX_PIECE_BYTES) {
      yield line();
      texts = [];
      length = 0;
    }
    texts.push(text);
    length += text.length;
  }
  yield line();
}

/** @param pieces the names of the pieces, with the list that each is of, in their order */
export const pieceList = (
  assessment: TargetAssessment,
  pieces: readonly { readonly list: string; readonly hash: string }[],
): PieceList => {
  const entries = Object.entries(assessment);
  const lists = entries.flatMap(([name, value]) => (Array.isArray(value) ? [name] : []));
  return {
    header: Object.fromEntries(entries.filter(([, value]) => !Array.isArray(value))),
    lists,
    pieces: pieces.map(({ hash }) => hash),
    counts: lists.map((name) => pieces.filter(({ list }) => list === name).length),
  };
};

/** The pieces of the lists that are wanted, or all where it is not known which is of which. */
export const piecesOfLists = (
  { counts, lists, pieces }: PieceList,
  isWanted: (list: string) => boolean,
): readonly string[] => {
  if (counts === undefined) return pieces;
  let end = 0;
  return lists.flatMap((name, index) => {
    const start = end;
    end += counts[index] ?? 0;
    return isWanted(name) ? pieces.slice(start, end) : [];
  });
};

/** Puts pieces together to records: they come in their order, and each line of records may span several. */
export class RecordLines {
  #rest: Buffer[] = [];
  readonly #receive: (list: string, records: readonly unknown[]) => void;

  constructor(receive: (list: string, records: readonly unknown[]) => void) {
    this.#receive = receive;
  }

  add(content: Buffer): void {
    let start = 0;
    for (let end = content.indexOf(NEWLINE); end !== -1; end = content.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...this.#rest, content.subarray(start, end)]).toString('utf8');
      this.#rest = [];
      start = end + 1;
      const [list, records]: [string, unknown[]] = JSON.parse(line);
      this.#receive(list, records);
    }
    if (start < content.length) this.#rest.push(content.subarray(start));
  }
}

/** JSON escapes the line ends of its texts. */
const NEWLINE = 0x0a;

/** @param most bytes in each of the pieces */
export const cutBytes = (bytes: Buffer, most: number): readonly Piece[] => {
  const pieces: Piece[] = [];
  for (let start = 0; start < bytes.length; start += most) {
    const part = bytes.subarray(start, start + most);
    // 128 bits of SHA-256: a name, not a signature.
    pieces.push({ hash: createHash('sha256').update(part).digest('hex').slice(0, 32), bytes: part });
  }
  return pieces;
};
