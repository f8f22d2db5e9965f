import * as z from 'zod';
import type { SecretLocation } from '../environment.ts';
import { deliveryFields } from './delivery.ts';
import { listOf, NAME, NAME_WORDS, oneOf, section, text, timeZone } from './scalars.ts';

/** What all subscribers of a topic get, with message attributes; without it, each protocol gets what suits it, without them. */
const TOPIC_FORMATS = ['document', 'text'] as const;
export type TopicFormat = (typeof TOPIC_FORMATS)[number];

/** PagerDuty keeps each account in one service region, with an address of its own. */
const PAGERDUTY_REGIONS = ['us', 'eu'] as const;
export type PagerDutyRegion = (typeof PAGERDUTY_REGIONS)[number];

/** Where alerts can go. What must stay secret is named by where it is kept. */
export type Destination =
  | { readonly kind: 'sns'; readonly topicArn: string; readonly format?: TopicFormat }
  | { readonly kind: 'amazon-q'; readonly topicArn: string }
  | { readonly kind: 'slack'; readonly webhook: SecretLocation }
  | {
      readonly kind: 'slack-app';
      readonly channel: string;
      readonly token: SecretLocation;
      readonly signingSecret: SecretLocation;
      /** In which "until Monday" ends. */
      readonly timeZone: string;
    }
  | {
      readonly kind: 'pagerduty';
      readonly routingKey: SecretLocation;
      readonly serviceRegion: PagerDutyRegion;
    }
  | { readonly kind: 'teams'; readonly webhook: SecretLocation }
  | {
      readonly kind: 'webhook';
      /** The address itself, or where it is kept. */
      readonly url: string | SecretLocation;
      readonly signingSecret: SecretLocation;
    }
  | { readonly kind: 'alertmanager'; readonly urls: readonly string[]; readonly token: SecretLocation | null }
  | { readonly kind: 'event-bridge'; readonly busArn: string }
  | {
      readonly kind: 'email';
      readonly from: string;
      readonly to: readonly string[];
      /** `null`: the Region that Headroom runs in. */
      readonly region: string | null;
    };

const topicArn = text(
  'an SNS topic ARN, such as arn:aws:sns:eu-west-1:111122223333:headroom-alerts',
  /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/,
);

// A URL is not a name: a secret written here is refused, before it gets into a repository.
export const keptFields = {
  secret: text(
    'the name or ARN of a Secrets Manager secret, such as headroom/slack, never the secret itself',
    /^(?!.{0,2048}:\/\/)[\w/+=.@:-]{1,2048}$/,
  )
    .optional()
    .describe('The name or ARN of a Secrets Manager secret.'),
  parameter: text(
    'the name or ARN of a Systems Manager parameter, such as /headroom/slack, never the secret itself',
    /^(?!.{0,2048}:\/\/)[\w.\-/:]{1,2048}$/,
  )
    .optional()
    .describe('The name or ARN of a Systems Manager parameter (SecureString).'),
};

interface Kept {
  readonly secret?: string | undefined;
  readonly parameter?: string | undefined;
}

export const isOneOfBoth = ({ secret, parameter }: Kept): boolean =>
  (secret === undefined) !== (parameter === undefined);
const isNeither = ({ secret, parameter }: Kept): boolean => secret === undefined && parameter === undefined;
export const ONE_OF_BOTH = {
  error: 'a mapping with either "secret" or "parameter", which name where it is kept',
};

export const locationOf = ({ secret, parameter }: Kept): SecretLocation =>
  secret === undefined ? { kind: 'parameter', name: parameter ?? '' } : { kind: 'secret', secretId: secret };

const HTTPS_URL = 'an https:// URL without a user name, or an http:// URL of this machine';
const httpsUrl = text(
  HTTPS_URL,
  /^(?:https:\/\/[^\s/@]{1,253}|http:\/\/(?:127\.0\.0\.1|localhost)(?::\d{1,5})?)(?:\/[^\s]{0,1500})?$/,
);

