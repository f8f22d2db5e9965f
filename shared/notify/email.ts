import { createHash } from 'node:crypto';
import { type SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { describeAwsFailure } from '../model/aws/aws-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { DeliveryError } from './delivery-error.ts';
import { composeMessage } from './message-content.ts';
import type { Notifier } from './notifier.ts';
import { emailSubject, emailText } from './plain-text.ts';

export interface EmailOptions {
  readonly from: string;
  readonly to: readonly string[];
  /** The account and Region whose SES sends it, for errors. */
  readonly home: Target;
}

/** The e-mail of one message. Messages of one thread refer to one id, so that mail clients show them as a conversation. */
export const emailInput = (message: AlertMessage, { from, to }: Pick<EmailOptions, 'from' | 'to'>) => {
  const content = composeMessage(message);
  const thread = `<${digest(message.threadId)}@headroom.invalid>`;
  return {
    FromEmailAddress: from,
    Destination: { ToAddresses: [...to] },
    Content: {
      Simple: {
        Subject: { Data: emailSubject(content), Charset: 'UTF-8' },
        Body: { Text: { Data: emailText(content), Charset: 'UTF-8' } },
        Headers: [
          { Name: 'References', Value: thread },
          { Name: 'In-Reply-To', Value: thread },
          { Name: 'Auto-Submitted', Value: 'auto-generated' },
          { Name: 'X-Headroom-Message', Value: digest(message.messageId) },
        ],
      },
    },
  } satisfies SendEmailCommandInput;
};

/** Thread and message ids hold names from scanned accounts, and headers take no line breaks. */
const digest = (text: string): string =>
  createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, 32);

/**
 * Sends alerts as plain text by Amazon SES.
 * `send` throws DeliveryError: `email-refused` (permanent), `email-not-confirmed` and those of AWS failures.
 */
export const createEmailNotifier = (client: Pick<SESv2Client, 'send'>, options: EmailOptions): Notifier => ({
  send: async (message, signal) => {
    try {
      const { MessageId } = await client.send(new SendEmailCommand(emailInput(message, options)), {
        abortSignal: signal,
      });
      if (MessageId === undefined) throw notSes(options);
    } catch (error) {
      throw error instanceof DeliveryError ? error : failure(error, options);
    }
  },
});

const notSes = ({ home }: EmailOptions): DeliveryError =>
  new DeliveryError(
    'email-not-confirmed',
    `The answer for SES in ${home.region} did not confirm the e-mail`,
    'Check that no proxy answers in place of SES, and that AWS_ENDPOINT_URL names an endpoint of SES.',
    { permanent: true },
  );

/** What SES says until a person acts (API reference of SendEmail). */
const REFUSALS: Readonly<Record<string, string>> = {
  AccountSuspendedException: 'Ask AWS Support why SES has suspended the account.',
  BadRequestException: 'Check the addresses of this destination.',
  MailFromDomainNotVerifiedException: 'Verify the MAIL FROM domain in SES.',
  MessageRejected:
    'Verify the sender in SES. In the sandbox of SES, verify the recipients too, or ask for production access.',
  NotFoundException: 'Verify the sender in SES, in the Region of this destination.',
  SendingPausedException: 'Enable sending for the account in SES again.',
};

const failure = (error: unknown, { from, home }: EmailOptions): DeliveryError => {
  const name = error instanceof Error ? error.name : '';
  const advice = Object.hasOwn(REFUSALS, name) ? REFUSALS[name] : undefined;
  if (advice !== undefined)
    return new DeliveryError(
      'email-refused',
      `SES did not take the e-mail from ${from}: ${name}${error instanceof Error ? ` ${error.message}` : ''}`,
      advice,
      { permanent: true, cause: error },
    );
  const problem = describeAwsFailure(error, { action: 'ses:SendEmail', target: home });
  return new DeliveryError(`email-${problem.code}`, problem.message, problem.action, {
    permanent: problem.code === 'access-denied',
    cause: error,
  });
};
