/**
 * An IPv4 address is an unsigned 32-bit number here: it compares, subtracts and indexes like any other number,
 * and a scan of 40,000 addresses allocates nothing for them.
 */

const DOT = 46;
const ZERO = 48;

/**
 * Reads a dotted quad (`10.0.1.7`) as a number; `null` for anything else. Strict: four decimal parts from 0 to 255,
 * no leading zeros (some readers take them for octal), no spaces, no shorter forms.
 */
export const parseIpv4 = (text: string): number | null => {
  let address = 0;
  let parts = 0;
  let digits = 0;
  let part = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const code = index === text.length ? DOT : text.charCodeAt(index);
    if (code === DOT) {
      if (digits === 0) return null;
      address = address * 256 + part;
      parts += 1;
      digits = 0;
      part = 0;
      continue;
    }
    const digit = code - ZERO;
    const leadingZero = digits === 1 && part === 0;
    if (digit < 0 || digit > 9 || leadingZero) return null;
    part = part * 10 + digit;
    digits += 1;
    if (part > 255) return null;
  }
  return parts === 4 ? address : null;
};

/** Writes an unsigned 32-bit number as a dotted quad. */
export const formatIpv4 = (address: number): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
