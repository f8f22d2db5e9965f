import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

/** The deployment tool's own reader of `${...}`: what it finds in a string, it expands. */
const parse = createRequire(import.meta.url)('osls/lib/configuration/variables/parse.js') as (
  text: string,
) => readonly unknown[] | null;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-yml-'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const deployed = async (yml: string): Promise<unknown> => {
  const path = join(folder, 'headroom.yml');
  writeFileSync(path, yml);
  vi.stubEnv('HEADROOM_YML', path);
  vi.resetModules();
  const module: string = '../../infra/lambda/configuration.js';
  return ((await import(module)) as { readonly text: unknown }).text;
};

const DOLLAR = '$';
const piece = fc.oneof(
  fc.constantFrom(
    `${DOLLAR}{env:HOME}`,
    `${DOLLAR}{file(/etc/passwd)}`,
    `${DOLLAR}${DOLLAR}{self:}`,
    `\\${DOLLAR}{x}`,
    DOLLAR,
    '{',
    '}',
    '\\',
  ),
  fc.stringMatching(/^[ -~]{0,8}$/),
);

test('nothing in headroom.yml is expanded at deployment: it is deployed as it is, or refused', async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 4 }), async (pieces) => {
      const yml = `# ${pieces.join('')}\ntargets:\n  regions: [eu-west-1]\n`;
      const text = await deployed(yml).catch((error: unknown) => {
        expect(String(error)).toContain('would be replaced');
        refused += 1;
        return '';
      });
      expect(['', yml]).toContain(text);
      expect((parse(String(text)) ?? []).length).toBe(0);
    }),
    { numRuns: 60 },
  );
  expect(refused).toBeGreaterThan(5);
  expect(refused).toBeLessThan(60);
});

test('a planted comment as plain text would be expanded', () => {
  expect(parse(`# ${DOLLAR}{env:HOME}`)).not.toBeNull();
});
