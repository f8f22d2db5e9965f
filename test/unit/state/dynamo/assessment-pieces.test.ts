import { describe, expect, test } from 'vitest';
import type { TargetAssessment } from '../../../../shared/model/result/assessment.ts';
import {
  MAX_PART_BYTES,
  MAX_PIECE_BYTES,
  pieceList,
  piecesOf,
  piecesOfLists,
  RecordLines,
} from '../../../../shared/state/dynamo/assessment-pieces.ts';
import { MAX_ITEM_BYTES } from '../../../../shared/state/dynamo/dynamo-table.ts';
import { packText, unpackBytes } from '../../../../shared/state/packed-json.ts';
import { anAssessment, aSubnet } from '../../../fixtures/assessments.ts';
import { incompressibleText } from '../../../fixtures/incompressible-text.ts';

const aLeak = {
  networkInterfaceId: 'eni-01',
  subnetId: 'subnet-0a',
  accountId: '111111111111',
  region: 'eu-west-1',
  origin: 'vpc-cni',
  clusterName: null,
  instanceId: null,
  addresses: 1,
  firstSeenAt: '2026-01-01T00:00:00.000Z',
  leaked: false,
} as const;

const subnets = (count: number) =>
  Array.from({ length: count }, (_, index) => aSubnet({ subnetId: `subnet-${index}` }));

const cutAssessment = (assessment: TargetAssessment) => {
  const pieces = [...piecesOf(assessment)];
  return { list: pieceList(assessment, pieces), pieces };
};

const joined = (assessment: TargetAssessment): unknown => {
  const { list, pieces } = cutAssessment(assessment);
  const records = new Map<string, unknown[]>(list.lists.map((name) => [name, []]));
  const lines = new RecordLines((name, some) => records.get(name)?.push(...some));
  for (const { bytes } of pieces) lines.add(bytes);
  return { ...list.header, ...Object.fromEntries(records) };
};

describe('an assessment in pieces', () => {
  test('is put together as it was, empty lists and line breaks included', () => {
    const assessment = anAssessment({
      subnets: subnets(65).map((subnet) => ({ ...subnet, name: 'a\nb\u2028c' })),
    });
    expect(joined(assessment)).toEqual(assessment);
    expect(joined(anAssessment({ subnets: [] }))).toEqual(anAssessment({ subnets: [] }));
  });

  test('keeps what a later version adds to it', () => {
    const later = { ...anAssessment(), remarks: [{ text: 'new' }], summary: { worst: null } };
    expect(joined(later)).toEqual(later);
  });

  test('has the same pieces when only its time is another', () => {
    const early = cutAssessment(anAssessment({ subnets: subnets(100) }));
    const late = cutAssessment(
      anAssessment({ subnets: subnets(100), scannedAt: '2026-02-02T00:00:00.000Z' }),
    );
    expect(late.list.pieces).toEqual(early.list.pieces);
    expect(late.list.header).not.toEqual(early.list.header);
  });

  test('differs in one piece when one subnet has changed', () => {
    const before = subnets(1_000);
    const after = before.map((subnet, index) => (index === 500 ? { ...subnet, used: 52 } : subnet));
    const old = new Set(cutAssessment(anAssessment({ subnets: before })).list.pieces);
    const changed = cutAssessment(anAssessment({ subnets: after })).list.pieces.filter(
      (hash) => !old.has(hash),
    );
    expect(old.size).toBe(4);
    expect(changed).toHaveLength(1);
  });

  test('knows the pieces of each list, and takes all where an earlier version did not count them', () => {
    const { list, pieces } = cutAssessment(
      anAssessment({ subnets: subnets(600), leakedInterfaces: [aLeak] }),
    );
    const ofSubnets = pieces.filter((piece) => piece.list === 'subnets').map(({ hash }) => hash);
    expect(ofSubnets).toHaveLength(3);
    expect(pieces.length).toBeGreaterThan(3);
    expect(piecesOfLists(list, (name) => name === 'subnets')).toEqual(ofSubnets);
    const { counts: _, ...uncounted } = list;
    expect(piecesOfLists(uncounted, (name) => name === 'subnets')).toEqual(list.pieces);
  });

  test('has no text of many records that are large: who reads it puts together a piece or two at a time', () => {
    const large = subnets(200).map((subnet) => ({ ...subnet, name: 'x'.repeat(MAX_PIECE_BYTES / 4) }));
    const assessment = anAssessment({ subnets: large });
    expect(joined(assessment)).toEqual(assessment);
    const text = Buffer.concat([...piecesOf(assessment)].map(({ bytes }) => bytes)).toString();
    const longest = Math.max(...text.split('\n').map((line) => line.length));
    expect(longest).toBeLessThan(1.1 * MAX_PIECE_BYTES);
  });

  test('cuts a record that is too large for a piece, in the middle of a character if need be', () => {
    const assessment = anAssessment({
      subnets: [aSubnet({ name: '€'.repeat(MAX_PIECE_BYTES), tags: { note: 'x' } })],
    });
    const { pieces } = cutAssessment(assessment);
    expect(pieces).toHaveLength(4);
    expect(pieces.every(({ bytes }) => bytes.length <= MAX_PIECE_BYTES)).toBe(true);
    expect(joined(assessment)).toEqual(assessment);
  });

  test('fits a part of a piece into an item of DynamoDB even when it does not compress', () => {
    const bytes = Buffer.from(incompressibleText(7, MAX_PART_BYTES));
    const packed = packText(bytes);
    expect(packed.length).toBeLessThan(MAX_ITEM_BYTES - 1024);
    expect(unpackBytes(packed, 'piece')).toEqual(bytes);
  });
});
