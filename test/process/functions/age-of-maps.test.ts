import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { accessKeyOf } from '../../../lab/http/identity.ts';
import { type DeployedHeadroom, deployHeadroom } from '../../fixtures/deployed-headroom.ts';
import { headroom as command } from '../../fixtures/headroom-command.ts';

/** With `scan.reading: incremental`, how old each map is can be seen wherever people look: they are not all of the last scan. */

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const SUBNETS = 8;
const START = Date.parse('2026-11-28T10:00:00Z');
const MINUTE = 60_000;

const estate = scenarioEstate({
  name: 'quiet-subnets',
  description: 'subnets in which nothing changes',
  accounts: [labAccount(ACCOUNT, 'quiet', [REGION])],
  scenarios: [
    (world) => {
      const { vpcId } = world.createVpc({
        ownerId: ACCOUNT,
        region: REGION,
        cidrBlock: '10.20.0.0/16',
        name: 'quiet',
      });
      for (let index = 0; index < SUBNETS; index += 1) {
        const { subnetId } = world.createSubnet({
          vpcId,
          cidrBlock: `10.20.${index}.0/24`,
          name: `quiet-${index}`,
        });
        world.createInterface({ subnetId, description: 'workers', secondaryAddresses: 9, attachment: null });
      }
      return () => undefined;
    },
  ],
});

let deployed: DeployedHeadroom;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  deployed = await deployHeadroom({
    estate,
    accountId: ACCOUNT,
    configuration: `scan: { reading: incremental }\ntargets: { accounts: ["${ACCOUNT}"], regions: [${REGION}] }\n`,
  });
});
afterEach(async () => {
  await deployed.close();
  vi.useRealTimers();
});

const scanAt = async (minutes: number): Promise<void> => {
  vi.setSystemTime(START + minutes * MINUTE);
  await deployed.plan(`run-${minutes}`);
  await deployed.drain();
};

test('in the metric, the JSON, the page, and what the commands print', async () => {
  const oldest = (): readonly number[] =>
    deployed.lab.metrics.filter(({ name }) => name === 'OldestMapSeconds').flatMap(({ values }) => values);
  await scanAt(0);
  expect(oldest(), 'every map is of this scan').toEqual([]);
  await scanAt(5);
  await scanAt(10);
  const ages = oldest();
  expect(ages).toHaveLength(2);
  for (const [index, age] of ages.entries()) {
    expect(age).toBeGreaterThan((index + 1) * 300 - 5);
    expect(age).toBeLessThanOrEqual((index + 1) * 300);
  }

  const latest = await deployed.store.assessments.latest({ accountId: ACCOUNT, region: REGION });
  const readAt = latest?.subnets.map(({ interfacesReadAt }) => interfacesReadAt) ?? [];
  // One in turn is of each scan.
  expect(readAt.filter((at) => at === undefined)).toHaveLength(1);
  expect(readAt.filter((at) => at?.startsWith('2026-11-28T10:00'))).toHaveLength(SUBNETS - 2);
  const old = latest?.subnets.find(({ interfacesReadAt }) => interfacesReadAt?.includes('T10:00'));
  const fresh = latest?.subnets.find(({ interfacesReadAt }) => interfacesReadAt === undefined);

  const environment = {
    PATH: process.env['PATH'] ?? '',
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyOf(ACCOUNT),
    AWS_SECRET_ACCESS_KEY: 'lab',
    AWS_ENDPOINT_URL: deployed.lab.url,
    AWS_ENDPOINT_URL_DYNAMODB: process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
  };
  const stored = ['--table', process.env['HEADROOM_TABLE_NAME'] ?? ''];
  const print = async (...args: readonly string[]): Promise<string> => {
    const { code, err, out } = await command([...args, ...stored], environment);
    expect([code, err]).toEqual([0, '']);
    return out;
  };
  const [oldId, freshId] = [old?.subnetId ?? '', fresh?.subnetId ?? ''];
  expect(await print('explain', oldId)).toContain(
    '\ninterfaces    read 2026-11-28 10:00 UTC, by an earlier scan\n',
  );
  expect(await print('explain', freshId)).not.toContain('\ninterfaces ');
  expect((await print('map', oldId)).split('\n')[0]).toMatch(/ {2}read 2026-11-28 10:00 UTC$/);
  expect((await print('map', freshId)).split('\n')[0]).not.toContain('read');
  expect(JSON.parse(await print('explain', oldId, '--output', 'json'))).toMatchObject({
    subnet: { interfacesReadAt: old?.interfacesReadAt },
  });
  const page = await print('report', '--out', '-');
  const read = /interfaces read 2026-11-28 10:0[05] UTC/g;
  // Those with a map from the start, of which the fresh one may be one, and the details of all.
  expect((page.match(read) ?? []).length).toBeGreaterThanOrEqual(5);
  const details = /id="details">([^<]+)</.exec(page)?.[1] ?? '';
  expect(gunzipSync(Buffer.from(details, 'base64')).toString().match(read)).toHaveLength(SUBNETS - 1);
});
