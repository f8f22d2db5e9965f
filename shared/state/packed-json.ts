import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { wrongWordIn } from '../model/aws/word-fields.ts';
import { excessOf } from '../model/base/bounded-json.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { unreadable } from './record-form.ts';

/** First byte of what is packed here. Bytes of another version are refused, not guessed at. */
const FORMAT = 1;

/** See `history-codec.ts` on the choice. */
const QUALITY = 5;

/** A window of 64 kB: with Brotli's own of 4 MB, a piece of 384 kB took twice the memory, a third more time, and as many bytes. */
const WINDOW = 16;

/** A few hundred bytes of Brotli can unpack to gigabytes. Chosen, not measured: the latest scan of 100,000 interfaces is estimated at 30 MB. */
export const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
/** That scan is estimated at 0.6 million values. */
export const MAX_UNPACKED_VALUES = 4_000_000;

/** JSON as compressed bytes: what Headroom remembers repeats its own words, and shrinks to a fifth or less. */
export const packJson = (value: unknown): Uint8Array => packText(JSON.stringify(value));

/** Text as compressed bytes, for those who put JSON together themselves. */
export const packText = (text: string | Uint8Array): Uint8Array => {
  const body = brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: WINDOW,
    },
  });
  return Buffer.concat([Uint8Array.of(FORMAT), body]);
};

/**
 * The inverse of `packJson`. The caller names the type that it packed.
 *
 * @param what what is being read, for the message.
 * @throws HeadroomError `state-unreadable`.
 */
export const unpackJson = <Value>(packed: Uint8Array, what: string): Value => {
  const json = unpackBytes(packed, what).toString('utf8');
  const excess = excessOf(json, { characters: MAX_UNPACKED_BYTES, values: MAX_UNPACKED_VALUES });
  if (excess !== null) throw unreadable(what, excess);
  try {
    return JSON.parse(json);
  } catch (error) {
    throw unreadable(what, 'it is not JSON', { cause: error });
  }
};

/**
 * A stored scan or alert whose ids, accounts, Regions, zones and ranges have their forms: these words go into commands, links
 * and headings as they are.
 *
 * @throws HeadroomError `state-unreadable`
 */
export const withWordsOfAws = <Value>(value: Value, what: string): Value => {
  const wrong = wrongWordIn(value);
  if (wrong !== null) throw unreadable(what, `its ${wrong.path} must be ${wrong.words}`);
  return value;
};

/** The inverse of `packText`, still as bytes: a piece may end within a character. */
export const unpackBytes = (packed: Uint8Array, what: string): Buffer => {
  if (packed[0] !== FORMAT)
    throw unreadable(what, `it is of format ${packed[0]}, and this version reads ${FORMAT}`);
  try {
    return brotliDecompressSync(packed.subarray(1), { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    throw unreadable(what, damageOf(error), { cause: error });
  }
};

/** Why bytes could not be unpacked. */
export const damageOf = (error: unknown): string =>
  error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    ? 'it unpacks to more than any version writes'
    : 'it is damaged';

/** What is read, or `null` where it was stored by a version that cannot be read any more. Other failures are thrown. */
export const readable = <Value>(read: () => Value): Value | null => {
  try {
    return read();
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'state-unreadable') return null;
    throw error;
  }
};
