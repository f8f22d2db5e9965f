import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXTERNAL_ID, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { headroom } from '../../fixtures/headroom-command.ts';
import { FULL, HUB, ROOMY, THREE_ACCOUNTS_REGION, threeAccounts } from '../../fixtures/three-accounts.ts';

let lab: Lab;
let folder: string;
beforeAll(async () => {
  lab = await startLab({ estate: threeAccounts });
  folder = mkdtempSync(join(tmpdir(), 'headroom-targets-'));
  writeFileSync(
    join(folder, 'headroom.yml'),
    `targets:
  accounts: ["${HUB}", "${FULL}", "${ROOMY}"]
  roleName: ${SCAN_ROLE}
  externalId: ${EXTERNAL_ID}
`,
  );
  writeFileSync(join(folder, 'vpc.yml'), 'scan:\n  vpcs: [vpc-0123456789abcdef0]\n');
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});

interface Document {
  readonly targets: readonly {
    readonly accountId: string;
    readonly region: string;
    readonly status: string;
  }[];
}
const ALL = [HUB, FULL, ROOMY].map((accountId) => `${accountId} ${THREE_ACCOUNTS_REGION} ok`);
const targetsOf = (text: string): readonly string[] =>
  (JSON.parse(text) as Document).targets.map(
    ({ accountId, region, status }) => `${accountId} ${region} ${status}`,
  );

test.each(['scan', 'findings', 'owners', 'clusters'])(
  'headroom %s looks at every target that headroom.yml selects',
  async (command) => {
    const { code, out, err } = await headroom([command, '--format', 'json'], lab, folder);
    expect([0, 1], err).toContain(code);
    expect(targetsOf(out)).toEqual(ALL);
  },
);

test('headroom collect keeps all of them', async () => {
  const path = join(folder, 'estate.json.gz');
  expect(await headroom(['collect', '--out', path], lab, folder)).toMatchObject({ code: 0 });
  const { targets } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as {
    targets: { target: { accountId: string } }[];
  };
  expect(targets.map(({ target }) => target.accountId)).toEqual([HUB, FULL, ROOMY]);
});

test('--role-arn replaces the accounts of the file', async () => {
  const line = ['scan', '--format', 'json', '--role-arn', `arn:aws:iam::${ROOMY}:role/${SCAN_ROLE}`];
  const { out } = await headroom([...line, '--external-id', EXTERNAL_ID], lab, folder);
  expect(targetsOf(out)).toEqual([`${ROOMY} ${THREE_ACCOUNTS_REGION} ok`]);
});

test('an account of the file that cannot be entered is a failed target, and the exit code says so', async () => {
  const fault = lab.faults.inject({ action: 'AssumeRole' }, accessDenied());
  const { code, out } = await headroom(['scan', '--format', 'json'], lab, folder);
  fault.remove();
  expect(code).toBe(4);
  expect(targetsOf(out)).toEqual([
    `${HUB} ${THREE_ACCOUNTS_REGION} ok`,
    `${FULL} ${THREE_ACCOUNTS_REGION} failed`,
    `${ROOMY} ${THREE_ACCOUNTS_REGION} failed`,
  ]);
});

test('a VPC of scan.vpcs that is nowhere is refused', async () => {
  const { code, err } = await headroom(['scan', '--config', join(folder, 'vpc.yml')], lab, folder);
  expect(code).toBe(2);
  expect(err).toContain(
    'Nothing matches scan.vpcs of headroom.yml: vpc-0123456789abcdef0. There is only vpc-',
  );
});
