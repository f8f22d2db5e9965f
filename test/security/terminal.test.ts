import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../cli/main.ts';
import { problemText } from '../../cli/output/problem-text.ts';
import { openSqliteStateStore } from '../../shared/state/sqlite/sqlite-state-store.ts';
import { anAssessment } from '../fixtures/assessments.ts';
import { keepCredentialVariables } from '../fixtures/credential-variables.ts';
import { aFinding, anAlert, aSubject } from '../fixtures/stored-alerts.ts';
import { FORGED, hostileEstate, hostileName } from './hostile-estate.ts';
import { violationsIn } from './terminal-violations.ts';

keepCredentialVariables();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-terminal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command, on a terminal or into a file. */
const run = async (args: readonly string[], colour: boolean) => {
  let out = '';
  let err = '';
  const code = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: { USER: `zoe\n${FORGED}` },
    now: () => Date.parse('2026-01-01T01:00:00.000Z'),
    colour,
    progress: false,
    columns: colour ? 120 : null,
  });
  return { code, out, err };
};

const NAMES = fc.sample(hostileName, { numRuns: 400, seed: 20_261_126 });

const COMMANDS: readonly (readonly string[])[] = [
  ['scan'],
  ['findings'],
  ['owners'],
  ['owners', '--by', 'node'],
  ['clusters'],
  ['report', '--out', '-'],
  ['scan', '--format', 'json'],
  ...['wide', 'yaml', 'csv'].map((format) => ['scan', '--output', format]),
  ['findings', '--output', 'yaml'],
  ...['explain', 'map'].flatMap((command) =>
    ['table', 'json', 'yaml'].map((format) => [command, 'subnet-0a', '--format', format]),
  ),
  ...['owners', 'clusters'].flatMap((command) =>
    ['wide', 'yaml', 'csv', 'name'].map((format) => [command, '--output', format]),
  ),
  ['findings', '--format', 'json'],
  ['owners', '--format', 'json'],
  ['clusters', '--format', 'json'],
];

describe('an estate with hostile names', () => {
  test.each(COMMANDS.map((args) => [args.join(' '), args] as const))('headroom %s', async (_, args) => {
    for (const start of [0, 100, 200, 300]) {
      const path = join(folder, 'estate.json');
      writeFileSync(
        path,
        JSON.stringify(hostileEstate((index) => NAMES[(start + index) % NAMES.length] ?? '')),
      );
      for (const colour of [false, true]) {
        const { code, out, err } = await run([...args, '--from', path], colour);
        expect([code, err]).toEqual([4, '']);
        expect(out).toContain(FORGED);
        // A page is not read line by line, and its markup is tested elsewhere.
        const shown = args[0] === 'report' ? out.replace(/[\t\n]/g, ' ') : out;
        expect(violationsIn(shown, colour)).toEqual([]);
      }
    }
  });

  test('JSON keeps every character of a name', async () => {
    const path = join(folder, 'estate.json');
    const estate = hostileEstate((index) => NAMES[index % NAMES.length] ?? '');
    writeFileSync(path, JSON.stringify(estate));
    const { out } = await run(['scan', '--format', 'json', '--from', path], false);
    const document = JSON.parse(out) as { readonly vpcs: readonly { readonly name: string | null }[] };
    const { vpcs } = estate.targets[0] as { readonly vpcs: unknown };
    const names = (vpcs as readonly { readonly name: string | null }[]).map(({ name }) =>
      name?.toWellFormed(),
    );
    expect(document.vpcs.map(({ name }) => name?.toWellFormed())).toEqual(expect.arrayContaining(names));
  });
});

/** A target of an estate whose fields are about to be spoilt. */
type Spoilt = Readonly<
  Record<'target' | 'reservations', object> & Record<'vpcs' | 'subnets' | 'interfaces', readonly [object]>
>;

