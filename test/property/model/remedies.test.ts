import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EstateInput } from '../../../shared/model/checks/estate.ts';
import {
  remediesForAddresses,
  remediesForPrefixes,
} from '../../../shared/model/checks/remedies/subnet-remedies.ts';
import type { SubnetAssessment } from '../../../shared/model/result/assessment.ts';
import type { Remedy } from '../../../shared/model/result/finding.ts';
import { allFindingsOf, anEstate } from '../../fixtures/findings-input.ts';
import { arbitraryEstate, FOR_OTHERS } from '../../fixtures/generated/estates.ts';

/** RFC 1918. */
const FAMILIES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

const numberOf = (cidr: string): { first: number; last: number } => {
  const [text = '', length = ''] = cidr.split('/');
  const first = text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { first, last: first + 2 ** (32 - Number(length)) - 1 };
};

/** The naive oracle: two ranges share an address. */
const share = (a: string, b: string): boolean => {
  const [left, right] = [numberOf(a), numberOf(b)];
  return left.first <= right.last && right.first <= left.last;
};

/** The findings' remedies, and those of every subnet for both supplies, each list as one run would offer it. */
const offersOf = (input: EstateInput): readonly (readonly (readonly Remedy[])[])[] => {
  const estate = anEstate(input);
  return [
    allFindingsOf(input).map(({ remedies }) => remedies),
    input.subnets.flatMap((subnet) => [
      remediesForPrefixes(estate, subnet),
      remediesForAddresses(estate, subnet),
      remediesForAddresses(estate, subnet, { addresses: 300, prefixes: 0 }),
    ]),
  ];
};

const run = (check: (input: EstateInput, remedies: readonly (readonly Remedy[])[]) => void): void =>
  fc.assert(
    fc.property(arbitraryEstate, (input) => {
      for (const offers of offersOf(input)) check(input, offers);
    }),
    { numRuns: 200 },
  );

test('no remedy is offered whose precondition fails, at the first rank or after it', () => {
  run((_, offers) => {
    for (const { preconditions } of offers.flat()) {
      expect(preconditions.filter(({ holds }) => holds === false)).toEqual([]);
    }
  });
});

test('every remedy says what it costs, and when it is the right one', () => {
  run((_, offers) => {
    for (const { price, title, when } of offers.flat()) {
      expect([title, price, when]).toEqual([title, expect.any(String), expect.any(String)]);
    }
  });
});

test('where AWS refuses a new block, the quota comes before it, and it is never first', () => {
  const takesBlock = ({ commands }: Remedy): boolean =>
    commands.some((command) => command.includes('associate-vpc-cidr-block'));
  let seen = 0;
  run(({ vpcs }, offers) => {
    for (const list of offers) {
      const rank = list.findIndex(takesBlock);
      const vpcId = /vpc-\d\d/.exec(list[rank]?.commands.join(' ') ?? '')?.[0];
      const vpc = vpcs.find((each) => each.vpcId === vpcId);
      if (vpc === undefined || vpc.cidrBlocks.length < 5) continue;
      seen += 1;
      const quota = list.findIndex(({ title }) => title.startsWith('Request a higher quota of IPv4'));
      expect(quota).toBeGreaterThanOrEqual(0);
      expect(quota).toBeLessThan(rank);
    }
  });
  expect(seen).toBeGreaterThan(0);
});

test('AWS takes every new block that is offered', () => {
  let ofFamily = 0;
  run(({ eksClusters, vpcs }, offers) => {
    for (const { commands, ranges = [] } of offers.flat()) {
      const text = commands.join('\n');
      if (!text.includes('associate-vpc-cidr-block')) continue;
      const vpcId = /vpc-\d\d/.exec(text)?.[0];
      const vpc = vpcs.find((each) => each.vpcId === vpcId);
      const family = FAMILIES.find((each) => share(each, vpc?.cidrBlocks[0] ?? '0.0.0.0/32'));
      for (const range of ranges) {
        // The association restrictions of the VPC user guide, and Docker's bridge.
        const place = ['100.64.0.0/10', ...FAMILIES].find((each) => share(each, range));
        expect(['100.64.0.0/10', family]).toContain(place);
        for (const never of ['172.17.0.0/16', '172.31.0.0/16', '169.254.0.0/16', '198.18.0.0/15']) {
          expect(share(never, range)).toBe(false);
        }
        if (vpc?.cidrBlocks.some((block) => share(block, '10.0.0.0/15'))) {
          expect(share('10.0.0.0/16', range)).toBe(false);
        }
        if (place === family) ofFamily += 1;
        const services = eksClusters?.find((cluster) => cluster.vpcId === vpcId)?.outsideRanges ?? [];
        expect(services.filter((each) => share(each, range))).toEqual([]);
        expect(Number(range.split('/')[1])).toBeGreaterThanOrEqual(16);
      }
    }
  });
  expect(ofFamily).toBeGreaterThan(0);
});

