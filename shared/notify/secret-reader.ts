import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { describeAwsFailure } from '../model/aws/aws-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { DeliveryError } from './delivery-error.ts';

/** Where a secret is kept: Secrets Manager (name or ARN) or an SSM parameter. */
export type SecretSource =
  | {
      readonly kind: 'secrets-manager';
      readonly secretId: string;
      readonly client: Pick<SecretsManagerClient, 'send'>;
    }
  | { readonly kind: 'parameter'; readonly name: string; readonly client: Pick<SSMClient, 'send'> };

/** A secret that is read when it is needed. */
export interface Secret {
  /** @throws DeliveryError that names the source and the missing permission, and never the value. */
  read(signal: AbortSignal): Promise<string>;
  /** Reads it again the next time: the value turned out not to work. */
  forget(): void;
}

/** How long a value is kept: a rotation reaches a warm function within this time. */
export const SECRET_LIFETIME_MS = 5 * 60_000;

/**
 * Reads one value of a secret and keeps it for five minutes. The secret is the value itself, or a JSON object that has
 * it under `key` - which is how the console stores what it calls key/value pairs.
 */
export const createSecret = (
  source: SecretSource,
  key: string,
  target: Target,
  now: () => number,
): Secret => {
  let kept: { readonly value: string; readonly until: number } | null = null;
  return {
    read: async (signal) => {
      if (kept !== null && now() < kept.until) return kept.value;
      const value = valueIn(await readSource(source, target, signal), key, source);
      kept = { value, until: now() + SECRET_LIFETIME_MS };
      return value;
    },
    forget: () => {
      kept = null;
    },
  };
};

/** How errors speak of it: `secret headroom/slack`, `parameter /headroom/slack`. */
const nameOf = (source: SecretSource): string =>
  source.kind === 'secrets-manager' ? `secret ${source.secretId}` : `parameter ${source.name}`;

const readSource = async (
  source: SecretSource,
  target: Target,
  signal: AbortSignal,
): Promise<string | undefined> => {
  try {
    if (source.kind === 'secrets-manager') {
      const command = new GetSecretValueCommand({ SecretId: source.secretId });
      return (await source.client.send(command, { abortSignal: signal })).SecretString;
    }
    const command = new GetParameterCommand({ Name: source.name, WithDecryption: true });
    return (await source.client.send(command, { abortSignal: signal })).Parameter?.Value;
  } catch (error) {
    throw failure(source, target, error);
  }
};

const MISSING = new Set(['ResourceNotFoundException', 'ParameterNotFound', 'ParameterVersionNotFound']);

const failure = (source: SecretSource, target: Target, error: unknown): DeliveryError => {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : '';
  if (MISSING.has(name)) {
    return new DeliveryError(
      'secret-missing',
      `There is no ${nameOf(source)} in account ${target.accountId}, ${target.region}`,
      'Create it, or correct its name in the configuration. It must be in the Region of the function.',
      { permanent: true, cause: error },
    );
  }
  // Both services decrypt with the caller's own permission, and word it differently when that is missing.
  if (name === 'DecryptionFailure' || name === 'InvalidKeyId' || /\bKMS\b|ciphertext/i.test(message)) {
    return new DeliveryError(
      'secret-not-decrypted',
      `The ${nameOf(source)} could not be decrypted`,
      "Allow kms:Decrypt on the secret's key to the role of the function, in the role's policy and in the key's.",
      { permanent: true, cause: error },
    );
  }
  const action = source.kind === 'secrets-manager' ? 'secretsmanager:GetSecretValue' : 'ssm:GetParameter';
  const problem = describeAwsFailure(error, { action, target });
  return new DeliveryError(
    `secret-${problem.code}`,
    `The ${nameOf(source)} could not be read: ${problem.message}`,
    problem.action,
    {
      permanent: problem.code === 'access-denied',
      cause: error,
    },
  );
};

const valueIn = (stored: string | undefined, key: string, source: SecretSource): string => {
  const text = (stored ?? '').trim();
  const value = text.startsWith('{') ? memberOf(text, key) : text;
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw new DeliveryError(
    'secret-without-value',
    stored === undefined || text === ''
      ? `The ${nameOf(source)} is empty or binary`
      : `The ${nameOf(source)} is JSON without a string under the key "${key}"`,
    `Store the value as plain text, or as JSON: {"${key}": "..."}.`,
    { permanent: true },
  );
};

const memberOf = (text: string, key: string): unknown => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, key)
      ? Reflect.get(parsed, key)
      : undefined;
  } catch {
    // The parser's message quotes the text, which is secret: it goes no further.
    return undefined;
  }
};