describe('a file with hostile ids is refused, with all that is wrong', () => {
  const HOSTILE = `x\u001B[2J\n${FORGED}\u202E`;
  test.each<[string, (target: Spoilt) => void, string]>([
    ['account', ({ target }) => Object.assign(target, { accountId: HOSTILE }), 'targets[0].target.accountId'],
    ['Region', ({ target }) => Object.assign(target, { region: HOSTILE }), 'targets[0].target.region'],
    ['VPC', ({ vpcs }) => Object.assign(vpcs[0], { vpcId: `vpc-${HOSTILE}` }), 'targets[0].vpcs[0].vpcId'],
    [
      'range',
      ({ vpcs }) => Object.assign(vpcs[0], { cidrBlocks: [HOSTILE] }),
      'targets[0].vpcs[0].cidrBlocks[0]',
    ],
    [
      'subnet',
      ({ subnets }) => Object.assign(subnets[0], { subnetId: HOSTILE }),
      'targets[0].subnets[0].subnetId',
    ],
    [
      'zone',
      ({ subnets }) => Object.assign(subnets[0], { availabilityZone: HOSTILE }),
      'targets[0].subnets[0].availabilityZone',
    ],
    [
      'zone ID',
      ({ subnets }) => Object.assign(subnets[0], { availabilityZoneId: HOSTILE }),
      'targets[0].subnets[0].availabilityZoneId',
    ],
    [
      'ARN',
      ({ subnets }) => Object.assign(subnets[0], { outpostArn: HOSTILE }),
      'targets[0].subnets[0].outpostArn',
    ],
    [
      'interface',
      ({ interfaces }) => Object.assign(interfaces[0], { networkInterfaceId: HOSTILE }),
      'targets[0].interfaces[0].networkInterfaceId',
    ],
    [
      'address',
      ({ interfaces }) =>
        Object.assign(interfaces[0], { privateAddresses: [{ address: HOSTILE, primary: true }] }),
      'targets[0].interfaces[0].privateAddresses[0].address',
    ],
    [
      'key of a record',
      ({ reservations }) => Object.assign(reservations, { [HOSTILE]: [] }),
      'targets[0].reservations',
    ],
  ])('%s', async (_, spoil, field) => {
    const path = join(folder, 'spoilt.json');
    const estate = structuredClone(hostileEstate(() => ''));
    spoil(estate.targets[0] as unknown as Spoilt);
    Object.assign(estate, { collectedAt: HOSTILE });
    writeFileSync(path, JSON.stringify(estate));
    const { code, out, err } = await run(['scan', '--from', path], true);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(field);
    expect(err).toContain('collectedAt');
    expect(violationsIn(err, true)).toEqual([]);
  });

  test.each<[string, string, (path: string) => readonly string[]]>([
    [
      'a CSV file',
      `timestamp,available\n${HOSTILE},5\n"2026-01-01T00:00:00Z","=cmd|'/c calc'!A0"\n`,
      (path) => ['forecast', '--capacity', '251', '--history', path],
    ],
    [
      'a headroom.yml',
      `targets:\n  regions: ["\\e[2J\\n${FORGED}\\u202e"]\n  "\\e]0;x\\a\\n${FORGED}": 1\n`,
      (path) => ['config', 'check', path],
    ],
    [
      'a headroom.yml that is no YAML',
      `a: "\u009B2J\r${FORGED}\n\u202E`,
      (path) => ['config', 'check', path],
    ],
    ['an estate that is no JSON', `{"schema": \u001B[2J${FORGED}`, (path) => ['scan', '--from', path]],
    ['an estate of another schema', JSON.stringify({ schema: HOSTILE }), (path) => ['scan', '--from', path]],
    ['a state file that is none', `not a database ${HOSTILE}`, (path) => ['alerts', '--state', path]],
  ])('%s', async (_, content, args) => {
    const path = join(folder, 'spoilt');
    writeFileSync(path, content);
    const { code, out, err } = await run(args(path), true);
    expect(code).toBeGreaterThanOrEqual(2);
    expect(err).toContain('error');
    expect(violationsIn(out + err, true)).toEqual([]);
  });

  test.each([
    ['scan', '--region', HOSTILE],
    ['scan', '--from', `/nowhere/${HOSTILE}`],
    [`${HOSTILE}`],
    ['acknowledge', HOSTILE, '--state', `/nowhere/${HOSTILE}`],
    ['plan', 'node', HOSTILE, '--pods', HOSTILE],
    ['forecast', '--history', `/nowhere/${HOSTILE}`, '--capacity', HOSTILE],
    ['forecast', '--review', '--history', `/nowhere/${HOSTILE}`, '--capacity', '251'],
    ['replay', '--history', `/nowhere/${HOSTILE}`, '--capacity', '251', '--config', HOSTILE],
    ['backfill', '--history', `/nowhere/${HOSTILE}`, '--subnet', HOSTILE, '--state', HOSTILE],
    ['unmute', HOSTILE, '--state', `/nowhere/${HOSTILE}`],
    ['mutes', '--state', `/nowhere/${HOSTILE}`],
    ['cost', '--from', `/nowhere/${HOSTILE}`],
    ['cost', HOSTILE, '--targets', HOSTILE],
    ['access', '--cluster', HOSTILE, '--from', HOSTILE],
    ['doctor', '--config', `/nowhere/${HOSTILE}`],
    ['doctor', '--table', HOSTILE, '--profile', HOSTILE],
    ['limits', HOSTILE],
    ['completion', HOSTILE],
    ['collect', '--from', HOSTILE, '--out', `/nowhere/${HOSTILE}`],
    ['plan', 'fit', '--from', HOSTILE, '--terraform', `/nowhere/${HOSTILE}`],
    ['plan', 'size', '--type', HOSTILE, '--nodes', HOSTILE],
    ['plan', HOSTILE],
    ['help', HOSTILE],
  ])('a command line: %s', async (...args) => {
    const { err } = await run(args, true);
    expect(violationsIn(err, true)).toEqual([]);
  });
});

