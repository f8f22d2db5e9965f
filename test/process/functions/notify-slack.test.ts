import { afterEach, describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import { writeAlertDocument } from '../../../shared/notify/alert-document.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { slackMessage } from '../../../shared/notify/slack-blocks.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';
import { invokeFunction } from '../../fixtures/invoke-function.ts';
import { cloudWatchAlarm } from '../../fixtures/messages/cloudwatch-alarm.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const TOKEN = 'T0SECRET/B0SECRET/XSECRETXSECRET';

const servers: CannedAws[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const start = async (reply: Parameters<typeof startCannedAws>[0]): Promise<CannedAws> => {
  const server = await startCannedAws(reply);
  servers.push(server);
  return server;
};

/** Slack's stand-in, and a Secrets Manager and SSM that hold its webhook's URL. */
const startServices = async (slackReply: (nth: number) => CannedReply = () => ({ body: 'ok' })) => {
  const slack = await start(({ nth }) => slackReply(nth));
  const webhook = `${slack.url}/services/${TOKEN}`;
  const aws = await start(({ action }) => ({
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(
      action === 'GetParameter'
        ? { Parameter: { Value: webhook } }
        : { SecretString: JSON.stringify({ url: webhook }) },
    ),
  }));
  return { slack, aws };
};

const record = (message: AlertMessage | string) => ({
  EventSource: 'aws:sns',
  Sns: {
    MessageId: 'sns-1',
    Message: typeof message === 'string' ? message : writeAlertDocument(message, 'headline'),
  },
});

const event = (...messages: readonly (AlertMessage | string)[]) => ({ Records: messages.map(record) });

const SECRET = { HEADROOM_SLACK_WEBHOOK_SECRET_ID: 'headroom/slack' };

const invoke = async (
  aws: CannedAws,
  events: readonly unknown[],
  environment: Readonly<Record<string, string>> = SECRET,
) => invokeFunction('notify-slack', events, { AWS_ENDPOINT_URL: aws.url, ...environment });

describe('notify-slack', () => {
  test('posts the alert of an SNS event to the webhook that the secret names', async () => {
    const { slack, aws } = await startServices();
    expect(await invoke(aws, [event(messageNamed('escalated-to-critical'))])).toMatchObject({
      succeeded: true,
    });
    expect(slack.requests.map(({ body }) => JSON.parse(body))).toEqual([
      slackMessage(composeMessage(messageNamed('escalated-to-critical'))),
    ]);
  });

  test('reads the webhook from an SSM parameter just as well', async () => {
    const { slack, aws } = await startServices();
    const parameter = { HEADROOM_SLACK_WEBHOOK_PARAMETER_NAME: '/headroom/slack' };
    expect(await invoke(aws, [event(messageNamed('surge'))], parameter)).toMatchObject({ succeeded: true });
    expect(slack.requests).toHaveLength(1);
    expect(aws.requests.map(({ action }) => action)).toEqual(['GetParameter']);
  });

  test('reads the secret once for many events', async () => {
    const { slack, aws } = await startServices();
    await invoke(aws, [event(messageNamed('surge')), event(messageNamed('resolved'))]);
    expect([slack.requests.length, aws.requests.length]).toEqual([2, 1]);
  });

  test('asks Secrets Manager up to eight times, as every other client of Headroom does', async () => {
    const { slack } = await startServices();
    const aws = await start(({ nth }) => ({
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      ...(nth < 5
        ? { status: 500, body: '{"__type":"InternalServiceError"}' }
        : { body: JSON.stringify({ SecretString: `${slack.url}/services/${TOKEN}` }) }),
    }));
    expect(await invoke(aws, [event(messageNamed('surge'))])).toMatchObject({ succeeded: true });
    expect(slack.requests).toHaveLength(1);
    expect(aws.requests[0]?.headers['user-agent']).toContain('headroom/');
  });

  test('throws when Slack fails, so that Lambda tries again', async () => {
    const { aws } = await startServices(() => ({ status: 400, body: 'invalid_blocks' }));
    const { succeeded, log } = await invoke(aws, [event(messageNamed('surge'))]);
    expect(succeeded).toBe(false);
    expect(log).toContain('"code":"slack-refused"');
    expect(log).toContain('Slack refused the message: HTTP 400 invalid_blocks');
  });

  test('refuses a poisoned record in clear words, and still posts the others', async () => {
    const { slack, aws } = await startServices();
    const { succeeded, log } = await invoke(aws, [
      event('{"schema":"other"}', messageNamed('surge'), 'not json'),
    ]);
    expect(succeeded).toBe(false);
    expect(slack.requests).toHaveLength(1);
    expect(log).toContain('schema must be headroom/alert@1');
    expect(log).toContain('The message is not JSON');
  });

  test('posts the alarms of CloudWatch on the monitor itself, which come over the same topic', async () => {
    const { slack, aws } = await startServices();
    expect(await invoke(aws, [event(JSON.stringify(cloudWatchAlarm()))])).toMatchObject({ succeeded: true });
    expect(slack.requests[0]?.body).toContain('has not scanned any target');
  });

  test('says what is wrong with its environment, and posts nothing', async () => {
    const { slack, aws } = await startServices();
    const { succeeded, log } = await invoke(aws, [event(messageNamed('surge'))], {});
    expect(succeeded).toBe(false);
    expect(log).toContain(
      'HEADROOM_SLACK_WEBHOOK_SECRET_ID and HEADROOM_SLACK_WEBHOOK_PARAMETER_NAME are both unset',
    );
    expect(slack.requests).toHaveLength(0);
  });

  test('keeps the webhook out of its log, whatever happens, even where Slack repeats it', async () => {
    const { aws } = await startServices((nth) =>
      nth === 0
        ? { body: 'ok' }
        : { status: 404, body: `no such hook https://hooks.slack.com/services/${TOKEN}` },
    );
    const { log } = await invoke(aws, [event(messageNamed('surge')), event(messageNamed('resolved'))], {
      ...SECRET,
      LOG_LEVEL: 'DEBUG',
    });
    expect(log).toContain('Posted an alert to Slack');
    expect(log).toContain('https://hooks.slack.com[redacted]');
    expect(log).not.toContain('SECRET/');
  });
});
