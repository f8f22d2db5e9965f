import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { CommandEntry } from '../../../cli/base/command-tree.ts';
import { createLabClock } from '../../../lab/clock.ts';
import { demo } from '../../../lab/estates/demo.ts';
import { DAY, HOUR } from '../../../lab/estates/pace.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { describedProgram } from '../../../scripts/docs/described-program.ts';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import { anAssessment } from '../../fixtures/assessments.ts';
import { headroom } from '../../fixtures/headroom-command.ts';
import { anObservation } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';

/** Every command that prints JSON is run here, and its document is held to the schema that docs/schema publishes for it. */

const SCHEMAS = join(import.meta.dirname, '../../../docs/schema');

let lab: Lab;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-schemas-'));
  const startsAt = Date.now() - 13 * DAY;
  lab = await startLab({ estate: demo, clock: createLabClock({ startsAt }) });
  lab.clock.set(startsAt + 13 * DAY);
  const hours = Array.from({ length: 240 }, (_, hour) => hour);
  writeFileSync(
    join(folder, 'history.csv'),
    `${hours.map((hour) => `${new Date(startsAt + hour * HOUR).toISOString()},${240 - hour}`).join('\n')}\n`,
  );
  writeFileSync(
    join(folder, 'headroom.yml'),
    'destinations: { ops: { sns: { topicArn: "arn:aws:sns:eu-west-1:111122223333:ops" } } }\nroutes: [{ to: ops }]\n',
  );
  const store = openSqliteStateStore(join(folder, 'headroom.sqlite'));
  await store.assessments.putLatest(anAssessment());
  await store.alerts.commit(
    { accountId: '111111111111', region: 'eu-west-1' },
    alertAfter(anObservation('critical')),
    0,
  );
  await store.close();
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});

const OF_CLUSTER = ['--cluster', 'data'];

/** How each command is called, and the schema of its document where that has another name than the command. */
const CALLS: readonly [command: string, args: readonly string[], schema?: string][] = [
  ['scan', []],
  ['findings', []],
  ['clusters', []],
  ['owners', []],
  ['owners', ['--by', 'node']],
  ['pods', []],
  ['pods', ['--kubernetes']],
  ['map', ['data-a']],
  ['explain', ['data-a']],
  ['doctor', []],
  ['cost', []],
  ['cost', ['--subnets', '100', '--targets', '2']],
  ['access', OF_CLUSTER],
  ['alerts', ['--state', 'headroom.sqlite']],
  ['acknowledge', ['1', '--by', 'ada', '--state', 'headroom.sqlite']],
  ['acknowledge', ['1', '--withdraw', '--by', 'ada', '--state', 'headroom.sqlite']],
  ['mutes', ['--state', 'headroom.sqlite']],
  ['mute', ['1', '--for', '4h', '--by', 'ada', '--state', 'headroom.sqlite']],
  ['mute', ['--cluster', 'shop-*', '--for', '4h', '--by', 'ada', '--state', 'headroom.sqlite']],
  ['unmute', ['1', '2', '--by', 'ada', '--state', 'headroom.sqlite']],
  ['test-message', ['ops']],
  ['report', ['--out', 'report.html']],
  ['collect', ['--out', 'estate.json.gz']],
  [
    'backfill',
    [
      ...['--account', '111111111111', '--target-region', 'eu-west-1', '--state', 'headroom.sqlite'],
      ...['--history', 'history.csv', '--subnet', 'subnet-0a1b2c3d4e5f67890'],
    ],
  ],
  ['replay', ['--history', 'history.csv', '--capacity', '251']],
  ['forecast', ['--history', 'history.csv', '--capacity', '251']],
  [
    'forecast',
    [
      '--history',
      'history.csv',
      '--capacity',
      '251',
      '--at',
      new Date(Date.now() - 5 * DAY).toISOString(),
      '--at',
      new Date().toISOString(),
    ],
  ],
  ['forecast', ['--history', 'history.csv', '--capacity', '251', '--review'], 'forecast-review'],
  ['limits', ['m5.large']],
  ['limits', ['m5.large', 'c6g.large']],
  ['config check', ['headroom.yml'], 'config'],
  ['plan node', ['m5.large', '--pods', '0,10']],
  ['plan what-if', [...OF_CLUSTER, '--nodes', '+2']],
  ['plan size', ['--nodes', '4', '--type', 'm5.large', '--pods-per-node', '10']],
  ['plan drain', [...OF_CLUSTER, '--nodes', '1']],
  ['plan failover', OF_CLUSTER],
  ['plan upgrade', OF_CLUSTER],
  ['plan reserve', OF_CLUSTER],
  ['plan fit', [...OF_CLUSTER, '--nodes', '2']],
];

