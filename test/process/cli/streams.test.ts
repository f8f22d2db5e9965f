import { spawn } from 'node:child_process';
import { describe, expect, inject, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { startLab } from '../../../lab/lab.ts';
import type {} from '../../fixtures/bundled-command.ts';
import { awsEnvironment } from '../../fixtures/headroom-command.ts';
import { threeAccounts } from '../../fixtures/three-accounts.ts';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a line of bash in which $HEADROOM is the command. */
const bash = (line: string, environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn('bash', ['--norc', '-c', line], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HEADROOM: `${process.execPath} ${inject('bundledCommand')}`,
        ...environment,
      },
    });
    const texts = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      texts.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      texts.err += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
  });

describe('where the output goes', () => {
  test('a reader that goes away: nothing is said, and the exit code is that of the work', async () => {
    const { err, out } = await bash(`$HEADROOM completion bash | head -1; echo "\${PIPESTATUS[0]}"`);
    expect(out).toMatch(/^#.*\n0\n$/);
    expect(err).toBe('');
  });

  test('a scan whose reader goes away still says by its exit code what it found', async () => {
    const lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now() }) });
    const line = (format: string): string =>
      `$HEADROOM scan --fail-on info --format ${format} | true; echo "\${PIPESTATUS[0]}"`;
    const environment = awsEnvironment(lab.url, '222233334444');
    const ended = await Promise.all([bash(line('json'), environment), bash(line('table'), environment)]);
    await lab.close();
    expect(ended.map(({ out, err }) => [out, err])).toEqual([
      ['1\n', ''],
      ['1\n', ''],
    ]);
  });

  test.each(['completion bash', 'limits m5.large --format json', '--help'])(
    '%s on a full disk: one sentence, and an exit code that is not 0',
    async (args) => {
      const { code, err } = await bash(`$HEADROOM ${args} > /dev/full`);
      expect(code).toBe(3);
      expect(err).toMatch(
        /^error The result could not be written to standard output: the disk is full\.\n {2}try .*\n$/,
      );
    },
  );

  test.each(['>&-', '2>&-', '<&-', '2> /dev/full', '>&- 2>&- <&-'])(
    'streams that are closed or full from the start (%s) end no process with a stack',
    async (redirection) => {
      const { err } = await bash(`$HEADROOM limits m5.large ${redirection}`);
      expect(err).not.toMatch(/^\s+at /m);
    },
  );
});

describe('an unexpected error', () => {
  /** Throws outside of every call of the command, once it has begun. */
  const boom = `--import "data:text/javascript,process.on('newListener',(name)=>{if(name==='uncaughtException')setTimeout(()=>{throw new TypeError('boom\\\\nsecond line')})})"`;

  test('is one sentence and what to do, not a stack', async () => {
    const { code, err } = await bash('$HEADROOM limits m5.large > /dev/null', { NODE_OPTIONS: boom });
    expect(code).toBe(3);
    expect(err).toBe(
      'error Headroom failed unexpectedly: TypeError: boom\n  try Report it as a defect, with the stack that the same command prints with HEADROOM_DEBUG=1.\n',
    );
  });

  test('comes with its stack for those who ask', async () => {
    const { err } = await bash('$HEADROOM limits m5.large > /dev/null', {
      NODE_OPTIONS: boom,
      HEADROOM_DEBUG: '1',
    });
    expect(err).toMatch(/^TypeError: boom\n/m);
  });
});
