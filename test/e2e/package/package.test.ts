import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../../../cli/version.ts';
import { createLabClock } from '../../../lab/clock.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { awsEnvironment, type Finished } from '../../fixtures/headroom-command.ts';
import { type InstalledPackage, installPackage, OLDEST_NODE } from '../../fixtures/installed-package.ts';
import { threeAccounts } from '../../fixtures/three-accounts.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/**
 * 1,180 kB when this was written: sinks for OTLP and EMF, clients of ECS, Service Quotas, IAM and CloudFormation, commands in
 * modules of their own, pages of large fleets, runbooks and test messages, and a schema for the JSON of each command.
 * More than this is a dependency that came along unnoticed.
 */
const MAX_PACKED_BYTES = 1_220_000;

let installed: InstalledPackage;
let folder: string;
let lab: Lab;
beforeAll(async () => {
  installed = installPackage();
  ({ folder } = installed);
  lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now() }) });
});
afterAll(async () => {
  await lab.close();
  installed.remove();
});

/** The installed command on the oldest Node, far from the repository. */
const headroom = (...args: readonly string[]): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(OLDEST_NODE, [join(folder, 'node_modules/vpc-headroom/bin/headroom.mjs'), ...args], {
      cwd: folder,
      env: awsEnvironment(lab.url),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    let told = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      if (told || args[0] !== 'serve' || !err.includes(': ok, ')) return;
      told = true;
      child.kill('SIGTERM');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });

describe('the package, installed offline in an empty folder', () => {
  test('brings nothing but itself', () => {
    const names = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(names).toEqual(['vpc-headroom']);
    expect(existsSync(join(folder, 'node_modules/.bin/headroom'))).toBe(true);
  });

  test('has the manual page, the notices of what is in it, the example, the schemas, the dashboards and the changes', () => {
    const files = readdirSync(join(folder, 'node_modules/vpc-headroom'), { recursive: true });
    for (const file of [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/headroom.mjs',
      'infra/server/grafana/headroom.json',
      'infra/server/prometheus/headroom.rules.yml',
      'dist/THIRD-PARTY-NOTICES.txt',
      'dist/demo.mjs',
      'dist/headroom.mjs',
      'dist/lab-worker.mjs',
      'docs/schema/headroom-yml.schema.json',
      'headroom.example.yml',
      'man/headroom.1',
    ])
      expect(files).toContain(file);
    expect(files).not.toContain('cli');
    expect(files).not.toContain('test');
  });

  test('is small', () => {
    expect(installed.packedBytes).toBeGreaterThan(100_000);
    expect(installed.packedBytes).toBeLessThan(MAX_PACKED_BYTES);
  });

  test('names no dependencies, and no path of the machine that built it', () => {
    const manifest = JSON.parse(
      readFileSync(join(folder, 'node_modules/vpc-headroom/package.json'), 'utf8'),
    ) as Record<string, unknown>;
    expect(manifest['dependencies']).toBeUndefined();
    const bundle = readFileSync(join(folder, 'node_modules/vpc-headroom/dist/headroom.mjs'), 'utf8');
    expect(bundle.includes(ROOT)).toBe(false);
  });
});

describe('on the oldest Node that it promises', () => {
  test('this is that Node', () => {
    const version = execFileSync(OLDEST_NODE, ['--version'], { encoding: 'utf8' }).trim();
    expect(version).toBe('v22.13.0');
  });

  test('it tells its version, and warns of nothing', async () => {
    expect(await headroom('--version')).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });

  test('it scans: JSON alone on standard output, nothing on standard error', async () => {
    const { code, out, err } = await headroom('scan', '--format', 'json');
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'headroom/scan@1',
      subnets: [{ name: 'hub-a', used: 10 }],
    });
  });

  test('it writes the report', async () => {
    const { code, err } = await headroom('report', '--out', 'report.html');
    expect([code, err.includes('failed')]).toEqual([0, false]);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  });

  test('it serves, remembers in SQLite, stops on a signal, and the alerts are there for the next command', async () => {
    const { code, err } = await headroom('serve', '--listen', '127.0.0.1:0');
    expect(code).toBe(0);
    expect(err).toMatch(/Headroom has stopped\.\n$/);
    expect(err).not.toMatch(/warning/i);
    expect(await headroom('alerts')).toMatchObject({ code: 0, err: '' });
  });

  test('it checks the example that it ships', async () => {
    const { code } = await headroom('config', 'check', 'node_modules/vpc-headroom/headroom.example.yml');
    expect(code).toBe(0);
  });
});

/** At its end, a process prints the processor time that it used, in microseconds: it hardly depends on what else runs. */
const METER = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write('\\ncpu ' + (user + system) + '\\n'); });",
)}`;

/** The least of several runs, in milliseconds. */
const least = (runs: readonly number[]): number => Math.min(...runs) / 1_000;

describe('help and errors come at once', () => {
  /** Measured on 2026-11-27, Node 22.13: 71 ms for --version, 185 ms for plan --help, 27 ms for node -e 0: 2.6 to 6.7 times. */
  const MOST = 9;
  const ROUNDS = 7;
  const COMMANDS: readonly (readonly string[])[] = [
    ['--help'],
    ['--version'],
    ['scan', '--help'],
    ['plan', '--help'],
    ['scam'],
    ['scan', '--regio', 'x'],
    ['scan', '--region', 'x'],
    ['serve', '--listen', 'nowhere'],
    ['alerts', '--state', 'no-such-file.sqlite'],
  ];

  test(`within ${MOST} times the processor time of node -e 0`, () => {
    const script = join(folder, 'node_modules/vpc-headroom/bin/headroom.mjs');
    const cpuOf = (args: readonly string[]): number => {
      const { stderr } = spawnSync(OLDEST_NODE, ['--import', METER, ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: installed.path },
      });
      return Number(/^cpu (\d+)$/m.exec(stderr)?.[1] ?? expect.fail(stderr));
    };
    const bare: number[] = [];
    const ours = COMMANDS.map(() => [] as number[]);
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(cpuOf(['-e', '0']));
      for (const [index, args] of COMMANDS.entries()) ours[index]?.push(cpuOf([script, ...args]));
    }
    const floor = least(bare);
    const ratios = COMMANDS.map((args, index) => {
      const own = least(ours[index] ?? []);
      console.log(
        `headroom ${args.join(' ')}: ${own.toFixed(0)} ms of CPU, ${(own / floor).toFixed(2)} x node -e 0`,
      );
      return own / floor;
    });
    for (const ratio of ratios) expect(ratio).toBeLessThan(MOST);
  }, 180_000);
});
