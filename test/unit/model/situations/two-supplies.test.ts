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
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/1836 (prefix reservations, and yet no block)
 * https://github.com/pytorch/ci-infra/pull/558 (the last /23 of each /18 is reserved for prefixes)
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/3087 (an interface's own address lies in a reserved range)
 * https://github.com/ministryofjustice/cloud-platform/issues/4796 (how many prefixes are left before an upgrade)
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

const PREFIXES = { vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) };

describe('prefix reservations as people made them', () => {
  test('that are used up give no block to a new node, however many single addresses there are outside', () => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/24', { reserved: { '10.0.0.64/27': 'prefix' } });
    situation.cluster(PREFIXES);
    situation.group({ subnetIds: ['nodes'], maxSize: 4, desiredSize: 2 });
    situation.node('nodes', { group: 'g', prefixes: ['10.0.0.64/28'] });
    situation.node('nodes', { group: 'g', prefixes: ['10.0.0.80/28'] });
    // One address in every block outside.
    const outside = Array.from({ length: 16 }, (_, block) => block * 16 + 8).filter(
      (at) => at < 64 || at > 95,
    );
    situation.spoil('nodes', ...outside);
    const { subnetOf, cluster, findings } = situation.assess();
    expect(subnetOf('nodes')).toMatchObject({ availableSingle: 203, prefixes: { free: 0, assigned: 2 } });
    expect(cluster.committed[0]).toMatchObject({ fits: 0, error: 'InsufficientCidrBlocks' });
    expect(findings.map(({ kind, severity }) => [kind, severity])).toContainEqual([
      'prefixes-exhausted',
      'critical',
    ]);
  });

  test('are a part of the prefixes only: the CNI goes on outside when they are used up', () => {
    const situation = new Situation();
    situation.subnet('private', '10.0.0.0/18', { reserved: { '10.0.62.0/23': 'prefix' } });
    situation.cluster(PREFIXES);
    situation.node('private', { prefixes: ['10.0.62.0/28'] });
    const { subnetOf } = situation.assess();
    // Of 32 blocks in the reservation one is held, and the last one holds the subnet's last address, which is AWS's. Outside
    // there are all but the first one, in which the node has its own address as well.
    expect(subnetOf('private')).toMatchObject({
      prefixes: { free: 30 + (1024 - 32 - 1), assigned: 1 },
      availableSingle: 16_384 - 5 - 511 - 1,
    });
  });

  test('lose the block in which an interface has its own address', () => {
    const situation = new Situation();
    situation.subnet('pods', '10.0.0.0/24', { reserved: { '10.0.0.128/25': 'prefix' } });
    situation.cluster(PREFIXES);
    situation.spoil('pods', 130, 150);
    const { subnetOf } = situation.assess();
    const [reservation] = subnetOf('pods').reservations ?? [];
    expect(reservation).toMatchObject({ cidr: '10.0.0.128/25', available: 125 });
    // Five whole blocks are left there, because the last one holds an address of AWS, and seven before it.
    expect(subnetOf('pods').prefixes).toMatchObject({ free: 12 });
  });
});

test('an upgrade that replaces nodes is judged by prefixes, and not by the addresses that are left', () => {
  const situation = new Situation();
  situation.subnet('live', '10.0.0.0/24');
  situation.cluster(PREFIXES);
  situation.group({ subnetIds: ['live'], minSize: 3, desiredSize: 3, maxSize: 3 });
  for (let node = 0; node < 3; node += 1) situation.node('live', { group: 'g', prefixes: 2 });
  situation.spoil('live', ...Array.from({ length: 7 }, (_, block) => 128 + block * 16 + 3));
  situation.spoil('live', 120);
  const { cluster, subnetOf } = situation.assess();
  expect(subnetOf('live')).toMatchObject({ prefixes: { free: 0 } });
  expect(subnetOf('live').availableSingle).toBeGreaterThan(100);
  expect(cluster.committed[0]?.update).toMatchObject({ nodes: 2, fits: 0, error: 'InsufficientCidrBlocks' });
});
