import { describe, expect, test } from 'vitest';
import type { VpcConnection } from '../../../../shared/model/aws/inventory.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aVpcAssessment, findingsOf, statesOf } from '../../../fixtures/findings-input.ts';

const connection = (cidrBlocks: readonly string[], changes: Partial<VpcConnection> = {}): VpcConnection => ({
  kind: 'transit-gateway',
  id: 'tgw-01',
  vpcs: [
    { vpcId: 'vpc-01', accountId: null, cidrBlocks: ['10.0.0.0/16'] },
    { vpcId: 'vpc-02', accountId: '222222222222', cidrBlocks },
  ],
  ...changes,
});

describe('overlapping ranges', () => {
  const found = (...vpcConnections: readonly VpcConnection[]) =>
    findingsOf('overlapping-ranges', { vpcConnections });

  test('of VPCs on one transit gateway are reported', () => {
    expect(found(connection(['10.0.128.0/17']))).toMatchObject([
      {
        id: 'overlapping-ranges/vpc/vpc-01',
        severity: 'warning',
        title: 'VPC main: its ranges overlap those of 1 connected VPC',
        evidence: [{ name: 'overlap with vpc-02 over tgw-01', value: '10.0.0.0/16 and 10.0.128.0/17' }],
        remedies: [
          {
            commands: [
              'aws ec2 describe-route-tables --filters Name=vpc-id,Values=vpc-01 Name=route.destination-cidr-block,Values=10.0.128.0/17 --region eu-west-1',
            ],
          },
        ],
      },
    ]);
  });

  test('of neighbours are none', () => {
    expect(found(connection(['10.1.0.0/16']))).toEqual([]);
  });

  test('of VPCs that nothing connects are none', () => {
    const elsewhere = connection(['10.0.0.0/16'], {
      vpcs: [
        { vpcId: 'vpc-02', accountId: null, cidrBlocks: ['10.0.0.0/16'] },
        { vpcId: 'vpc-03', accountId: null, cidrBlocks: ['10.0.0.0/16'] },
      ],
    });
    expect(found(elsewhere)).toEqual([]);
  });

  test('are listed for each VPC that has some', () => {
    const findings = found(
      connection(['10.0.128.0/17']),
      connection([], {
        id: 'tgw-02',
        vpcs: [
          { vpcId: 'vpc-01', accountId: null, cidrBlocks: ['10.0.0.0/16'] },
          { vpcId: 'vpc-03', accountId: null, cidrBlocks: ['10.0.0.0/20'] },
        ],
      }),
    );
    expect(findings).toMatchObject([
      {
        title: 'VPC main: its ranges overlap those of 2 connected VPCs',
        explanation:
          '10.0.0.0/16 overlaps 10.0.128.0/17 of vpc-02 (tgw-01). 10.0.0.0/16 overlaps 10.0.0.0/20 of vpc-03 (tgw-02). Traffic to the shared part reaches one of the two at most.',
      },
    ]);
  });

  test('are reported once for a pair with two connections, and over a peering with its routes', () => {
    const peering = connection(['10.0.0.0/16'], { kind: 'peering', id: 'pcx-01' });
    const findings = found(peering, connection(['10.0.0.0/16']));
    expect(findings.map(({ evidence }) => evidence.length)).toEqual([1]);
    expect(findings[0]?.remedies[0]?.commands[0]).toContain(
      'Name=route.vpc-peering-connection-id,Values=pcx-01',
    );
  });

  test('of two VPCs of one account are reported for the first', () => {
    const vpcs = [aVpcAssessment(), aVpcAssessment({ vpcId: 'vpc-02', name: null })];
    const findings = findingsOf('overlapping-ranges', {
      vpcs,
      vpcConnections: [connection(['10.0.0.0/16'])],
    });
    expect(findings.map(({ subject }) => subject.id)).toEqual(['vpc-01']);
  });

  test('are not claimed where connections could not be read', () => {
    expect(findingsOf('overlapping-ranges', { vpcConnections: null })).toEqual([]);
    const unknown = { vpcId: 'vpc-02', accountId: null, cidrBlocks: null };
    expect(found(connection([], { vpcs: [...connection([]).vpcs.slice(0, 1), unknown] }))).toEqual([]);
    const half = connection([], { vpcs: [...connection([]).vpcs.slice(0, 1), unknown] });
    expect(statesOf('overlapping-ranges', { vpcConnections: [half] })).toEqual(['unknown']);
    expect(statesOf('overlapping-ranges', { vpcConnections: [] })).toEqual(['healthy']);
  });
});

