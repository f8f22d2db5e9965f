import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { SecretLocation } from '../config/environment.ts';
import type { Target } from '../model/aws/inventory.ts';
import { createSecret, type Secret } from '../notify/secret-reader.ts';
import { clientSettings } from './client-settings.ts';

/**
 * A secret that is read when it is first needed.
 *
 * @param key of the value, where the secret is a JSON object
 * @param home named in the message when it cannot be read
 */
export const secretAt = (location: SecretLocation, key: string, home: Target, clock: () => number): Secret =>
  createSecret(
    location.kind === 'secret'
      ? {
          kind: 'secrets-manager',
          secretId: location.secretId,
          client: new SecretsManagerClient(clientSettings()),
        }
      : { kind: 'parameter', name: location.name, client: new SSMClient(clientSettings()) },
    key,
    home,
    clock,
  );
