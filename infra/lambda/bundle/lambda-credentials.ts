import { fromEnv } from '@aws-sdk/credential-provider-env';

/** Stands in for the SDK's chain of credential sources inside a bundle: Lambda has one source, the environment. */
export const defaultProvider = fromEnv;

export const ownCredentials = (): ReturnType<typeof fromEnv> => fromEnv();
