import type { Destination } from '../config/schema/destinations.ts';
import { DEFAULT_DESTINATION } from '../model/alert/default-destination.ts';
import { targetOfArn } from '../model/aws/arn.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { PictureSource } from '../notify/picture/subnet-picture.ts';
import { createRoutedNotifier } from '../notify/routed-notifier.ts';
import type { SnsFormat } from '../notify/sns-notifier.ts';
import type { CacheStore } from '../state/state-store.ts';
import { clientSettings } from './client-settings.ts';

/** A destination whose code is loaded when the first message goes there: most scans send none. */
const whenUsed = (load: () => Promise<Notifier>): Notifier & Required<Pick<Notifier, 'show'>> => {
  let loading: Promise<Notifier> | null = null;
  const loaded = (): Promise<Notifier> => {
    loading ??= load();
    return loading;
  };
  return {
    send: async (message, signal) => (await loaded()).send(message, signal),
    show: async (shown, signal) => (await loaded()).show?.(shown, signal),
  };
};

/** The same for one that cannot show what people do: nothing is loaded to find that out. */
const sendsWhenUsed = (load: () => Promise<Notifier>): Notifier => ({ send: whenUsed(load).send });

/** A topic's Region is in its ARN, and SNS is asked there. */
const topicNotifier = (topicArn: string, format: SnsFormat): Notifier =>
  sendsWhenUsed(async () => {
    const [{ SNSClient }, { createSnsNotifier }] = await Promise.all([
      import('@aws-sdk/client-sns'),
      import('../notify/sns-notifier.ts'),
    ]);
    const client = new SNSClient(clientSettings({ region: targetOfArn(topicArn).region }));
    return createSnsNotifier(client, topicArn, format);
  });

/** What destinations remember, and draw from. */
export interface NotifierState {
  readonly cache: CacheStore;
  /** Absent: messages have no pictures. */
  readonly picture?: PictureSource;
}

/** One destination of the configuration. It shows what people do only if it can. */
export const notifierFor = (
  name: string,
  destination: Destination,
  home: Target,
  clock: () => number,
  state: NotifierState,
): Notifier => {
  switch (destination.kind) {
    case 'sns':
      return topicNotifier(destination.topicArn, destination.format ?? 'per-protocol');
    case 'amazon-q':
      return topicNotifier(destination.topicArn, 'amazon-q');
    case 'slack-app':
      return whenUsed(async () => {
        const { slackAppFor } = await import('./slack-apps.ts');
        return slackAppFor(name, destination, { home, clock, ...state });
      });
    case 'pagerduty':
      return whenUsed(async () => {
        const { namedDestination } = await import('./named-destinations.ts');
        return namedDestination(destination, home, clock);
      });
    case 'alertmanager':
    case 'email':
    case 'event-bridge':
    case 'slack':
    case 'teams':
    case 'webhook':
      return sendsWhenUsed(async () => {
        const { namedDestination } = await import('./named-destinations.ts');
        return namedDestination(destination, home, clock);
      });
  }
};

/** Every destination of the configuration by its name; the default one is the deployment's own topic, or what is handed in. */
export const createNotifiers = (
  destinations: ReadonlyMap<string, Destination>,
  defaultDestination: string | Notifier,
  home: Target,
  clock: () => number,
  state: NotifierState,
): Notifier =>
  createRoutedNotifier(
    new Map([
      [
        DEFAULT_DESTINATION,
        typeof defaultDestination === 'string'
          ? topicNotifier(defaultDestination, 'per-protocol')
          : defaultDestination,
      ],
      ...[...destinations].map(([name, destination]): [string, Notifier] => [
        name,
        notifierFor(name, destination, home, clock, state),
      ]),
    ]),
    DEFAULT_DESTINATION,
  );
