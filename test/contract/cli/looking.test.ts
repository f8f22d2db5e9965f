import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { fragmentedSubnet } from '../../../lab/estates/fragmented-subnet.ts';
import { growingPods } from '../../../lab/estates/growing-pods.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { ClusterAssessment } from '../../../shared/model/result/cluster.ts';
import type { Finding } from '../../../shared/model/result/finding.ts';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { headroom } from '../../fixtures/headroom-command.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({
    clock: createLabClock({ startsAt: Date.now() }),
    estate: scenarioEstate({
      name: 'looking',
      description: 'a cluster that has no prefix left, and one that has room',
      accounts: [labAccount(ACCOUNT, 'platform', [REGION])],
      scenarios: [fragmentedSubnet(ACCOUNT, REGION), growingPods(ACCOUNT, REGION)],
    }),
  });
});
afterAll(async () => lab.close());

describe('headroom clusters', () => {
  test('says of every cluster what it holds, how much more fits and what breaks first', async () => {
    const { code, out, err } = await headroom(['clusters', '--format', 'json'], lab);
    expect([code, err]).toEqual([0, '']);
    const { schema, clusters } = JSON.parse(out) as { schema: string; clusters: ClusterAssessment[] };
    expect(schema).toBe('headroom/scan@1');
    expect(
      clusters.map(({ clusterName, mode, committed }) => ({
        clusterName,
        mode,
        committed: committed.map(({ group, fits, shortfall, error }) => ({ group, fits, shortfall, error })),
      })),
    ).toEqual([
      {
        clusterName: 'data',
        mode: 'prefix',
        committed: [{ group: 'jobs', fits: 0, shortfall: 4, error: 'InsufficientCidrBlocks' }],
      },
      {
        clusterName: 'shop',
        mode: 'secondary',
        committed: [{ group: 'workers', fits: 1, shortfall: 0, error: null }],
      },
    ]);
  });

  test('as a table it shows one cluster when asked for one', async () => {
    const { code, out } = await headroom(['clusters', '--cluster', 'data'], lab);
    expect(code).toBe(0);
    expect(out).toMatch(/^data {2}111122223333 {2}eu-west-1 {2}vpc-\w+ {2}prefix mode/m);
    expect(out).toMatch(/^jobs +2 +6 +0 +4 +InsufficientCidrBlocks +0 +InsufficientCidrBlocks$/m);
    expect(out).not.toContain('shop');
  });

  test('without permission to ask EKS the exit code is 4, and the missing permission is named', async () => {
    const { remove } = lab.faults.inject({ action: 'ListClusters' }, accessDenied());
    const { code, out } = await headroom(['clusters'], lab);
    remove();
    expect(code).toBe(4);
    expect(out).toContain('eks:ListClusters');
  });
});

