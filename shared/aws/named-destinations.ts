import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import type { Destination } from '../config/schema/destinations.ts';
import { targetOfArn } from '../model/aws/arn.ts';
import type { Target } from '../model/aws/inventory.ts';
import { createAlertmanagerNotifier } from '../notify/alertmanager.ts';
import { createEmailNotifier } from '../notify/email.ts';
import { createEventBridgeNotifier } from '../notify/eventbridge.ts';
import type { Notifier } from '../notify/notifier.ts';
import { createPagerDutyNotifier, PAGERDUTY_EVENTS_URLS } from '../notify/pagerduty.ts';
import { createSlackNotifier } from '../notify/slack-webhook.ts';
import { createTeamsNotifier } from '../notify/teams.ts';
import { createWebhookNotifier } from '../notify/webhook.ts';
import { clientSettings } from './client-settings.ts';
import { httpEnvironment } from './network.ts';
import { secretAt } from './secrets.ts';

/** The destinations that only headroom.yml names. Those that every deployment has, topics, are not among them. */
type NamedDestination = Exclude<Destination, { readonly kind: 'sns' | 'amazon-q' | 'slack-app' }>;

export const namedDestination = (
  destination: NamedDestination,
  home: Target,
  clock: () => number,
): Notifier => {
  switch (destination.kind) {
    case 'slack':
      return createSlackNotifier(secretAt(destination.webhook, 'url', home, clock), httpEnvironment());
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
