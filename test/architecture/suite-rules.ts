/** What a test may use, by its suite: a suite that starts nothing stays fast, and runs anywhere. */

const STARTS_PROGRAMS = [
  'node:child_process',
  'node:worker_threads',
  'infra/packaged.ts',
  'infra/node-process.ts',
];
const SERVES = ['node:http', 'node:https', 'node:net', 'lab/lab.ts', 'fixtures/dynamodb.ts'];

const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  unit: [...STARTS_PROGRAMS, ...SERVES],
  property: [...STARTS_PROGRAMS, ...SERVES],
  contract: STARTS_PROGRAMS,
  scans: STARTS_PROGRAMS,
  architecture: [...STARTS_PROGRAMS, ...SERVES],
};

/** Reading what the repository ships is allowed everywhere. */
const WRITES = /\b(?:writeFile|mkdtemp|mkdir|createWriteStream|copyFile|rename|rm)(?:Sync)?\b/;
const WRITES_NOTHING: ReadonlySet<string> = new Set(['unit', 'property', 'architecture']);

/**
 * Files of one worker share its environment. vitest keeps the object it found: after a test put another one in its place,
 * `vi.stubEnv` writes where the product does not read, and it fails in files that come later, in some orders only.
 */
const CHANGES_ENVIRONMENT =
  /(?:\bprocess\.env(?:\.\w+|\[[^\]]*\])?\s*=(?!=)|delete process\.env|Object\.assign\(process\.env)/;
const RESTORES_ENVIRONMENT = /\bvi\.unstubAllEnvs\(\)/;
const SHARES_WORKERS: ReadonlySet<string> = new Set([
  'unit',
  'property',
  'contract',
  'scans',
  'architecture',
  'security',
]);

const environmentViolations = (suite: string, source: string): readonly string[] => [
  ...(SHARES_WORKERS.has(suite) && CHANGES_ENVIRONMENT.test(source)
    ? [`a test of ${suite} changes the environment without vi.stubEnv`]
    : []),
  ...(/\bvi\.stubEnv\(/.test(source) && !RESTORES_ENVIRONMENT.test(source)
    ? [`a test of ${suite} does not restore the environment`]
    : []),
];

const importsOf = (source: string): readonly { readonly names: string; readonly from: string }[] =>
  [...source.matchAll(/^import (?:type )?([^;]*?) from '([^']+)';/gms)].map(([, names = '', from = '']) => ({
    names,
    from,
  }));

/** Why a test file does not belong to its suite. */
export const suiteViolations = (suite: string, source: string): readonly string[] => {
  const imports = importsOf(source);
  const forbidden = (FORBIDDEN[suite] ?? []).filter((each) =>
    imports.some(({ from }) => from.endsWith(each)),
  );
  const writes =
    WRITES_NOTHING.has(suite) &&
    imports.some(({ names, from }) => from.startsWith('node:fs') && WRITES.test(names));
  return [
    ...forbidden.map((each) => `a test of ${suite} imports ${each}`),
    ...(writes ? [`a test of ${suite} writes files`] : []),
    ...environmentViolations(suite, source),
  ];
};
