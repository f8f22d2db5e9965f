import { expect, test } from 'vitest';
import type { AllocationFailure, AllocationService } from '../../../shared/model/aws/allocation-failure.ts';
import { HeadroomError } from '../../../shared/model/base/errors.ts';
import { readAllocationFailures } from '../../../shared/pipeline/read-allocation-failures.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-01-15T10:00:00Z');
const target = { accountId: '111111111111', region: 'eu-west-1' };
const SERVICES: readonly AllocationService[] = ['auto-scaling', 'ecs', 'ec2-fleet', 'spot'];

const failure = (service: AllocationService, at: number): AllocationFailure => ({
  at: new Date(at).toISOString(),
  service,
  resource: 'web',
  code: 'InsufficientFreeAddressesInSubnet',
  subnetId: null,
  availabilityZone: null,
  text: 'There are not enough free addresses in the subnet',
});

/** Services that answer what is set for them, and note who was asked. */
const services = () => {
  const asked: AllocationService[] = [];
  const answers = new Map<AllocationService, readonly AllocationFailure[] | HeadroomError>();
  const { cache } = createMemoryStateStore();
  const read = async (now: number, refused: readonly AllocationFailure[] = []) => {
    asked.length = 0;
    const source = {
      services: SERVICES,
      failuresOf: async (service: AllocationService) => {
        asked.push(service);
        const answer = answers.get(service) ?? [];
        if (answer instanceof HeadroomError) throw answer;
        return answer;
      },
    };
    return readAllocationFailures({ target, source, cache, now }, refused, []);
  };
  return { answers, asked, read };
};

test('a service without failures is asked again after 15 to 30 minutes, and its age is known; Auto Scaling is asked always', async () => {
  const { asked, read } = services();
  const times = new Map<AllocationService, number>();
  for (let minute = 0; minute <= 60; minute += 5) {
    const now = START + minute * MINUTE;
    const found = await read(now);
    expect(asked).toContain('auto-scaling');
    for (const service of SERVICES) {
      const before = times.get(service);
      if (asked.includes(service)) {
        if (before !== undefined && service !== 'auto-scaling')
          expect(now - before).toBeGreaterThanOrEqual(15 * MINUTE);
        times.set(service, now);
      }
      const readAt = times.get(service) ?? 0;
      expect(now - readAt).toBeLessThan(30 * MINUTE);
      expect(found?.readAt?.[service]).toBe(new Date(readAt).toISOString());
    }
  }
});

test('a service with a failure is asked in every scan until it has none', async () => {
  const { answers, asked, read } = services();
  answers.set('ecs', [failure('ecs', START)]);
  for (const minute of [0, 5, 10]) {
    const found = await read(START + minute * MINUTE);
    expect(asked).toContain('ecs');
    expect(found?.failures).toHaveLength(1);
  }
  answers.set('ecs', []);
  await read(START + 15 * MINUTE);
  expect(asked).toContain('ecs');
  await read(START + 20 * MINUTE);
  expect(asked).not.toContain('ecs');
});

test('a service that did not answer is unread, has no age, and is asked in the next scan', async () => {
  const { answers, asked, read } = services();
  answers.set('spot', new HeadroomError('aws-throttled', 'EC2 throttles', 'Wait.'));
  const found = await read(START);
  expect(found?.unread.map(({ service }) => service)).toEqual(['spot']);
  expect(found?.readAt?.spot).toBeUndefined();
  answers.delete('spot');
  await read(START + 5 * MINUTE);
  expect(asked).toContain('spot');
});

test('an event that says that a service was refused makes it be asked at once', async () => {
  const { answers, asked, read } = services();
  await read(START);
  await read(START + 5 * MINUTE);
  expect(asked).toEqual(['auto-scaling']);
  answers.set('ec2-fleet', [failure('ec2-fleet', START + 6 * MINUTE)]);
  const found = await read(START + 10 * MINUTE, [failure('ec2-fleet', START + 6 * MINUTE)]);
  expect(asked).toEqual(['auto-scaling', 'ec2-fleet']);
  // Counted once: the service itself reported it.
  expect(found?.failures).toHaveLength(1);
});

test('a clock that was set back does not make an answer last', async () => {
  const { asked, read } = services();
  await read(START);
  await read(START - 60 * MINUTE);
  expect(asked).toEqual(SERVICES);
});
