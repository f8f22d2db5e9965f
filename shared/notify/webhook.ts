import { createHash, createHmac } from 'node:crypto';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { writeAlertDocument } from './alert-document.ts';
import { DeliveryError } from './delivery-error.ts';
import { defaultHttpEnvironment, type HttpAnswer, type HttpEnvironment, postJson } from './http-delivery.ts';
import { composeMessage } from './message-content.ts';
import type { Notifier } from './notifier.ts';
import { receiverUrl } from './receiver-url.ts';
import type { Secret } from './secret-reader.ts';
import { denialIn } from './service-answer.ts';
import { trimToFit } from './trim-message.ts';

/** Receivers behind an API Gateway or a function take megabytes; SNS, which this stands beside, takes this much. */
export const MAX_WEBHOOK_BYTES = 262_144;

/** What a webhook needs. */
export interface WebhookOptions {
  /** The address, as a secret or as it stands in the configuration. */
  readonly url: Pick<Secret, 'read'>;
  readonly signingSecret: Secret;
  /** Epoch milliseconds, whenever asked. */
  readonly clock: () => number;
  readonly environment?: HttpEnvironment;
}

/**
 * The signature of a body by the specification Standard Webhooks (github.com/standard-webhooks/standard-webhooks), version
 * 1, for which there are libraries in many languages.
 *
 * @param secret `whsec_` and Base64, or any other text, whose bytes are the key then
 * @param at epoch seconds
 */
export const webhookSignature = (secret: string, id: string, at: number, body: string): string => {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`;
};

/** An id without the characters that a signed id must not have. The same message has the same one however often it is sent. */
const idOf = ({ messageId }: AlertMessage): string =>
  /^[\w-]{1,100}$/.test(messageId)
    ? messageId
    : createHash('sha256').update(JSON.stringify(messageId)).digest('hex');

/**
 * Posts alerts as signed JSON (`headroom/alert@1`) to a receiver of your own.
 * `send` throws DeliveryError: `webhook-refused`, `webhook-url-invalid`, those of `postJson`, or what reading a secret throws.
 */
export const createWebhookNotifier = ({
  url,
  signingSecret,
  clock,
  environment = defaultHttpEnvironment,
}: WebhookOptions): Notifier => ({
  send: async (message, signal) => {
    const fitting = trimToFit(message, (each) => Buffer.byteLength(bodyOf(each)) <= MAX_WEBHOOK_BYTES);
    const body = bodyOf(fitting);
    const address = receiverUrl(await url.read(signal), 'webhook', 'webhook-url-invalid');
    const secret = await signingSecret.read(signal);
    const id = idOf(message);
    const at = Math.floor(clock() / 1_000);
    const answer = await postJson(
      {
        service: 'The webhook',
        code: 'webhook',
        url: address,
        body,
        // The address may hold a token, and the answer may repeat it.
        secret: address,
        signal,
        headers: {
          'webhook-id': id,
          'webhook-timestamp': String(at),
          'webhook-signature': webhookSignature(secret, id, at, body),
        },
      },
      environment,
    );
    const denial = denialIn(answer);
    if (answer.status >= 200 && answer.status < 300 && denial === null) return;
    signingSecret.forget();
    throw refusal(answer, denial);
  },
});

const bodyOf = (message: AlertMessage): string =>
  writeAlertDocument(message, composeMessage(message).headline);

/** Statuses after which the same request may succeed (RFC 9110, RFC 8470). */
const MAY_PASS = new Set([408, 425]);

/** Statuses that are about what was sent. */
const ABOUT_THE_MESSAGE = new Set([400, 422]);

const refusal = ({ status, text }: HttpAnswer, denial: string | null): DeliveryError =>
  new DeliveryError(
    'webhook-refused',
    `The webhook did not take the message: HTTP ${status}${denial === null ? '' : `, ${denial}`}${text === '' ? '' : ` (${text.slice(0, 200)})`}`,
    status < 300
      ? 'Answer with a status of 2xx and without an error once the message is stored. Check that no login page answers in the place of the receiver.'
      : 'Check the URL, and that the receiver verifies the signature with the same secret.',
    {
      permanent: !MAY_PASS.has(status),
      fault: ABOUT_THE_MESSAGE.has(status) ? 'message' : 'destination',
    },
  );
