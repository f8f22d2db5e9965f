import { DeliveryError } from './delivery-error.ts';

/**
 * Takes a secret that is known out of text, by its value: a proxy or a service may answer with what it was sent, in any
 * spelling. This is the first line for answers; `redactSecrets`, which knows shapes, is the second.
 */

const REDACTED = '[redacted]';

/** Shorter parts of a secret occur in ordinary words. */
const SHORTEST = 8;

/** The secret itself, and what of a URL is secret: the path with its query, and each part of them. */
const partsOf = (secret: string): readonly string[] => {
  const url = URL.parse(secret);
  if (url === null) return [secret];
  const path = `${url.pathname}${url.search}`;
  return [secret, url.href, path, path.slice(1), ...path.split(/[/?&=]/), url.username, url.password];
};

/** Base64 of the secret within a longer text, which has three forms by what stands before it (RFC 4648). */
const base64Of = (text: string): readonly string[] =>
  [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    // Characters that also hold bits of what stands before or after are left out.
    const whole = bytes
      .toString('base64')
      .slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')];
  });

const percentOf = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

const SPELLINGS: readonly ((text: string) => string | readonly string[])[] = [
  (text) => text,
  encodeURIComponent,
  (text) => encodeURIComponent(encodeURIComponent(text)),
  percentOf,
  // JSON, also within JSON.
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => text.replaceAll('/', '\\/'),
  (text) => text.replaceAll('/', '\\\\/'),
  (text) => text.replaceAll('/', '\\u002f'),
  // XML and HTML.
  (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
  (text) => text.replaceAll('/', '&#47;'),
  (text) => text.replaceAll('/', '&#x2F;'),
  base64Of,
  (text) => Buffer.from(text).toString('hex'),
];

const spellingsOf = (secret: string): readonly string[] => {
  const parts = partsOf(secret).filter((part) => part.length >= SHORTEST);
  const all = parts.flatMap((part) => SPELLINGS.flatMap((spelling) => spelling(part)));
  // The longest first, so that no rest of one stays.
  return [...new Set(all.map((each) => each.toLowerCase()))]
    .filter((each) => each.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length);
};

/** The text without the secret, in whatever case. */
export const withoutSecret = (text: string, secret: string): string => {
  let result = text;
  for (const spelling of spellingsOf(secret)) {
    // Lower case can be longer than the text (U+0130): then places would not fit.
    let lower = result.toLowerCase();
    if (lower.length !== result.length) lower = result.replace(/[^ -~\s]/g, ' ').toLowerCase();
    for (let at = lower.indexOf(spelling); at !== -1; at = lower.indexOf(spelling, at)) {
      result = result.slice(0, at) + REDACTED + result.slice(at + spelling.length);
      lower = lower.slice(0, at) + REDACTED + lower.slice(at + spelling.length);
      at += REDACTED.length;
    }
  }
  return result;
};

/** The same error without the secret, also in what caused it. */
export const errorWithoutSecret = (error: unknown, secret: string): unknown => {
  if (!(error instanceof Error)) return withoutSecret(String(error), secret);
  error.message = withoutSecret(error.message, secret);
  if (error.stack !== undefined) error.stack = withoutSecret(error.stack, secret);
  if (error.cause !== undefined) error.cause = errorWithoutSecret(error.cause, secret);
  if (!(error instanceof DeliveryError)) return error;
  const { code, message, advice, cause, permanent, fault } = error;
  if (typeof advice !== 'string') return error;
  const clean = withoutSecret(advice, secret);
  return clean === advice ? error : new DeliveryError(code, message, clean, { permanent, fault, cause });
};
