import { createHash, timingSafeEqual } from 'node:crypto';
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
export const refusalOf = (
  headers: IncomingHttpHeaders,
  isLocal: boolean,
  hosts: readonly string[] = [],
): string | null => {
  const name = nameIn(headers.host ?? '');
  if (
    hosts.length > 0
      ? !hosts.includes(name) && name !== 'localhost' && !isLoopback(name)
      : isLocal && isIP(name) === 0 && name !== 'localhost'
  ) {
    return hosts.length > 0
      ? 'This server answers to the names of --allow-host only.'
      : 'This server answers to localhost and to addresses only.';
  }
  const site = headers['sec-fetch-site'] ?? 'none';
  const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return site === 'none' || site === 'same-origin' || isLink ? null : 'Other sites may only link here.';
};

/** The token that a request brings: as a bearer (RFC 6750), or as the password of a browser's own sign-in (RFC 7617). */
const tokenIn = (authorization: string): string => {
  const [, scheme = '', given = ''] = /^(Bearer|Basic) {1,4}([\w.~+/=-]{1,4096})$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'basic') return given;
  const signIn = Buffer.from(given, 'base64').toString('utf8');
  return signIn.slice(signIn.indexOf(':') + 1);
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether a request brings the token. It takes the same time whatever it brings. @param token `null`: none is asked for */
export const isAllowed = ({ authorization }: IncomingHttpHeaders, token: string | null): boolean =>
  token === null || timingSafeEqual(digest(tokenIn(authorization ?? '')), digest(token));
