import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Json, list, record, text } from './json-fields.ts';
import type { ApiAnswer, KubernetesApi } from './kubernetes-api.ts';
import { KubernetesFailure } from './kubernetes-failure.ts';

/** Node cannot hold a longer text in one piece (512 MiB). */
const MOST_BYTES = 500_000_000;

/**
 * Answers of a cluster's API from files that `kubectl get --raw` wrote: `PLURAL.GROUP.json`, or `PLURAL.json` for the core
 * group. For clusters that cannot be reached from here. The files hold whole lists, so selectors are applied here.
 *
 * `ask` throws a KubernetesFailure `not-saved` for a file that is not there.
 */
export const createFilesApi = (folder: string): KubernetesApi => {
  const lists = new Map<string, Promise<readonly Json[]>>();
  const listed = (name: string): Promise<readonly Json[]> => {
    const known = lists.get(name) ?? readItems(folder, name);
    lists.set(name, known);
    return known;
  };
  return {
    ask: async ({ path }) => answer(folder, new URL(path, 'https://files'), listed),
    close: () => lists.clear(),
  };
};

const LIST = /^\/(?:api|apis\/([^/]+))\/[^/]+(?:\/namespaces\/([^/]+))?\/([a-z0-9]+)$/;
const PROXY = /^\/api\/v1\/namespaces\/kube-system\/pods\/([a-z0-9.-]+):\d+\/proxy\/metrics$/;

const answer = async (
  folder: string,
  { pathname, searchParams }: URL,
  listed: (name: string) => Promise<readonly Json[]>,
): Promise<ApiAnswer> => {
  const proxied = PROXY.exec(decodeURIComponent(pathname));
  if (proxied !== null) return { status: 200, text: await read(folder, join('ipamd', `${proxied[1]}.prom`)) };
  const match = LIST.exec(pathname);
  if (match === null) return { status: 200, text: await read(folder, `${pathname.slice(1)}.json`) };
  const [, group, namespace, plural] = match;
  const items = await listed(`${plural}${group === undefined ? '' : `.${group}`}.json`);
  const chosen = items.filter(
    (item) =>
      (namespace === undefined || record(item['metadata'])['namespace'] === decodeURIComponent(namespace)) &&
      isSelected(searchParams.get('fieldSelector'), (field) => fieldOf(item, field)) &&
      isSelected(searchParams.get('labelSelector'), (label) =>
        text(record(record(item['metadata'])['labels'])[label]),
      ),
  );
  return { status: 200, text: JSON.stringify({ kind: 'List', metadata: {}, items: chosen }) };
};

const TERM = /^([^!=]+)(!?)={1,2}(.*)$/;

/** A selector as this reader writes it: `a.b=c,d!=e`. */
const isSelected = (selector: string | null, valueAt: (key: string) => string | null): boolean =>
  (selector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [, key = '', not, wanted] = TERM.exec(term) ?? [];
      return ((valueAt(key) ?? '') === wanted) === (not === '');
    });

/** A field by its dotted path. The API leaves out what is false. */
const fieldOf = (item: Json, path: string): string | null => {
  let value: unknown = item;
  for (const name of path.split('.')) value = record(value)[name];
  if (path === 'spec.hostNetwork') return String(value === true);
  return typeof value === 'string' ? value : null;
};

const readItems = async (folder: string, name: string): Promise<readonly Json[]> => {
  const content = record(parsed(await read(folder, name), name));
  if (!Array.isArray(content['items']))
    throw new KubernetesFailure('malformed', `${name} holds no list: save it with \`kubectl get --raw\``);
  const items = list(content['items']).map(record);
  return name === 'pods.json' ? items.map(slimPod) : items;
};

/** All of a pod that is ever asked for. */
const slimPod = (pod: Json): Json => {
  const { nodeName, hostNetwork } = record(pod['spec']);
  const { phase, podIP } = record(pod['status']);
  const { managedFields: _, ...metadata } = record(pod['metadata']);
  return { metadata, spec: { nodeName, hostNetwork }, status: { phase, podIP } };
};

const read = async (folder: string, name: string): Promise<string> => {
  const path = join(folder, name);
  try {
    if ((await stat(path)).size > MOST_BYTES)
      throw new KubernetesFailure('budget', `${name} is larger than ${MOST_BYTES / 1e6} MB`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof KubernetesFailure) throw error;
    throw new KubernetesFailure('not-saved', `${name} is not among the saved answers`, { cause: error });
  }
};

const parsed = (content: string, name: string): unknown => {
  try {
    return JSON.parse(content);
  } catch {
    throw new KubernetesFailure('malformed', `${name} is no JSON`);
  }
};
