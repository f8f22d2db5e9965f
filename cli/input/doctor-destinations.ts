import { httpEnvironment } from '../../shared/aws/network.ts';
import { secretAt } from '../../shared/aws/secrets.ts';
import type { Destination } from '../../shared/config/schema/destinations.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { quoted } from '../../shared/model/base/shell-words.ts';
import { slackApi } from '../../shared/notify/slack-app/slack-api.ts';
import { probeSlackWebhook } from '../../shared/notify/slack-webhook.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';
import { ok, tried } from './doctor-answers.ts';

/** What nothing but a message would show. */
const untried = (name: string, message: string): DoctorCheck => ({
  check: 'destination',
  subject: name,
  status: 'unknown',
  message,
  action: `Send a test there: headroom test-message ${quoted(name)}`,
});

/** Whether a destination can be used, as far as that shows without a message. */
export const checkDestination = (
  name: string,
  destination: Destination,
  home: Target,
  now: () => number,
  signal: AbortSignal,
): Promise<DoctorCheck> =>
  tried('destination', name, async () => {
    switch (destination.kind) {
      case 'slack':
        await probeSlackWebhook(secretAt(destination.webhook, 'url', home, now), signal, httpEnvironment());
        return ok('destination', name, 'Slack knows the webhook. Nothing was posted.');
      case 'slack-app':
        await slackApi(
          await secretAt(destination.token, 'token', home, now).read(signal),
          httpEnvironment(),
        ).check(signal);
        await secretAt(destination.signingSecret, 'signingSecret', home, now).read(signal);
        return ok(
          'destination',
          name,
          `Slack knows the bot token, and the signing secret can be read. Only a post would show whether the app is in ${destination.channel}.`,
        );
      case 'pagerduty':
        await secretAt(destination.routingKey, 'routingKey', home, now).read(signal);
        return {
          check: 'destination',
          subject: name,
          status: 'unknown',
          message: 'The routing key can be read. Only an event would show whether PagerDuty knows it.',
          action: `Send a test there: headroom test-message ${quoted(name)}`,
        };
      case 'teams':
        await secretAt(destination.webhook, 'url', home, now).read(signal);
        return untried(name, 'The URL can be read. Only a post would show whether Teams knows it.');
      case 'webhook':
        if (typeof destination.url !== 'string')
          await secretAt(destination.url, 'url', home, now).read(signal);
        await secretAt(destination.signingSecret, 'signingSecret', home, now).read(signal);
        return untried(
          name,
          'The secrets can be read. Only a post would show whether the receiver takes it.',
        );
      case 'alertmanager':
        if (destination.token !== null) await secretAt(destination.token, 'token', home, now).read(signal);
        return untried(name, `Only an alert would show whether ${destination.urls.join(', ')} takes it.`);
      case 'event-bridge':
        return untried(name, `Only an event would show whether ${destination.busArn} takes it.`);
      case 'email':
        return untried(name, `Only an e-mail would show whether SES sends from ${destination.from}.`);
      case 'sns':
      case 'amazon-q':
        return {
          check: 'destination',
          subject: name,
          status: 'unknown',
          message: `Only a message would show whether ${destination.topicArn} can be published to.`,
          action: `Send a test there: headroom test-message ${quoted(name)}`,
        };
    }
  });
