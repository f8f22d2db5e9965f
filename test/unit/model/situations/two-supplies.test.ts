import { describe, expect, test } from 'vitest';
import { SUBNET_METRICS } from '../../../../shared/metrics/catalogue.ts';
import { addressSupply } from '../../../../shared/model/subnet/address-supply.ts';
import { cniSettings } from '../../../fixtures/cluster-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * A subnet has two supplies: single addresses outside reservations, and prefixes. Reports of subnets that looked
 * roomy, or empty, because one stood for both:
 * https://github.com/aws-samples/sample-apex-skills/issues/223
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/2749
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html
 */

const kindsOf = (situation: Situation) =>
  situation.assess().findings.map(({ kind, severity, subject: { id } }) => [kind, severity, id]);

/** Three quarters of a /22 are kept for prefixes; databases hold the rest but for so many addresses. */
const mostlyReserved = (left: number, awsAvailable: number | null = null): Situation => {
  const situation = new Situation();
  situation.subnet('nodes', '10.0.0.0/22', {
    awsAvailable,
    reserved: { '10.0.1.0/24': 'prefix', '10.0.2.0/23': 'prefix' },
  });
  situation.cluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) });
  for (let node = 0; node < 10; node += 1) {
    situation.node('nodes', {
      prefixes: [`10.0.1.${node * 16}/28`],
      tags: { 'karpenter.sh/nodepool': 'default' },
    });
  }
  situation.fill('nodes', left);
  return situation;
};

describe('a subnet that is mostly reserved for prefixes', () => {
  test('is critical with two single addresses left, however many prefixes are free', () => {
    const { subnetOf, findings } = mostlyReserved(2).assess();
    expect(addressSupply(subnetOf('nodes'))).toEqual({ available: 2, usable: 252, source: 'model' });
    expect(subnetOf('nodes')).toMatchObject({ availableSingle: 2, prefixes: { free: 37 } });
    expect(findings.map(({ kind, severity }) => [kind, severity])).toContainEqual([
      'addresses-low',
      'critical',
    ]);
  });

  test('is not low in single addresses while enough of its own few are left', () => {
    expect(kindsOf(mostlyReserved(150))).toEqual([]);
  });

  test('publishes single addresses and prefixes as two metrics', () => {
    const subnet = mostlyReserved(2).assess().subnetOf('nodes');
    const metricValue = (name: string) =>
      SUBNET_METRICS.metrics
        .find((metric) => metric.name === name)
        ?.value(subnet, { scannedAt: Date.parse('2026-11-26T12:00:00Z') });
    expect(metricValue('AvailableAddresses')).toBe(2);
    expect(metricValue('FreePrefixes')).toBe(37);
  });

  test('has no supply of single addresses to watch where reservations cover all that is usable', () => {
    const situation = new Situation();
    situation.subnet('pods', '10.0.0.0/24', { reserved: { '10.0.0.0/24': 'prefix' } });
    expect(situation.assess().subnetOf('pods').usableSingle).toBe(0);
    expect(kindsOf(situation)).toEqual([]);
  });
});

describe('a subnet in which AWS counts fewer than the interfaces explain', () => {
  const hidden = (awsAvailable: number): Situation => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/24', { awsAvailable });
    situation.cluster();
    situation.node('nodes', { secondaries: 9 });
    return situation;
  };

  test('has the lower count in every figure', () => {
    const { subnetOf, vpcs, cluster } = hidden(3).assess();
    expect(subnetOf('nodes')).toMatchObject({
      available: 3,
      availableSingle: 3,
      used: 248,
      unaccounted: 238,
      prefixes: { free: 0 },
      largestFreeBlock: null,
    });
    expect(vpcs[0]?.available).toBe(3);
    expect(cluster.capacity[0]).toMatchObject({ moreNodes: [{ nodes: 0 }] });
    expect(kindsOf(hidden(3))).toContainEqual(['addresses-low', 'critical', 'nodes']);
  });

  test('has a map that says how many addresses it does not show', () => {
    expect(hidden(3).assess().maps).toMatchObject([{ subnetId: 'nodes', unseen: 238 }]);
    expect(hidden(241).assess().maps[0]).not.toHaveProperty('unseen');
  });

  test('promises no prefix that the unseen addresses may have spoiled', () => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/24', { awsAvailable: 244 });
    situation.cluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) });
    situation.group({ subnetIds: ['nodes'], maxSize: 14, desiredSize: 0 });
    // 14 blocks, 7 unseen addresses: at worst each is in a block of its own, and so is each node's own address.
    expect(situation.assess().cluster.committed[0]).toMatchObject({ fits: 3, fitsAtBest: 14 });
  });
});

test('a participant of a shared subnet keeps the count of AWS as its figure', () => {
  const situation = new Situation();
  situation.subnet('shared', '10.0.0.0/24', { ownerId: '999999999999', awsAvailable: 6 });
  expect(addressSupply(situation.assess().subnetOf('shared'))).toEqual({
    available: 6,
    usable: 251,
    source: 'aws',
  });
  expect(kindsOf(situation)).toEqual([['addresses-low', 'warning', 'shared']]);
});
