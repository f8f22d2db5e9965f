import { describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import { DeliveryError } from '../../../shared/notify/delivery-error.ts';
import type { Notifier } from '../../../shared/notify/notifier.ts';
import { createRoutedNotifier } from '../../../shared/notify/routed-notifier.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const signal = new AbortController().signal;

class Inbox implements Notifier {
  readonly received: AlertMessage[] = [];
  readonly #failure: Error | null;

  constructor(failure: Error | null = null) {
    this.#failure = failure;
  }

  async send(message: AlertMessage): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    this.received.push(message);
  }
}

const failing = (code: string, permanent: boolean) =>
  new Inbox(new DeliveryError(code, `${code} happened`, `Fix ${code}.`, { permanent }));

const to = (...destinations: readonly string[]): AlertMessage => ({ ...messageNamed('surge'), destinations });

describe('a message', () => {
  test('goes to every destination that it names, once', async () => {
    const [topic, slack, other] = [new Inbox(), new Inbox(), new Inbox()];
    const notifier = createRoutedNotifier(new Map(Object.entries({ topic, slack, other })), 'topic');
    await notifier.send(to('slack', 'other', 'slack'), signal);
    expect([topic.received.length, slack.received.length, other.received.length]).toEqual([0, 1, 1]);
  });

  test('that names none goes to the default destination', async () => {
    const topic = new Inbox();
    await createRoutedNotifier(new Map([['topic', topic]]), 'topic').send(to(), signal);
    expect(topic.received).toHaveLength(1);
  });

  test('for a destination that is no longer configured goes to the default one, not into nothing', async () => {
    const topic = new Inbox();
    await createRoutedNotifier(new Map([['topic', topic]]), 'topic').send(to('removed', 'gone'), signal);
    expect(topic.received).toHaveLength(1);
  });

  test('reaches the others when one destination fails, and the failure is reported as it is', async () => {
    const slack = new Inbox();
    const notifier = createRoutedNotifier(
      new Map([
        ['broken', failing('slack-refused', true)],
        ['slack', slack],
      ]),
      'slack',
    );
    await expect(notifier.send(to('broken', 'slack'), signal)).rejects.toMatchObject({
      code: 'slack-refused',
      permanent: true,
    });
    expect(slack.received).toHaveLength(1);
  });

  test('that several destinations failed to take says which, why, and what to do', async () => {
    const notifier = createRoutedNotifier(
      new Map([
        ['a', failing('x', true)],
        ['b', failing('y', false)],
      ]),
      'a',
    );
    await expect(notifier.send(to('a', 'b'), signal)).rejects.toMatchObject({
      code: 'delivery-failed',
      message: 'The alert did not reach a: x happened; b: y happened',
      action: 'Fix x. Fix y.',
      permanent: false,
    });
  });

  test('is permanently undeliverable only when it is so everywhere', async () => {
    const notifier = createRoutedNotifier(
      new Map([
        ['a', failing('x', true)],
        ['b', failing('y', true)],
      ]),
      'a',
    );
    await expect(notifier.send(to('a', 'b'), signal)).rejects.toMatchObject({ permanent: true });
    const defect = createRoutedNotifier(
      new Map([
        ['a', failing('x', true)],
        ['b', new Inbox(new TypeError('defect'))],
      ]),
      'a',
    );
    await expect(defect.send(to('a', 'b'), signal)).rejects.toMatchObject({
      permanent: false,
      message: expect.stringContaining('b: defect'),
    });
  });

  test('without any destination is an error, not silence', async () => {
    await expect(createRoutedNotifier(new Map(), 'topic').send(to(), signal)).rejects.toMatchObject({
      code: 'destination-missing',
    });
  });
});