describe('headroom findings', () => {
  const findings = async (
    ...args: string[]
  ): Promise<{ code: number | null; findings: readonly Finding[] }> => {
    const { code, out } = await headroom(['findings', '--format', 'json', ...args], lab);
    return { code, findings: (JSON.parse(out) as { findings: Finding[] }).findings };
  };

  test('gives evidence, checked remedies and commands, the worst first, and exits with 1', async () => {
    const { code, findings: found } = await findings();
    expect(code).toBe(1);
    const ranks = found.map(({ severity }) => ['critical', 'warning', 'info'].indexOf(severity));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    const short = found.find(({ title }) => title.startsWith('data/jobs: can scale to 2 of its 6 nodes'));
    expect(short?.evidence).toContainEqual({ name: 'shortfall', value: 4, unit: 'nodes' });
    expect(short?.remedies[0]?.commands[0]).toMatch(/^SUBNET_ID=\$\(aws ec2 create-subnet --vpc-id vpc-/);
  });

  test('can be narrowed by severity and cluster; what is not shown does not decide the exit code', async () => {
    const { code, findings: found } = await findings('--cluster', 'shop', '--severity', 'info');
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(({ severity }) => severity === 'info')).toBe(true);
    expect(code).toBe(0);
  });

  test('where nothing passes the filters it says so', async () => {
    const { code, out } = await headroom(['findings', '--cluster', 'shop', '--severity', 'critical'], lab);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Nothing found\.\n\nnot checked {2}/)]);
  });

  test.each([
    [['findings', '--severity', 'awful'], '--severity awful is not a severity.'],
    [['findings', '--fail-on', 'never'], '--fail-on never is not a severity.'],
    [['clusters', '--format', 'xml'], '--output xml is none of table, wide, json, yaml, csv, name'],
  ])('%j is bad usage', async (args, message) => {
    const { code, err, out } = await headroomInProcess(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});

describe('headroom cost', () => {
  interface Bill {
    readonly schema: string;
    readonly estate: { readonly subnets: number; readonly targets: number; readonly activeAddresses: number };
    readonly lines: readonly { readonly item: string; readonly dollars: number }[];
    readonly total: number;
    readonly ipamAdvanced: number;
  }

  test('prints the bill of what a scan finds', async () => {
    const { code, out, err } = await headroom(['cost', '--format', 'json'], lab);
    expect([code, err]).toEqual([0, '']);
    const bill = JSON.parse(out) as Bill;
    expect(bill).toMatchObject({ schema: 'headroom/cost@1', estate: { subnets: 6, targets: 1 } });
    expect(bill.lines.reduce((sum, { dollars }) => sum + dollars, 0)).toBeCloseTo(bill.total, 9);
    // $0.00027 for each active address and hour, 730 hours a month.
    expect(bill.ipamAdvanced).toBeCloseTo(bill.estate.activeAddresses * 0.00027 * 730, 9);
  });

  test('says what a bill leaves out because it could not be read, and prints none of nothing', async () => {
    const { remove } = lab.faults.inject({ service: 'ec2', action: 'DescribeSubnets' }, accessDenied());
    const { code, out, err } = await headroom(['cost'], lab);
    remove();
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain('ec2:DescribeSubnets');
  });

  test('prints the bill of an estate that is only described, without asking AWS', async () => {
    const before = lab.calls.length;
    const args = ['--subnets', '1000', '--targets', '80', '--active-addresses', '50000'];
    const { code, out } = await headroomInProcess(['cost', ...args]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^CloudWatch metrics +\$111.90 {2}373 series, 360 of 13,240 for subnets, VPCs and clusters$/m,
    );
    expect(out).toContain('$9,855.00 for the advanced tier of VPC IPAM with 50,000 active addresses');
    expect(lab.calls.length).toBe(before);
  });

  test.each([
    [['--subnets', 'many'], '--subnets many is not a whole number from 0 to 999,999,999.'],
    [['--subnets', '10', '--targets', '-1'], '--targets -1 is not a whole number from 0 to 999,999,999.'],
    [['--subnets', '10', '--interval', '0'], '--interval 0 is not a whole number from 1 to 999,999,999.'],
  ])('%j is bad usage', async (args, message) => {
    const { code, err, out } = await headroomInProcess(['cost', ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});

describe('headroom limits', () => {
  test('answers from the shipped table: one type is an object, several are an array', async () => {
    const one = JSON.parse((await headroomInProcess(['limits', 'm5.large', '-f', 'json'])).out) as object;
    expect(one).toEqual({
      type: 'm5.large',
      maxEnis: 3,
      ipv4PerEni: 10,
      prefixDelegation: true,
      branchEnis: 9,
      maxPods: {
        secondary: 29,
        customNetworking: 20,
        prefix: 434,
        prefixRecommended: 110,
        customNetworkingPrefix: 290,
        customNetworkingPrefixRecommended: 110,
        podEni: 20,
        podEniCustomNetworking: 11,
        windows: 9,
        windowsPrefix: 144,
      },
    });
    const several = await headroomInProcess(['limits', 'm5.large', 't2.micro', '-f', 'json']);
    expect((JSON.parse(several.out) as { type: string }[]).map(({ type }) => type)).toEqual([
      'm5.large',
      't2.micro',
    ]);
  });

  test('a type without prefixes has a dash there', async () => {
    const { out } = await headroomInProcess(['limits', 't2.micro']);
    expect(out).toMatch(/^t2\.micro +2 +2 +0 +4 +3 +- +- +- +1$/m);
  });

  test('a type that neither the table nor EC2 knows is answered with the nearest', async () => {
    const { code, err } = await headroom(['limits', 'm5.lrage'], lab);
    expect(code).toBe(2);
    expect(err).toMatch(/m5\.lrage.*m5\.large/);
  });
});

describe('a name that nothing has', () => {
  test.each([
    [['findings', '--cluster', 'dta'], 'Nothing matches --cluster dta. Did you mean "data"?'],
    [['owners', '--subnet', 'subnet-nope'], 'Nothing matches --subnet subnet-nope.'],
    [['clusters', '--account', '999999999999'], 'Nothing matches --account 999999999999.'],
    [['clusters', '--cluster', 'shpo'], 'Nothing matches --cluster shpo. Did you mean "shop"?'],
    [['findings', '--account', '111122223334'], 'Did you mean "111122223333"?'],
    [
      ['scan', '--vpc', 'vpc-0123456789abcdef0'],
      'Nothing matches --vpc vpc-0123456789abcdef0. There are vpc-',
    ],
    [
      ['report', '--vpc', 'vpc-0123456789abcdef0'],
      'Nothing matches --vpc vpc-0123456789abcdef0. There are vpc-',
    ],
    [['findings', '--vpc', 'nope'], '--vpc nope matches nothing: it is not a VPC id'],
  ])('is refused, with the nearest one: %j', async (line, message) => {
    const { code, err } = await headroom(line, lab);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('a VPC id with one wrong letter is refused with the one that was meant', async () => {
    const { out } = await headroom(['scan', '--format', 'json'], lab);
    const [vpcId = ''] = (JSON.parse(out) as { subnets: { vpcId: string }[] }).subnets.map(
      (each) => each.vpcId,
    );
    const mistyped = `${vpcId.slice(0, -1)}${vpcId.endsWith('0') ? '1' : '0'}`;
    const { code, err } = await headroom(['scan', '--vpc', mistyped], lab);
    expect(code).toBe(2);
    expect(err).toContain(`Nothing matches --vpc ${mistyped}. Did you mean "${vpcId}"?`);
  });

  test('two names that belong to different things are refused together', async () => {
    const { out } = await headroom(['clusters', '--format', 'json', '--cluster', 'shop'], lab);
    const [subnetId = ''] = (JSON.parse(out) as { clusters: ClusterAssessment[] }).clusters.flatMap(
      ({ subnetIds }) => subnetIds,
    );
    const both = await headroom(['findings', '--cluster', 'data', '--subnet', subnetId], lab);
    expect([both.code, both.err]).toEqual([
      2,
      expect.stringContaining(`Nothing matches --cluster data together with --subnet ${subnetId}.`),
    ]);
    const right = await headroom(['findings', '--cluster', 'shop', '--subnet', subnetId], lab);
    expect(right.code).not.toBe(2);
  });
});
