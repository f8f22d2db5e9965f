import { EC2Client } from '@aws-sdk/client-ec2';
import { HttpResponse } from '@smithy/core/protocols';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { createEc2Inventory } from '../../shared/inventory/ec2-inventory.ts';
import type { InventorySource } from '../../shared/inventory/inventory-source.ts';
import { StreamingEc2Protocol } from '../../shared/inventory/page-reader/streaming-protocol.ts';
import type { AlertLevel } from '../../shared/model/alert/alert.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import {
  DAMAGES,
  inPieces,
  interfaceListing,
  levelOf,
  pagesOf,
  subnetListing,
  type WireSubnet,
} from './wire.ts';

/**
 * A scan that reads its subnets and interfaces as the product does: by the SDK's client with our protocol. Only the socket is
 * missing: requests are serialized and signed, answers are parsed, errors are tried again, and all of it fails here as it
 * would against EC2.
 */

/** The requests of one reading, by action and page. */
const REQUESTS = [
  'DescribeSubnets ',
  'DescribeSubnets second',
  'DescribeNetworkInterfaces ',
  'DescribeNetworkInterfaces second',
];

/** What AWS or the network does in place of an answer with status 200. */
type Refusal = { readonly status: number; readonly code: string } | 'reset' | 'reset within the body';

const REFUSALS: readonly Refusal[] = [
  { status: 503, code: 'Unavailable' },
  { status: 503, code: 'RequestLimitExceeded' },
  { status: 403, code: 'UnauthorizedOperation' },
  // The session ended in the middle of the scan.
  { status: 400, code: 'RequestExpired' },
  'reset',
  'reset within the body',
];

const WAYS = [...DAMAGES, ...REFUSALS];

/** What goes wrong in one reading. */
interface Mishap {
  /** One of `REQUESTS`. */
  readonly request: string;
  readonly way: (typeof WAYS)[number];
  /** In [0, 1): where an answer is cut off. */
  readonly shape: number;
  /** Only the first attempt fails, in a way in which the SDK tries again. */
  readonly passes: boolean;
}

/** @param value in [0, 1): which request goes wrong, and how */
export const mishapOf = (value: number): Mishap => {
  const way = WAYS[Math.floor(value * 1_000) % WAYS.length] as Mishap['way'];
  const shape = (value * 7_919) % 1;
  const isPassing = way === 'reset' || (typeof way === 'object' && way.status === 503);
  return {
    request: REQUESTS[Math.floor(value * REQUESTS.length)] as string,
    way,
    shape,
    passes: isPassing && shape < 0.5,
  };
};

export interface SdkReading {
  readonly target: Target;
  readonly subnets: readonly WireSubnet[];
  readonly mishap: Mishap | null;
  /** Bytes in one piece of a body that is read as a stream. */
  readonly pieces: number;
  /** A defect that is planted. */
  readonly plant?: ((inventory: InventorySource) => InventorySource) | undefined;
}

/** The level of each listed subnet; `null`: the interfaces could not be read. The whole is `null`: nor could the subnets. */
export type SdkSight = ReadonlyMap<string, AlertLevel | null> | null;

/** What a reading is to be taken for: all of it, the subnets without their levels, or nothing. */
export const truthOf = ({ subnets, mishap }: Pick<SdkReading, 'subnets' | 'mishap'>): SdkSight => {
  const isBroken = mishap !== null && !mishap.passes;
  if (isBroken && mishap.request.startsWith('DescribeSubnets')) return null;
  return new Map(subnets.map(({ subnetId, level }) => [subnetId, isBroken ? null : level]));
};

/** A client of its own for each simulation: simulations may run side by side in one process. */
export class SdkReader {
  #answers: (action: string, token: string) => HttpResponse = () => {
    throw new Error('nothing is read');
  };
  readonly #client = new EC2Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
    protocol: StreamingEc2Protocol,
    requestHandler: {
      handle: async ({ body }: { readonly body?: unknown }) => {
        const parameters = new URLSearchParams(String(body));
        return {
          response: this.#answers(parameters.get('Action') ?? '', parameters.get('NextToken') ?? ''),
        };
      },
    },
  });

  constructor() {
    // The SDK's own retries without waits, which would be real ones, and each time with its whole allowance of retries.
    this.#client.config.retryStrategy = async () => new ConfiguredRetryStrategy(2, 0);
  }

  async read({ target, subnets, mishap, pieces, plant = (own) => own }: SdkReading): Promise<SdkSight> {
    const pages = new Map(
      [subnetListing(subnets), interfaceListing(subnets)].map((listing) => [
        listing.action,
        pagesOf(listing),
      ]),
    );
    const attempts = new Map<string, number>();
    this.#answers = (action, token) => {
      const request = `${action} ${token}`;
      const attempt = (attempts.get(request) ?? 0) + 1;
      attempts.set(request, attempt);
      const page = pages.get(action)?.get(token) ?? '';
      return mishap?.request === request && !(mishap.passes && attempt > 1)
        ? damaged(action, page, mishap, pieces)
        : answer(action, page, pieces);
    };
    const inventory = plant(createEc2Inventory({ client: this.#client, target }));
    let listed: readonly string[];
    try {
      listed = (await inventory.subnets({})).map(({ subnetId }) => subnetId);
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      return null;
    }
    const used = new Map<string, number>();
    try {
      await inventory.eachInterface({}, ({ subnetId, privateAddresses }) => {
        used.set(subnetId, (used.get(subnetId) ?? 0) + privateAddresses.length);
      });
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      return new Map(listed.map((subnetId) => [subnetId, null]));
    }
    return new Map(listed.map((subnetId) => [subnetId, levelOf(used.get(subnetId) ?? 0)]));
  }
}

const isStreamed = (action: string): boolean => action === 'DescribeNetworkInterfaces';

const answer = (action: string, page: string, pieces: number, statusCode = 200): HttpResponse =>
  new HttpResponse({
    statusCode,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: isStreamed(action) && statusCode === 200 ? inPieces(page, pieces) : Buffer.from(page),
  });

const damaged = (action: string, page: string, { way, shape }: Mishap, pieces: number): HttpResponse => {
  if (typeof way === 'function') return answer(action, way(page, shape), pieces);
  if (way === 'reset') throw reset();
  if (way === 'reset within the body')
    return new HttpResponse({ statusCode: 200, headers: {}, body: broken(page, pieces) });
  const body = `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>${way.code}</Code><Message>Simulated</Message></Error></Errors><RequestID>r</RequestID></Response>`;
  return answer(action, body, pieces, way.status);
};

async function* broken(page: string, pieces: number): AsyncGenerator<Uint8Array> {
  yield* inPieces(page.slice(0, page.length / 2), pieces);
  throw reset();
}

const reset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
