import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { readBytes } from '../../shared/model/base/read-bytes.ts';
import { redactSecrets } from '../../shared/model/base/redaction.ts';
import { MAX_BODY, type SlackAnswer, type SlackRequest } from '../../shared/pipeline/slack-interaction.ts';
import { UsageError } from '../base/command-line.ts';
import { type Action, actionIn, actionRefusal, MAX_ACTION } from './actions.ts';
import { isAllowed, isLoopback, refusalOf } from './request-origin.ts';

/** What can be asked of the server, each answered again. */
export interface Pages {
  readonly report: () => Promise<string>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** `null`: ready. Otherwise why not. */
  readonly notReady: () => string | null;
  /** Differs once `report` has something new; left out: not known. */
  readonly version?: () => string;
  /** The last scans and the alerts that fire, as JSON. @param query what is asked for, in the form of an address */
  readonly scan?: (query?: URLSearchParams) => Promise<string>;
  readonly alerts?: () => Promise<string>;
  /** The markup of one subnet, opened; `null`: no scan has it. */
  readonly details?: (subnet: SubnetPlace) => Promise<string | null>;
  /** The runbook of a check; `null`: there is no such check. */
  readonly runbook?: (kind: string) => string | null;
  /** Does what a reader of the page asks for. Left out: readers may not act. */
  readonly actions?: Actions;
  /** Answers a click on a button in Slack. Slack signs it, so that it needs no token. Left out: there is no Slack app. */
  readonly slack?: (request: SlackRequest) => Promise<Pick<SlackAnswer, 'status' | 'body'>>;
}

export type SubnetPlace = Readonly<Record<'accountId' | 'region' | 'subnetId', string>>;

/** See `actions.ts`. */
export interface Actions {
  /** What the page sends, so that no other page can. */
  readonly token: string;
  /** Hosts under which people reach the page, as an origin has them. */
  readonly names: readonly string[];
  readonly perform: (action: Action) => Promise<string>;
}

const messageOf = (error: unknown): string =>
  printable(redactSecrets(error instanceof Error ? error.message : String(error)));

/** Beside the report's own policy, what only a header can say. No other page may show or reach into these. */
const POLICY = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': POLICY,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const send = (
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response
    .writeHead(status, {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      ...HEADERS,
      ...headers,
    })
    .end(body);
};

/** Whether the client takes gzip. RFC 9110, 12.5.3: a weight of 0 refuses it. */
const takesGzip = (accepted: string | undefined): boolean =>
  (accepted ?? '').split(',').some((each) => {
    const [name = '', weight = ''] = each.split(';', 2).map((part) => part.trim().toLowerCase());
    return name === 'gzip' && !/^q=0(?:\.0*)?$/.test(weight);
  });

/** Compresses a page once: it is the same for every client until the next scan. */
class CompressedPage {
  #text: string | null = null;
  #bytes: Promise<Buffer> | null = null;

  of(text: string): Promise<Buffer> {
    if (this.#bytes === null || this.#text !== text) {
      this.#text = text;
      this.#bytes = promisify(gzip)(text);
    }
    return this.#bytes;
  }
}

type Compressed = Readonly<Record<'report' | 'metrics' | 'scan' | 'alerts', CompressedPage>>;

const sendPage = async (
  response: ServerResponse,
  contentType: string,
  text: string,
  compressed: CompressedPage,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const vary = { vary: 'accept-encoding', ...headers };
  if (!takesGzip(response.req.headers['accept-encoding']?.toString())) {
    send(response, 200, contentType, text, vary);
    return;
  }
  send(response, 200, contentType, await compressed.of(text), { ...vary, 'content-encoding': 'gzip' });
};

/** A page of the present edition. A client that has it already gets no body (RFC 9110, 13.1.2). */
const sendEdition = async (
  response: ServerResponse,
  contentType: string,
  text: string,
  compressed: CompressedPage,
  { version }: Pages,
): Promise<void> => {
  const etag = version?.();
  const given = response.req.headers['if-none-match']?.split(',').map((each) => weak(each.trim())) ?? [];
  if (etag !== undefined && given.some((each) => each === weak(etag) || each === '*')) {
    response.writeHead(304, { etag, vary: 'accept-encoding', ...HEADERS }).end();
    return;
  }
  await sendPage(response, contentType, text, compressed, etag === undefined ? {} : { etag });
};