const problemsOf = (schema: string, document: unknown): string => {
  const text = readFileSync(join(SCHEMAS, `${schema}.schema.json`), 'utf8');
  const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }));
  const validate = ajv.compile(JSON.parse(text) as object);
  return validate(document) ? '' : ajv.errorsText(validate.errors).slice(0, 1000);
};

test('a mute for the commands below', async () => {
  const { code } = await headroom(
    [
      'mute',
      '--account',
      '111111111111',
      '--for',
      '4h',
      '--reason',
      'r',
      '--by',
      'ada',
      '--state',
      'headroom.sqlite',
    ],
    lab,
    folder,
  );
  expect(code).toBe(0);
});

test.each(CALLS)(
  'headroom %s %j prints what its published schema describes',
  async (command, args, schema) => {
    const { out, err } = await headroom([...command.split(' '), ...args, '--output', 'json'], lab, folder);
    expect(out, err).not.toBe('');
    expect(problemsOf(schema ?? command.replace(' ', '-'), JSON.parse(out))).toBe('');
  },
);

test('what was done before an alert that does not exist is printed, as YAML too', async () => {
  const { code, out, err } = await headroom(
    ['ack', '1', '99', '--by', 'ada', '--state', 'headroom.sqlite', '--output', 'yaml'],
    lab,
    folder,
  );
  expect(code).not.toBe(0);
  expect(err).toContain('99');
  const document: unknown = parseYaml(out);
  expect(problemsOf('acknowledge', document)).toBe('');
  expect(document).toMatchObject({ by: 'ada', withdrawn: false, alerts: [{ acknowledged: { by: 'ada' } }] });
});

test('a report on standard output leaves no room for a document', async () => {
  const { code, err } = await headroom(['report', '--out', '-', '--output', 'json'], lab, folder);
  expect(code).toBe(2);
  expect(err).toContain('--out - prints the report');
});

const leaves = (command: CommandEntry, path: readonly string[] = []): readonly [string, CommandEntry][] =>
  command.commands.length === 0
    ? [[path.join(' '), command]]
    : command.commands.flatMap((child) => leaves(child, [...path, child.name]));

/** Commands without JSON, and why. */
const WITHOUT_JSON: Readonly<Record<string, string>> = {
  completion: 'its output is a script for a shell',
  demo: 'it shows messages to people, and leaves a report',
  runbook: 'it prints a page of the documentation',
  serve: 'it runs until it is stopped, and answers by HTTP',
};

/** Commands that could print JSON and do not. */
const silentCommands = (program: CommandEntry): readonly string[] =>
  leaves(program)
    .filter(([, { options }]) => !options.some(({ choices }) => choices.includes('json')))
    .map(([name]) => name);

test('every command prints JSON, or a reason is given here', () => {
  expect(silentCommands(describedProgram()).toSorted()).toEqual(Object.keys(WITHOUT_JSON).toSorted());
});

test('a command without JSON would be found', () => {
  const program = describedProgram();
  const planted: CommandEntry = {
    ...program,
    commands: program.commands.map((command) =>
      command.name === 'mute' ? { ...command, options: [] } : command,
    ),
  };
  expect(silentCommands(planted)).toContain('mute');
});

test('every command that prints JSON is called here', () => {
  const printing = leaves(describedProgram()).filter(([name]) => !(name in WITHOUT_JSON));
  expect(printing.map(([name]) => name).toSorted()).toEqual(
    [...new Set(CALLS.map(([command]) => command))].toSorted(),
  );
});

/** Of what other programs read, and of no command's output. */
const OTHERS = ['alert', 'estate', 'headroom-yml'];

test('every schema is of a command, or of what other programs read', () => {
  const published = readdirSync(SCHEMAS).map((name) => name.replace('.schema.json', ''));
  const called = CALLS.map(([command, , schema]) => schema ?? command.replace(' ', '-'));
  expect(published.toSorted()).toEqual([...new Set([...called, ...OTHERS])].toSorted());
});

test('a document without one of its fields would be found', async () => {
  const { out } = await headroom(['owners', '--output', 'json'], lab, folder);
  const { subnets: _, ...document } = JSON.parse(out) as Record<string, unknown>;
  expect(problemsOf('owners', document)).toContain('subnets');
});
