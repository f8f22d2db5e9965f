import { describe, expect, test } from 'vitest';
import type { VpcConnection } from '../../../../../shared/model/aws/inventory.ts';
import type { EstateInput } from '../../../../../shared/model/checks/estate.ts';
import {
  addSecondaryCidr,
  addSecondaryCidrSubnet,
  raiseCidrBlockQuota,
  raiseCidrBlockQuotaOf,
  raiseQuota,
} from '../../../../../shared/model/checks/remedies/vpc-remedies.ts';
import type { SubnetAssessment } from '../../../../../shared/model/result/assessment.ts';
import { aSubnet } from '../../../../fixtures/assessments.ts';
import { anEksCluster } from '../../../../fixtures/cluster-records.ts';
import {
  aCluster,
  aNodeAssessment,
  anEstate,
  aRouteTable,
  aVpcAssessment,
  findingsOf,
} from '../../../../fixtures/findings-input.ts';

const ranges = (count: number) => Array.from({ length: count }, (_, index) => `10.${index}.0.0/24`);
const gateway = (
  cidrBlocks: readonly string[] | null,
  changes: Partial<VpcConnection> = {},
): VpcConnection => ({
  kind: 'transit-gateway',
  id: 'tgw-01',
  vpcs: [
    { vpcId: 'vpc-01', accountId: '111111111111', cidrBlocks: ['10.0.0.0/16'] },
    { vpcId: 'vpc-02', accountId: '222222222222', cidrBlocks },
  ],
  membersKnown: true,
  ...changes,
});

const offer = (changes: Partial<EstateInput> = {}, cidrBlocks: readonly string[] = ['10.0.0.0/16']) =>
  addSecondaryCidr(anEstate(changes), aVpcAssessment({ cidrBlocks }));

const sharedSpaceIsTaken = {
  routeTables: [aRouteTable({ routes: [{ destination: '100.64.0.0/10', target: 'tgw-1', active: true }] })],
};

