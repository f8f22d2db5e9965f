import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { namedDestination } from '../../../shared/aws/named-destinations.ts';
import { notifierFor } from '../../../shared/aws/notifiers.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';

const HOME = { accountId: '111111111111', region: 'eu-west-1' };
const now = () => 0;
const { cache } = createMemoryStateStore();

const example = readFileSync(join(import.meta.dirname, '../../../headroom.example.yml'), 'utf8');
const all = [...parseConfiguration(example, 'headroom.example.yml').destinations];

/** The code of a destination loads with its first message. What it can do must be known before. */
describe('a destination that has not been loaded', () => {
  test('is one of every kind', () => {
    expect([...new Set(all.map(([, { kind }]) => kind))].toSorted()).toEqual([
      'alertmanager',
      'amazon-q',
      'email',
      'event-bridge',
      'pagerduty',
      'slack',
      'slack-app',
      'sns',
      'teams',
      'webhook',
    ]);
  });

  test.each(all)('%s shows what people do if its code can', (name, destination) => {
    const shows = notifierFor(name, destination, HOME, now, { cache }).show !== undefined;
    if (destination.kind === 'sns' || destination.kind === 'amazon-q') expect(shows).toBe(false);
    else if (destination.kind === 'slack-app') expect(shows).toBe(true);
    else expect(shows).toBe(namedDestination(destination, HOME, now).show !== undefined);
  });
});
