import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createLabClock } from '../../../lab/clock.ts';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { fragmentedSubnet } from '../../../lab/estates/fragmented-subnet.ts';
import { startLab } from '../../../lab/lab.ts';
import { headroom } from '../../fixtures/headroom-command.ts';

const ROOT = join(import.meta.dirname, '../../..');

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly id: string;
      readonly shell: string;
      readonly env: Readonly<Record<string, string>>;
      readonly run: string;
    }[];
  };
}
const ACTION = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Action;

let folder: string;
let estate: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-action-'));
  estate = join(folder, 'estate.json');
  const lab = await startLab({
    clock: createLabClock({ startsAt: Date.now() }),
    estate: scenarioEstate({
      name: 'action',
      description: 'a cluster that has no prefix left',
      accounts: [labAccount('111122223333', 'platform', ['eu-west-1'])],
      scenarios: [fragmentedSubnet('111122223333', 'eu-west-1')],
    }),
  });
  await headroom(['collect', '--out', estate], lab);
  await lab.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number | null;
  readonly log: string;
  readonly output: string;
  readonly summary: string;
}

/** Runs the steps of the action as a runner does: inputs in place of their expressions, and files for outputs and summary. */
const runAction = async (
  given: Readonly<Record<string, string>>,
  program = `${process.execPath} ${join(ROOT, 'bin/headroom.mjs')}`,
): Promise<Ran> => {
  const inputs: Record<string, string> = Object.fromEntries(
    Object.entries(ACTION.inputs).map(([name, { default: value }]) => [name, given[name] ?? value]),
  );
  const [output, summary] = [join(folder, 'output'), join(folder, 'summary')];
  for (const path of [output, summary]) writeFileSync(path, '');
  let log = '';
  let code: number | null = null;
  for (const { env, run } of ACTION.runs.steps) {
    const resolved = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        value.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => inputs[input] ?? ''),
      ]),
    );
    code = await new Promise((resolve, reject) => {
      const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
        cwd: folder,
        env: {
          PATH: process.env['PATH'] ?? '',
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: summary,
          HEADROOM_PROGRAM: program,
          ...resolved,
        },
      });
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          log += text;
        });
      child.on('error', reject).on('close', resolve);
    });
  }
  return { code, log, output: readFileSync(output, 'utf8'), summary: readFileSync(summary, 'utf8') };
};

/**
 * What a runner would obey in a log. It takes `::name args::value` and `##[name args]value` at the beginning of a line, after any
 * spaces (actions/runner, ActionCommand.cs), and nothing between `::stop-commands::token` and `::token::`.
 */
const workflowCommands = (log: string): readonly string[] => {
  const obeyed: string[] = [];
  let token: string | null = null;
  for (const line of log.split('\n').map((text) => text.trimStart())) {
    if (token !== null) {
      if (line === `::${token}::`) token = null;
      continue;
    }
    if (!/^(?:::[^:]+::|##\[)/.test(line)) continue;
    obeyed.push(line);
    token = /^::stop-commands::(.+)$/.exec(line)?.[1] ?? null;
  }
  return obeyed;
};

describe('the GitHub Action', () => {
  test('fails the job where something is critical, and shows it in the summary', async () => {
    const { code, log, output, summary } = await runAction({ arguments: `--from ${estate}` });
    expect([code, output]).toEqual([1, 'exit-code=1\n']);
    expect(log).toContain('data-a');
    expect(summary).toMatch(/^### Headroom: scan\n\nSomething was found that fails this job\.\n/);
    expect(summary).toContain('no free prefix, new nodes get no pod addresses');
  });

  test('runs the planner as well, and without a summary where none is wanted', async () => {
    const { code, log, summary } = await runAction({
      command: 'plan node',
      arguments: 'm5.large --pods 50',
      summary: 'false',
    });
    expect([code, summary]).toEqual([0, '']);
    expect(log).toContain('PODS WITHOUT ADDRESS');
  });

  test('fails on a wrong command, and says so', async () => {
    const { code, output, summary } = await runAction({ command: 'scna' });
    expect([code, output]).toEqual([2, 'exit-code=2\n']);
    expect(summary).toContain('The command is not right');
  });

  test('takes every line of its arguments', async () => {
    const { code, log } = await runAction({
      arguments: `--from ${estate}\n--output json\n--no-such-option\n`,
    });
    expect(code).toBe(2);
    expect(log).toContain("unknown option '--no-such-option'");
  });

  test('takes inputs as words, and runs none of them', async () => {
    const { code, log } = await runAction({
      arguments: `--from ${estate} --vpc $(touch${'\t'}${join(folder, 'ran')}) ; touch ${join(folder, 'ran')} *`,
    });
    expect(code).toBe(2);
    expect(log).toContain('$(touch');
    expect(() => readFileSync(join(folder, 'ran'))).toThrow();
  });

  test('no text from an account becomes a command of the workflow, or ends the block of the summary', async () => {
    const text = join(folder, 'hostile.txt');
    const lines = ['::set-output name=exit-code::0', '  ::add-mask::1', '##[set-output name=exit-code]0'];
    writeFileSync(text, [...lines, '`'.repeat(19), '`'.repeat(31), ''].join('\n'));
    const { log, output, summary } = await runAction({ command: text }, 'cat');
    expect(log).toContain(lines[0]);
    expect(workflowCommands(log)).toEqual([expect.stringMatching(/^::stop-commands::[0-9a-f]{32}$/)]);
    expect(output).toBe('exit-code=0\n');
    const fences = summary.split('\n').filter((line) => /^ {0,3}`{10,}/.test(line));
    expect(fences).toEqual(['``````````text', '``````````']);
    // The runner would obey them where nothing stops it.
    expect(workflowCommands(lines.join('\n'))).toEqual(lines.map((line) => line.trim()));
  });

  test('has no input in a script: expressions stand in the environment alone', () => {
    expect(ACTION.runs.using).toBe('composite');
    for (const { run, shell } of ACTION.runs.steps) {
      expect(shell).toBe('bash');
      expect(run).not.toContain('${{');
    }
  });
});
