import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../base/command-line.ts';
import type { Io } from '../base/io.ts';

/** Who gives a command, for state and logs. */
export interface Caller {
  readonly name: string;
  /** How that is known, for the answer of the command. */
  readonly known: string;
}

/** STS answers in well under a second; who acknowledges an alert at night does not wait longer (milliseconds). */
const TIME = 5_000;

/** Variables of which one is set wherever the AWS SDK has credentials, other than by its files or from the instance. */
const CREDENTIAL_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

/**
 * The name that was given, else the identity that AWS knows the caller by, else the user of the operating system. AWS is
 * asked where credentials are set up, or where the state is in AWS.
 */
export const callerOf = async (
  { by, table, region }: { readonly by?: string; readonly table?: string; readonly region?: string },
  io: Io,
): Promise<Caller> => {
  if (by !== undefined) return { name: nameIn(by), known: 'as --by says' };
  const arn = table !== undefined || hasCredentials(io.env) ? await awsIdentity(region, io.env) : null;
  return arn === null
    ? {
        name: io.user?.() ?? 'unknown user',
        known: 'the user of this machine; AWS was not asked or did not say',
      }
    : { name: arn, known: 'the identity of your AWS credentials' };
};

/** An ARN of a session has up to 200 characters or so; what is longer is no name. */
const LONGEST_NAME = 256;

/** @throws UsageError for what is no name: the record of who did it must name a person */
const nameIn = (by: string): string => {
  const name = by.trim();
  if (name === '' || name.length > LONGEST_NAME)
    throw new UsageError(
      name === '' ? '--by names no one.' : `--by has ${name.length} characters.`,
      `Give a name of at most ${LONGEST_NAME} characters, or leave it out.`,
    );
  return name;
};

const hasCredentials = (env: Io['env']): boolean =>
  CREDENTIAL_VARIABLES.some((name) => (env[name] ?? '') !== '') ||
  [
    env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(env['HOME'] ?? homedir(), '.aws', 'credentials'),
    env['AWS_CONFIG_FILE'] ?? join(env['HOME'] ?? homedir(), '.aws', 'config'),
  ].some((path) => existsSync(path));

/** Any Region can say who calls; where none is configured, this one is asked. */
const ANY_REGION = 'us-east-1';

/** The ARN that `sts:GetCallerIdentity` answers, which needs no permission; `null`: it did not. */
const awsIdentity = async (region: string | undefined, env: Io['env']): Promise<string | null> => {
  const [{ GetCallerIdentityCommand, STSClient }, { clientSettings }] = await Promise.all([
    import('@aws-sdk/client-sts'),
    import('../../shared/aws/client-settings.ts'),
  ]);
  const configured = region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? ANY_REGION;
  const client = new STSClient({ ...clientSettings({ region: configured }), maxAttempts: 2 });
  try {
    const command = new GetCallerIdentityCommand({});
    return (await client.send(command, { abortSignal: AbortSignal.timeout(TIME) })).Arn ?? null;
  } catch {
    return null;
  } finally {
    client.destroy();
  }
};
