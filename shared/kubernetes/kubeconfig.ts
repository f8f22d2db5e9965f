import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { HeadroomError } from '../model/base/errors.ts';
import { type ExecPlugin, runExecPlugin } from './exec-plugin.ts';
import type { KubernetesConnection } from './https-api.ts';
import { type Json, list, record, text } from './json-fields.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** One context of a kubeconfig, with what it points to. */
export interface KubeContext {
  readonly name: string;
  /** The name of its cluster entry: an ARN where `aws eks update-kubeconfig` wrote it. */
  readonly clusterName: string;
  /** Opens the connection; runs the exec plugin of its user. @throws HeadroomError */
  readonly connect: () => Promise<KubeConnection>;
}

export interface KubeConnection {
  readonly connection: KubernetesConnection;
  /** `proxy-url` of the cluster. */
  readonly proxyUrl: string | null;
}

interface Entry {
  readonly content: Json;
  /** Paths in a file are relative to its folder. */
  readonly folder: string;
}

/**
 * Reads the kubeconfig that `KUBECONFIG` names, or `~/.kube/config`. Several files are merged as kubectl does it: the first
 * to name a context, cluster or user wins.
 *
 * @param contextName absent: the current context
 * @throws HeadroomError `kubeconfig-*`
 */
export const readKubeContext = (contextName: string | undefined, env: Environment): KubeContext => {
  const named = env['KUBECONFIG'] ?? '';
  const paths =
    named === ''
      ? [join(env['HOME'] ?? homedir(), '.kube', 'config')]
      : named.split(delimiter).filter((path) => path !== '');
  const files = paths.flatMap((path) => fileAt(path, paths.length > 1));
  const entries = (kind: string): ReadonlyMap<string, Entry> => {
    const all = files.flatMap(({ content, folder }) =>
      list(content[kind])
        .map(record)
        .map((item): [string, Entry] => [text(item['name']) ?? '', { content: item, folder }]),
    );
    return new Map(all.toReversed());
  };
  const contexts = entries('contexts');
  const current = files.map(({ content }) => text(content['current-context'])).find((name) => name !== null);
  const name = contextName ?? current ?? null;
  const context = name === null ? undefined : record(contexts.get(name)?.content['context']);
  if (name === null || context === undefined || Object.keys(context).length === 0)
    throw invalid(
      name === null ? 'has no current context' : `has no context ${name}`,
      `Choose one with --context: ${[...contexts.keys()].slice(0, 10).join(', ') || 'there is none'}.`,
    );
  const clusterName = text(context['cluster']) ?? '';
  const userName = text(context['user']) ?? '';
  const cluster = entries('clusters').get(clusterName);
  const user = entries('users').get(userName);
  if (cluster === undefined) throw invalid(`has no cluster ${clusterName}`, `Correct the context ${name}.`);
  return {
    name,
    clusterName,
    connect: () =>
      connectionOf(
        { content: record(cluster.content['cluster']), folder: cluster.folder },
        { content: record(user?.content['user']), folder: user?.folder ?? '.' },
        env,
      ),
  };
};

const invalid = (what: string, action: string): HeadroomError =>
  new HeadroomError('kubeconfig-invalid', `The kubeconfig ${what}`, action);

/** A file that is not there is skipped where several are named, as kubectl does. */
const fileAt = (path: string, mayBeAbsent: boolean): readonly Entry[] => {
  let written: string;
  try {
    written = readFileSync(path, 'utf8');
  } catch (error) {
    if (mayBeAbsent) return [];
    throw new HeadroomError(
      'kubeconfig-unreadable',
      `The kubeconfig ${path} cannot be read`,
      'Set KUBECONFIG, or run `aws eks update-kubeconfig`.',
      { cause: error },
    );
  }
  try {
    return [{ content: record(parse(written, { logLevel: 'error' })), folder: dirname(path) }];
  } catch {
    // The parser's message quotes the file, and that holds credentials.
    throw invalid(`${path} is not valid YAML`, 'Correct the file.');
  }
};

const connectionOf = async (cluster: Entry, user: Entry, env: Environment): Promise<KubeConnection> => {
  const server = text(cluster.content['server']) ?? '';
  if (cluster.content['insecure-skip-tls-verify'] === true)
    throw invalid(
      'asks to skip the check of the certificate (insecure-skip-tls-verify), which Headroom never does',
      'Give the cluster its certificate-authority-data.',
    );
  const certificateAuthority = pemOf(cluster, 'certificate-authority');
  const credentials = await credentialsOf(user, { server, certificateAuthority }, env);
  return {
    connection: {
      server,
      certificateAuthority,
      tlsServerName: text(cluster.content['tls-server-name']) ?? undefined,
      ...credentials,
    },
    proxyUrl: text(cluster.content['proxy-url']),
  };
};

/** `NAME-data` is Base64 of the PEM; `NAME` is the path of a file. The first wins, as with kubectl. */
const pemOf = ({ content, folder }: Entry, name: string): string | null => {
  const data = text(content[`${name}-data`]);
  if (data !== null) return Buffer.from(data, 'base64').toString('utf8');
  const path = text(content[name]);
  return path === null ? null : readRelated(resolve(folder, path), name);
};

const readRelated = (path: string, name: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new HeadroomError(
      'kubeconfig-unreadable',
      `The file ${path}, which the kubeconfig names as ${name}, cannot be read`,
      'Correct the path, or write the kubeconfig again.',
      { cause: error },
    );
  }
};

type Credentials = Pick<KubernetesConnection, 'token' | 'clientCertificate'>;

const credentialsOf = async (
  user: Entry,
  cluster: { readonly server: string; readonly certificateAuthority: string | null },
  env: Environment,
): Promise<Credentials> => {
  const { content, folder } = user;
  for (const unsupported of ['auth-provider', 'username', 'as'])
    if (content[unsupported] !== undefined)
      throw invalid(
        `uses ${unsupported} for its user, which Headroom does not support`,
        'Use a token, a client certificate or an exec plugin.',
      );
  const certificate = pemOf(user, 'client-certificate');
  const key = pemOf(user, 'client-key');
  const clientCertificate = certificate === null || key === null ? undefined : { certificate, key };
  const tokenFile = text(content['tokenFile']);
  // Files of tokens are renewed by others, so each use reads the file again.
  if (tokenFile !== null)
    return {
      clientCertificate,
      token: async () => readRelated(resolve(folder, tokenFile), 'tokenFile').trim(),
    };
  const token = text(content['token']);
  if (token !== null) return { clientCertificate, token: async () => token };
  const plugin = pluginOf(record(content['exec']), folder);
  if (plugin === null) return { clientCertificate, token: async () => null };
  let given = await runExecPlugin(plugin, cluster, env);
  return {
    clientCertificate: given.clientCertificate ?? clientCertificate,
    token: async ({ renew }) => {
      if (renew) given = await runExecPlugin(plugin, cluster, env);
      return given.token;
    },
  };
};

const pluginOf = (exec: Json, folder: string): ExecPlugin | null => {
  const command = text(exec['command']);
  if (command === null) return null;
  return {
    apiVersion: text(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    // A name alone is looked up on the PATH; a relative path belongs to the file.
    command: command.includes('/') ? resolve(folder, command) : command,
    args: list(exec['args']).flatMap((argument) => (typeof argument === 'string' ? [argument] : [])),
    env: Object.fromEntries(
      list(exec['env'])
        .map(record)
        .flatMap(({ name, value }): [string, string][] =>
          typeof name === 'string' && typeof value === 'string' ? [[name, value]] : [],
        ),
    ),
    providesClusterInfo: exec['provideClusterInfo'] === true,
  };
};
