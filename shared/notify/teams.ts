import { DeliveryError } from './delivery-error.ts';
import { defaultHttpEnvironment, type HttpAnswer, type HttpEnvironment, postJson } from './http-delivery.ts';
import { composeMessage } from './message-content.ts';
import type { Notifier } from './notifier.ts';
import { receiverUrl } from './receiver-url.ts';
import type { Secret } from './secret-reader.ts';
import { denialIn } from './service-answer.ts';
import { teamsMessage } from './teams-card.ts';

/**
 * Posts alerts to a webhook of Microsoft Teams, of a workflow ("Post to a channel when a webhook request is received") or
 * an incoming webhook. Its URL is read when it is needed and appears in no error.
 * `send` throws DeliveryError: `teams-refused`, those of `postJson`, or what reading the secret throws.
 */
export const createTeamsNotifier = (
  webhookUrl: Secret,
  environment: HttpEnvironment = defaultHttpEnvironment,
): Notifier => ({
  send: async (message, signal) => {
    const body = JSON.stringify(teamsMessage(composeMessage(message)));
    const url = receiverUrl(await webhookUrl.read(signal), 'Teams webhook', 'teams-webhook-url-invalid');
    const answer = await postJson(
      { service: 'Teams', code: 'teams', url, body, secret: url, signal },
      environment,
    );
    if (isTaken(answer)) return;
    webhookUrl.forget();
    throw refusal(answer);
  },
});

/** A workflow says 202. An incoming webhook says `1` with 200, and puts an error of Teams into the same status. */
const isTaken = ({ status, text }: HttpAnswer): boolean =>
  (status === 202 && denialIn({ text }) === null) || (status === 200 && text === '1');

/** Of an incoming webhook: "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429". */
const ERROR_OF_TEAMS = /HTTP error (\d{3})/;

const refusal = ({ status, text }: HttpAnswer): DeliveryError => {
  const inner = Number(ERROR_OF_TEAMS.exec(text)?.[1] ?? status);
  const mayPass = inner === 429 || inner >= 500;
  return new DeliveryError(
    'teams-refused',
    `Teams did not take the message: HTTP ${status}${text === '' ? '' : ` ${text.slice(0, 200)}`}`,
    mayPass
      ? { ifItPersists: 'route fewer alerts to this destination.' }
      : 'Check that the secret holds the URL of a webhook of Teams, and that its workflow is turned on and has an owner. Check also that no login page answers in its place.',
    { permanent: !mayPass, fault: inner === 413 ? 'message' : 'destination' },
  );
};
