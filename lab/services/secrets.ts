import { LabError } from '../http/lab-error.ts';
import { flag, requiredText } from '../http/parameters.ts';
import { awsJson } from '../http/protocol.ts';
import type { Action, LabService } from '../service.ts';

/** Secrets and parameters of a lab by name, the same in every account. A secret is also found by its ARN. */
export type NamedTexts = Readonly<Record<string, string>>;

/** Secrets Manager adds six random characters to a secret's name in its ARN. */
const ARN_SUFFIX = '-AbCdEf';

export const createSecretsManager = (secrets: NamedTexts): LabService => {
  const getSecretValue: Action = ({ parameters, region, accountId, clock }) => {
    const given = requiredText(parameters, 'SecretId');
    const inArn = given.startsWith('arn:') ? (given.split(':secret:')[1] ?? '') : given;
    const name = Object.keys(secrets).find((each) => inArn === each || inArn === `${each}${ARN_SUFFIX}`);
    if (name === undefined) {
      throw new LabError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return {
      ARN: `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}${ARN_SUFFIX}`,
      Name: name,
      VersionId: '00000000-0000-4000-8000-000000000001',
      SecretString: secrets[name],
      VersionStages: ['AWSCURRENT'],
      CreatedDate: new Date(clock.startsAt),
    };
  };
  return {
    name: 'secrets-manager',
    signingName: 'secretsmanager',
    iamPrefix: 'secretsmanager',
    protocols: [awsJson('1.1')],
    actions: { GetSecretValue: getSecretValue },
  };
};

/** Every parameter is a SecureString: without `WithDecryption` its value stays a cipher. */
export const createParameterStore = (store: NamedTexts): LabService => {
  const getParameter: Action = ({ parameters, region, accountId, clock }) => {
    const given = requiredText(parameters, 'Name');
    const name = given.startsWith('arn:') ? (given.split(':parameter')[1] ?? '') : given;
    const value = Object.hasOwn(store, name) ? store[name] : undefined;
    if (value === undefined) throw new LabError('ParameterNotFound', '');
    return {
      Parameter: {
        Name: name,
        Type: 'SecureString',
        Value: flag(parameters, 'WithDecryption') ? value : `AQICAH${Buffer.from(value).toString('hex')}`,
        Version: 1,
        LastModifiedDate: new Date(clock.startsAt),
        ARN: `arn:aws:ssm:${region}:${accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`,
        DataType: 'text',
      },
    };
  };
  return {
    name: 'ssm',
    signingName: 'ssm',
    iamPrefix: 'ssm',
    protocols: [awsJson('1.1')],
    actions: { GetParameter: getParameter },
  };
};