test('nothing is ordered in a subnet or a VPC that another account owns', () => {
  let shared = 0;
  run(({ subnets }, offers) => {
    const foreign = subnets.flatMap(({ ownerId, subnetId }) => (ownerId === null ? [] : [subnetId]));
    for (const { commands } of offers.flat()) {
      for (const command of commands) {
        if (!/ (?:create|delete)-tags |create-subnet-cidr-reservation|associate-route-table/.test(command))
          continue;
        expect(foreign.filter((id) => command.includes(id))).toEqual([]);
      }
    }
    shared += foreign.length;
  });
  expect(shared).toBeGreaterThan(0);
});

test('no two remedies of a run give out overlapping ranges of one VPC, and no two VPCs the same block', () => {
  run((_, offers) => {
    const distinct = new Map(offers.flat().map((remedy) => [remedy.commands.join('\n'), remedy]));
    const given = [...distinct].flatMap(([commands, { ranges = [] }]) =>
      ranges.map((range) => ({
        range,
        // A block of the shared address space may meet that of any VPC: they may be connected some day.
        place:
          range.startsWith('100.') && commands.includes('associate-vpc-cidr-block')
            ? 'anywhere'
            : (/vpc-\d\d/.exec(commands)?.[0] ?? ''),
      })),
    );
    for (const [index, { place, range }] of given.entries()) {
      const others = given.slice(index + 1).filter((other) => other.place === place);
      expect(others.filter((other) => share(range, other.range))).toEqual([]);
    }
  });
});

test('a new range is free: of subnets, of the VPC and of every connected VPC whose ranges are known', () => {
  run(({ subnets, vpcConnections, vpcs }, offers) => {
    for (const { commands, ranges = [] } of offers.flat()) {
      const text = commands.join('\n');
      const vpcId = /vpc-\d\d/.exec(text)?.[0];
      const isBlock = text.includes('associate-vpc-cidr-block');
      const taken = isBlock
        ? [
            ...(vpcs.find((vpc) => vpc.vpcId === vpcId)?.cidrBlocks ?? []),
            ...(vpcConnections ?? [])
              .filter((connection) => connection.vpcs.some((each) => each.vpcId === vpcId))
              .flatMap((connection) => connection.vpcs.flatMap(({ cidrBlocks }) => cidrBlocks ?? [])),
          ]
        : subnets.flatMap((subnet) => (subnet.vpcId === vpcId ? (subnet.cidrBlock ?? []) : []));
      for (const range of ranges) expect(taken.filter((each) => share(each, range))).toEqual([]);
    }
  });
});

test('no sibling is one of a control plane, a database, a gateway or a load balancer, or far away', () => {
  let siblings = 0;
  run(({ eksClusters, subnets }, offers) => {
    for (const { preconditions, title } of offers.flat()) {
      const [, subnetId] = /(?:addresses from|in) (subnet-\d\d)(?: only)?$/.exec(title) ?? [];
      if (subnetId === undefined || !/^(?:Let pods|Give pods|Start new nodes)/.test(title)) continue;
      siblings += 1;
      const sibling = subnets.find((subnet) => subnet.subnetId === subnetId);
      expect(sibling?.owners?.filter(({ kind }) => FOR_OTHERS.includes(kind))).toEqual([]);
      expect(sibling?.tags['kubernetes.io/role/elb']).toBeUndefined();
      const [, shortId] =
        /to the same places as (subnet-\d\d)\./.exec(preconditions.map(({ text }) => text).join(' ')) ?? [];
      const short = subnets.find((subnet) => subnet.subnetId === shortId);
      const placeOf = (subnet: SubnetAssessment | undefined) => [
        subnet?.vpcId,
        subnet?.availabilityZone,
        subnet?.outpostArn,
      ];
      expect(placeOf(sibling)).toEqual(placeOf(short));
      expect(sibling?.availabilityZone).not.toBeNull();
      expect(sibling?.cidrBlock).not.toBeNull();
      expect(eksClusters?.some((cluster) => cluster.subnetIds.includes(subnetId))).toBe(false);
    }
  });
  // Nothing would be shown by estates in which no sibling is ever offered.
  expect(siblings).toBeGreaterThan(0);
});
