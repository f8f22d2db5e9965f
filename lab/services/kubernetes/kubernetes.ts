import type { WireAnswer, WireRequest } from '../../http/protocol.ts';
import type { Reply } from '../../http/server.ts';
import { apiVersionOf, KINDS, type Kind, type KubernetesObject } from './kinds.ts';
import { BadSelector, selectionOf } from './selectors.ts';
import { tableOf } from './tables.ts';

/** A right, as RBAC writes it. */
export interface Right {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  readonly namespace: string | null;
}

/** How a pod answers behind the proxy; `null`: it never does. */
export type PodAnswer = { readonly status: number; readonly text: string } | null;

/** A small Kubernetes API, as far as Headroom reads one. */
export interface KubernetesCluster {
  /** Read at every request. Groups of custom kinds are served where `installed` names them. */
  objects(): readonly KubernetesObject[];
  readonly installed?: readonly string[];
  /** The user behind a bearer token; `null`: there is none. */
  userOf(token: string): string | null;
  mayDo?(user: string, right: Right): boolean;
  /** Groups of every user. Absent: the one that Headroom's roles are for. */
  readonly groups?: readonly string[] | undefined;
  /** Text of `/metrics` of a pod in `kube-system`. */
  podMetrics?(name: string, port: number): PodAnswer;
  /** What goes wrong, before anything else happens; `null`: nothing. */
  fault?(request: WireRequest): { readonly status: number; readonly retryAfter?: number } | null;
}

const LIST = /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/([a-z0-9]+)$/;
const PROXY = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/:]+):(\d+)\/proxy\/metrics$/;
const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

export const VERSION = 'v1.36.3-lab';

/** Answers one request. `null`: no answer, ever. */
export const answerKubernetes = (cluster: KubernetesCluster, request: WireRequest): Reply | null => {
  const answer = answerOf(cluster, request);
  return answer === null ? null : { answer, steps: answer.body };
};

const answerOf = (cluster: KubernetesCluster, request: WireRequest): WireAnswer | null => {
  const fault = cluster.fault?.(request) ?? null;
  if (fault !== null) {
    return status(fault.status, 'the lab lets this request fail', {
      ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
    });
  }
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const user = token === undefined ? null : cluster.userOf(token);
  if (user === null) return status(401, 'Unauthorized');
  if (request.method === 'POST' && request.path === REVIEW) return review(cluster, user, request.body);
  if (request.method === 'POST' && request.path === SELF) return self(cluster, user);
  if (request.method !== 'GET') return status(405, 'the lab does not write');
  if (request.path === '/version') return json(200, { gitVersion: VERSION });
  if (request.path === '/apis') return json(200, groups(cluster));

  const proxied = PROXY.exec(decodeURIComponent(request.path));
  if (proxied !== null) {
    const [, namespace = '', name = '', port] = proxied;
    const right = { verb: 'get', resource: 'pods/proxy', group: '', namespace };
    if (!allows(cluster, user, right)) return forbidden(user, right);
    const answered = cluster.podMetrics?.(name, Number(port)) ?? null;
    return answered === null ? null : plain(answered.status, answered.text);
  }
  const match = LIST.exec(request.path);
  if (match === null) return status(404, 'the server could not find the requested resource');
  const [, group = '', version, namespace = null, plural = ''] = match;
  const right = { verb: 'list', resource: plural, group, namespace };
  if (!allows(cluster, user, right)) return forbidden(user, right);
  const kind = KINDS.find(
    (each) => each.group === group && each.version === version && each.plural === plural,
  );
  if (kind === undefined || !isServed(cluster, kind))
    return status(404, 'the server could not find the requested resource');
  return list(cluster, kind, namespace, request);
};

const isServed = ({ installed = [] }: KubernetesCluster, { custom, group }: Kind): boolean =>
  !custom || installed.includes(group);

const groups = (cluster: KubernetesCluster): object => {
  const served = new Map(
    KINDS.filter((kind) => kind.group !== '' && isServed(cluster, kind)).map((kind) => [kind.group, kind]),
  );
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...served.values()].map((kind) => {
      const version = { groupVersion: apiVersionOf(kind), version: kind.version };
      return { name: kind.group, versions: [version], preferredVersion: version };
    }),
  };
};

