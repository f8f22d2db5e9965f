import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { fragmentedSubnet } from '../../../lab/estates/fragmented-subnet.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { awsEnvironment, type Finished, headroom } from '../../fixtures/headroom-command.ts';

/** Runs the bundled program with these words, as a shell does. */
const run = (...args: readonly string[]): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [inject('bundledCommand'), ...args], {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'] ?? '', ...awsEnvironment(lab.url) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({
    clock: createLabClock({ startsAt: Date.now() }),
    estate: scenarioEstate({
      name: 'program',
      description: 'a cluster that has no prefix left',
      accounts: [labAccount(ACCOUNT, 'platform', [REGION])],
      scenarios: [fragmentedSubnet(ACCOUNT, REGION)],
    }),
  });
});
afterAll(async () => lab.close());

/** The two scans can be in different minutes. */
const atSomeTime = (out: string): string => out.replace(/scanned [\d-]{10} [\d:]{5} UTC/, 'scanned');

describe('the program and the function that tests call answer alike', () => {
  test.each([
    ['a table', ['scan']],
    ['a wrong option', ['scan', '--regio', 'x']],
    ['a severity that does not exist', ['findings', '--severity', 'awful']],
    ['no words at all', []],
    ['the version', ['--version']],
    ['limits as JSON', ['limits', 'm5.large', '--format', 'json']],
  ])('%s', async (_, args) => {
    const [program, inProcess] = [await run(...args), await headroom(args, lab)];
    expect({ ...program, out: atSomeTime(program.out) }).toEqual({
      ...inProcess,
      out: atSomeTime(inProcess.out),
    });
  });
});

test('findings as JSON go to standard output alone, and a critical one gives exit code 1', async () => {
  const { code, out, err } = await run('findings', '--format', 'json');
  expect([code, err]).toEqual([1, '']);
  expect(JSON.parse(out)).toMatchObject({ schema: 'headroom/scan@1' });
});
