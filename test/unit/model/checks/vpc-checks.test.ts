import { describe, expect, test } from 'vitest';
import type { VpcConnection } from '../../../../shared/model/aws/inventory.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aCluster, aVpcAssessment, findingsOf } from '../../../fixtures/findings-input.ts';

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

  test('of VPCs on one transit gateway are told', () => {
    expect(found(connection(['10.0.128.0/17']))).toMatchObject([
      {
        id: 'overlapping-ranges/vpc/vpc-01',
        severity: 'warning',
        title: 'main (vpc-01) has ranges in common with 1 connected VPC',
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
        title: 'main (vpc-01) has ranges in common with 2 connected VPCs',
        explanation:
          '10.0.0.0/16 overlaps 10.0.128.0/17 of vpc-02 (tgw-01); 10.0.0.0/16 overlaps 10.0.0.0/20 of vpc-03 (tgw-02). What is sent to the shared part reaches one of the two at most.',
      },
    ]);
  });

  test('are told once for a pair that two things connect, and over a peering with its routes', () => {
    const peering = connection(['10.0.0.0/16'], { kind: 'peering', id: 'pcx-01' });
    const findings = found(peering, connection(['10.0.0.0/16']));
    expect(findings.map(({ evidence }) => evidence.length)).toEqual([1]);
    expect(findings[0]?.remedies[0]?.commands[0]).toContain(
      'Name=route.vpc-peering-connection-id,Values=pcx-01',
    );
  });

  test('of two VPCs of one account are told of the first', () => {
    const vpcs = [aVpcAssessment(), aVpcAssessment({ vpcId: 'vpc-02', name: null })];
    const findings = findingsOf('overlapping-ranges', {
      vpcs,
      vpcConnections: [connection(['10.0.0.0/16'])],
    });
    expect(findings.map(({ subject }) => subject.id)).toEqual(['vpc-01']);
  });

  test('are not claimed where connections could not be read', () => {
    expect(findingsOf('overlapping-ranges', { vpcConnections: null })).toEqual([]);
  });
});

