// Reads the pods of the server in one way, and prints what it took: `node client.ts URL WAY [OPTIONS]`.
import { get as getPlain } from 'node:http';
import { get as getWithTls } from 'node:https';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { createHttpsApi } from '../../../shared/kubernetes/https-api.ts';
import { list, record } from '../../../shared/kubernetes/json-fields.ts';
import type { KubernetesApi } from '../../../shared/kubernetes/kubernetes-api.ts';
import { Lists } from '../../../shared/kubernetes/lists.ts';
import { readPods } from '../../../shared/kubernetes/read-pods.ts';
import { namespaceOf } from '../../../shared/kubernetes/records/nodes.ts';
import { podsOf } from '../../../shared/kubernetes/records/pods.ts';
import { RESOURCES } from '../../../shared/kubernetes/resources.ts';
import { readWithOfficialClient } from './official-client.ts';
import type { ReadOptions } from './reader.ts';

export interface Measured {
  readonly found: number;
  readonly seconds: number;
  /** Seconds of CPU time of this process, its start left out. */
  readonly cpu: number;
  /** The most memory of this process, in MB. */
  readonly peak: number;
}

export type Way = 'nothing' | 'headroom' | 'json' | 'official' | 'drain';

const [, , url = '', way = 'nothing', given = '{}'] = process.argv;
const { certificateAuthority, token = 'token' } = JSON.parse(given) as ReadOptions;

const api: KubernetesApi = createHttpsApi(
  { server: url, certificateAuthority: certificateAuthority ?? null, token: async () => token },
  { userAgent: 'headroom/bench', limits: { total: 300_000, bytes: 2e9 } },
);
const lists = new Lists(api);

const drained = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip', authorization: `Bearer ${token}` };
    const get = url.startsWith('https:') ? getWithTls : getPlain;
    const asked = get(`${url}${path}`, { headers, ca: certificateAuthority }, (answer) => {
      const isPacked = answer.headers['content-encoding'] === 'gzip';
      text(isPacked ? answer.pipe(createGunzip()) : answer).then(resolve, reject);
    });
    asked.once('error', reject);
  });

const WAYS: Readonly<Record<Way, () => Promise<number>>> = {
  nothing: async () => 0,
  headroom: async () => {
    const namespaces = await lists.all({ resource: RESOURCES.namespaces, pageSize: 500 }, ({ content }) =>
      list(content['items']).map((item) => namespaceOf(record(item), [])),
    );
    return (await readPods({ lists, labels: [], namespaces })).length;
  },
  json: async () => {
    const context = { phase: 'Running' as const, namespace: null, labels: [] };
    const request = { resource: RESOURCES.pods, pageSize: 500 };
    return (await lists.all(request, (page) => podsOf(page, context))).length;
  },
  official: () => readWithOfficialClient(url, { certificateAuthority, token }),
  drain: async () => {
    let next: string | undefined = '';
    while (next !== undefined) {
      const body: string = await drained(`/api/v1/pods?limit=500${next === '' ? '' : `&continue=${next}`}`);
      next = /"continue":"([^"]+)"/.exec(body.slice(0, 1_000))?.[1];
    }
    return 0;
  },
};

const startedAt = performance.now();
const before = process.cpuUsage();
const found = await WAYS[way as Way]();
const { user, system } = process.cpuUsage(before);
api.close();
const measured: Measured = {
  found,
  seconds: (performance.now() - startedAt) / 1_000,
  cpu: (user + system) / 1e6,
  peak: process.resourceUsage().maxRSS / 1_024,
};
console.log(JSON.stringify(measured));