/** Where the next page begins. The server's own token also names the version of the list. */
const tokenOf = (start: number): string => Buffer.from(JSON.stringify({ start })).toString('base64url');

const startOf = (token: string | null): number | null => {
  if (token === null) return 0;
  try {
    return (JSON.parse(Buffer.from(token, 'base64url').toString()) as { readonly start: number }).start;
  } catch {
    return null;
  }
};

const list = (
  cluster: KubernetesCluster,
  kind: Kind,
  namespace: string | null,
  { query, headers }: WireRequest,
): WireAnswer => {
  const start = startOf(query.get('continue'));
  if (start === null) return status(400, 'continue key is not valid');
  const selectors = [query.get('fieldSelector'), query.get('labelSelector')] as const;
  let isSelected: (object: KubernetesObject) => boolean;
  try {
    isSelected = selectionOf(kind, ...selectors);
  } catch (error) {
    if (!(error instanceof BadSelector)) throw error;
    return status(400, error.message);
  }
  const found = cluster
    .objects()
    .filter(
      (object) =>
        object.kind === kind.kind &&
        object.apiVersion === apiVersionOf(kind) &&
        (namespace === null || object.metadata.namespace === decodeURIComponent(namespace)) &&
        isSelected(object),
    )
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const limit = Number(query.get('limit') ?? '0');
  const end = limit === 0 ? found.length : Math.min(found.length, start + limit);
  const remaining = found.length - end;
  const metadata = {
    resourceVersion: '1000',
    ...(remaining === 0 ? {} : { continue: tokenOf(end) }),
    // The server does not count what a selector leaves.
    ...(remaining === 0 || selectors.some((selector) => selector !== null)
      ? {}
      : { remainingItemCount: remaining }),
  };
  const page = found.slice(start, end);
  return headers.accept?.includes('as=Table') === true
    ? json(200, {
        kind: 'Table',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        ...tableOf(kind, page, query.get('includeObject') ?? 'Metadata'),
      })
    : json(200, { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: page });
};

/** The order of etcd's keys. */
const keyOf = ({ metadata: { namespace = '', name } }: KubernetesObject): string => `${namespace}/${name}`;

const allows = (cluster: KubernetesCluster, user: string, right: Right): boolean =>
  cluster.mayDo === undefined || cluster.mayDo(user, right);

interface AccessReview {
  readonly spec?: {
    readonly resourceAttributes?: {
      readonly verb?: string;
      readonly resource?: string;
      readonly subresource?: string;
      readonly group?: string;
      readonly namespace?: string;
    };
  };
}

const review = (cluster: KubernetesCluster, user: string, body: string): WireAnswer => {
  const { spec } = JSON.parse(body) as AccessReview;
  const asked = spec?.resourceAttributes ?? {};
  const right = {
    verb: asked.verb ?? '',
    resource: asked.subresource ? `${asked.resource}/${asked.subresource}` : (asked.resource ?? ''),
    group: asked.group ?? '',
    namespace: asked.namespace || null,
  };
  const allowed = allows(cluster, user, right);
  return json(201, {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    spec,
    status: { allowed },
  });
};

const self = ({ groups = ['headroom-readers'] }: KubernetesCluster, username: string): WireAnswer =>
  json(201, {
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    status: { userInfo: { username, groups: [...groups, 'system:authenticated'] } },
  });

const forbidden = (user: string, { verb, resource, group, namespace }: Right): WireAnswer =>
  status(
    403,
    `${resource} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${namespace === null ? 'at the cluster scope' : `in the namespace "${namespace}"`}`,
  );

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  410: 'Expired',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
};

const status = (code: number, message: string, headers: Readonly<Record<string, string>> = {}): WireAnswer =>
  json(
    code,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason: REASONS[code],
      code,
    },
    headers,
  );

const json = (code: number, content: object, headers: Readonly<Record<string, string>> = {}): WireAnswer => ({
  status: code,
  headers: { 'content-type': 'application/json', ...headers },
  body: [JSON.stringify(content)],
});

const plain = (code: number, text: string): WireAnswer => ({
  status: code,
  headers: { 'content-type': 'text/plain; version=0.0.4' },
  body: [text],
});