describe('a VPC at its limit of ranges', () => {
  const ranges = (count: number) => Array.from({ length: count }, (_, index) => `10.${index}.0.0/24`);
  const found = (cidrBlocks: readonly string[], taken: readonly string[] = []) =>
    findingsOf('vpc-cidr-limit', {
      vpcs: [aVpcAssessment({ cidrBlocks })],
      subnets: taken.map((cidrBlock, index) => aSubnet({ subnetId: `subnet-${index}`, cidrBlock })),
    });

  test('is told from five ranges on', () => {
    expect(found(ranges(4))).toEqual([]);
    expect(found(ranges(5))).toMatchObject([
      {
        id: 'vpc-cidr-limit/vpc/vpc-01',
        severity: 'info',
        title: "main (vpc-01) has 5 ranges, the quota's 5",
      },
    ]);
  });

  test('is a warning when no /24 is left in them, either', () => {
    expect(found(ranges(5), ranges(5))[0]).toMatchObject({
      severity: 'warning',
      explanation:
        'A VPC takes 5 IPv4 ranges unless the quota was raised, so that another one would be refused. There is no room for another /24 in the ranges it has.',
    });
    expect(found(ranges(5), ranges(4))[0]).toMatchObject({
      severity: 'info',
      explanation:
        'A VPC takes 5 IPv4 ranges unless the quota was raised, so that another one would be refused. 10.4.0.0/24 is still unused in the ranges it has.',
    });
  });

  test('comes with the request for more, and never beyond what AWS grants', () => {
    expect(found(ranges(5))[0]?.remedies[0]?.commands).toEqual([
      'aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-83CA0A9D --desired-value 10 --region eu-west-1',
    ]);
    const remediesAt = (count: number) =>
      found(ranges(count))[0]?.remedies.map(({ effect, preconditions }) => [
        effect.slice(0, 33),
        preconditions.map(({ text, holds }) => [text, holds]),
      ]);
    expect(remediesAt(49)).toMatchObject([
      [
        'To 50; AWS grants up to 50. Free,',
        [
          [expect.any(String), null],
          ['That is more than the VPC uses now: 49.', true],
        ],
      ],
      [
        expect.any(String),
        [['The VPC has 49 of 5 ranges, unless the quota was raised.', null], expect.any(Array)],
      ],
    ]);
    expect(remediesAt(50)).toMatchObject([
      [
        'To 50; AWS grants up to 50. Free,',
        [
          [expect.any(String), null],
          ['That is more than the VPC uses now: 50.', false],
        ],
      ],
      [
        expect.any(String),
        [['The VPC has 50 of 5 ranges, unless the quota was raised.', false], expect.any(Array)],
      ],
    ]);
  });

  test("is told with the VPC's own subnets alone", () => {
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

  test('is told from 80 % of 64,000 units on, critical from 95 %', () => {
    expect(found(51_199)).toEqual([]);
    expect(found(51_200)).toMatchObject([
      { severity: 'warning', title: 'main (vpc-01) uses 80 % of its network address quota' },
    ]);
    expect(found(60_799)).toMatchObject([{ severity: 'warning' }]);
    expect(found(60_800)).toMatchObject([{ severity: 'critical' }]);
  });

  test('comes with the request for twice the quota, which is of no use once that is used up, too', () => {
    const request = (units: number) =>
      found(units)[0]?.remedies.map(({ effect, preconditions }) => [effect, preconditions[1]?.holds]);
    const effect = 'To 128,000; AWS grants up to 256,000. Free, and usually granted within days.';
    expect(request(127_999)).toEqual([[effect, true]]);
    expect(request(128_000)).toEqual([[effect, false]]);
  });

  test('is not claimed where it is not known', () => {
    expect(found(null)).toEqual([]);
  });
});

test('a participant of a shared VPC is told nothing of it: its owner is', () => {
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

describe('another range for a VPC', () => {
  const offer = (cidrBlocks: readonly string[], vpcConnections: readonly VpcConnection[] | null = []) =>
    findingsOf('lone-subnet', {
      vpcs: [aVpcAssessment({ cidrBlocks })],
      vpcConnections,
      subnets: [aSubnet({ available: 10 })],
      clusters: [aCluster()],
    })[0]?.remedies.find(({ title }) => title.includes('to the VPC'));

  test('is the lowest of the shared address space that neither the VPC nor its neighbours have', () => {
    expect(offer(['10.0.0.0/16'])?.commands).toEqual([
      'aws ec2 associate-vpc-cidr-block --vpc-id vpc-01 --cidr-block 100.64.0.0/16 --region eu-west-1',
    ]);
    expect(offer(['10.0.0.0/16', '100.64.0.0/16'], [connection(['100.65.0.0/16'])])?.title).toBe(
      'Add 100.66.0.0/16 to the VPC',
    );
  });

  test('may be one that VPCs have to which this one is not connected', () => {
    const elsewhere = connection([], {
      vpcs: [
        { vpcId: 'vpc-02', accountId: null, cidrBlocks: ['100.64.0.0/16'] },
        { vpcId: 'vpc-03', accountId: null, cidrBlocks: ['100.65.0.0/16'] },
      ],
    });
    expect(offer(['10.0.0.0/16'], [elsewhere])).toMatchObject({
      title: 'Add 100.64.0.0/16 to the VPC',
      preconditions: [{ holds: true }, { holds: true }],
    });
  });

  test('may not be free where nobody told what the VPC is connected to', () => {
    expect(offer(['10.0.0.0/16'], null)?.preconditions.map(({ holds }) => holds)).toEqual([true, null]);
  });

  test('needs a higher quota from the sixth range on', () => {
    const five = ['10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16'];
    expect(offer(five.slice(0, 4))?.preconditions[0]?.holds).toBe(true);
    expect(offer(five)?.preconditions[0]?.holds).toBeNull();
  });

  test('cannot be had when all of that space is taken', () => {
    expect(offer(['10.0.0.0/16'], [connection(['100.64.0.0/10'])])).toMatchObject({
      title: 'Add a range to the VPC',
      commands: [],
      preconditions: [{ holds: true }, { holds: false }],
    });
  });
});