describe('a new block for a VPC', () => {
  test('is the lowest /16 of the shared address space', () => {
    expect(offer()).toMatchObject({
      title: 'Add 100.64.0.0/16 to the VPC',
      ranges: ['100.64.0.0/16'],
      commands: [
        'aws ec2 associate-vpc-cidr-block --vpc-id vpc-01 --cidr-block 100.64.0.0/16 --region eu-west-1',
      ],
    });
  });

  test('overlaps nothing that the VPC has, that connected VPCs have, or that its route tables lead to', () => {
    const routes = [{ destination: '100.66.0.0/16', target: 'vgw-01', active: true }];
    const changes = {
      vpcConnections: [gateway(['100.65.0.0/20'])],
      routeTables: [aRouteTable({ routes })],
    };
    expect(offer(changes, ['10.0.0.0/16', '100.64.0.0/16'])?.ranges).toEqual(['100.67.0.0/16']);
  });

  test('may be one that VPCs have to which this one is not connected', () => {
    const elsewhere = gateway(['100.64.0.0/16'], {
      vpcs: [{ vpcId: 'vpc-03', accountId: null, cidrBlocks: ['100.64.0.0/16'] }],
    });
    expect(offer({ vpcConnections: [elsewhere] })?.ranges).toEqual(['100.64.0.0/16']);
  });

  test('is smaller where no /16 is free, and not offered where nothing is', () => {
    expect(
      offer({
        vpcConnections: [
          gateway([
            '100.64.0.0/11',
            '100.96.0.0/12',
            '100.112.0.0/13',
            '100.120.0.0/14',
            '100.124.0.0/15',
            '100.126.0.0/16',
            '100.127.0.0/17',
          ]),
        ],
      })?.ranges,
    ).toEqual(['100.127.128.0/17']);
    expect(offer({ vpcConnections: [gateway(['100.64.0.0/10', '10.0.0.0/8'])] })).toBeNull();
  });

  test.each<[readonly string[], string | null]>([
    [['10.0.0.0/16'], '10.1.0.0/16'],
    [['10.1.0.0/16'], '10.2.0.0/16'],
    [['10.2.0.0/16'], '10.0.0.0/16'],
    [['172.16.0.0/16'], '172.18.0.0/16'],
    [['192.168.0.0/24'], '192.168.128.0/17'],
    [['192.168.0.0/16'], null],
    [['10.2.0.0/16', '198.19.0.0/20'], null],
    [['10.1.0.0/16', '10.5.0.0/16'], '10.2.0.0/16'],
    [['203.0.113.0/24'], null],
    [['100.64.0.0/16'], null],
    [[], null],
  ])('of a VPC with %j comes from its own family where shared space is taken: %s', (blocks, range) => {
    expect(offer(sharedSpaceIsTaken, blocks)?.ranges ?? null).toEqual(range === null ? null : [range]);
  });

  test('of shared space suits a VPC with public addresses, which takes none of RFC 1918', () => {
    expect(offer({}, ['203.0.113.0/24'])?.ranges).toEqual(['100.64.0.0/16']);
  });

  test('never is that of Docker, or of default VPCs', () => {
    const open = gateway([
      '100.64.0.0/10',
      '172.16.0.0/16',
      '172.18.0.0/15',
      '172.20.0.0/14',
      '172.24.0.0/14',
      '172.28.0.0/15',
      '172.30.0.0/16',
    ]);
    expect(offer({ vpcConnections: [open] }, ['172.16.0.0/16'])).toBeNull();
  });

  test('of RFC 1918 is to be entered in the address plan', () => {
    expect(offer()?.effect).toContain('Outside the VPC this space needs NAT.');
    expect(offer(sharedSpaceIsTaken)?.effect).toContain('enter this range in your address plan first');
  });

  test('overlaps no range of a cluster outside the VPC, or of those that EKS takes by itself', () => {
    const taken = gateway(['100.64.0.0/10', '172.16.0.0/15', '172.18.0.0/15']);
    const among = (changes: Parameters<typeof anEksCluster>[0]) =>
      offer({ vpcConnections: [taken], eksClusters: [anEksCluster(changes)] }, ['172.16.0.0/16'])?.ranges;
    expect(among({})).toEqual(['172.21.0.0/16']);
    expect(among({ outsideRanges: ['172.21.0.0/20'] })).toEqual(['172.20.0.0/16']);
    expect(among({ vpcId: 'vpc-09', outsideRanges: ['172.20.0.0/20'] })).toEqual(['172.20.0.0/16']);
  });

  test('may be a service range of clusters that were not read', () => {
    const services = (changes: Partial<EstateInput>) => offer(changes)?.preconditions.slice(3);
    expect(services({})).toEqual([]);
    expect(services({ clusters: [aCluster({ vpcId: 'vpc-02' })] })).toEqual([]);
    expect(services({ clusters: [aCluster()], eksClusters: null })).toEqual([
      { text: 'The services of shop have no address in 100.64.0.0/16.', holds: null },
    ]);
    const eksClusters = [anEksCluster({ outsideRanges: ['172.20.0.0/16'] })];
    expect(services({ clusters: [aCluster()], eksClusters })).toEqual([
      { text: 'No cluster of the VPC has 100.64.0.0/16 for its services.', holds: true },
    ]);
    const kops = aCluster({ clusterName: 'kops', source: 'tags' });
    expect(services({ clusters: [aCluster(), kops], eksClusters })).toEqual([
      { text: 'The services of kops have no address in 100.64.0.0/16.', holds: null },
    ]);
  });

  test('may be in a prefix list, which is not read; those of gateway endpoints hold public addresses', () => {
    const lists = (vpcId: string, ...routes: readonly [string, string | null][]) =>
      offer({
        routeTables: [
          aRouteTable({
            vpcId,
            routes: routes.map(([destination, target]) => ({ destination, target, active: true })),
          }),
        ],
      })?.preconditions.slice(3);
    expect(lists('vpc-01', ['pl-0a', 'tgw-1'], ['pl-0a', 'tgw-2'], ['pl-0b', null])).toEqual([
      { text: 'No range of pl-0a, pl-0b, to which routes lead, is in 100.64.0.0/16.', holds: null },
    ]);
    expect(lists('vpc-01', ['pl-63a5400a', 'vpce-1'], ['10.9.0.0/16', 'tgw-1'])).toEqual([]);
    expect(lists('vpc-02', ['pl-0a', 'tgw-1'])).toEqual([]);
  });

  test.each([
    [4, true],
    [5, null],
    [49, null],
  ])('is within the quota of a VPC with %i ranges: %j', (count, holds) => {
    expect(offer({}, ranges(count))?.preconditions[0]?.holds).toBe(holds);
  });

  test('is not offered to a VPC with 50 ranges, which is all that AWS grants', () => {
    expect(offer({}, ranges(50))).toBeNull();
  });

  test.each<[string, readonly VpcConnection[] | null, boolean | null, string]>([
    ['is promised where everything is known', [gateway(['10.9.0.0/16'])], true, 'No VPC'],
    ['is not promised where connections could not be read', null, null, 'No VPC'],
    ['is not promised where ranges are unknown', [gateway(null)], null, 'vpc-02 of account 222222222222'],
    ['is not promised where an older file has no ranges', [gateway([])], null, 'vpc-02 of account'],
    [
      'is not promised where other accounts may have joined unseen',
      [gateway(['10.9.0.0/16'], { membersKnown: false })],
      null,
      'no scan has seen',
    ],
    [
      'is promised over a peering, which has two ends',
      [gateway(['10.9.0.0/16'], { kind: 'peering', membersKnown: false })],
      true,
      'No VPC',
    ],
    [
      'is not promised where not even the account is known',
      [
        gateway(null, {
          vpcs: [
            { vpcId: 'vpc-01', accountId: null, cidrBlocks: null },
            { vpcId: 'vpc-09', accountId: null, cidrBlocks: null },
          ],
        }),
      ],
      null,
      'vpc-09 of account unknown',
    ],
  ])('%s', (_, vpcConnections, holds, text) => {
    const precondition = offer({ vpcConnections })?.preconditions[1];
    expect(precondition?.holds).toBe(holds);
    expect(precondition?.text).toContain(text);
  });
});

