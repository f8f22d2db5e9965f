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
  let dots = 0;
  let part = 0;
  let partStart = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (index === partStart || part > 255) return null;
      address = address * 256 + part;
      dots += 1;
      part = 0;
      partStart = index + 1;
      continue;
    }
    const digit = code - ZERO;
    const afterZero = part === 0 && index > partStart;
    if (digit < 0 || digit > 9 || afterZero) return null;
    part = part * 10 + digit;
  }
  const whole = dots === 3 && partStart < text.length && part <= 255;
  return whole ? address * 256 + part : null;
};

/** Writes an unsigned 32-bit number as a dotted quad. */
export const formatIpv4 = (address: number): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
