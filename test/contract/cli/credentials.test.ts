import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { awsEnvironment, headroom } from '../../fixtures/headroom-command.ts';
import { threeAccounts } from '../../fixtures/three-accounts.ts';

let lab: Lab;
let folder: string;
beforeAll(async () => {
  lab = await startLab({ estate: threeAccounts });
  folder = mkdtempSync(join(tmpdir(), 'headroom-profiles-'));
  writeFileSync(
    join(folder, 'config'),
    `[profile develop]
region = eu-west-1
[profile silent]
credential_process = false
region = eu-west-1
[profile talking]
credential_process = sh -c "echo no ticket >&2; exit 3"
region = eu-west-1
[profile odd]
credential_process = echo hello
region = eu-west-1
`,
  );
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});

const environment = (profile: string | null, more: Record<string, string> = {}): Record<string, string> => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...others } = awsEnvironment(lab.url, '222233334444');
  return {
    ...others,
    AWS_CONFIG_FILE: join(folder, 'config'),
    ...(profile === null ? { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } : { AWS_PROFILE: profile }),
    ...more,
  } as Record<string, string>;
};

describe('credentials of a profile', () => {
  test('a profile that does not exist is named, with the nearest one', async () => {
    const { code, out } = await headroom(['scan'], environment('develpo'));
    expect(code).toBe(3);
    expect(out).toContain(
      `the profile "develpo" of AWS_PROFILE is neither in ${join(folder, 'config')} nor in /dev/null. Did you mean "develop"?`,
    );
    expect(out).toContain('Correct the profile, or name another one in AWS_PROFILE.');
  });

  test('it is refused even where other credentials could be found: they may be of another account', async () => {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = environment(null);
    const { code, out } = await headroom(
      ['scan', '--role-arn', 'arn:aws:iam::444455556666:role/HeadroomScan'],
      environment('develpo', { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }),
    );
    expect(code).toBe(3);
    expect(out).toContain('the profile "develpo" of AWS_PROFILE');
  });

  test('it is named where the Region was to come from it', async () => {
    const { AWS_REGION: _, ...others } = environment('develpo');
    const { code, err } = await headroom(['scan'], others);
    expect(code).toBe(2);
    expect(err).toContain('No AWS Region is configured: the profile "develpo" of AWS_PROFILE');
  });

  test.each([
    ['silent', 'Command failed: false'],
    ['talking', ': no ticket'],
    ['odd', 'returned invalid JSON'],
  ])(
    'credential_process of the profile %s fails: its profile and its words are named',
    async (profile, said) => {
      const { code, out } = await headroom(['scan'], environment(profile));
      expect(code).toBe(3);
      expect(out).toContain(`credential_process of the profile "${profile}" failed: `);
      expect(out).toContain(said);
    },
  );
});

describe('AWS_CA_BUNDLE', () => {
  test.each([
    ['a file that is missing', 'no-such-file'],
    ['a file without a certificate', 'config'],
  ])('%s is refused with its path', async (_, name) => {
    const { code, err } = await headroom(['scan'], environment(null, { AWS_CA_BUNDLE: join(folder, name) }));
    expect(code).toBe(2);
    expect(err).toContain(`The CA bundle ${join(folder, name)} of AWS_CA_BUNDLE`);
  });
});