describe('a new block with a subnet in it', () => {
  const withSubnet = (changes: Partial<EstateInput> = {}, subnet = aSubnet()) =>
    addSecondaryCidrSubnet(anEstate({ subnets: [subnet], ...changes }), subnet);

  test('is one for all subnets of the VPC that are full, while it has room', () => {
    const subnets = ['a', 'b', 'c'].map((id, index) =>
      aSubnet({ subnetId: `subnet-0${id}`, cidrBlock: `10.0.${index}.0/24` }),
    );
    const rangesOf = (have: number, addresses: number) => {
      const vpcs = [aVpcAssessment({ cidrBlocks: ranges(have) })];
      const estate = anEstate({ vpcs, subnets });
      const offered = () =>
        subnets.map(
          (subnet) => addSecondaryCidrSubnet(estate, subnet, { addresses, prefixes: 0 })?.ranges?.[0] ?? null,
        );
      // Asked again, each gets the same.
      expect(offered()).toEqual(offered());
      return offered();
    };
    expect(rangesOf(4, 0)).toEqual(['100.64.0.0/20', '100.64.16.0/20', '100.64.32.0/20']);
    // A second block is one of as many as the quota still allows.
    expect(rangesOf(3, 32_000)).toEqual(['100.64.0.0/17', '100.64.128.0/17', '100.65.0.0/17']);
    expect(rangesOf(4, 32_000)).toEqual(['100.64.0.0/17', '100.64.128.0/17', null]);
    // At the quota each comes after the request for a higher one.
    expect(rangesOf(5, 32_000)).toEqual(['100.64.0.0/17', '100.64.128.0/17', '100.65.0.0/17']);
  });

  test('waits for the block before it makes the subnet', () => {
    expect(withSubnet()).toMatchObject({
      title: 'Add 100.64.0.0/16 to the VPC, and the subnet 100.64.0.0/20 in eu-west-1a',
      gains: { addresses: 4091, prefixes: 254 },
    });
    expect(withSubnet()?.commands[0]).toMatch(
      /\| grep -q vpc- \|\| aws ec2 associate-vpc-cidr-block --vpc-id vpc-01 --cidr-block 100\.64\.0\.0\/16 --region eu-west-1$/,
    );
    expect(withSubnet()?.commands[1]).toBe(
      "until aws ec2 describe-vpcs --filters Name=vpc-id,Values=vpc-01 Name=cidr-block-association.cidr-block,Values=100.64.0.0/16 Name=cidr-block-association.state,Values=associated --query 'Vpcs[].VpcId' --output text --region eu-west-1 | grep -q vpc-; do sleep 5; done",
    );
    expect(withSubnet()?.commands[2]).toContain('--cidr-block 100.64.0.0/20');
  });

  test('of RFC 1918 gives pods room that others may reach, and is to be entered in the address plan', () => {
    const clusters = [aCluster({ nodes: [aNodeAssessment()] })];
    const offered = withSubnet({ ...sharedSpaceIsTaken, clusters, eksClusters: [anEksCluster()] });
    expect(offered?.effect).toMatch(/^Gives pods room\. .*enter this range in your address plan first/);
    expect(offered?.when).toContain('no shared address space is free');
  });

  const effect = (changes: Partial<EstateInput>, subnet?: SubnetAssessment) =>
    withSubnet(changes, subnet)?.effect;

  test('says what uses it: not pods where these have IPv6 addresses, and no node of Fargate', () => {
    const eksClusters = [anEksCluster({ ipFamily: 'ipv6' })];
    const six = {
      clusters: [aCluster({ mode: 'ipv6', nodes: [aNodeAssessment({ mode: 'ipv6' })] })],
      eksClusters,
    };
    expect(effect(six)).toBe(
      'New nodes can start there. A managed node group keeps its subnets, so add a second group in the new subnet. Outside the VPC this space needs NAT.',
    );
    const fargate = aSubnet({ owners: [{ kind: 'fargate', name: null, interfaces: 9, addresses: 9 }] });
    expect(effect({}, fargate)).toMatch(/^A Fargate profile keeps its subnets\./);
    expect(effect(sharedSpaceIsTaken, fargate)).toContain('enter this range in your address plan first');
  });

  test('of shared space says beside a subnet without IPv4 that nothing outside reaches it', () => {
    const offered = withSubnet({}, aSubnet({ cidrBlock: null, ipv6Native: true }));
    expect(offered?.preconditions.map(({ text }) => text)).toContainEqual(
      expect.stringContaining('Nothing outside the VPC needs to reach 100.64.0.0/20'),
    );
  });

  test('comes after the request for a higher quota where the VPC has all of its ranges', () => {
    const subnets = ranges(5).map((cidrBlock, index) =>
      aSubnet({ subnetId: `subnet-${index}`, cidrBlock, available: index === 0 ? 0 : 200 }),
    );
    const vpcs = [aVpcAssessment({ cidrBlocks: ranges(5) })];
    const [finding] = findingsOf('addresses-exhausted', { vpcs, subnets });
    const titles = finding?.remedies.map(({ title }) => title) ?? [];
    const quota = titles.findIndex((title) => title.startsWith('Request a higher quota'));
    const block = titles.findIndex((title) => title.includes('to the VPC, and the subnet'));
    expect([quota, block].every((place) => place >= 0)).toBe(true);
    expect(quota).toBeLessThan(block);
  });

  test('is not offered where the VPC is unknown, or takes no block', () => {
    expect(withSubnet({ vpcs: [] })).toBeNull();
    expect(withSubnet({ vpcConnections: [gateway(['100.64.0.0/10', '10.0.0.0/8'])] })).toBeNull();
  });

  test('is larger where more is missing, up to the whole block', () => {
    const sized = (addresses: number) =>
      addSecondaryCidrSubnet(anEstate({}), aSubnet(), { addresses, prefixes: 0 })?.gains?.addresses;
    expect([sized(1), sized(4092), sized(1_000_000)]).toEqual([4091, 8187, 65_531]);
  });
});

