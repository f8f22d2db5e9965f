import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { headroom } from '../../fixtures/headroom-command.ts';
import { IN_LAB } from '../../fixtures/lab-clusters.ts';

let lab: Lab;
let vpcId = '';
beforeAll(async () => {
  lab = await startLab({
    estate: scenarioEstate({
      name: 'pools',
      description: 'a VPC whose range came from a pool of IPAM',
      accounts: [labAccount(IN_LAB.ownerId, 'hub', [IN_LAB.region])],
      scenarios: [
        (world) => {
          ({ vpcId } = world.createVpc({ ...IN_LAB, cidrBlock: '10.32.0.0/20', name: 'core' }));
          world.createSubnet({ vpcId, cidrBlock: '10.32.0.0/24', name: 'nodes', zone: 'a' });
          world.ipamPools.set('ipam-pool-0apps', {
            ...IN_LAB,
            ipamPoolId: 'ipam-pool-0apps',
            description: 'apps',
            cidrs: ['10.32.0.0/16'],
            allocations: [
              { cidr: '10.32.0.0/20', resourceId: vpcId, resourceType: 'vpc' },
              { cidr: '10.32.16.0/20', resourceId: 'vpc-0elsewhere', resourceType: 'vpc' },
            ],
            tags: {},
          });
          world.ipamPools.set('ipam-pool-0v6', {
            ...IN_LAB,
            ipamPoolId: 'ipam-pool-0v6',
            addressFamily: 'ipv6',
            cidrs: ['2001:db8::/32'],
            allocations: [],
            tags: {},
          });
          const empty = { ...IN_LAB, allocations: [], tags: {} };
          world.ipamPools.set('ipam-pool-0top', {
            ...empty,
            ipamPoolId: 'ipam-pool-0top',
            locale: 'None',
            cidrs: ['10.0.0.0/8'],
            allocations: [
              { cidr: '10.32.0.0/16', resourceId: 'ipam-pool-0apps', resourceType: 'ipam-pool' },
              { cidr: '10.48.0.0/16', resourceId: 'ipam-pool-0us', resourceType: 'ipam-pool' },
            ],
          });
          world.ipamPools.set('ipam-pool-0us', {
            ...empty,
            ipamPoolId: 'ipam-pool-0us',
            locale: 'us-east-1',
            largestLength: 18,
            smallestLength: 24,
            cidrs: ['10.48.0.0/16'],
          });
          world.ipamPools.set('ipam-pool-0eu', {
            ...empty,
            ipamPoolId: 'ipam-pool-0eu',
            locale: 'eu-central-1',
            cidrs: ['10.64.0.0/16'],
          });
          world.ipamPools.set('ipam-pool-0byoip', {
            ...empty,
            ipamPoolId: 'ipam-pool-0byoip',
            scope: 'public',
            cidrs: ['203.0.113.0/24'],
          });
          return () => undefined;
        },
      ],
    }),
  });
});
afterAll(() => lab.close());

const size = async (...args: readonly string[]) => {
  const { code, out, err } = await headroom(
    [
      ...['plan', 'size', '--nodes', '12', '--type', 'm5.large', '--pods-per-node', '10'],
      ...['--mode', 'secondary', '--output', 'json', ...args],
    ],
    lab,
  );
  return { code, err, document: out === '' ? null : JSON.parse(out) };
};

describe('headroom plan size with pools of IPAM', () => {
  test.each([[['all']], [['ipam-pool-0apps']]])('finds places that %j has free', async (pools) => {
    const { code, document } = await size('--ipam-pool', ...pools);
    expect(code).toBe(0);
    expect(document.ipamPools).toContainEqual({
      ipamPoolId: 'ipam-pool-0apps',
      description: 'apps',
      locale: 'eu-west-1',
      cidrs: ['10.32.0.0/16'],
      allocations: 2,
      // The first eighth is given away.
      freeRanges: ['10.32.128.0/17', '10.32.64.0/18', '10.32.32.0/19'],
      fits: [{ mode: 'secondary', cidr: '10.32.32.0/22' }],
    });
    const places = document.modes[0].ranges.flatMap(({ purpose, cidr }: { purpose: string; cidr: string }) =>
      purpose === 'services' ? [] : [cidr],
    );
    expect(places.every((cidr: string) => /^10\.32\.(3[2-9]|[4-9]\d|1\d\d|2\d\d)\./.test(cidr))).toBe(true);
  });

  test('keeps a plan for a VPC clear of what pools gave to others', async () => {
    const { document } = await size('--vpc', vpcId);
    expect(document.question.taken).toContainEqual({ range: '10.32.16.0/20', owner: 'vpc-0elsewhere' });
    expect(document.unknowns).toEqual([]);
  });

  test('says that pools could not be read, and plans without them', async () => {
    const { remove } = lab.faults.inject({ action: 'DescribeIpamPools' }, accessDenied());
    const { code, document } = await size('--vpc', vpcId);
    expect(code).toBe(0);
    expect(document.unknowns).toEqual([
      expect.stringMatching(/^The pools of IPAM could not be read: .*DescribeIpamPools/),
    ]);
    const asked = await size('--ipam-pool', 'all');
    expect([asked.code, asked.err]).toEqual([3, expect.stringContaining('DescribeIpamPools')]);
    remove();
  });

  test('takes nothing from pools that serve no VPC, and nothing that they gave to such pools', async () => {
    const { document } = await size('--ipam-pool', 'ipam-pool-0top', 'ipam-pool-0apps');
    expect(document.ipamPools).toContainEqual(
      expect.objectContaining({ ipamPoolId: 'ipam-pool-0top', locale: null, limits: ['not for VPCs'] }),
    );
    expect(document.question.within).toEqual(['10.32.0.0/16']);
  });

  test('plans in the pools of one Region alone', async () => {
    const ids = ['ipam-pool-0apps', 'ipam-pool-0us'];
    const here = await size('--ipam-pool', ...ids, '--region', 'eu-west-1');
    expect(here.document.question.within).toEqual(['10.32.0.0/16']);
    const alone = await size('--ipam-pool', 'ipam-pool-0us', '--region', 'eu-west-1');
    expect(alone.document.question.within).toEqual(['10.48.0.0/16']);
    expect(alone.document.ipamPools[0]).toMatchObject({ limits: ['at most /18', 'at least /24'] });
    const unclear = await size('--ipam-pool', 'ipam-pool-0us', 'ipam-pool-0eu');
    expect([unclear.code, unclear.err]).toEqual([
      2,
      expect.stringContaining('The pools of IPAM are of several Regions: eu-central-1, us-east-1.'),
    ]);
    const none = await size('--ipam-pool', 'ipam-pool-0top', 'ipam-pool-0byoip');
    expect([none.code, none.err]).toEqual([
      2,
      expect.stringContaining('No VPC can take a range of these pools'),
    ]);
  });

  test('refuses a pool that there is not, and pools beside a VPC', async () => {
    const together = await size('--ipam-pool', 'all', '--vpc', vpcId);
    expect([together.code, together.err]).toEqual([
      2,
      expect.stringContaining('--ipam-pool is given together with --vpc.'),
    ]);
  });
});
