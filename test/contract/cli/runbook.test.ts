import { expect, test } from 'vitest';
import { RUNBOOKS } from '../../../shared/report/runbook.ts';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';

test('every alert has a runbook that the command prints, with what to look at first', async () => {
  for (const { kind, title, impact, look } of RUNBOOKS.values()) {
    const { code, out } = await headroomInProcess(['runbook', kind]);
    expect(code).toBe(0);
    expect(out.startsWith(`${title} (${kind})\n`)).toBe(true);
    for (const text of [impact, ...look.map(({ command }) => command)]) expect(out).toContain(text);
  }
});

test('a check that there is not is refused, with the nearest name', async () => {
  const { code, err } = await headroomInProcess(['runbook', 'adresses-low']);
  expect([code, err]).toEqual([2, expect.stringContaining('There is no check adresses-low.')]);
  expect(err).toContain('Did you mean "addresses-low"?');
});
