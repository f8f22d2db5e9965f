import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { HeadroomError } from '../model/base/errors.ts';
import { fileProblem } from '../model/base/file-problem.ts';
import { knowsProxies, usesProxy } from '../model/base/proxy-environment.ts';
import { defaultHttpEnvironment, type HttpEnvironment } from '../notify/http-delivery.ts';
import { fetchOf } from '../notify/proxied-fetch.ts';

/** What Node's agents need to reach AWS through the network that the environment describes. */
export interface AgentSettings {
  /** Node sends what `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say through a proxy, from 22.21 and 24.5 on. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
  /** The certificates that are trusted, in PEM: those of Node, and those of `AWS_CA_BUNDLE`. */
  readonly ca?: string[];
}

/** @throws HeadroomError when the CA bundle cannot be read, or this Node cannot use a proxy */
export const agentSettings = (env: NodeJS.ProcessEnv = process.env): AgentSettings => {
  const bundle = env['AWS_CA_BUNDLE'] ?? '';
  const proxy = usesProxy(env);
  if (proxy && !knowsProxies(process.versions.node))
    throw new HeadroomError(
      'proxy-unsupported',
      `HTTPS_PROXY is set, and Node ${process.versions.node} cannot use a proxy`,
      'Use Node 22.21, 24.5 or later, or unset HTTPS_PROXY where AWS can be reached without it.',
    );
  return {
    ...(proxy ? { proxyEnv: env } : {}),
    ...(bundle === '' ? {} : { ca: [...rootCertificates, certificatesIn(bundle)] }),
  };
};

const certificatesIn = (path: string): string => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new HeadroomError(
      'ca-bundle-unreadable',
      `The CA bundle ${path} of AWS_CA_BUNDLE cannot be read: ${fileProblem(error)}`,
      'Correct AWS_CA_BUNDLE, or unset it.',
      { cause: error },
    );
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new HeadroomError(
    'ca-bundle-unreadable',
    `The CA bundle ${path} of AWS_CA_BUNDLE holds no certificate in PEM`,
    'Correct AWS_CA_BUNDLE, or unset it.',
  );
};

/** How messages reach Slack and PagerDuty through the same network. */
export const httpEnvironment = (): HttpEnvironment => ({
  ...defaultHttpEnvironment,
  fetch: fetchOf(process.env),
});
