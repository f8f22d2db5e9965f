import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../cli/main.ts';
import { writeOutputFile } from '../../cli/output/output-file.ts';
import { openSqliteStateStore } from '../../shared/state/sqlite/sqlite-state-store.ts';
import { anAssessment } from '../fixtures/assessments.ts';
import { hostileEstate } from './hostile-estate.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  let out = '';
  let err = '';
  const code = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env,
    now: () => Date.parse('2026-01-01T01:00:00.000Z'),
    colour: false,
    progress: false,
    columns: null,
  });
  return { code, out, err };
};

describe('a file with an inventory is for its owner alone', () => {
  test('a report', async () => {
    const estate = join(folder, 'estate.json');
    writeFileSync(estate, JSON.stringify(hostileEstate(() => '')));
    const report = join(folder, 'report.html');
    const { err } = await run(['report', '--from', estate, '--out', report]);
    expect([err, modeOf(report)]).toEqual([`Wrote ${report}.\n`, '600']);
  });

  test('an estate', async () => {
    const path = join(folder, 'collected.json.gz');
    await writeOutputFile(path, ['{}'], { compressed: true });
    expect(modeOf(path)).toBe('600');
  });

  test('state, with the files that SQLite puts beside it', async () => {
    const path = join(folder, 'state.sqlite');
    const store = openSqliteStateStore(path);
    await store.assessments.putLatest(anAssessment());
    const files = readdirSync(folder).filter((name) => name.startsWith('state.sqlite'));
    expect(files.length).toBeGreaterThan(1);
    expect(files.map((name) => modeOf(join(folder, name)))).toEqual(files.map(() => '600'));
    await store.close();
  });
});

const UNFINISHED = /^report\.html\.[0-9a-f-]{36}\.part$/;

test('a link that another user placed under the name of an unfinished file is not followed', async () => {
  const shared = join(folder, 'shared');
  mkdirSync(shared);
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'untouched');
  symlinkSync(victim, join(shared, 'report.html.part'));
  const path = join(shared, 'report.html');
  const names = new Set<string>();
  for (let turn = 0; turn < 3; turn += 1) {
    await writeOutputFile(
      path,
      (function* pieces() {
        // The file is opened on another thread, at any time before its first piece is written.
        for (let looks = 0; names.size <= turn && looks < 100_000; looks += 1)
          for (const name of readdirSync(shared)) if (UNFINISHED.test(name)) names.add(name);
        yield 'whole';
      })(),
    );
  }
  expect(readFileSync(victim, 'utf8')).toBe('untouched');
  expect(readFileSync(path, 'utf8')).toBe('whole');
  // A name of its own each time.
  expect(names.size).toBe(3);
});

describe('the external ID', () => {
  const ROLE = 'arn:aws:iam::111122223333:role/HeadroomReader';
  const BAD = 'not an id;';

  test.each([
    ['from a file', ['--external-id-file', 'FILE'], {}],
    ['from the environment', [], { HEADROOM_EXTERNAL_ID: BAD }],
    ['of the command line', ['--external-id', BAD], {}],
  ])('%s is read, checked, and not shown', async (_, args, env) => {
    const path = join(folder, 'external-id');
    writeFileSync(path, `${BAD}\n`);
    const given = args.map((arg) => (arg === 'FILE' ? path : arg));
    const { code, err } = await run(['scan', '--role-arn', ROLE, ...given], env);
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      'error the external ID is not 2 to 1,224 letters, digits and +=,.@:/_-.',
    ]);
  });

  test('of the environment is not asked for where no role is assumed', async () => {
    const estate = join(folder, 'estate.json');
    writeFileSync(estate, JSON.stringify(hostileEstate(() => '')));
    expect((await run(['scan', '--from', estate], { HEADROOM_EXTERNAL_ID: BAD })).err).toBe('');
  });

  test('a file that cannot be read, or is of another kind, is refused', async () => {
    for (const path of ['/nowhere/id', '/dev/zero']) {
      const { code, err } = await run(['scan', '--role-arn', ROLE, '--external-id-file', path]);
      expect([code, err]).toEqual([
        2,
        expect.stringContaining('The file of --external-id-file cannot be read'),
      ]);
    }
  });

  test('a token of serve that can be guessed is refused, and not shown', async () => {
    const { code, err } = await run(['serve'], { HEADROOM_TOKEN: 'hunter2' });
    expect([code, err]).toEqual([2, expect.stringContaining('is not 16 or more letters')]);
    expect(err).not.toContain('hunter2');
  });
});

describe('a planted violation is found', () => {
  test('a file that everybody on the machine may read', () => {
    const path = join(folder, 'open.html');
    writeFileSync(path, 'inventory', { mode: 0o644 });
    chmodSync(path, 0o644);
    expect(modeOf(path)).not.toBe('600');
  });

  test('an unfinished file whose name can be foreseen is written through a link', () => {
    const victim = join(folder, 'victim-of-plant');
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, join(folder, 'planted.html.part'));
    writeFileSync(join(folder, 'planted.html.part'), 'whole');
    expect(readFileSync(victim, 'utf8')).toBe('whole');
    expect(UNFINISHED.test('report.html.part')).toBe(false);
  });
});
