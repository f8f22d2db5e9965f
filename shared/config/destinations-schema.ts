import * as z from 'zod';
import { deliveryFields } from './delivery-schema.ts';
import type { SecretLocation } from './environment.ts';
import { NAME, NAME_WORDS, oneOf, section, text, timeZone } from './scalars.ts';

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
    };

const topicArn = text(
  'an SNS topic ARN, such as arn:aws:sns:eu-west-1:111122223333:headroom-alerts',
  /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/,
);

// A URL is not a name: a secret written here is refused, before it gets into a repository.
const keptFields = {
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

const isOneOfBoth = ({ secret, parameter }: Kept): boolean =>
  (secret === undefined) !== (parameter === undefined);
const ONE_OF_BOTH = { error: 'a mapping with either "secret" or "parameter", which name where it is kept' };

const locationOf = ({ secret, parameter }: Kept): SecretLocation =>
  secret === undefined ? { kind: 'parameter', name: parameter ?? '' } : { kind: 'secret', secretId: secret };

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
