import { createHash } from 'node:crypto';
import { withoutInvisible } from '../model/base/invisible-characters.ts';

/**
 * Names, tags and descriptions come from scanned accounts, where anybody who may tag a resource can write them. They must
 * not format, mention, hide or reorder anything in a message. Every renderer passes them through these functions.
 */

/** One line of text that can neither break a line nor hide or reorder anything. Lone surrogates become U+FFFD. */
export const inertLine = (text: string): string => withoutInvisible(text).replace(/ {2,}/g, ' ').trim();

/** Eight bytes of a digest as text. Lone surrogates count, too: as bytes of UTF-8 they would all be one. */
const shortDigest = (text: string): string =>
  createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, 16);

/**
 * An id as one inert line. Where that changes it, a digest of the whole follows, so that two ids that differ only in what
 * was taken out stay two. An id that already looks like one with a digest gets another.
 */
export const inertId = (id: string, form: (text: string) => string = inertLine): string => {
  const text = form(id);
  return text === id && !/#[\da-f]{16}$/.test(id) ? id : `${text}#${shortDigest(id)}`;
};

const ELLIPSIS = '\u2026';

/** At most `limit` UTF-16 units (what Slack, PagerDuty and SNS count), cut between code points and marked as cut. */
export const truncate = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  const cut = text.slice(0, Math.max(0, limit - ELLIPSIS.length));
  // A cut after the first half of a surrogate pair would leave half a character.
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}${ELLIPSIS}`.slice(0, limit);
};

/** Printable ASCII only, for places that carry nothing else (an SNS subject); what has no plain form becomes `?`. */
export const asciiLine = (text: string): string =>
  inertLine(text)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201C\u201D]/g, '"')
    .replace(/[\u2010-\u2015]/g, '-')
    .replaceAll(ELLIPSIS, '...')
    .replace(/[^\x20-\x7E]+/g, '?');

/** Takes the life out of addresses that a mail client would turn into links by itself: `https[:]//`, `www[.]`. */
export const defanged = (text: string): string =>
  text.replaceAll('://', '[:]//').replace(/\bwww\./gi, 'www[.]');

/** How many bytes it takes on the wire. */
export const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length;

/** An absolute http(s) URL in its normal form, or `null`: no `javascript:` link may leave here. */
export const safeUrl = (text: string): string | null => {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  return url.href.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('"', '%22');
};
