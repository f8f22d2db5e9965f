import { describe, expect, test } from 'vitest';
import { attributeCauses } from '../../../shared/alerts/causes.ts';
import type { AlertLevel } from '../../../shared/model/alert/alert.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';

const inVpc = (levels: readonly (AlertLevel | null)[], rule = 'addresses-low') =>
  levels.map((raise, index) =>
    anObservation(raise, {
      rule,
      subject: aSubnetSubject({ id: `subnet-${index}`, subnetIds: [`subnet-${index}`] }),
    }),
  );

const causes = (observations: ReturnType<typeof inVpc>) =>
  attributeCauses(observations).map(({ cause }) => cause);

describe('the cause', () => {
  test('of one or two low subnets is each of them', () => {
    expect(causes(inVpc(['warning', 'critical']))).toEqual(['subnet/subnet-0', 'subnet/subnet-1']);
  });

  test('of three that are at least half of a VPC is the VPC; those that are well keep their own', () => {
    expect(causes(inVpc(['warning', 'critical', 'warning', 'ok', 'ok', 'ok']))).toEqual([
      ...Array.from({ length: 3 }, () => 'vpc/vpc-01'),
      'subnet/subnet-3',
      'subnet/subnet-4',
      'subnet/subnet-5',
    ]);
  });

  test('of three among seven is each of them', () => {
    expect(causes(inVpc(['warning', 'warning', 'warning', 'ok', 'ok', 'ok', 'ok'])).slice(0, 3)).toEqual([
      'subnet/subnet-0',
      'subnet/subnet-1',
      'subnet/subnet-2',
    ]);
  });

  test('is counted among what was measured: the unknown is neither for nor against', () => {
    expect(causes(inVpc(['warning', 'warning', 'warning', null, null, null, null])).slice(0, 4)).toEqual([
      'vpc/vpc-01',
      'vpc/vpc-01',
      'vpc/vpc-01',
      'subnet/subnet-3',
    ]);
  });

  test('of two low subnets beside two unknown ones is each of them', () => {
    expect(causes(inVpc(['warning', 'warning', null, null])).slice(0, 2)).toEqual([
      'subnet/subnet-0',
      'subnet/subnet-1',
    ]);
  });

  test('is looked for rule by rule and VPC by VPC', () => {
    const mixed = [
      ...inVpc(['warning', 'warning']),
      ...inVpc(['warning', 'warning'], 'prefixes-low'),
      anObservation('warning', { subject: aSubnetSubject({ id: 'far', vpcId: 'vpc-02' }) }),
      anObservation('warning', { subject: aSubnetSubject({ id: 'none', vpcId: null }) }),
      anObservation('warning', { subject: aSubnetSubject({ type: 'cluster', id: 'prod' }) }),
    ];
    expect(causes(mixed)).toEqual([
      'subnet/subnet-0',
      'subnet/subnet-1',
      'subnet/subnet-0',
      'subnet/subnet-1',
      'subnet/far',
      'subnet/none',
      'cluster/prod',
    ]);
  });
});
