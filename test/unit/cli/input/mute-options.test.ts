import { expect, test } from 'vitest';
import { muteEnd } from '../../../../cli/input/mute-options.ts';

const FRIDAY = Date.parse('2026-11-27T10:00:00Z');

test('a mute until a weekday ends at its next 09:00 by the clock of who asks', () => {
  expect(muteEnd({ until: 'monday' }, FRIDAY, 'Europe/Berlin')).toBe('2026-11-30T08:00:00.000Z');
  expect(muteEnd({ until: 'Friday' }, FRIDAY, 'UTC')).toBe('2026-12-04T09:00:00.000Z');
});

test('what is neither a weekday nor a time with its zone is refused', () => {
  for (const until of ['mon', 'tomorrow', '2026-12-24', '2026-12-24T18:00:00'])
    expect(() => muteEnd({ until }, FRIDAY, 'UTC')).toThrow(
      `--until ${until} is not a weekday or a time with its zone.`,
    );
});
