import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';

const EXAMPLE = fileURLToPath(new URL('../../../headroom.example.yml', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const fileWith = (name: string, ...lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
};

describe('headroom config check', () => {
  test('the example that is shipped can be used', async () => {
    const { code, out, err } = await headroomInProcess(['config', 'check', EXAMPLE]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('headroom.example.yml is valid.');
  });

  test('prints what applies: what the file says, and every default that it leaves', async () => {
    const path = fileWith(
      'some.yml',
      'alerts:',
      '  rules:',
      '    addresses-low: { warning: { below: 20% }, for: 90s }',
    );
    const { out } = await headroomInProcess(['config', 'check', path]);
    expect(out).toMatch(/^accounts +the one of the credentials$/m);
    expect(out).toMatch(
      /^addresses-low +warning below 20 %, critical below 2 % or 3, clears 25 % above +90s +after 1h +12h$/m,
    );
    expect(out).toMatch(
      /^addresses-exhaustion +warning within 9d, critical within 24h +2h +after 12h +12h$/m,
    );
  });

  test('a rule that is off says so', async () => {
    const path = fileWith('off.yml', 'alerts: { rules: { fragmented: { enabled: false } } }');
    expect((await headroomInProcess(['config', 'check', path])).out).toMatch(/^fragmented +off /m);
  });

  test('as JSON it is the whole of it', async () => {
    const path = fileWith('json.yml', 'destinations: { chat: { slack: { secret: headroom/slack } } }');
    const { out } = await headroomInProcess(['config', 'check', path, '--format', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'headroom/config@1',
      source: path,
      targets: { accounts: { from: 'self' }, regions: null },
      alerts: { rules: { 'addresses-low': { enabled: true, pendingFor: 600 } } },
      destinations: { chat: { kind: 'slack' } },
    });
  });

  test('all that is wrong is said at once, each with its line: exit 2', async () => {
    const path = fileWith(
      'wrong.yml',
      'alerts:',
      '  rules:',
      '    addresses-lov: {}',
      '    prefixes-low: { for: soon }',
    );
    const { code, out, err } = await headroomInProcess(['config', 'check', path]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/wrong\.yml:3: .*addresses-lov/);
    expect(err).toMatch(/wrong\.yml:4: .*soon/);
  });

  test.each([
    [['config', 'check', '/no/such.yml'], '/no/such.yml cannot be read'],
    [['config', 'check', EXAMPLE, '--format', 'xml'], '--output xml is none of table, json, yaml.'],
    [['config', 'chekc'], "unknown command 'chekc'"],
  ])('%j is bad usage', async (args, message) => {
    const { code, err, out } = await headroomInProcess(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});
