import pLimit from 'p-limit';
import type { KubernetesPermission } from '../model/kubernetes/observed.ts';
import { type Json, list, record, text } from './json-fields.ts';
import type { ApiAnswer, ApiRequest, KubernetesApi } from './kubernetes-api.ts';
import { forbidden, KubernetesFailure } from './kubernetes-failure.ts';

/** Prefer the server's own table; a server that makes none answers the list itself. */
export const AS_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** A kind, as the API names it. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export interface ListRequest {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  readonly pageSize: number;
  /** Rows of a table, with the objects' metadata or with nothing but the cells. Absent: whole objects. */
  readonly table?: 'Metadata' | 'None';
}

/** A page of a list: objects, or a table. */
export interface ListPage {
  readonly kind: string | null;
  readonly content: Json;
}

/** A list that was changed while it was read begins again; a server that never lets it end is left. */
const RESTARTS = 3;

/** A list of 50,000 pods in pages of 200 has 250. */
const MOST_PAGES = 2_000;

/**
 * Lists of one cluster. One is in flight at a time, so that the API server keeps its room for the cluster's own controllers.
 */
export class Lists {
  readonly #api: KubernetesApi;
  readonly #one = pLimit(1);

  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  /**
   * All pages of a list, each slimmed by `take` before the next is asked for. A list that begins again begins with
   * nothing.
   *
   * @throws KubernetesFailure when the list cannot be read in full
   */
  all<Item>(asked: ListRequest, take: (page: ListPage) => readonly Item[]): Promise<readonly Item[]> {
    return this.#one(() => this.#pages(asked, take));
  }

  /**
   * How many objects of a kind there are, for one object's bytes. Selectors cannot be counted so.
   *
   * @throws KubernetesFailure when the number cannot be read
   */
  count(resource: Resource, namespace?: string): Promise<number> {
    const asked: ListRequest = {
      resource,
      pageSize: 1,
      table: 'None',
      ...(namespace === undefined ? {} : { namespace }),
    };
    return this.#one(async () => {
      const page = await this.#page(asked, null);
      const metadata = record(page.content['metadata']);
      const here = (page.kind === 'Table' ? list(page.content['rows']) : list(page.content['items'])).length;
      const remaining = metadata['remainingItemCount'];
      if (text(metadata['continue']) !== null && typeof remaining !== 'number')
        throw new KubernetesFailure(
          'malformed',
          `the list of ${resource.plural} does not say how many remain`,
        );
      return here + (typeof remaining === 'number' ? remaining : 0);
    });
  }

  /** What stands at a path. `permission` is named where it is missing. */
  async object(request: ApiRequest, permission: KubernetesPermission): Promise<Json> {
    return parsed(succeeded(await this.#api.ask(request), permission), request.path);
  }

  async #pages<Item>(
    asked: ListRequest,
    take: (page: ListPage) => readonly Item[],
  ): Promise<readonly Item[]> {
    for (let restarts = 0; ; restarts += 1) {
      const items: Item[] = [];
      try {
        const seen = new Set<string>();
        let next: string | null = null;
        do {
          const page: ListPage = await this.#page(asked, next);
          for (const item of take(page)) items.push(item);
          next = text(record(page.content['metadata'])['continue']);
          if (next !== null && (seen.has(next) || seen.size >= MOST_PAGES))
            throw new KubernetesFailure('malformed', `the list of ${asked.resource.plural} does not end`);
          if (next !== null) seen.add(next);
        } while (next !== null);
        return items;
      } catch (error) {
        // 410: the pages belong to a version of the list that the server has forgotten.
        const isExpired = error instanceof KubernetesFailure && error.status === 410;
        if (!isExpired || restarts === RESTARTS) throw error;
      }
    }
  }

  async #page(asked: ListRequest, next: string | null): Promise<ListPage> {
    const path = listPath(asked, next);
    const answer = await this.#api.ask({ path, ...(asked.table === undefined ? {} : { accept: AS_TABLE }) });
    const content = parsed(succeeded(answer, permissionOf(asked)), path);
    const kind = text(content['kind']);
    const items = content[kind === 'Table' ? 'rows' : 'items'];
    // Go writes an empty list as null where nothing was ever put into it.
    const isEmpty = items === null && (kind === 'Table' || kind?.endsWith('List') === true);
    if (!Array.isArray(items) && !isEmpty)
      throw new KubernetesFailure('malformed', `the answer for ${asked.resource.plural} is no list`);
    return { kind, content };
  }
}

export const permissionOf = ({
  resource: { plural, group },
  namespace,
}: Pick<ListRequest, 'resource' | 'namespace'>): KubernetesPermission => ({
  verb: 'list',
  resource: plural,
  group,
  namespace: namespace ?? null,
});

const listPath = (
  {
    resource: { group, version, plural },
    namespace,
    fieldSelector,
    labelSelector,
    pageSize,
    table,
  }: ListRequest,
  next: string | null,
): string => {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const query = new URLSearchParams({
    limit: String(pageSize),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(table === undefined ? {} : { includeObject: table }),
    ...(next === null ? {} : { continue: next }),
  });
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${within}/${plural}?${query}`;
};

/** The body of an answer. @throws KubernetesFailure for any status but success */
export const succeeded = ({ status, text: body }: ApiAnswer, permission: KubernetesPermission): string => {
  if (status === 200 || status === 201) return body;
  if (status === 403) throw forbidden(permission);
  if (status === 401)
    throw new KubernetesFailure('unauthenticated', 'the API server does not accept the credentials', {
      status,
    });
  throw new KubernetesFailure('failed', `the API server answered ${status} for ${permission.resource}`, {
    status,
  });
};

const parsed = (body: string, path: string): Json => {
  try {
    return record(JSON.parse(body));
  } catch {
    // The parser's message quotes the body.
    throw new KubernetesFailure('malformed', `the answer for ${path.split('?')[0]} is no JSON`);
  }
};
