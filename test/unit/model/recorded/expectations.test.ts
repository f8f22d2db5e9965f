import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forecast } from '../../../../shared/model/forecast/forecast.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aCluster, aDemand, outcomesOf } from '../../../fixtures/findings-input.ts';
import {
  arbitrarySupply,
  buildSupply,
  endOf,
  type GeneratedSupply,
} from '../../../fixtures/generated/supplies.ts';
import { HOUR } from '../../../fixtures/supply-series.ts';
import { linesOf } from './answers.ts';

/**
 * What the checks say of generated supplies that fall, beside a subnet that keeps what it has, as it was last reviewed. After a change
 * that is meant, read the difference: `npx vitest run --project unit test/unit/model/recorded -u`.
 */
const SUPPLIES = fc.sample(arbitrarySupply, { seed: 20_261_129, numRuns: 50 });
const MOMENTS = [0.5, 0.8, 1];

const OF_A_SUPPLY = /^(addresses|prefixes)-|^(low|exhausted|fragmentation|lone-subnet)$/;

/** A subnet whose supply this is: of addresses, or of prefixes where it can hold a few only. */
const subnetOf = (supply: GeneratedSupply, moment: number): SubnetAssessment => {
  const { capacity, holes } = supply;
  const history = buildSupply(supply, moment);
  const now = endOf(supply, moment);
  const left = history.recent.at(-1)?.value ?? 0;
  const found = forecast(history, capacity, now);
  const at = (hours: number): string => new Date(now - hours * HOUR).toISOString();
  const changed = [
    { kind: 'cluster-nodes', name: 'shop', addresses: 31 },
    { kind: 'lambda', name: null, addresses: -4 },
    { kind: 'others', name: null, addresses: 2 },
  ];
  const ownerChanges = [
    { from: at(3), to: at(1), changes: changed },
    { from: at(1), to: at(0), changes: holes ? null : changed.slice(0, 1) },
  ];
  const ofPrefixes = capacity < 100;
  return aSubnet({
    ownerChanges,
    owners: [{ kind: holes ? 'cluster-nodes' : 'instance', name: null, interfaces: 9, addresses: 51 }],
    ...(ofPrefixes
      ? {
          total: (capacity + 2) * 16,
          usable: (capacity + 2) * 16 - 5,
          prefixes: { assigned: 2, free: left, freeInReservation: 0, freeUnreserved: left },
          usesPrefixes: true,
          forecast: { prefixes: found },
        }
      : {
          total: capacity + 5,
          usable: capacity,
          used: capacity - left,
          available: left,
          availableSingle: left,
          forecast: { addresses: found },
        }),
  });
};

const saidOf = (supply: GeneratedSupply, moment: number): readonly string[] => {
  const subnet = subnetOf(supply, moment);
  const other = aSubnet({
    subnetId: 'subnet-0b',
    name: 'private-b',
    cidrBlock: '10.0.16.0/20',
    available: 90,
  });
  const clusters = [
    aCluster({ takesPrefixesFrom: ['subnet-0a'], committed: [aDemand({ shortfall: 6, fits: 2 })] }),
  ];
  const scannedAt = new Date(endOf(supply, moment)).toISOString();
  const outcomes = outcomesOf({ subnets: [subnet, other], clusters, scannedAt });
  return [
    '',
    `After ${moment} of it, ${scannedAt}`,
    ...outcomes
      .filter(({ check, subject }) => OF_A_SUPPLY.test(check.kind) && subject.id === 'subnet-0a')
      .flatMap(({ check, finding, hold, isPressing, isSafe, notRaised, raise }) => [
        `${check.kind}: raises ${raise}, holds ${hold}${isSafe ? ', safe' : ''}${isPressing ? ', pressing' : ''}${notRaised === null ? '' : `: ${notRaised}`}`,
        ...(finding === null
          ? []
          : [
              `  ${finding.title}. ${finding.explanation}`,
              ...linesOf({
                evidence: finding.evidence,
                remedies: finding.remedies.map(({ title }) => title),
              }),
            ]),
      ]),
  ];
};

test.each(SUPPLIES.map((supply, index) => [index + 1, supply] as const))(
  'what the checks say of generated supply %i',
  async (number, supply) => {
    const text = [JSON.stringify(supply), ...MOMENTS.flatMap((moment) => saidOf(supply, moment)), ''].join(
      '\n',
    );
    await expect(text).toMatchFileSnapshot(`checks-of-supply-${number}.txt`);
  },
);
