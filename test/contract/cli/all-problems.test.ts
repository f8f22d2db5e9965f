import { describe, expect, test } from 'vitest';
import { fileProblem } from '../../../shared/model/base/file-problem.ts';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';

describe('a command line with several mistakes', () => {
  test.each([
    [
      [
        'cost',
        '--subnets',
        '-1',
        '--targets',
        'x',
        '--interval',
        '0',
        '--sink',
        'none',
        '--otlp-gigabyte',
        'y',
      ],
      ['--subnets -1', '--targets x', '--interval 0', '--sink none', '--otlp-gigabyte y'],
    ],
    [
      ['backfill', '--cloudwatch', '--account', '12', '--target-region', 'europe', '--days', '90'],
      ['--account "12"', '--target-region europe', '--days "90"'],
    ],
    [
      ['backfill', '--cloudwatch'],
      ["'--account <id>'", "'--target-region <region>'"],
    ],
    [
      ['test-message', '--severity', 'page', '--wait', '5q'],
      ['--severity page', '--wait 5q'],
    ],
    [
      ['replay', '--history', 'no/such.csv', '--capacity', '0', '--plot', 'x.png'],
      ['no/such.csv', '--capacity "0"', '--plot x.png'],
    ],
    [
      ['forecast', '--capacity', 'x', '--at', 'noon', '--at', 'night', '--plot', 'x.png'],
      [
        '--capacity "x"',
        '--at "noon"',
        '--at "night"',
        '--plot x.png',
        'The source of the history is missing.',
      ],
    ],
    [
      ['forecast', '--history', 'x.csv', '--capacity', '1', '--review', '--at', 'noon'],
      ['--review', '"noon"'],
    ],
    [['replay'], ["'--history <file>'", "'--capacity <n>'"]],
  ])('%j names each of them', async (argv, problems) => {
    const { code, out, err } = await headroomInProcess(argv);
    expect([code, out]).toEqual([2, '']);
    for (const problem of problems) expect(err).toContain(problem);
    expect(err.match(/^error /gm)).toHaveLength(1);
  });
});

describe('a file that cannot be used', () => {
  test.each([
    [['replay', '--history', '/', '--capacity', '1'], 'The history / cannot be read: it is a folder.'],
    [
      ['replay', '--history', 'package.json/x', '--capacity', '1'],
      'The history package.json/x cannot be read: a part of its path is a file, not a folder.',
    ],
    [
      ['replay', '--history', 'no.csv', '--capacity', '1'],
      'The history no.csv cannot be read: there is no such file or folder.',
    ],
    [
      ['scan', '--from', 'no.json'],
      'no.json cannot be used: it cannot be read (there is no such file or folder)',
    ],
    [['config', 'check', 'no.yml'], 'Check the path given with the command.'],
    [['cost', '--subnets', '1', '--config', 'no.yml'], 'Check the path given with --config.'],
  ])('%j says why in words', async (argv, sentence) => {
    const { code, err } = await headroomInProcess(argv);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
    expect(err).not.toMatch(/\bE[A-Z]{4,}\b/);
  });

  test('what no one has a sentence for keeps its own', () => {
    expect(fileProblem(new Error('it has more than 4 bytes'))).toBe('it has more than 4 bytes');
    expect(fileProblem(Object.assign(new Error('EUNKNOWN: odd'), { code: 'EUNKNOWN' }))).toBe(
      'EUNKNOWN: odd',
    );
    expect(fileProblem('odd')).toBe('odd');
  });
});

test('an instance type that is given twice is answered once', async () => {
  const { out } = await headroomInProcess(['limits', 'm5.large', 'm5.large', '--output', 'name']);
  expect(out).toBe('m5.large\n');
});