describe('a VPC at its limit of ranges', () => {
  const ranges = (count: number) => Array.from({ length: count }, (_, index) => `10.${index}.0.0/24`);
  const found = (cidrBlocks: readonly string[], taken: readonly string[] = []) =>
    findingsOf('vpc-cidr-limit', {
      vpcs: [aVpcAssessment({ cidrBlocks })],
      subnets: taken.map((cidrBlock, index) => aSubnet({ subnetId: `subnet-${index}`, cidrBlock })),
    });

  test('is reported from five ranges on', () => {
    expect(found(ranges(4))).toEqual([]);
    expect(found(ranges(5))).toMatchObject([
      {
        id: 'vpc-cidr-limit/vpc/vpc-01',
        severity: 'info',
        title: 'VPC main: 5 ranges, and the default quota is 5',
      },
    ]);
  });

  test('is a warning when no /24 is left in them, either', () => {
    expect(found(ranges(5), ranges(5))[0]).toMatchObject({
      severity: 'warning',
      explanation:
        'Unless the quota was raised, AWS refuses another range. There is no room for another /24 in the ranges that the VPC has.',
    });
    expect(found(ranges(5), ranges(4))[0]).toMatchObject({
      severity: 'info',
      explanation:
        'Unless the quota was raised, AWS refuses another range. 10.4.0.0/24 is still unused in the ranges that the VPC has.',
    });
  });

  test("is reported with the VPC's own subnets alone", () => {
    const subnets = [aSubnet(), aSubnet({ subnetId: 'subnet-0b', vpcId: 'vpc-02' })];
    const [finding] = findingsOf('vpc-cidr-limit', {
      vpcs: [aVpcAssessment({ cidrBlocks: ranges(5) })],
      subnets,
    });
    expect(finding?.subject.subnetIds).toEqual(['subnet-0a']);
  });
});

describe('network address usage', () => {
  const found = (networkAddressUsage: number | null) =>
    findingsOf('network-address-usage', { vpcs: [aVpcAssessment({ networkAddressUsage })] });

  test('is reported from 80 % of 64,000 units on, critical from 95 %', () => {
    expect(found(51_199)).toEqual([]);
    expect(found(51_200)).toMatchObject([
      { severity: 'warning', title: 'VPC main: 80 % of its network address usage quota is in use' },
    ]);
    expect(found(60_799)).toMatchObject([{ severity: 'warning' }]);
    expect(found(60_800)).toMatchObject([{ severity: 'critical' }]);
  });

  test('is not claimed where it is not known', () => {
    expect(found(null)).toEqual([]);
  });
});

test('a participant of a shared VPC gets no finding for it: its owner is', () => {
  const shared = {
    vpcs: [
      aVpcAssessment({
        cidrBlocks: ['10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16'],
      }),
    ],
    subnets: [aSubnet({ ownerId: '222222222222' })],
    vpcConnections: [connection(['10.0.0.0/16'])],
  };
  const kinds = ['vpc-cidr-limit', 'overlapping-ranges'];
  expect(kinds.flatMap((kind) => findingsOf(kind, shared))).toEqual([]);
  const own = {
    ...shared,
    subnets: [aSubnet({ ownerId: '222222222222' }), aSubnet({ subnetId: 'subnet-0b' })],
  };
  expect(kinds.flatMap((kind) => findingsOf(kind, own)).map(({ kind }) => kind)).toEqual(kinds);
});
