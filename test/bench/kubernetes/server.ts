// A list of pods of 12.5 kB each, as the API server sends it: in pages, packed, as JSON or as a table.
// `node server.ts PODS` prints its address.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { KubernetesObject } from '../../../lab/services/kubernetes/kinds.ts';
import { NAMESPACES, podAt } from './large-pod.ts';

const pods = Number(process.argv[2]);
const COLUMNS = ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node'].map((name) => ({ name }));

const rowOf = (pod: KubernetesObject, withMetadata: boolean): object => {
  const { podIP } = pod['status'] as { readonly podIP: string };
  const { nodeName } = pod['spec'] as { readonly nodeName: string };
  return {
    cells: [pod.metadata.name, '1/1', 'Running', '0', '5d', podIP, nodeName],
    object: withMetadata ? { metadata: pod.metadata } : null,
  };
};

const listOf = (path: string, query: URLSearchParams, asTable: boolean): object => {
  if (path === '/version') return { gitVersion: 'v1.36.3' };
  if (path === '/apis') return { groups: [] };
  if (path === '/api/v1/namespaces')
    return {
      kind: 'NamespaceList',
      metadata: {},
      items: Array.from({ length: NAMESPACES }, (_, index) => ({ metadata: { name: `team-${index}` } })),
    };
  const [, team] = /namespaces\/team-(\d+)\/pods/.exec(path) ?? [];
  const isNone = query.get('fieldSelector')?.includes('status.phase=Pending') === true;
  const step = team === undefined ? 1 : NAMESPACES;
  const first = Number(query.get('continue') ?? team ?? 0);
  const limit = Number(query.get('limit') ?? pods);
  const indexes: number[] = [];
  for (let index = first; !isNone && index < pods && indexes.length < limit; index += step)
    indexes.push(index);
  const next = first + indexes.length * step;
  const metadata =
    isNone || next >= pods
      ? {}
      : { continue: String(next), remainingItemCount: Math.ceil((pods - next) / step) };
  const found = indexes.map(podAt);
  return asTable
    ? {
        kind: 'Table',
        metadata,
        columnDefinitions: COLUMNS,
        rows: found.map((pod) => rowOf(pod, query.get('includeObject') !== 'None')),
      }
    : { kind: 'PodList', metadata, items: found };
};

let sent = 0;

const server = createServer((request, answer) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bench');
  // What was sent since the last time that this was asked.
  if (pathname === '/sent') {
    answer.end(String(sent));
    sent = 0;
    return;
  }
  const asTable = request.headers.accept?.includes('as=Table') === true;
  const body = gzipSync(JSON.stringify(listOf(pathname, searchParams, asTable)), { level: 1 });
  answer.writeHead(200, {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'content-length': body.length,
  });
  sent += body.length;
  answer.end(body);
});
// A reader may take longer over a page than the five seconds of Node's default.
server.keepAliveTimeout = 300_000;
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
