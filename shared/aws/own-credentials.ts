import { homedir } from 'node:os';
import { join } from 'node:path';
import { fromNodeProviderChain, fromProcess } from '@aws-sdk/credential-providers';
import { CredentialsProviderError, loadSharedConfigFiles } from '@smithy/core/config';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { didYouMean } from '../config/nearest-word.ts';
import { redactSecrets } from '../model/base/redaction.ts';

/**
 * The SDK's chain of credentials, with two differences. A profile that does not exist is refused: the SDK would go on,
 * and could find the credentials of another account. And where `credential_process` fails, the error says so.
 *
 * @param clientConfig of the clients that the chain itself makes, for single sign-on and roles of profiles
 */
export const ownCredentials = (clientConfig: object): AwsCredentialIdentityProvider => {
  const chain = fromNodeProviderChain({ clientConfig });
  return async (properties) => {
    const missing = await missingProfile();
    if (missing !== null) throw new CredentialsProviderError(missing, { tryNextLink: false });
    try {
      return await chain(properties);
    } catch (error) {
      const why = await failingProcess();
      throw why === null ? error : new CredentialsProviderError(why, { tryNextLink: false });
    }
  };
};

/** Why the profile of `AWS_PROFILE` cannot be used; `null`: it exists, or none is named. */
export const missingProfile = async (): Promise<string | null> => {
  const name = process.env['AWS_PROFILE'] ?? '';
  if (name === '') return null;
  const profiles = Object.keys(await sharedProfiles());
  if (profiles.includes(name)) return null;
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = process.env;
  const files = [
    AWS_CONFIG_FILE ?? join(homedir(), '.aws', 'config'),
    AWS_SHARED_CREDENTIALS_FILE ?? join(homedir(), '.aws', 'credentials'),
  ];
  return `the profile "${name}" of AWS_PROFILE is neither in ${files.join(' nor in ')}.${didYouMean(name, profiles)}`;
};

/** Why `credential_process` of the profile in use gives no credentials; `null`: it gives some, or there is none. */
const failingProcess = async (): Promise<string | null> => {
  const profile = process.env['AWS_PROFILE'] || 'default';
  if ((await sharedProfiles())[profile]?.['credential_process'] === undefined) return null;
  try {
    await fromProcess({ profile })();
    return null;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const line = redactSecrets(
      said
        .split('\n')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .join(': '),
    );
    return `credential_process of the profile "${profile}" failed: ${line}`;
  }
};

const sharedProfiles = async (): Promise<
  Readonly<Record<string, Readonly<Record<string, string | undefined>>>>
> => {
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  return { ...configFile, ...credentialsFile };
};
