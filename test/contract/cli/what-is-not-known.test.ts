import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FindingsDocument } from '../../../cli/output/listing-documents.ts';
import type { ExplainDocument } from '../../../cli/output/subnet-documents.ts';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { shopFile } from '../../fixtures/plan-command.ts';

interface Estate {
  readonly targets: readonly Record<string, unknown>[];
}

/** The cluster `shop` with some of its records replaced, as a file. */
const shopWith = (changes: (target: Record<string, unknown>) => Record<string, unknown>): string => {
  const estate = JSON.parse(readFileSync(shopFile(), 'utf8')) as Estate;
  const file = join(mkdtempSync(join(tmpdir(), 'headroom-unknown-')), 'estate.json');
  const targets = estate.targets.map((target) => ({ ...target, ...changes(target) }));
  writeFileSync(file, JSON.stringify({ ...estate, targets }));
  return file;
};

/** The first command loads all that the others need: seconds on a busy machine. */
beforeAll(async () => {
  await headroomInProcess(['clusters', '--from', shopFile()]);
}, 60_000);

test('a filter that leaves no finding says that not everything was read', async () => {
  const failed = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', action: 'Try again.' };
  const found = async (file: string) =>
    (await headroomInProcess(['findings', '--severity', 'critical', '--from', file])).out.split('\n')[0];
  expect(await found(shopWith(() => ({ eksClusters: failed })))).toBe('Nothing found in what could be read.');
  expect(await found(shopFile({ nodes: 1, pods: 0 }))).toBe('Nothing found.');
});

test('clusters that could not be read are not called none', async () => {
  const failed = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', action: 'Try again.' };
  const file = shopWith(() => ({ interfaces: failed }));
  const { code, out } = await headroomInProcess(['clusters', '--from', file]);
  expect(code).toBe(4);
  expect(out).toContain('No clusters are known: something could not be read.');
  expect(out).not.toContain('EKS lists none');
});

test('findings end with what could not be judged, so that none of them is no all-clear', async () => {
  const file = shopWith(({ instances }) => ({
    instances: (instances as readonly object[]).map((each) => ({ ...each, instanceType: 'm99.mega' })),
  }));
  const { out } = await headroomInProcess(['findings', '--from', file]);
  expect(out).toContain('unknown  shop: Neither the built-in table nor EC2 has the limits of m99.mega.');
});

describe('findings say which checks could not be made, and why', () => {
  const args = ['findings', '--from', shopFile()];
  const kinds = async (...filters: string[]) => {
    const { out } = await headroomInProcess([...args, '--output', 'json', ...filters]);
    const { notChecked } = JSON.parse(out) as FindingsDocument;
    return notChecked.map(({ kind, subjects }) => [kind, subjects.map(({ id }) => id)]);
  };
  const OF_SUBNETS = ['addresses-surge', 'addresses-exhaustion'];

  test('a line for each check and reason, with all its resources', async () => {
    const { out } = await headroomInProcess(args);
    expect(out).toContain(
      'not checked  Addresses are used up fast (shop-0a and 2 others): The last 90 minutes were not measured often enough.\n',
    );
    expect(out).toContain(
      "not checked  A cluster's service range overlaps a network (shop): EKS did not say the cluster's service range.\n",
    );
    expect(out).toContain('not checked  Elastic IP addresses (111111111111/eu-west-1): ');
  });

  test('in JSON with all its resources, of those that the filters let through', async () => {
    const subnets = ['subnet-0a', 'subnet-0b', 'subnet-0c'];
    expect(await kinds()).toEqual([
      ...OF_SUBNETS.map((kind) => [kind, subnets]),
      ['service-range-overlap', ['shop']],
      ['elastic-addresses', ['111111111111/eu-west-1']],
    ]);
    expect(await kinds('--subnet', 'shop-0b')).toEqual([
      ...OF_SUBNETS.map((kind) => [kind, ['subnet-0b']]),
      ['service-range-overlap', ['shop']],
    ]);
    expect(await kinds('--cluster', 'shop', '--severity', 'critical')).toEqual([
      ...OF_SUBNETS.map((kind) => [kind, subnets]),
      ['service-range-overlap', ['shop']],
    ]);
  });
});

test('explain says which checks could not be made of the subnet and its clusters', async () => {
  const args = ['explain', 'shop-0b', '--from', shopFile()];
  const { out } = await headroomInProcess(args);
  expect(out).toContain('not checked  Addresses are used up fast (shop-0b): The last 90 minutes');
  expect(out).not.toContain('not checked  Elastic IP addresses');
  const json = JSON.parse((await headroomInProcess([...args, '--output', 'json'])).out) as ExplainDocument;
  expect(json.notChecked?.map(({ kind, subjects }) => [kind, subjects.map(({ id }) => id)])).toEqual([
    ['addresses-surge', ['subnet-0b']],
    ['addresses-exhaustion', ['subnet-0b']],
    ['service-range-overlap', ['shop']],
  ]);
});

test('the report lists the checks that could not be made, of what the filters let through', async () => {
  const args = ['report', '--out', '-', '--from', shopFile()];
  const section = async (...filters: string[]) => {
    const { out } = await headroomInProcess([...args, ...filters]);
    return /<section id="not-checked">.*?<\/section>/s.exec(out)?.[0] ?? '';
  };
  expect(await section()).toContain('<td>Elastic IP addresses</td>');
  const one = await section('--subnet', 'shop-0b');
  expect(one).toContain('<td>Addresses are used up fast</td>');
  expect(one).not.toContain('Elastic IP addresses');
  expect(one).not.toContain('shop-0a');
});

