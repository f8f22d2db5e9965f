import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { fragmentedSubnet } from '../../../lab/estates/fragmented-subnet.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import { headroom } from '../../fixtures/headroom-command.ts';
import { NOW, troubledEstate } from '../../fixtures/report-estate.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

let lab: Lab;
let folder: string;
let state: string;
let storedSubnet: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-subnet-'));
  state = join(folder, 'state.sqlite');
  const { assessment, histories } = await troubledEstate();
  const store = openSqliteStateStore(state);
  await store.assessments.putLatest(assessment);
  const shift = Date.now() - NOW;
  for (const [subnetId, { addresses }] of histories) {
    await store.history.backfill(
      assessment.target,
      addresses.hourly.map(({ hour, last }) => ({
        at: hour + shift,
        samples: [{ subnetId, available: last, freePrefixes: null }],
      })),
    );
  }
  storedSubnet = [...histories.keys()][0] ?? '';
  await store.close();
  lab = await startLab({
    clock: createLabClock({ startsAt: Date.now() }),
    estate: scenarioEstate({
      name: 'one-subnet',
      description: 'a cluster that has no prefix left, and two subnets of one name',
      accounts: [labAccount(ACCOUNT, 'platform', [REGION])],
      scenarios: [
        fragmentedSubnet(ACCOUNT, REGION),
        (world) => {
          const vpc = world.createVpc({
            ownerId: ACCOUNT,
            region: REGION,
            cidrBlock: '10.99.0.0/16',
            name: 'x',
          });
          for (const cidrBlock of ['10.99.0.0/22', '10.99.16.0/20'])
            world.createSubnet({
              vpcId: vpc.vpcId,
              cidrBlock,
              name: 'twin',
              tags: { half: cidrBlock.endsWith('/22') ? 'first' : 'second' },
            });
          return () => undefined;
        },
      ],
    }),
  });
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});

/** The published schema. */
const validates = (name: string, document: unknown): boolean => {
  const path = join(import.meta.dirname, `../../../docs/schema/${name}.schema.json`);
  const validate = addFormats
    .default(new Ajv({ strict: false }))
    .compile(JSON.parse(readFileSync(path, 'utf8')) as object);
  return validate(document);
};

describe('headroom map', () => {
  test('draws a block for each 16 addresses, with its holder, and says what the signs mean', async () => {
    const { code, out } = await headroom(['map', 'data-a'], lab);
    expect(code).toBe(0);
    expect(out).toMatch(/^data-a \(subnet-\w+\) {2}10\.30\.0\.0\/24\n\n10\.30\.0\.0 +x[Aab]{7} [Aab]{8}\n/);
    expect(out).toContain('A  Cluster nodes data\nB  RDS\n');
    expect(out).toContain('16 blocks of 16 addresses: 0 free, 2 held as prefixes');
    expect(out).not.toContain('\u001b');
  });

  test.each([40, 120])('fits %i columns', async (columns) => {
    const { out } = await headroom(['scan', '--subnet', 'twin', '--output', 'name'], lab);
    for (const subnetId of out.trim().split('\n')) {
      const map = await headroom(['map', subnetId], lab, process.cwd(), { columns });
      const rows = map.out.split('\n').filter((line) => /^10\.99\./.test(line));
      expect(Math.max(...rows.map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(rows.join('').replace(/10\.[\d.]+|[^.x]/g, '')).toMatch(/^x\.+x$/);
    }
  });

  test('its JSON is what the published schema describes', async () => {
    const { out } = await headroom(['map', 'data-a', '--output', 'json'], lab);
    const document = JSON.parse(out) as { map: { states: string } };
    expect(document.map.states).toHaveLength(16);
    expect(validates('map', document)).toBe(true);
    expect(validates('map', { ...document, schema: 'headroom/other@1' })).toBe(false);
  });

  test('without the interfaces there is no map, and the reason is given', async () => {
    const { remove } = lab.faults.inject(
      { service: 'ec2', action: 'DescribeNetworkInterfaces' },
      accessDenied(),
    );
    const { code, out } = await headroom(['map', 'data-a'], lab);
    remove();
    expect(code).toBe(4);
    expect(out).toContain('There is no map: ');
    expect(out).toContain('ec2:DescribeNetworkInterfaces');
  });
});

test.each(['map', 'explain'])(
  '%s says what could not be read, and not that there is no such subnet',
  async (command) => {
    const { remove } = lab.faults.inject({ service: 'ec2', action: 'DescribeSubnets' }, accessDenied());
    const { code, out, err } = await headroom([command, 'data-a'], lab);
    remove();
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain('ec2:DescribeSubnets');
    expect(err).toContain('Subnet data-a is not in what could be read.');
    expect(err).not.toContain('There is no subnet');
  },
);

describe('headroom explain', () => {
  test('has supply, map, holders, forecast and findings with their remedies on one page', async () => {
    const { code, out } = await headroom(['explain', 'data-a'], lab);
    expect(code).toBe(1);
    for (const heading of [
      'Supply',
      'Address map',
      'Holders',
      'May grow',
      'History',
      'Forecast',
      'Findings and remedies',
    ])
      expect(out).toContain(`\n${heading}\n`);
    expect(out).toContain('205 of 251 available');
    expect(out).toContain('aws ec2 create-subnet-cidr-reservation');
  });

  test('does not say that a past is known where it is not', async () => {
    const { out } = await headroom(['explain', 'data-a'], lab);
    expect(out).toMatch(/addresses +unknown: this scan is the first one here/);
  });

  test('draws the past of stored scans as a line', async () => {
    const { code, out } = await headroom(['explain', storedSubnet, '--state', state], lab);
    expect([0, 1]).toContain(code);
    expect(out).toMatch(/addresses +[▁▂▃▄▅▆▇█ ]{20,} {2}lowest \d+, highest \d+, 14 days/);
  });

  test('its JSON is what the published schema describes, also of stored scans', async () => {
    for (const args of [['data-a'], [storedSubnet, '--state', state]]) {
      const { out } = await headroom(['explain', ...args, '--output', 'json'], lab);
      expect(validates('explain', JSON.parse(out))).toBe(true);
    }
  });

  test('--tag tells subnets of one name apart', async () => {
    const { code, out, err } = await headroom(
      ['map', 'twin', '--tag', 'half=second', '--output', 'json'],
      lab,
    );
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ name: 'twin', map: { cidrBlock: '10.99.16.0/20' } });
  });

  test.each([
    [['twin', '--tag', 'half=third'], 'No subnet has the tag half=third.'],
    [['data-a', '--account', '999999999999'], 'Nothing matches --account 999999999999.'],
    [['data-a', '--cluster', 'dta'], 'Nothing matches --cluster dta. Did you mean "data"?'],
    [['data-b'], 'There is no subnet data-b. Did you mean "data-a"?'],
    [['zebra'], /There is no subnet zebra\. There are (?!subnet-)[\w-]+, [\w-]+, [\w-]+ and \d+ more\./],
    [['twin'], '2 subnets are called twin: subnet-'],
    [['data-a', '--output', 'csv'], '--output csv is none of table, json, yaml'],
    [['data-a', '--state', 'x.sqlite', '--from', 'y.json'], '--from cannot be used with --state'],
  ] satisfies [string[], string | RegExp][])('%j is refused', async (args, message) => {
    const { code, err, out } = await headroom(['explain', ...args], lab);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });
});
