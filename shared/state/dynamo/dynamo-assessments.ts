import pLimit from 'p-limit';
import type { Target } from '../../model/aws/inventory.ts';
import { DAY } from '../history/history-rollup.ts';
import { packJson, packText, unpackBytes, unpackJson, withWordsOfAws } from '../packed-json.ts';
import { targetKey } from '../state-key.ts';
import type { AssessmentStore } from '../state-store.ts';
import { cutAssessment, joinAssessment, type PieceList } from './assessment-pieces.ts';
import { bytesOf, type DynamoTable, expiring, type Item, numberOf, textOf } from './dynamo-table.ts';

/** A piece that is in use is written again at half this age; one that is not goes by itself. */
const PIECE_RETENTION = 7 * DAY;

/** A target that is not scanned any more stays known for this long, so that its absence can be said. */
const TARGET_RETENTION = 90 * DAY;

/** The SDK's own pool has 50 sockets; this leaves some to others. */
const REQUESTS_AT_ONCE = 16;

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

    const { list, pieces } = cutAssessment(assessment);
    const writtenBefore = known === null ? new Map<string, number>() : lastWrites(storedList(known));
    const isFresh = (hash: string): boolean =>
      (writtenBefore.get(hash) ?? Number.NEGATIVE_INFINITY) > scannedAt - PIECE_RETENTION / 2;
    const missing = new Map(pieces.filter(({ hash }) => !isFresh(hash)).map((piece) => [piece.hash, piece]));
    const limited = pLimit(REQUESTS_AT_ONCE);
    await Promise.all(
      [...missing.values()].map(({ hash, bytes }) =>
        limited(() =>
          table.put(pieceKey(target, hash), {
            body: { B: packText(bytes) },
            ...expiring(scannedAt + PIECE_RETENTION),
          }),
        ),
      ),
    );

    const stored: StoredList = {
      ...list,
      writtenAt: list.pieces.map((hash) =>
        isFresh(hash) ? (writtenBefore.get(hash) ?? scannedAt) : scannedAt,
      ),
    };
    const outcome = await table.put(
      listKey(target),
      {
        scannedAt: { N: String(scannedAt) },
        status: { S: target.status },
        body: { B: packJson(stored) },
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
    const item = await table.get(listKey(target), { consistent: true });
    if (item === null) return null;
    const list = storedList(item);
    const limited = pLimit(REQUESTS_AT_ONCE);
    const contents = await Promise.all(
      list.pieces.map((hash) =>
        limited(async () => {
          const piece = await table.get(pieceKey(target, hash), { consistent: true });
          return piece === null ? null : unpackBytes(bytesOf(piece, 'body'), 'assessment');
        }),
      ),
    );
    const present = contents.filter((content) => content !== null);
    // Not scanned for so long that its pieces have expired: nothing rather than a part.
    return present.length < contents.length
      ? null
      : withWordsOfAws(joinAssessment(list, present), 'assessment');
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

const TARGETS = 'targets';

const listKey = (target: Target) => ({ pk: TARGETS, sk: targetKey(target) });

const pieceKey = (target: Target, hash: string) => ({ pk: `assessments#${targetKey(target)}`, sk: hash });

const storedList = (item: Item): StoredList => unpackJson<StoredList>(bytesOf(item, 'body'), 'assessment');

const lastWrites = (list: StoredList): ReadonlyMap<string, number> =>
  new Map(list.pieces.map((hash, index) => [hash, list.writtenAt[index] ?? 0]));
