import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Whether only this machine can connect to an address that `--listen` names. */
export const isLoopback = (host: string | undefined): boolean =>
  host === 'localhost' ||
  host === '::1' ||
  (host !== undefined && isIP(host) === 4 && host.startsWith('127.'));

/** The name in a Host header, without its port. */
const nameIn = (host: string): string =>
  host
    .replace(/:\d{0,5}$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();

/**
 * Why a request is refused; `null`: it is not. A page on the web can make the operator's browser ask a server on the operator's
 * machine, and read the answer once its own name leads there (DNS rebinding). A name that is not this machine's gives that
 * away. Elsewhere the names that lead to a server are not known, so only the browser's own word counts (Fetch Metadata,
 * w3.org/TR/fetch-metadata): of other sites, links are followed and nothing else.
 */
export const refusalOf = (headers: IncomingHttpHeaders, isLocal: boolean): string | null => {
  const name = nameIn(headers.host ?? '');
  if (isLocal && isIP(name) === 0 && name !== 'localhost') {
    return 'This server answers to localhost and to addresses only.';
  }
  const site = headers['sec-fetch-site'] ?? 'none';
  const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return site === 'none' || site === 'same-origin' || isLink ? null : 'Other sites may only link here.';
};
