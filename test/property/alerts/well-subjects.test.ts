import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../../shared/alerts/evaluate.ts';
import { alertedKeys } from '../../../shared/alerts/replacements.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { estateOf } from '../../../shared/model/checks/estate.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { aVpcAssessment } from '../../fixtures/findings-input.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';

const VPCS = ['vpc-01', 'vpc-02'];

/** A subnet that has plenty, little or nothing, or of which nothing is known. */
const someSubnets = fc
  .array(
    fc.record({
      vpcId: fc.constantFrom(...VPCS),
      available: fc.constantFrom(200, 200, 10, 0, null),
      prefixes: fc.constantFrom(10, 1, 0),
      usesPrefixes: fc.constantFrom(true, false, null),
    }),
    { maxLength: 10 },
  )
  .map((subnets) =>
    subnets.map(({ vpcId, available, prefixes, usesPrefixes }, index) =>
      aSubnet({
        subnetId: `subnet-0${index}`,
        vpcId,
        available,
        usesPrefixes,
        prefixes: { assigned: 0, free: prefixes, freeInReservation: 0, freeUnreserved: prefixes },
        ...(available === null ? { usable: null, used: null, total: null, blocks: null } : {}),
      }),
    ),
  );

const anEstateOf = (subnets: ReturnType<typeof aSubnet>[]) =>
  estateOf(anAssessment({ subnets, vpcs: VPCS.map((vpcId) => aVpcAssessment({ vpcId })) }));

test('what is said for alerts is what is said of everything, without what is well and has no alert', () => {
  let [said, left] = [0, 0];
  fc.assert(
    fc.property(someSubnets, fc.integer({ min: 1, max: 4 }), (subnets, every) => {
      const input = anEstateOf(subnets);
      const all = evaluate(input, DEFAULT_POLICY);
      // Any of them may have an alert already, whatever it says now.
      const alerted = new Set(all.observations.flatMap(({ key }, at) => (at % every === 0 ? [key] : [])));
      const some = evaluate(input, DEFAULT_POLICY, alerted);
      const needed = all.observations.filter(
        ({ key, finding, parts = [] }) =>
          alerted.has(key) || finding !== null || parts.some((part) => part.finding !== null),
      );
      expect(some.observations).toEqual(needed);
      expect(some.findings).toEqual(all.findings);
      said += needed.length;
      left += all.observations.length - needed.length;
    }),
    { numRuns: 300 },
  );
  expect(said, 'some was needed').toBeGreaterThan(1_000);
  expect(left, 'some was not').toBeGreaterThan(1_000);
});

test('an alert of an earlier version waits for the observation of the alert that takes its place', () => {
  const subject = aSubnetSubject();
  const old = alertAfter(anObservation('critical', { rule: 'addresses-low', subject }));
  const former = { ...old, key: `addresses-low/subnet/${subject.id}` };
  expect([...alertedKeys([former])]).toEqual([former.key, `addresses/subnet/${subject.id}`]);
  const now = { ...old, key: `addresses/subnet/${subject.id}` };
  expect([...alertedKeys([now])]).toEqual([now.key]);
});