test('an account without subnets has an answer of owners, and one that could not be read has another', async () => {
  const empty = shopWith(() => ({
    subnets: [],
    interfaces: [],
    instances: [],
    eksClusters: [],
    reservations: {},
  }));
  expect((await headroomInProcess(['owners', '--from', empty])).out).toBe('No subnets found.\n');
  const failed = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', action: 'Try again.' };
  const { out } = await headroomInProcess(['owners', '--from', shopWith(() => ({ subnets: failed }))]);
  expect(out).toContain('No subnets are known: something could not be read.');
});

describe('what could not be read is no all-clear', () => {
  const REFUSED = {
    code: 'access-denied',
    message: 'This listing is not allowed.',
    action: 'Allow it to the role.',
  };
  /** What a scan cannot do without: it is partial where one of them is missing, or fails. */
  const LISTINGS = [
    'vpcs',
    'subnets',
    'interfaces',
    'reservations',
    'instances',
    'vpcConnections',
    'routeTables',
    'eksClusters',
    'autoScalingGroups',
  ];
  const SUBNET = 'subnet-0a';
  const COMMANDS = [
    ['findings'],
    ['scan'],
    ['clusters'],
    ['owners'],
    ['map', SUBNET],
    ['explain', SUBNET],
    ['cost'],
    ['plan', 'fit', '--cluster', 'shop', '--nodes', '1'],
    ['plan', 'drain', '--cluster', 'shop'],
    ['plan', 'failover', '--cluster', 'shop'],
    ['plan', 'reserve', '--subnet', SUBNET],
    ['plan', 'upgrade', '--cluster', 'shop'],
    ['plan', 'what-if', '--cluster', 'shop'],
  ];
  const unread = (listing: string): string =>
    shopWith((target) => ({
      routeTables: [],
      [listing]:
        listing === 'reservations'
          ? Object.fromEntries(
              (target['subnets'] as readonly { readonly subnetId: string }[]).map(({ subnetId }) => [
                subnetId,
                REFUSED,
              ]),
            )
          : REFUSED,
    }));
  /** Sentences that are true of what was read in full alone. */
  const ALL_CLEAR = /^Nothing found\.$|can still grow here\.$|wins no |worth reserving: none| with 0 active/m;

  test.each(LISTINGS)('%s: every command names it', async (listing) => {
    const file = unread(listing);
    for (const command of COMMANDS) {
      const { out, err } = await headroomInProcess([...command, '--from', file]);
      expect([command, `${err}${out}`]).toEqual([command, expect.stringContaining(REFUSED.message)]);
      expect([command, out]).toEqual([command, expect.not.stringMatching(ALL_CLEAR)]);
    }
  });

  test('the same commands have such sentences where all was read', async () => {
    const { out } = await headroomInProcess([
      'explain',
      SUBNET,
      '--from',
      shopWith(() => ({ routeTables: [], eksClusters: [], autoScalingGroups: [] })),
    ]);
    expect(out).toMatch(ALL_CLEAR);
  });

  test.each([
    ['reservations', ['fit', '--nodes', '1'], 'All that is known fits. Whether the rest does is not known.'],
    ['reservations', ['drain'], 'It is not known whether draining wins prefixes'],
    ['reservations', ['reserve'], 'It is not known which ranges are worth reserving'],
    ['instances', ['drain'], 'It is not known whether draining wins prefixes'],
    ['instances', ['failover'], 'unknown  Instances could not be listed.'],
    ['instances', ['what-if'], 'It is not known whether it fits'],
  ])('%s: plan %j says what is not known', async (listing, command, sentence) => {
    const { code, out } = await headroomInProcess([
      'plan',
      ...command,
      '--cluster',
      'shop',
      '--from',
      unread(listing),
    ]);
    expect([code, out]).toEqual([1, expect.stringContaining(sentence)]);
  });
});

describe('explain says of a subnet', () => {
  const explained = async (changes: object): Promise<string> => {
    const file = shopWith(({ subnets }) => ({
      routeTables: [],
      subnets: (subnets as readonly { readonly subnetId: string }[]).map((subnet) =>
        subnet.subnetId === 'subnet-0a' ? { ...subnet, ...changes } : subnet,
      ),
    }));
    return (await headroomInProcess(['explain', 'subnet-0a', '--from', file])).out;
  };

  test('that has IPv6 alone that it has no IPv4 addresses, and no unknown number of them', async () => {
    const out = await explained({ cidrBlock: null, ipv6Native: true, ipv6CidrBlocks: ['2001:db8::/64'] });
    expect(out).toContain('none: an IPv6-only subnet has no IPv4 addresses');
    expect(out).not.toContain('unknown of unknown');
    expect(out).not.toContain('Forecast');
  });

  test('that is shared what AWS counts, and why not more', async () => {
    const out = await explained({ ownerId: '999988887777', awsAvailable: 6 });
    expect(out).toContain("6 of 251 available (2.4 %), 245 in use or reserved, by AWS's own count");
    expect(out).not.toContain('could not be read');
  });
});
