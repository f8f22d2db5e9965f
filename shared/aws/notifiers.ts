import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { DEFAULT_DESTINATION } from '../alerts/routing.ts';
import type { Destination } from '../config/destinations-schema.ts';
import { targetOfArn } from '../model/aws/arn.ts';
import type { Target } from '../model/aws/inventory.ts';
import { createAlertmanagerNotifier } from '../notify/alertmanager.ts';
import { createEmailNotifier } from '../notify/email.ts';
import { createEventBridgeNotifier } from '../notify/eventbridge.ts';
import type { Notifier } from '../notify/notifier.ts';
import { createPagerDutyNotifier, PAGERDUTY_EVENTS_URLS } from '../notify/pagerduty.ts';
import type { PictureSource } from '../notify/picture/subnet-picture.ts';
import { createRoutedNotifier } from '../notify/routed-notifier.ts';
import { createSlackNotifier } from '../notify/slack-webhook.ts';
import { createSnsNotifier, type SnsFormat } from '../notify/sns-notifier.ts';
import { createTeamsNotifier } from '../notify/teams.ts';
import { createWebhookNotifier } from '../notify/webhook.ts';
import type { CacheStore } from '../state/state-store.ts';
import { clientSettings } from './clients.ts';
import { httpEnvironment } from './network.ts';
import { secretAt } from './secrets.ts';
import { slackAppFor } from './slack-apps.ts';

/** A topic's Region is in its ARN, and SNS is asked there. */
const topicNotifier = (topicArn: string, format: SnsFormat): Notifier =>
  createSnsNotifier(
    new SNSClient(clientSettings({ region: targetOfArn(topicArn).region })),
    topicArn,
    format,
  );

/** What destinations remember, and draw from. */
export interface NotifierState {
  readonly cache: CacheStore;
  /** Absent: messages have no pictures. */
  readonly picture?: PictureSource;
}

const notifierFor = (
  name: string,
  destination: Destination,
  home: Target,
  clock: () => number,
  { cache, picture }: NotifierState,
): Notifier => {
  switch (destination.kind) {
    case 'sns':
      return topicNotifier(destination.topicArn, destination.format ?? 'per-protocol');
    case 'amazon-q':
      return topicNotifier(destination.topicArn, 'amazon-q');
    case 'slack':
      return createSlackNotifier(secretAt(destination.webhook, 'url', home, clock), httpEnvironment());
    case 'slack-app':
      return slackAppFor(name, destination, { home, clock, cache, picture });
    case 'pagerduty':
      return createPagerDutyNotifier(
        secretAt(destination.routingKey, 'routingKey', home, clock),
        httpEnvironment(),
        PAGERDUTY_EVENTS_URLS[destination.serviceRegion],
      );
    case 'teams':
      return createTeamsNotifier(secretAt(destination.webhook, 'url', home, clock), httpEnvironment());
    case 'webhook': {
      const { url, signingSecret } = destination;
      return createWebhookNotifier({
        url: typeof url === 'string' ? { read: async () => url } : secretAt(url, 'url', home, clock),
        signingSecret: secretAt(signingSecret, 'signingSecret', home, clock),
        clock,
        environment: httpEnvironment(),
      });
    }
    case 'alertmanager':
      return createAlertmanagerNotifier({
        urls: destination.urls,
        token: destination.token === null ? null : secretAt(destination.token, 'token', home, clock),
        environment: httpEnvironment(),
      });
    case 'event-bridge':
      return createEventBridgeNotifier(
        new EventBridgeClient(clientSettings({ region: targetOfArn(destination.busArn).region })),
        destination.busArn,
      );
    case 'email': {
      const { from, to, region } = destination;
      const client = new SESv2Client(clientSettings(region === null ? {} : { region }));
      return createEmailNotifier(client, { from, to, home: { ...home, region: region ?? home.region } });
    }
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
