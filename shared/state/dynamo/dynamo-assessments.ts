import type { Target } from '../../model/aws/inventory.ts';
import type { TargetAssessment } from '../../model/result/assessment.ts';
import { isPastList, type PastScan, pastRecords } from '../../model/result/past-scan.ts';
import { DAY } from '../history/history-rollup.ts';
import { packJson, packText, unpackBytes, unpackJson, withWordsOfAws } from '../packed-json.ts';
import { targetKey } from '../state-key.ts';
import type { AssessmentStore } from '../state-store.ts';
import {
  cutBytes,
  MAX_PART_BYTES,
  type Piece,
  type PieceList,
  pieceList,
  piecesOf,
  piecesOfLists,
  RecordLines,
} from './assessment-pieces.ts';
import {
  bytesOf,
  type DynamoTable,
  expiring,
  type Item,
  MAX_ITEM_BYTES,
  numberOf,
  textOf,
} from './dynamo-table.ts';

/** A piece that is in use is written again at half this age; one that is not goes by itself. */
const PIECE_RETENTION = 7 * DAY;

/** A target that is not scanned any more stays known for this long, so that its absence can be said. */
const TARGET_RETENTION = 90 * DAY;

/** The list as stored: with each piece's name, when it was last written (epoch milliseconds). */
interface StoredList extends PieceList {
  readonly writtenAt: readonly number[];
}

/**
 * The latest assessment: an item with a list of pieces, and an item for each piece. Pieces go first and the list, by a
 * conditional write, last; pieces are never changed. So a reader sees one whole assessment, and a crash leaves at worst
 * some pieces that are in no list, which time-to-live removes.
 */
export const dynamoAssessments = (table: DynamoTable): AssessmentStore => ({
  putLatest: async (assessment) => {
    const { target } = assessment;
    const scannedAt = Date.parse(assessment.scannedAt);
    const known = await table.get(listKey(target), { consistent: true });
    if (known !== null && numberOf(known, 'scannedAt') > scannedAt) return 'older';

    const writtenBefore = known === null ? new Map<string, number>() : lastWrites(storedList(known));
    const pieces: { readonly list: string; readonly hash: string }[] = [];
    const writtenAt = new Map<string, number>();
    const batch = table.batchOfPuts();
    const write = async (list: string, { hash, bytes }: Piece): Promise<void> => {
      const before = writtenAt.get(hash) ?? writtenBefore.get(hash) ?? Number.NEGATIVE_INFINITY;
      const isFresh = before > scannedAt - PIECE_RETENTION / 2;
      const body = isFresh ? null : packText(bytes);
      if (body !== null && body.length > MAX_BODY_BYTES) {
        for (const part of cutBytes(bytes, MAX_PART_BYTES)) await write(list, part);
        return;
      }
      pieces.push({ list, hash });
      writtenAt.set(hash, isFresh ? before : scannedAt);
      if (body !== null)
        await batch.put(pieceKey(target, hash), {
          body: { B: body },
          ...expiring(scannedAt + PIECE_RETENTION),
        });
    };
    for (const { list, ...piece } of piecesOf(assessment)) await write(list, piece);
    await batch.end();

    const stored: StoredList = {
      ...pieceList(assessment, pieces),
      writtenAt: pieces.map(({ hash }) => writtenAt.get(hash) ?? scannedAt),
    };
    const outcome = await table.put(
      listKey(target),
      {
        scannedAt: { N: String(scannedAt) },
        status: { S: target.status },
        body: { B: packJson(stored) },
        ...lastReadBeside(assessment, known),
        ...expiring(scannedAt + TARGET_RETENTION),
      },
      {
        expression: 'attribute_not_exists(#scannedAt) OR #scannedAt <= :scannedAt',
        names: { '#scannedAt': 'scannedAt' },
        values: { ':scannedAt': { N: String(scannedAt) } },
      },
    );
    return outcome === 'refused' ? 'older' : 'stored';
  },

  latest: async (target) => {
    const list = await readList(table, target);
    return list === null ? null : assessmentOf(table, target, list);
  },

  lastRead: async (target) => {
    const item = await table.get(listKey(target), { consistent: true });
    if (item?.['lastRead'] === undefined) return null;
    return assessmentOf(table, target, unpackJson<StoredList>(bytesOf(item, 'lastRead'), 'assessment'));
  },

  past: async (target) => {
    const list = await readList(table, target);
    if (list === null) return null;
    const past: Record<string, unknown[]> = { vpcs: [], subnets: [], clusters: [], leakedInterfaces: [] };
    const wanted = piecesOfLists(list, isPastList);
    const whole = await readPieces(table, target, wanted, (name, some) => {
      if (isPastList(name)) past[name]?.push(...pastRecords(name, some));
    });
    if (!whole) return null;
    const { scannedAt } = list.header;
    return withWordsOfAws({ scannedAt, ...past } as unknown as PastScan, 'assessment');
  },

  targets: async () =>
    (await table.query(TARGETS, { consistent: true })).map((item) => {
      const [accountId = '', region = ''] = textOf(item, 'sk').split('#');
      const status = textOf(item, 'status');
      return {
        target: { accountId, region },
        scannedAt: new Date(numberOf(item, 'scannedAt')).toISOString(),
        status: status === 'ok' || status === 'partial' ? status : 'failed',
      };
    }),
});