describe('a higher quota', () => {
  test('is asked for ahead of time, and never beyond what AWS grants', () => {
    const at = (count: number) =>
      raiseCidrBlockQuota(anEstate({}), aVpcAssessment({ cidrBlocks: ranges(count) }));
    expect(at(5)?.commands).toEqual([
      'aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-83CA0A9D --desired-value 10 --region eu-west-1',
    ]);
    expect(at(49)).toMatchObject({
      title: 'Request a higher quota of IPv4 CIDR blocks per VPC: 50',
      effect: 'AWS grants up to 50.',
      preconditions: [{}, { holds: true }],
    });
    expect(at(50)?.preconditions[1]).toMatchObject({ holds: false });
    const units = {
      service: 'vpc',
      code: 'L-1',
      name: 'units',
      used: 128_000,
      to: 128_000,
      maximum: 256_000,
    };
    expect(raiseQuota(units, 'eu-west-1')).toMatchObject({
      title: 'Request a higher quota of units: 128,000',
      effect: 'AWS grants up to 256,000.',
      preconditions: [{}, { text: 'That is more than is in use now: 128,000.', holds: false }],
    });
  });

  test('of another service says what AWS has not published as not known', () => {
    const addresses = { service: 'ec2', code: 'L-2', name: 'addresses', used: 5, to: 10, maximum: null };
    expect(raiseQuota(addresses, 'eu-west-1')).toMatchObject({
      effect: 'AWS decides how much it grants.',
      commands: [expect.stringContaining('--service-code ec2 --quota-code L-2 --desired-value 10')],
      preconditions: [{}, { text: 'That is more than is in use now: 5.', holds: true }],
    });
  });

  test('is offered where the VPC is at its quota of ranges', () => {
    const raise = (count: number) =>
      raiseCidrBlockQuotaOf(anEstate({ vpcs: [aVpcAssessment({ cidrBlocks: ranges(count) })] }), aSubnet());
    expect(raise(4)).toBeNull();
    expect(raise(5)?.title).toContain('IPv4 CIDR blocks per VPC');
    expect(raiseCidrBlockQuotaOf(anEstate({ vpcs: [] }), aSubnet())).toBeNull();
    const full = anEstate({ vpcs: [aVpcAssessment({ cidrBlocks: ranges(5) })] });
    expect(raiseCidrBlockQuotaOf(full, aSubnet({ ownerId: '222222222222' }))).toBeNull();
  });
});
