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

/** A piece is cut here whatever is in it: with this, even incompressible bytes stay under DynamoDB's 400 KB an item. */
export const MAX_PIECE_BYTES = 384 * 1024;

export interface Piece {
  /** Of its content. */
  readonly hash: string;
  readonly bytes: Buffer;
}

/** What puts the pieces together again; small, because it is written with every scan. */
export interface PieceList {
  /** All that is not a list: when, which target, how it went. */
  readonly header: Readonly<Record<string, unknown>>;
  /** The lists' names, also of empty ones. */
  readonly lists: readonly string[];
  readonly pieces: readonly string[];
}

export const cutAssessment = (
  assessment: TargetAssessment,
): { readonly list: PieceList; readonly pieces: readonly Piece[] } => {
  const header: Record<string, unknown> = {};
  const lists: string[] = [];
  const pieces: Piece[] = [];
  for (const [name, value] of Object.entries(assessment)) {
    if (!Array.isArray(value)) {
      header[name] = value;
      continue;
    }
    lists.push(name);
    for (let start = 0; start < value.length; start += RECORDS_PER_PIECE) {
      const line = `${JSON.stringify([name, value.slice(start, start + RECORDS_PER_PIECE)])}\n`;
      pieces.push(...cutBytes(Buffer.from(line)));
    }
  }
  return { list: { header, lists, pieces: pieces.map(({ hash }) => hash) }, pieces };
};

/** The inverse: `contents` are the bytes of `list.pieces`, in that order. */
export const joinAssessment = (list: PieceList, contents: readonly Buffer[]): TargetAssessment => {
  const records = new Map<string, unknown[]>(list.lists.map((name) => [name, []]));
  for (const line of Buffer.concat(contents).toString('utf8').split('\n')) {
    if (line === '') continue;
    const [name, some]: [string, unknown[]] = JSON.parse(line);
    records.get(name)?.push(...some);
  }
  // The type is what `cutAssessment` took apart; the pieces are named by their content, so nothing else can come back.
  return { ...list.header, ...Object.fromEntries(records) } as unknown as TargetAssessment;
};

const cutBytes = (bytes: Buffer): Piece[] => {
  const pieces: Piece[] = [];
  for (let start = 0; start < bytes.length; start += MAX_PIECE_BYTES) {
    const part = bytes.subarray(start, start + MAX_PIECE_BYTES);
    // 128 bits of SHA-256: a name, not a signature.
    pieces.push({ hash: createHash('sha256').update(part).digest('hex').slice(0, 32), bytes: part });
  }
  return pieces;
};