const ALERTMANAGER_URL = 'an http:// or https:// URL without a user name, such as http://alertmanager:9093';
const alertmanagerUrl = text(ALERTMANAGER_URL, /^https?:\/\/[^\s/@]{1,253}(?:\/[^\s?#]{0,1500})?$/);

const emailAddress = text(
  'an e-mail address, such as network@example.com',
  /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
);

/** Recipients of one message (Amazon SES, service quotas). */
const MAX_RECIPIENTS = 50;
const RECIPIENTS = `an e-mail address, or a list of at most ${MAX_RECIPIENTS}`;

const channels = {
  sns: section({
    topicArn: topicArn.describe('The topic.'),
    format: oneOf(TOPIC_FORMATS).optional().describe('One format for all subscribers. Default: both.'),
  })
    .transform(
      ({ topicArn: arn, format }): Destination => ({
        kind: 'sns',
        topicArn: arn,
        ...(format === undefined ? {} : { format }),
      }),
    )
    .optional()
    .describe(
      'An SNS topic: JSON for machines and text for e-mail, or one format for all subscribers. Filter policies on message attributes need one format.',
    ),
  amazonQ: section({ topicArn: topicArn.describe('The topic.') })
    .transform(({ topicArn: arn }): Destination => ({ kind: 'amazon-q', topicArn: arn }))
    .optional()
    .describe('An SNS topic that Amazon Q Developer in chat applications listens to.'),
  slack: section(keptFields)
    .refine(isOneOfBoth, ONE_OF_BOTH)
    .transform((given): Destination => ({ kind: 'slack', webhook: locationOf(given) }))
    .optional()
    .describe('A Slack incoming webhook, with the place of its URL.'),
  slackApp: section({
    channel: text('the ID of a Slack channel, such as C0123456789', /^[CG][A-Z0-9]{2,20}$/).describe(
      'The ID of the channel.',
    ),
    token: section(keptFields).refine(isOneOfBoth, ONE_OF_BOTH).describe('The place of the bot token.'),
    signingSecret: section(keptFields)
      .refine(isOneOfBoth, ONE_OF_BOTH)
      .describe('The place of the signing secret.'),
    timeZone: timeZone.optional().describe('The time zone of "until Monday", at 09:00. Default: UTC.'),
  })
    .transform(
      ({ channel, token, signingSecret, timeZone: zone = 'UTC' }): Destination => ({
        kind: 'slack-app',
        channel,
        token: locationOf(token),
        signingSecret: locationOf(signingSecret),
        timeZone: zone,
      }),
    )
    .optional()
    .describe('A Slack app: one post for each incident, updated in place, with buttons.'),
  pagerduty: section({
    ...keptFields,
    serviceRegion: oneOf(PAGERDUTY_REGIONS)
      .optional()
      .describe('The service region of the PagerDuty account. Default: us.'),
  })
    .refine(isOneOfBoth, ONE_OF_BOTH)
    .transform(
      ({ serviceRegion = 'us', ...given }): Destination => ({
        kind: 'pagerduty',
        routingKey: locationOf(given),
        serviceRegion,
      }),
    )
    .optional()
    .describe('A PagerDuty Events v2 integration, with the place of its routing key.'),
  teams: section(keptFields)
    .refine(isOneOfBoth, ONE_OF_BOTH)
    .transform((given): Destination => ({ kind: 'teams', webhook: locationOf(given) }))
    .optional()
    .describe('A webhook of Microsoft Teams, with the place of its URL. It gets Adaptive Cards.'),
  webhook: section({
    ...keptFields,
    url: httpsUrl.optional().describe('The URL, if it is no secret.'),
    signingSecret: section(keptFields)
      .refine(isOneOfBoth, ONE_OF_BOTH)
      .describe('The place of the secret that requests are signed with.'),
  })
    .refine(({ url, ...kept }) => (url === undefined ? isOneOfBoth(kept) : isNeither(kept)), {
      error: 'a mapping with one of "url", "secret" and "parameter", and with "signingSecret"',
    })
    .transform(
      ({ url, signingSecret, ...kept }): Destination => ({
        kind: 'webhook',
        url: url ?? locationOf(kept),
        signingSecret: locationOf(signingSecret),
      }),
    )
    .optional()
    .describe('A receiver of your own: signed JSON by POST.'),
  alertmanager: section({
    url: listOf(alertmanagerUrl, `${ALERTMANAGER_URL}, or a list of them`).describe(
      'The URL of Alertmanager, without /api/v2, or the URLs of all members of a cluster.',
    ),
    token: section(keptFields)
      .refine(isOneOfBoth, ONE_OF_BOTH)
      .optional()
      .describe('The place of a bearer token. Default: none is sent.'),
  })
    .transform(
      ({ url, token }): Destination => ({
        kind: 'alertmanager',
        urls: url,
        token: token === undefined ? null : locationOf(token),
      }),
    )
    .optional()
    .describe('Alertmanager, by its API v2.'),
  eventBridge: section({
    busArn: text(
      'the ARN of an event bus, such as arn:aws:events:eu-west-1:111122223333:event-bus/default',
      /^arn:[\w-]{1,40}:events:[\w-]{1,40}:\d{12}:event-bus\/[\w./-]{1,256}$/,
    ).describe('The event bus.'),
  })
    .transform(({ busArn }): Destination => ({ kind: 'event-bridge', busArn }))
    .optional()
    .describe('An event bus of Amazon EventBridge: an event for each step of each alert.'),
  email: section({
    from: emailAddress.describe('The sender, which must be verified in SES.'),
    to: listOf(emailAddress, RECIPIENTS)
      .refine((addresses) => addresses.length <= MAX_RECIPIENTS, { error: RECIPIENTS })
      .describe('The recipients.'),
    region: text('a Region, such as eu-west-1', /^[a-z]{2}(?:-[a-z]{1,16}){1,3}-\d{1,2}$/)
      .optional()
      .describe('The Region whose SES sends. Default: the one that Headroom runs in.'),
  })
    .transform(({ from, to, region = null }): Destination => ({ kind: 'email', from, to, region }))
    .optional()
    .describe('E-mail by Amazon SES.'),
};

const ONE_CHANNEL = `a mapping with exactly one of ${Object.keys(channels).join(', ')}`;

/** A destination, and when it gets what can wait. */
const destination = section({ ...channels, ...deliveryFields }).transform(
  ({ repeat, quietHours, ...given }, context) => {
    const [only, ...others] = Object.values(given).filter((channel) => channel !== undefined);
    if (only !== undefined && others.length === 0) return { channel: only, repeat, quietHours };
    context.addIssue({ code: 'custom', message: ONE_CHANNEL, input: given });
    return z.NEVER;
  },
);

/** Destinations by the name that routes use. */
export const destinationsSchema = z.record(text(NAME_WORDS, NAME), destination, {
  error: 'a mapping from names to destinations',
});
