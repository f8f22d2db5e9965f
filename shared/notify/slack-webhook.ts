import type { AlertMessage } from '../model/alert/alert-message.ts';
import { DeliveryError } from './delivery-error.ts';
import { defaultHttpEnvironment, type HttpAnswer, type HttpEnvironment, postJson } from './http-delivery.ts';
import { composeMessage } from './message-content.ts';
import type { Notifier } from './notifier.ts';
import { receiverUrl } from './receiver-url.ts';
import type { Secret } from './secret-reader.ts';
import { slackMessage } from './slack-blocks.ts';

/**
 * What Slack says when it will not take a message however often it is sent, and what to do about it.
 * Source: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors".
 */
const REFUSALS: Readonly<Record<string, string>> = {
  action_prohibited: 'Ask an administrator of the Slack workspace to allow this app to post in the channel.',
  channel_is_archived:
    'Unarchive the Slack channel, or make a webhook for another channel and store its URL in the secret.',
  channel_not_found: 'Make a new webhook for an existing Slack channel and store its URL in the secret.',
  invalid_blocks:
    'Report this as a defect of Headroom, with the alert and its key: Slack refused the layout.',
  invalid_payload:
    'Report this as a defect of Headroom, with the alert and its key: Slack could not read the message.',
  invalid_token: 'Make a new webhook and store its URL in the secret: Slack does not know this one.',
  no_active_hooks:
    'Enable incoming webhooks for the Slack app again, or store the URL of another webhook in the secret.',
  no_service:
    'Make a new webhook and store its URL in the secret: this one is disabled, removed or mistyped.',
  no_service_id: 'Make a new webhook and store its URL in the secret: this one is mistyped.',
  no_team: 'Make a new webhook and store its URL in the secret: its Slack workspace no longer exists.',
  team_disabled: 'Make a webhook in another workspace and store its URL in the secret: this one is disabled.',
};

/** Answers after which a stored URL may be outdated: the secret may have been rotated since it was read. */
const STALE_URL = new Set(['invalid_token', 'no_active_hooks', 'no_service', 'no_service_id', 'no_team']);

/**
 * Posts alerts to a Slack incoming webhook, whose URL is read when it is needed and appears in no error.
 * `send` throws DeliveryError: `slack-refused` (permanent), those of `postJson`, or what reading the secret throws.
 */
export const createSlackNotifier = (
  webhookUrl: Secret,
  environment: HttpEnvironment = defaultHttpEnvironment,
): Notifier => ({
  send: async (message: AlertMessage, signal: AbortSignal): Promise<void> => {
    const body = JSON.stringify(slackMessage(composeMessage(message)));
    const post = async (): Promise<HttpAnswer> => {
      const url = checkedUrl(await webhookUrl.read(signal));
      return postJson({ service: 'Slack', code: 'slack', url, body, secret: url, signal }, environment);
    };
    let answer = await post();
    if (!isTaken(answer) && STALE_URL.has(answer.text)) {
      webhookUrl.forget();
      answer = await post();
    }
    if (!isTaken(answer)) throw refusal(answer);
  },
});

/** Slack's own word for it ("Sending messages using incoming webhooks"). A proxy or a login page answers 200, too. */
const isTaken = ({ status, text }: HttpAnswer): boolean => status === 200 && text === 'ok';

/** Of these the message is to blame. */
const ABOUT_THE_MESSAGE = new Set(['invalid_blocks', 'invalid_payload', 'no_text', 'too_many_attachments']);

const refusal = ({ status, text }: HttpAnswer): DeliveryError => {
  const known = Object.hasOwn(REFUSALS, text) ? REFUSALS[text] : undefined;
  return new DeliveryError(
    'slack-refused',
    status < 300
      ? `What answered is not a Slack webhook: HTTP ${status}, ${text === '' ? 'without a word' : text.slice(0, 100)}`
      : `Slack refused the message: HTTP ${status}${text === '' ? '' : ` ${text}`}`,
    known ??
      (status < 300
        ? 'Check that the secret holds the URL of an incoming webhook of Slack. Check also that no proxy or login page answers in its place: Slack itself says "ok".'
        : 'Check that the secret holds the URL of an incoming webhook of Slack, and that the webhook still exists.'),
    { permanent: true, fault: ABOUT_THE_MESSAGE.has(text) ? 'message' : 'destination' },
  );
};

const checkedUrl = (value: string): string =>
  receiverUrl(value, 'Slack webhook', 'slack-webhook-url-invalid');

/**
 * Asks Slack whether it knows the webhook, without a message: a payload without text is refused with a word of its own,
 * and only by a webhook that exists.
 *
 * @throws DeliveryError when the webhook cannot be used, or its URL cannot be read
 */
export const probeSlackWebhook = async (
  webhookUrl: Secret,
  signal: AbortSignal,
  environment: HttpEnvironment = defaultHttpEnvironment,
): Promise<void> => {
  const url = checkedUrl(await webhookUrl.read(signal));
  const answer = await postJson(
    { service: 'Slack', code: 'slack', url, body: '{}', secret: url, signal },
    environment,
  );
  if (answer.status !== 400 || !ABOUT_THE_MESSAGE.has(answer.text)) throw refusal(answer);
};
