import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { HeadroomError } from '../model/base/errors.ts';

/** First byte of what is packed here. Bytes of another version are refused, not guessed at. */
const FORMAT = 1;

/** See `history-codec.ts` on the choice. */
const QUALITY = 5;

/** JSON as compressed bytes: what Headroom remembers repeats its own words, and shrinks to a fifth or less. */
export const packJson = (value: unknown): Uint8Array => packText(JSON.stringify(value));

/** Text as compressed bytes, for those who put JSON together themselves. */
export const packText = (text: string | Uint8Array): Uint8Array => {
  const body = brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
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
  const bytes = unpackBytes(packed, what);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw unreadable(what, 'it is not JSON', { cause: error });
  }
};

/** The inverse of `packText`, still as bytes: a piece may end within a character. */
export const unpackBytes = (packed: Uint8Array, what: string): Buffer => {
  if (packed[0] !== FORMAT)
    throw unreadable(what, `it is of format ${packed[0]}, and this version reads ${FORMAT}`);
  try {
    return brotliDecompressSync(packed.subarray(1));
  } catch (error) {
    throw unreadable(what, 'it is damaged', { cause: error });
  }
};

const unreadable = (what: string, problem: string, options?: ErrorOptions): HeadroomError =>
  new HeadroomError(
    'state-unreadable',
    `The stored ${what} cannot be read: ${problem}`,
    'Update Headroom if another part of it is newer. Otherwise delete that record.',
    options,
  );
