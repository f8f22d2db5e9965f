import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { headroomInProcess } from '../../../../fixtures/command-in-process.ts';
import { shopFile } from '../../../../fixtures/plan-command.ts';

const PAGE = fileURLToPath(new URL('../../../../../docs/plan.md', import.meta.url));

/** Each command of the page with the answer below it. */
const examples = [...readFileSync(PAGE, 'utf8').matchAll(/^\$ headroom (plan .+)\n(?!\$)(?!```)(.+)$/gm)].map(
  ([, command = '', answer = '']) => ({ command, answer }),
);

/** The clusters that the page speaks of. */
const FILES: Readonly<Record<string, string>> = {
  'secondary.json': shopFile({ nodes: 15, strangers: 40 }),
  'prefix.json': shopFile({ settings: { prefixDelegation: true }, nodes: 9, pods: 5, strangers: 1 }),
};

test('the page has the commands of ten public questions, and the plan for a new VPC', () => {
  expect(examples.length).toBeGreaterThanOrEqual(12);
});

test.each(examples)('$command answers what the page says', async ({ command, answer }) => {
  const args = command.split(' ').map((word) => FILES[word] ?? word);
  const { code, out, err } = await headroomInProcess(args);
  expect(err).toBe('');
  expect([0, 1]).toContain(code);
  expect(out.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, '  '))).toContain(answer);
});