/** `null`: some of its pieces are gone. */
const assessmentOf = async (
  table: DynamoTable,
  target: Target,
  list: StoredList,
): Promise<TargetAssessment | null> => {
  const records = new Map<string, unknown[]>(list.lists.map((name) => [name, []]));
  const whole = await readPieces(table, target, list.pieces, (name, some) => {
    records.get(name)?.push(...some);
  });
  if (!whole) return null;
  // The type is what `piecesOf` took apart; the pieces are named by their content, so nothing else can come back.
  const assessment = { ...list.header, ...Object.fromEntries(records) } as unknown as TargetAssessment;
  return withWordsOfAws(assessment, 'assessment');
};

/**
 * Beside a scan that learned nothing, the list of the last one that did: nothing more is read for it, and a list is small. Its pieces
 * go after a week, and with them the figures: what is that old helps no one.
 */
const lastReadBeside = (
  { target }: TargetAssessment,
  known: Item | null,
): { readonly lastRead?: NonNullable<Item[string]> } => {
  if (target.status !== 'failed' || known === null) return {};
  const lastRead = textOf(known, 'status') === 'failed' ? known['lastRead'] : known['body'];
  return lastRead === undefined ? {} : { lastRead };
};

/** What a piece takes beside its body is far less than the rest of an item. */
const MAX_BODY_BYTES = MAX_ITEM_BYTES - 4096;

/** Pieces in one request: their texts are unpacked one at a time, so this is what is held packed. */
const PIECES_AT_ONCE = 50;

const readList = async (table: DynamoTable, target: Target): Promise<StoredList | null> => {
  const item = await table.get(listKey(target), { consistent: true });
  return item === null ? null : storedList(item);
};

/** @returns whether all were there: a target that was not scanned for long has lost its pieces, and a part is nothing. */
const readPieces = async (
  table: DynamoTable,
  target: Target,
  hashes: readonly string[],
  receive: (list: string, records: readonly unknown[]) => void,
): Promise<boolean> => {
  const lines = new RecordLines(receive);
  for (let start = 0; start < hashes.length; start += PIECES_AT_ONCE) {
    const some = hashes.slice(start, start + PIECES_AT_ONCE);
    const keys = [...new Set(some)].map((hash) => pieceKey(target, hash));
    const found = new Map(
      (await table.getMany(keys, { consistent: true })).map((item) => [textOf(item, 'sk'), item]),
    );
    for (const hash of some) {
      const item = found.get(pieceKey(target, hash).sk);
      if (item === undefined) return false;
      lines.add(unpackBytes(bytesOf(item, 'body'), 'assessment'));
    }
  }
  return true;
};

const TARGETS = 'targets';

const listKey = (target: Target) => ({ pk: TARGETS, sk: targetKey(target) });

const pieceKey = (target: Target, hash: string) => ({ pk: `assessments#${targetKey(target)}`, sk: hash });

const storedList = (item: Item): StoredList => unpackJson<StoredList>(bytesOf(item, 'body'), 'assessment');

const lastWrites = (list: StoredList): ReadonlyMap<string, number> =>
  new Map(list.pieces.map((hash, index) => [hash, list.writtenAt[index] ?? 0]));
