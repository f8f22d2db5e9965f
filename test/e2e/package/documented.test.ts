import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { demo, PAYMENTS_ACCOUNT, PLATFORM_ACCOUNT } from '../../../lab/estates/demo.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { awsEnvironment, type Finished } from '../../fixtures/headroom-command.ts';
import { type InstalledPackage, installPackage } from '../../fixtures/installed-package.ts';

/**
 * Every command of README and of the tutorial, run in their order by a shell, with the installed package in a folder that
 * was empty, against the simulated accounts of the demo.
 */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Commands of a checkout, and the suites that run what they do. */
const OF_A_CHECKOUT: readonly (readonly [command: RegExp, suite: string])[] = [
  [/^npx osls (?:deploy|remove)\b/, 'test/e2e/deploy/deployment.test.ts'],
  [/^npm test$/, '.ci/run'],
];

/** Commands that a page names without what they need: their help is shown. */
const NAMED_ALONE = new Set([
  'headroom forecast',
  'headroom replay',
  'headroom backfill',
  'headroom completion',
  // A destination, that is.
  'headroom test-message',
]);

const commandsOf = (path: string): readonly string[] => {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const inOrder = [
    ...text.matchAll(/^```\n([\s\S]*?)^```|`((?:npx vpc-)?headroom (?!demo`)[^`\n]+)`/gm),
  ].flatMap(([, block, inline]) => block?.split('\n') ?? inline ?? []);
  return [
    ...new Set(inOrder.map((line) => line.trim()).filter((line) => /^(?:npx|npm|headroom) /.test(line))),
  ];
};

let installed: InstalledPackage;
let lab: Lab;
beforeAll(async () => {
  installed = installPackage();
  lab = await startLab({ estate: demo, clock: createLabClock({ startsAt: Date.now() }) });
  const change = {
    actions: ['create'],
    before: null,
    after: { cluster_name: 'shop', instance_types: ['c5.xlarge'], scaling_config: [{ desired_size: 1 }] },
    after_unknown: { subnet_ids: true },
  };
  writeFileSync(
    join(installed.folder, 'plan.json'),
    JSON.stringify({
      format_version: '1.2',
      terraform_version: '1.9.5',
      resource_changes: [
        { address: 'aws_eks_node_group.more', mode: 'managed', type: 'aws_eks_node_group', change },
      ],
      configuration: { root_module: { resources: [] } },
    }),
  );
});
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) if (child.exitCode === null && child.pid !== undefined) stop(child.pid);
  await lab.close();
  installed.remove();
});

/** The shell and what it started are one group. */
const stop = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
};

const run = (command: string, accountId: string): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], {
      cwd: installed.folder,
      env: {
        ...awsEnvironment(lab.url, accountId),
        PATH: installed.path,
        HOME: installed.folder,
        npm_config_offline: 'true',
        npm_config_prefix: join(installed.folder, 'global'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    children.push(child);
    let out = '';
    let err = '';
    let isStopped = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      const isServing = command.startsWith('exec ') && /: (?:ok|partial), /.test(err);
      if (!isServing || isStopped || child.pid === undefined) return;
      // A second signal would end it at once.
      isStopped = true;
      stop(child.pid);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });

/** What is typed in place of what a page leaves open. A port of its own, as other suites run at the same time. */
const asTyped = (command: string, subnet: string): string => {
  if (NAMED_ALONE.has(command)) return `${command} --help`;
  return command
    .replace(/^headroom serve/, 'exec headroom serve --listen 127.0.0.1:0')
    .replace(/\bSUBNET\b/, subnet)
    .replace(/\bCHECK\b/, 'addresses-exhausted')
    .replace(/^npm install --global vpc-headroom$/, `npm install --global ${installed.tarball}`);
};

/** The files that a command names to write. */
const written = (command: string): readonly string[] =>
  /--(?:out|state) (\S+)/.exec(command)?.slice(1) ??
  (/^headroom report$/.test(command) ? ['headroom-report.html'] : []);

/** It takes the longest, and both pages begin with it. */
const DEMO = 'npx vpc-headroom demo';

test(`${DEMO}: three lines first, what was wrong, and a report file`, async () => {
  const { code, out, err } = await run(DEMO, PLATFORM_ACCOUNT);
  expect([code, err]).toEqual([0, 'Two simulated weeks run now. This takes less than a minute.\n']);
  const [hidden, record, help] = out.split('\n');
  expect(hidden).toMatch(/^data-a has \d+ free addresses, and still no new node can start there/);
  expect(record).toMatch(/^\d of \d shortages announced before they came: .+ earlier\. \d warnings? /);
  expect(help).toMatch(/^Each alert says who holds the addresses/);
  expect(out).toMatch(/^\d+ expected shortages? did not come/m);
  expect(out).toMatch(/^\d+ scans, .* messages, in \d+ seconds\.$/m);
  expect(readFileSync(join(installed.folder, 'headroom-demo.html'), 'utf8')).toMatch(/^<!doctype html>/i);
}, 600_000);

test('a command that a page has wrong would be found', async () => {
  const { code, err } = await run('headroom scan --no-such-option', PLATFORM_ACCOUNT);
  expect([0, 1]).not.toContain(code);
  expect(err).toMatch(/^error /m);
});

test('README begins with the demo and the scan', () => {
  expect(commandsOf('README.md').slice(0, 2)).toEqual([DEMO, 'npx vpc-headroom scan']);
});

describe.each([
  ['README.md', PLATFORM_ACCOUNT, 'data-a'],
  ['docs/tutorial.md', PAYMENTS_ACCOUNT, 'payments-nodes-a'],
])('%s', (page, account, subnet) => {
  const commands = commandsOf(page);

  test('has commands, the demo and the scan among them', () => {
    expect(commands.length).toBeGreaterThan(8);
    expect(commands[0]).toBe(DEMO);
  });

  test.each(commands.slice(1))(
    '%s',
    async (command) => {
      const elsewhere = OF_A_CHECKOUT.find(([pattern]) => pattern.test(command));
      if (elsewhere !== undefined) {
        expect(existsSync(join(ROOT, elsewhere[1]))).toBe(true);
        return;
      }
      const { code, out, err } = await run(asTyped(command, subnet), account);
      // 1: a critical finding, or a plan that does not fit.
      expect([0, 1], `${out}${err}`).toContain(code);
      expect(err).not.toMatch(/^error /m);
      for (const file of written(command)) expect(existsSync(join(installed.folder, file))).toBe(true);
      if (!command.startsWith('headroom serve')) expect(`${out}${written(command).join('')}`).not.toBe('');
    },
    300_000,
  );
});
