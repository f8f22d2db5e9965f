import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { importViolations } from './import-boundaries.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

test('imports go one way: functions and cli -> aws -> pipeline -> capabilities -> model', () => {
  const { files, violations } = importViolations(path('../..'));
  expect(files).toBeGreaterThan(20);
  expect(violations).toEqual([]);
});

test('the boundary gate sees every kind of planted violation', () => {
  const { violations } = importViolations(path('./planted'));
  expect(violations.map(({ file, rule }) => `${file}: ${rule}`).sort()).toEqual([
    'shared/alerts/reaches-sideways.ts: shared/alerts may not import shared/state',
    'shared/model/base/knows-too-much.ts: shared/model imports @aws-sdk/client-ec2: it may import only itself',
    'shared/model/base/knows-too-much.ts: shared/model imports node:fs: it may import only itself',
    'shared/model/base/knows-too-much.ts: shared/model may not import shared/alerts',
    'shared/model/base/knows-too-much.ts: shared/model reads the clock or chance: both are arguments',
    'shared/model/elsewhere/no-such-folder.ts: shared/model/elsewhere is not a folder of the model',
    'shared/model/net/one.ts, shared/model/net/two.ts: these files import one another in a circle',
    'shared/model/net/reaches-up.ts: shared/model/net may not import shared/model/checks',
    'shared/state/makes-its-own-client.ts: shared/state constructs a client: adapters receive theirs',
    'shared/state/makes-its-own-client.ts: shared/state reads the environment: it is an argument',
  ]);
});