/** Entity tags are compared without their weakness here (RFC 9110, 8.8.3.2). */
const weak = (tag: string): string => tag.replace(/^W\//, '');

const answer = async (
  path: string,
  query: URLSearchParams,
  pages: Pages,
  response: ServerResponse,
  compressed: Compressed,
): Promise<void> => {
  switch (path) {
    case '/': {
      const page = await pages.report();
      await sendEdition(response, 'text/html; charset=utf-8', page, compressed.report, pages);
      return;
    }
    case '/scan.json': {
      const text = await pages.scan?.(query);
      if (text === undefined) break;
      // Parts differ by what is asked for: only the whole is compressed once for all.
      const kept = query.size === 0 ? compressed.scan : new CompressedPage();
      await sendEdition(response, 'application/json; charset=utf-8', text, kept, pages);
      return;
    }
    case '/alerts.json': {
      const text = await pages.alerts?.();
      if (text === undefined) break;
      await sendEdition(response, 'application/json; charset=utf-8', text, compressed.alerts, pages);
      return;
    }
    case '/metrics': {
      const { contentType, text } = await pages.metrics();
      await sendPage(response, contentType, text, compressed.metrics);
      return;
    }
    case '/healthz':
      send(response, 200, 'text/plain; charset=utf-8', 'ok\n');
      return;
    case '/readyz': {
      const why = pages.notReady();
      send(response, why === null ? 200 : 503, 'text/plain; charset=utf-8', `${why ?? 'ready'}\n`);
      return;
    }
    default: {
      const [, accountId, region, subnetId] = DETAILS_PATH.exec(path) ?? [];
      if (accountId !== undefined && region !== undefined && subnetId !== undefined) {
        const details = (await pages.details?.({ accountId, region, subnetId })) ?? null;
        if (details === null) break;
        send(response, 200, 'text/html; charset=utf-8', details);
        return;
      }
      const kind = /^\/runbooks\/([a-z-]{1,60})$/.exec(path)?.[1];
      const runbook = kind === undefined ? null : pages.runbook?.(kind);
      if (runbook == null) break;
      send(response, 200, 'text/html; charset=utf-8', runbook);
      return;
    }
  }
  send(response, 404, 'text/plain; charset=utf-8', NO_SUCH_PAGE);
};

const DETAILS_PATH = /^\/details\/(\d{12})\/([a-z0-9-]{1,40})\/(subnet-[0-9a-z]{1,40})$/;

const NO_SUCH_PAGE =
  'There is /, /scan.json, /alerts.json, /runbooks/<check>, /metrics, /healthz and /readyz.\n';

/** Does what a reader asks for, if it is the page itself that asks. */
const answerAction = async (
  request: IncomingMessage,
  response: ServerResponse,
  { token, names, perform }: Actions,
): Promise<void> => {
  const say = (status: number, text: string): void =>
    send(response, status, 'text/plain; charset=utf-8', `${text}\n`);
  const refusal = actionRefusal(request.headers, token, names);
  if (refusal !== null) return say(403, refusal);
  const body = await bodyOf(request, MAX_ACTION);
  const action = body.length > MAX_ACTION ? null : actionIn(body);
  if (action === null) return say(400, 'This is no action of the live page.');
  try {
    say(200, await perform(action));
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    say(409, `${messageOf(error)} ${printable(error.action)}`);
  }
};

/**
 * The path of a request; `null` when the request names none. Its target comes from anyone who can connect: `//`, `/\\`,
 * `http://` and `*` are valid HTTP, or at least parsed as such, and are no path here.
 */
const pathOf = (target: string): string | null => {
  if (/^\/(?![/\\])/.test(target)) return target.split(/[?#]/, 1)[0] ?? null;
  // A proxy sends the whole address.
  const url = /^https?:\/\/[^/]/i.test(target) ? URL.parse(target) : null;
  return url?.pathname ?? null;
};

const queryOf = (target: string): URLSearchParams =>
  new URLSearchParams(target.split('#', 1)[0]?.split('?').slice(1).join('?') ?? '');

/** How long a client may take to send a request, and how long it may send and take nothing, in milliseconds. */
const REQUEST_TIMEOUT = 10_000;
const SILENCE_TIMEOUT = 30_000;

/** What clients that are being answered have when the server closes, in milliseconds. */
const CLOSING_TIMEOUT = 1_000;

/** What a request must bring. */
export interface Guard {
  /** Asked for at the report and the metrics. Probes need none. */
  readonly token?: string | null;
  /** The names that lead here, in lower case; empty: any, or none but addresses where only this machine can connect. */
  readonly hosts?: readonly string[];
}

/** Where the live page sends what readers do. */
const ACTIONS_PATH = '/actions';

/** Where Slack sends clicks. */
const SLACK_PATH = '/slack/interactivity';

/** The beginning of a body; a longer one has no valid signature then. */
const bodyOf = async (request: IncomingMessage, most = MAX_BODY): Promise<string> => {
  const bytes = await readBytes(request, (size) => size <= most);
  return Buffer.from(bytes.buffer).toString('utf8');
};

const singleHeaders = (headers: IncomingHttpHeaders): SlackRequest['headers'] =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

/** Reasons name accounts. */
const withoutReasons = (pages: Pages): Pages => ({
  ...pages,
  notReady: () => (pages.notReady() === null ? null : 'not ready'),
});

/** Answers GET and HEAD on the paths of the pages, and POST where readers and Slack act. Resolves once it listens. */
export const startServer = async (
  listen: { readonly host: string | undefined; readonly port: number },
  pages: Pages,
  { token = null, hosts = [] }: Guard = {},
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  const options = {
    headersTimeout: REQUEST_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: 1_000,
  };
  const compressed: Compressed = {
    report: new CompressedPage(),
    metrics: new CompressedPage(),
    scan: new CompressedPage(),
    alerts: new CompressedPage(),
  };
  const server: Server = createServer(options, (request, response) => {
    // A client that goes away in the middle of an answer is no fault of ours.
    response.on('error', () => {});
    const { slack } = pages;
    if (request.method === 'POST' && pathOf(request.url ?? '') === SLACK_PATH && slack !== undefined) {
      bodyOf(request)
        .then((body) => slack({ headers: singleHeaders(request.headers), body }))
        .then(({ status, body }) => send(response, status, 'text/plain; charset=utf-8', body))
        .catch(() => {
          if (!response.headersSent) send(response, 500, 'text/plain; charset=utf-8', 'It failed.\n');
        });
      return;
    }
    const { actions } = pages;
    if (request.method === 'POST' && pathOf(request.url ?? '') === ACTIONS_PATH && actions !== undefined) {
      const why = refusalOf(request.headers, isLoopback(listen.host), hosts);
      if (why !== null || !isAllowed(request.headers, token)) {
        send(response, 403, 'text/plain; charset=utf-8', `${why ?? 'This server asks for a token.'}\n`);
        return;
      }
      answerAction(request, response, actions).catch(() => {
        if (!response.headersSent) send(response, 500, 'text/plain; charset=utf-8', 'It failed.\n');
      });
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405, 'text/plain; charset=utf-8', 'Only GET.\n');
      return;
    }
    const refusal = refusalOf(request.headers, isLoopback(listen.host), hosts);
    if (refusal !== null) {
      send(response, 403, 'text/plain; charset=utf-8', `${refusal}\n`);
      return;
    }
    const path = pathOf(request.url ?? '');
    if (path === null) {
      send(response, 400, 'text/plain; charset=utf-8', 'The request names no path.\n');
      return;
    }
    if (!isAllowed(request.headers, token) && path !== '/healthz' && path !== '/readyz') {
      response.setHeader('www-authenticate', 'Basic realm="Headroom", charset="UTF-8"');
      send(response, 401, 'text/plain; charset=utf-8', 'This server asks for a token.\n');
      return;
    }
    const shown = isAllowed(request.headers, token) ? pages : withoutReasons(pages);
    answer(path, queryOf(request.url ?? ''), shown, response, compressed).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error instanceof UsageError)
        send(response, 400, 'text/plain; charset=utf-8', `${messageOf(error)} ${printable(error.action)}\n`);
      else send(response, 500, 'text/plain; charset=utf-8', `${messageOf(error)}\n`);
    });
  });
  server.setTimeout(SILENCE_TIMEOUT);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new UsageError(
          `Headroom cannot listen on ${listen.host ?? '*'}:${listen.port}: ${error.message}.`,
          'Choose another address with --listen, or stop the process that listens there.',
          { cause: error },
        ),
      );
    });
    server.listen(listen.port, listen.host, resolve);
  });
  const { address, family, port } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), CLOSING_TIMEOUT);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
};
