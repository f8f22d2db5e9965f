import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitrarySituation, buildSituation } from '../../../fixtures/generated/situations.ts';
import { linesOf } from './answers.ts';

/**
 * What a scan says of generated accounts, as it was last reviewed: its clusters, what may still grow, and its findings. After a change
 * that is meant, read the difference: `npx vitest run --project unit test/unit/model/recorded -u`.
 */
const SITUATIONS = fc.sample(arbitrarySituation, { seed: 20_261_127, numRuns: 30 });

test.each(SITUATIONS.map((situation, index) => [index + 1, situation] as const))(
  'what a scan says of generated account %i',
  async (number, generated) => {
    const { clusters, findings, subnets } = buildSituation(generated).assess();
    const text = [
      ...clusters.flatMap((cluster) => linesOf(cluster)),
      ...subnets.flatMap(({ subnetId, mayGrow = {} }) => [`May grow in ${subnetId}:`, ...linesOf(mayGrow)]),
      ...findings.flatMap(({ evidence, explanation, remedies, title }) => [
        `* ${title}. ${explanation}`,
        ...linesOf({ evidence, remedies: remedies.map((remedy) => [remedy.title, remedy.gains]) }),
      ]),
      '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot(`scan-of-account-${number}.txt`);
  },
);
