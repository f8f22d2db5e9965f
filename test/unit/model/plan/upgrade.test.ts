import { expect, test } from 'vitest';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { PlanEstate } from '../../../../shared/model/plan/plan-estate.ts';
import { planUpgrade } from '../../../../shared/model/plan/upgrade.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import { anEksCluster } from '../../../fixtures/cluster-records.ts';
import { LabFleet } from '../../../fixtures/lab-fleet.ts';

const { estate, cluster } = (() => {
  const fleet = new LabFleet(
    ['a', 'b', 'c'].map((zone, index) => ({
      subnetId: `subnet-0${zone}`,
      cidr: `10.0.${index}.0/25`,
      zone: `eu-west-1${zone}`,
    })),
    DEFAULT_CNI_SETTINGS,
    1,
  );
  fleet.start('m5.large', 'subnet-0a');
  return fleet.scanned();
})();

const eks = anEksCluster({ subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'], nodeGroups: [] });

const answerWith = (changes: Readonly<Record<string, Partial<SubnetAssessment>>>, cluster_ = eks) =>
  planUpgrade(
    new PlanEstate({
      ...estate.input,
      subnets: estate.input.subnets.map((subnet) => ({ ...subnet, ...changes[subnet.subnetId] })),
    }),
    cluster,
    cluster_,
    null,
  ).answer;

const unknown = { available: null, availableSingle: null, awsAvailable: null };
const full = { available: 4, availableSingle: 4, awsAvailable: 4 };

test('an update fits where two zones have 5 addresses, and does not where only one can', () => {
  expect(answerWith({})).toMatchObject({ fits: true, unknowns: [] });
  expect(answerWith({ 'subnet-0a': full })).toMatchObject({ fits: true });
  expect(answerWith({ 'subnet-0a': full, 'subnet-0b': full })).toMatchObject({ fits: false });
});

test('the lower of the two counts is the figure', () => {
  const counted = { availableSingle: 4, awsAvailable: 60 };
  const { controlPlane } = answerWith({ 'subnet-0a': counted });
  expect(controlPlane[0]).toMatchObject({ freeAddresses: 4, fits: false });
});

test('what is not known is no all-clear, and what surely does not fit is said although more is not known', () => {
  expect(answerWith({ 'subnet-0a': unknown })).toMatchObject({ fits: null });
  expect(answerWith({ 'subnet-0a': full, 'subnet-0b': unknown })).toMatchObject({ fits: null });
  expect(answerWith({ 'subnet-0a': full, 'subnet-0b': full, 'subnet-0c': unknown })).toMatchObject({
    fits: false,
    unknowns: ['The free addresses of subnet-0c are not known.'],
  });
});

test('without the EKS API nothing is known', () => {
  const { answer } = planUpgrade(estate, cluster, null, null);
  expect(answer).toMatchObject({ fits: null, controlPlane: [], groups: [] });
  expect(answer.unknowns[0]).toContain('The EKS API could not be read');
});
