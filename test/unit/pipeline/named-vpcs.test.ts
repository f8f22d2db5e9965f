import { expect, test } from 'vitest';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { noteNamedVpcs, unknownVpcs } from '../../../shared/pipeline/named-vpcs.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const EU = { accountId: '111111111111', region: 'eu-west-1' };
const US = { accountId: '111111111111', region: 'us-east-1' };
const NAMED = ['vpc-eu', 'vpc-us', 'vpc-typo'];

const scanned = (
  vpcIds: readonly string[],
  status: TargetAssessment['target']['status'] = 'ok',
): Pick<TargetAssessment, 'target' | 'vpcs'> => ({
  target: { ...EU, status, errors: [] },
  vpcs: vpcIds.map((vpcId) => ({ vpcId })) as unknown as TargetAssessment['vpcs'],
});

const { cache } = createMemoryStateStore();
const unknown = (named: readonly string[] | null) => unknownVpcs(cache, [EU, US], named, NOW);

test('a VPC is unknown once every target was read in full and none has it', async () => {
  expect(await unknown(null)).toEqual([]);
  expect(await unknown(NAMED)).toEqual([]);
  await noteNamedVpcs(cache, EU, NAMED, scanned(['vpc-eu', 'vpc-other']), NOW);
  expect(await unknown(NAMED)).toEqual([]);
  await noteNamedVpcs(cache, US, NAMED, scanned([], 'partial'), NOW);
  expect(await unknown(NAMED)).toEqual([]);
  await noteNamedVpcs(cache, US, NAMED, scanned(['vpc-us']), NOW);
  expect(await unknown(NAMED)).toEqual(['vpc-typo']);
  // No scan has looked for this one yet.
  expect(await unknown([...NAMED, 'vpc-new'])).toEqual(['vpc-typo']);
  await noteNamedVpcs(cache, EU, NAMED, scanned(['vpc-eu', 'vpc-typo']), NOW);
  expect(await unknown(NAMED)).toEqual([]);
});
