import type { LabError } from '../http/lab-error.ts';
import type { Parameters } from '../http/parameters.ts';
import type { XmlRecord } from '../http/xml.ts';
import type { LabService } from '../service.ts';

/** A request that a fault may strike. */
export interface StruckRequest {
  readonly service: LabService;
  readonly action: string;
  readonly accountId: string;
  readonly region: string;
  readonly callerArn: string;
  readonly parameters: Parameters;
}

/** What a response body is made of on its way out. */
export type BodyStep = string | { readonly pauseMilliseconds: number } | { readonly reset: true };

/** Something that goes wrong. Each part is optional; a fault usually has one. */
export interface Fault {
  readonly name: string;
  /** Answers with this error instead of acting; `null` lets the request through. */
  readonly error?: (request: StruckRequest) => LabError | null;
  /** The connection stays open and no answer ever comes. */
  readonly hangs?: boolean;
  /** Changes the answer before it is written. */
  readonly answer?: (record: XmlRecord, request: StruckRequest) => XmlRecord;
  /** Changes the bytes of the answer. */
  readonly body?: (chunks: Iterable<string>) => Iterable<BodyStep>;
}

/** Which requests a fault strikes. What is left out matches everything; `action` may end in `*`. */
export interface FaultMatch {
  readonly service?: string;
  readonly action?: string;
  readonly accountId?: string;
  readonly region?: string;
}

/** Which of the matching requests, in the order of their arrival. */
export interface FaultTiming {
  /** So many matching requests pass first. Default 0. */
  readonly after?: number;
  /** So many are struck, then no more. Default: all. */
  readonly times?: number;
}

export interface InjectedFault {
  /** How many requests were struck so far. */
  readonly hits: number;
  remove(): void;
}

interface Injection {
  readonly match: FaultMatch;
  readonly fault: Fault;
  readonly after: number;
  readonly times: number;
  matched: number;
  hits: number;
}

const isMatch = (match: FaultMatch, request: StruckRequest): boolean =>
  (match.service === undefined || match.service === request.service.name) &&
  (match.accountId === undefined || match.accountId === request.accountId) &&
  (match.region === undefined || match.region === request.region) &&
  (match.action === undefined ||
    (match.action.endsWith('*')
      ? request.action.startsWith(match.action.slice(0, -1))
      : match.action === request.action));

/** The faults of one lab, struck in the order in which they were injected. */
export class Faults {
  readonly #injections = new Set<Injection>();

  inject(match: FaultMatch, fault: Fault, timing: FaultTiming = {}): InjectedFault {
    const injection: Injection = {
      match,
      fault,
      after: timing.after ?? 0,
      times: timing.times ?? Number.POSITIVE_INFINITY,
      matched: 0,
      hits: 0,
    };
    this.#injections.add(injection);
    return {
      get hits() {
        return injection.hits;
      },
      remove: () => {
        this.#injections.delete(injection);
      },
    };
  }

  clear(): void {
    this.#injections.clear();
  }

  /** The faults that strike this request. Counts it. */
  striking(request: StruckRequest): readonly Fault[] {
    const struck: Fault[] = [];
    for (const injection of this.#injections) {
      if (!isMatch(injection.match, request)) continue;
      injection.matched += 1;
      if (injection.matched <= injection.after || injection.hits >= injection.times) continue;
      injection.hits += 1;
      struck.push(injection.fault);
    }
    return struck;
  }
}
