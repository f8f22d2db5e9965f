import { describe, expect, test } from 'vitest';
import {
  type Cidr,
  cidrContains,
  cidrContainsAddress,
  cidrSize,
  cidrsOverlap,
  formatCidr,
  parseCidr,
} from '../../../../shared/model/net/cidr.ts';
import { parseIpv4 } from '../../../../shared/model/net/ipv4.ts';

const cidr = (text: string): Cidr => parseCidr(text) ?? expect.fail(`${text} should be a range`);
const address = (text: string): number => parseIpv4(text) ?? expect.fail(`${text} should be an address`);

describe('reading a range', () => {
  test.each([
    ['0.0.0.0/0', 4_294_967_296],
    ['128.0.0.0/1', 2_147_483_648],
    ['10.0.0.0/8', 16_777_216],
    ['10.1.0.0/16', 65_536],
    ['10.0.1.0/24', 256],
    ['10.0.1.240/28', 16],
    ['255.255.255.255/32', 1],
  ])('%s holds %i addresses', (text, size) => {
    expect(cidrSize(cidr(text))).toBe(size);
    expect(formatCidr(cidr(text))).toBe(text);
  });

  test.each([
    ['no length', '10.0.1.0'],
    ['an empty length', '10.0.1.0/'],
    ['a length over 32', '10.0.1.0/33'],
    ['a length of three digits', '0.0.0.0/128'],
    ['a leading zero', '10.0.0.0/08'],
    ['a negative length', '10.0.0.0/-8'],
    ['a fraction', '10.0.0.0/8.5'],
    ['two lengths', '10.0.0.0/8/8'],
    ['a space after it', '10.0.0.0/8 '],
    ['an empty base', '/8'],
    ['a bad base', '10.0.0/8'],
    ['host bits', '10.0.1.7/24'],
    ['one host bit', '10.0.1.1/31'],
    ['IPv6', '2600:1f18::/64'],
  ])('%s is refused', (_, text) => {
    expect(parseCidr(text)).toBeNull();
  });
});

describe('ranges and addresses', () => {
  test('a range holds its first and its last address, and neither of their neighbours', () => {
    const range = cidr('10.0.1.0/24');
    expect(cidrContainsAddress(range, address('10.0.0.255'))).toBe(false);
    expect(cidrContainsAddress(range, address('10.0.1.0'))).toBe(true);
    expect(cidrContainsAddress(range, address('10.0.1.255'))).toBe(true);
    expect(cidrContainsAddress(range, address('10.0.2.0'))).toBe(false);
  });

  test('a range over the sign bit is as good as any', () => {
    expect(cidrContainsAddress(cidr('192.0.0.0/2'), address('255.255.255.255'))).toBe(true);
    expect(cidrContainsAddress(cidr('128.0.0.0/2'), address('192.0.0.0'))).toBe(false);
  });

  test('a range contains itself and its parts, not the range around it and not its neighbour', () => {
    const range = cidr('10.0.1.0/24');
    expect(cidrContains(range, range)).toBe(true);
    expect(cidrContains(range, cidr('10.0.1.128/25'))).toBe(true);
    expect(cidrContains(range, cidr('10.0.0.0/23'))).toBe(false);
    expect(cidrContains(range, cidr('10.0.2.0/24'))).toBe(false);
    expect(cidrContains(cidr('10.0.0.0/24'), cidr('10.0.0.0/23'))).toBe(false);
  });

  test('ranges overlap where one contains the other, whichever comes first', () => {
    const outer = cidr('10.0.0.0/16');
    const inner = cidr('10.0.255.0/24');
    expect(cidrsOverlap(outer, inner)).toBe(true);
    expect(cidrsOverlap(inner, outer)).toBe(true);
    expect(cidrsOverlap(inner, cidr('10.1.0.0/24'))).toBe(false);
  });
});
