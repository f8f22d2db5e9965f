/** One request to the API of a cluster. Nothing here writes: a POST asks the API who the caller is, or what it may do. */
export interface ApiRequest {
  /** Path and query, percent-encoded: `/api/v1/nodes?limit=250`. */
  readonly path: string;
  readonly accept?: string;
  /** A review of the caller itself, as JSON. Makes the request a POST. */
  readonly review?: string;
  /** For this request alone, in milliseconds. */
  readonly timeout?: number;
  /** A request to a pod behind the API: an error of the pod is not repeated. */
  readonly proxied?: boolean;
}

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * What answers for the API of one cluster. Answers of any status are returned; only what gave no usable answer within
 * the deadline and budget is thrown.
 *
 * @throws KubernetesFailure `unreachable`, `deadline`, `budget`, `throttled` or `malformed`
 */
export interface KubernetesApi {
  ask(request: ApiRequest): Promise<ApiAnswer>;
  close(): void;
}