describe('a state file with hostile names', () => {
  test('headroom alerts, headroom acknowledge', async () => {
    const path = join(folder, 'state.sqlite');
    const store = openSqliteStateStore(path);
    const assessment = anAssessment({});
    const { accountId, region } = assessment.target;
    await store.assessments.putLatest(assessment);
    for (const [index, name] of NAMES.slice(0, 50).entries()) {
      const subject = { ...aSubject(), accountId, region, id: name, name };
      const finding = { ...aFinding(subject), title: `${name} has few addresses left`, explanation: name };
      await store.alerts.commit(
        { accountId, region },
        anAlert({
          key: `addresses/subnet/${index}${name}`,
          subject,
          finding,
          acknowledged: { by: name, at: '2026-01-01T00:00:00.000Z' },
        }),
        0,
      );
    }
    await store.close();
    for (const args of [
      ['alerts', '--state', path, '--output', 'wide'],
      ['alerts', '--state', path, '--output', 'name'],
      [
        'mute',
        `addresses/subnet/0${NAMES[0]}`,
        '--for',
        '4h',
        '--reason',
        `${FORGED}\u202E`,
        '--state',
        path,
      ],
      ['mutes', '--state', path],
      ['alerts', '--state', path, '--format', 'json'],
      ['acknowledge', `addresses/subnet/0${NAMES[0]}`, '--state', path, '--by', `eve\n${FORGED}\u202E`],
    ]) {
      const { out, err } = await run(args, true);
      expect(out).toMatch(/addresses\/subnet\/0|FORGED/);
      expect(violationsIn(out + err, true)).toEqual([]);
    }
  });
});

test('what headroom serve writes to standard error', () => {
  for (const name of NAMES) {
    const text = problemText(
      { colour: true },
      { message: `EC2 answered ${name}`, action: name },
      { accountId: '111122223333', region: 'eu-west-1' },
    );
    expect(violationsIn(text, true)).toEqual([]);
  }
});

describe('a planted violation is found', () => {
  test.each([
    ['an escape sequence', '\u001B[2J', true],
    ['a style without colour', '\u001B[31m', false],
    ['concealed text', '\u001B[8m', true],
    ['a C1 control', '\u009B2K', true],
    ['an override', 'a\u202Eb', true],
    ['a tag character', '\u{E0041}', true],
    ['a forged line', `subnet-0a\n${FORGED}`, true],
    ['a carriage return', `a\rb`, false],
  ])('%s', (_, text, colour) => {
    expect(violationsIn(text, colour).length).toBeGreaterThan(0);
  });
});
