import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ReadOptions } from './reader.ts';

/** Where the official client is installed for the bench alone: it has 83 MB with what it needs. */
export const OFFICIAL = join(import.meta.dirname, 'official');

/** As much of `@kubernetes/client-node` as the bench uses. */
interface OfficialClient {
  readonly KubeConfig: new () => {
    loadFromOptions(options: object): void;
    makeApiClient(api: unknown): {
      listPodForAllNamespaces(request: { readonly limit: number; readonly _continue?: string }): Promise<{
        readonly metadata?: { readonly _continue?: string };
        readonly items: readonly object[];
      }>;
    };
  };
  readonly CoreV1Api: unknown;
}

/** Lists all pods in pages of 500, as its documentation shows, and keeps what Headroom keeps of each. */
export const readWithOfficialClient = async (
  url: string,
  { certificateAuthority, token }: ReadOptions,
): Promise<number> => {
  const path = join(OFFICIAL, 'node_modules/@kubernetes/client-node/dist/index.js');
  const { KubeConfig, CoreV1Api } = (await import(pathToFileURL(path).href)) as OfficialClient;
  const configuration = new KubeConfig();
  configuration.loadFromOptions({
    clusters: [
      {
        name: 'bench',
        server: url,
        // It refuses plain HTTP unless it may leave out TLS.
        ...(certificateAuthority === undefined
          ? { skipTLSVerify: true }
          : { caData: Buffer.from(certificateAuthority).toString('base64') }),
      },
    ],
    users: [{ name: 'bench', token }],
    contexts: [{ name: 'bench', cluster: 'bench', user: 'bench' }],
    currentContext: 'bench',
  });
  const api = configuration.makeApiClient(CoreV1Api);
  const kept: unknown[] = [];
  let next: string | undefined;
  do {
    const { items, metadata } = await api.listPodForAllNamespaces({
      limit: 500,
      ...(next === undefined ? {} : { _continue: next }),
    });
    for (const pod of items) kept.push(Reflect.get(Object(Reflect.get(pod, 'status')), 'podIP'));
    next = metadata?._continue;
  } while (next !== undefined && next !== '');
  return kept.length;
};
