import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, test } from 'vitest';
import { createSecret, SECRET_LIFETIME_MS, type SecretSource } from '../../../shared/notify/secret-reader.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';

const VALUE = 'https://hooks.slack.com/services/T0/B0/X';
const TARGET = { accountId: '111122223333', region: 'eu-west-1' };
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };
const signal = new AbortController().signal;

const servers: CannedAws[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const startAws = async (...replies: readonly CannedReply[]): Promise<CannedAws> => {
  const server = await startCannedAws(({ nth }) => replies[Math.min(nth, replies.length - 1)] ?? {});
  servers.push(server);
  return server;
};

const clientSettings = ({ url }: CannedAws) => ({
  endpoint: url,
  region: TARGET.region,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
  maxAttempts: 1,
});

const fromSecretsManager = (aws: CannedAws): SecretSource => ({
  kind: 'secrets-manager',
  secretId: 'headroom/slack',
  client: new SecretsManagerClient(clientSettings(aws)),
});

const fromParameter = (aws: CannedAws): SecretSource => ({
  kind: 'parameter',
  name: '/headroom/slack',
  client: new SSMClient(clientSettings(aws)),
});

const secretString = (value: string): CannedReply => ({
  headers: JSON_TYPE,
  body: JSON.stringify({ Name: 'headroom/slack', SecretString: value }),
});
const parameterValue = (value: string): CannedReply => ({
  headers: JSON_TYPE,
  body: JSON.stringify({ Parameter: { Name: '/headroom/slack', Value: value } }),
});
const refusal = (type: string, message: string): CannedReply => ({
  status: 400,
  headers: JSON_TYPE,
  body: JSON.stringify({ __type: type, Message: message, message }),
});

const read = async (source: SecretSource) => createSecret(source, 'url', TARGET, () => 0).read(signal);

describe('a secret', () => {
  test('is read from Secrets Manager, as plain text or as the console stores pairs', async () => {
    const plain = await startAws(secretString(` ${VALUE}\n`));
    expect(await read(fromSecretsManager(plain))).toBe(VALUE);
    expect(JSON.parse(plain.requests[0]?.body ?? '')).toEqual({ SecretId: 'headroom/slack' });
    expect(
      await read(fromSecretsManager(await startAws(secretString(JSON.stringify({ url: VALUE, note: 'x' }))))),
    ).toBe(VALUE);
  });

  test('is read from an SSM parameter, decrypted', async () => {
    const aws = await startAws(parameterValue(VALUE));
    expect(await read(fromParameter(aws))).toBe(VALUE);
    expect(JSON.parse(aws.requests[0]?.body ?? '')).toEqual({
      Name: '/headroom/slack',
      WithDecryption: true,
    });
  });

  test('is kept for five minutes and read again after them', async () => {
    const aws = await startAws(secretString('first'), secretString('second'));
    let now = 1_000;
    const secret = createSecret(fromSecretsManager(aws), 'url', TARGET, () => now);
    expect(await secret.read(signal)).toBe('first');
    now += SECRET_LIFETIME_MS - 1;
    expect(await secret.read(signal)).toBe('first');
    expect(aws.requests).toHaveLength(1);
    now += 1;
    expect(await secret.read(signal)).toBe('second');
    expect(SECRET_LIFETIME_MS).toBe(300_000);
  });

  test('is read again when it turned out not to work', async () => {
    const aws = await startAws(secretString('first'), secretString('second'));
    const secret = createSecret(fromSecretsManager(aws), 'url', TARGET, () => 0);
    await secret.read(signal);
    secret.forget();
    expect(await secret.read(signal)).toBe('second');
  });

  test('that could not be read is not remembered as that', async () => {
    const aws = await startAws(refusal('InternalServiceError', 'later'), secretString(VALUE));
    const secret = createSecret(fromSecretsManager(aws), 'url', TARGET, () => 0);
    await expect(secret.read(signal)).rejects.toMatchObject({ code: 'secret-aws-error', permanent: false });
    expect(await secret.read(signal)).toBe(VALUE);
  });
});

describe('a secret that cannot be used', () => {
  const IDENTITY = 'arn:aws:sts::111122223333:assumed-role/headroom-notify-slack/fn';

  test.each([
    ['secret', fromSecretsManager, 'secretsmanager:GetSecretValue'],
    ['parameter', fromParameter, 'ssm:GetParameter'],
  ])('for want of a permission on the %s: which permission of which role', async (_, from, action) => {
    const aws = await startAws(
      refusal(
        'AccessDeniedException',
        `User: ${IDENTITY} is not authorized to perform: ${action} on resource: x because no identity-based policy allows it`,
      ),
    );
    await expect(read(from(aws))).rejects.toMatchObject({
      code: 'secret-access-denied',
      permanent: true,
      message: expect.stringContaining(
        `${IDENTITY} is not allowed to call ${action} in account 111122223333, eu-west-1`,
      ),
      action: `Allow ${action} in the policy of the role headroom-notify-slack of account 111122223333.`,
    });
  });

  test.each([
    [
      fromSecretsManager,
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret.",
      'There is no secret headroom/slack in account 111122223333, eu-west-1',
    ],
    [
      fromParameter,
      'ParameterNotFound',
      '',
      'There is no parameter /headroom/slack in account 111122223333, eu-west-1',
    ],
  ])('because it is not there: where it was looked for', async (from, type, text, message) => {
    await expect(read(from(await startAws(refusal(type, text))))).rejects.toMatchObject({
      code: 'secret-missing',
      permanent: true,
      message,
    });
  });

  test.each([
    [fromSecretsManager, 'AccessDeniedException', 'Access to KMS is not allowed'],
    [fromSecretsManager, 'DecryptionFailure', ''],
    [fromParameter, 'InvalidKeyId', 'The ciphertext refers to a customer master key that you cannot access'],
  ])('because its key is out of reach: the permission on the key', async (from, type, text) => {
    await expect(read(from(await startAws(refusal(type, text))))).rejects.toMatchObject({
      code: 'secret-not-decrypted',
      permanent: true,
      action: expect.stringContaining('kms:Decrypt'),
    });
  });

  test.each([
    [{ headers: JSON_TYPE, body: '{"Name":"x","SecretBinary":"eA=="}' }, 'is empty or binary'],
    [secretString('  '), 'is empty or binary'],
    [secretString('{"webhook":"TOPSECRET"}'), 'is JSON without a string under the key "url"'],
    [secretString('{"url":{"deep":"TOPSECRET"}}'), 'is JSON without a string under the key "url"'],
    [secretString('{"url":"TOPSECRET'), 'is JSON without a string under the key "url"'],
  ])('because of what is in it: its form, and never the value', async (reply, message) => {
    const error: unknown = await read(fromSecretsManager(await startAws(reply))).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'secret-without-value',
      permanent: true,
      message: `The secret headroom/slack ${message}`,
    });
    expect(`${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toContain(
      'TOPSECRET',
    );
  });

  test('because the time of the run is used up', async () => {
    const aws = await startAws(secretString(VALUE));
    const secret = createSecret(fromSecretsManager(aws), 'url', TARGET, () => 0);
    await expect(secret.read(AbortSignal.abort())).rejects.toMatchObject({
      code: 'secret-deadline-exceeded',
      permanent: false,
    });
  });
});
