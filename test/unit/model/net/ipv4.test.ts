import { describe, expect, test } from 'vitest';
import { formatIpv4, parseIpv4 } from '../../../../shared/model/net/ipv4.ts';

describe('reading an IPv4 address', () => {
  test.each([
    ['0.0.0.0', 0],
    ['0.0.0.1', 1],
    ['10.0.1.7', 0x0a000107],
    ['100.64.0.10', 0x6440000a],
    ['192.168.255.200', 0xc0a8ffc8],
    ['255.255.255.255', 0xffffffff],
  ])('%s is a number', (text, address) => {
    expect(parseIpv4(text)).toBe(address);
    expect(formatIpv4(address)).toBe(text);
  });

  test.each([
    ['nothing', ''],
    ['no dots', '10'],
    ['three parts', '10.0.1'],
    ['five parts', '10.0.1.7.1'],
    ['an empty first part', '.0.1.7'],
    ['an empty middle part', '10..1.7'],
    ['an empty last part', '10.0.1.'],
    ['a first part over 255', '256.0.1.7'],
    ['a last part over 255', '10.0.1.256'],
    ['a part of many digits', '10.0.1.99999999999999999999'],
    ['a leading zero', '10.0.01.7'],
    ['two zeros', '10.0.00.7'],
    ['a leading zero in the last part', '10.0.1.07'],
    ['a sign', '10.0.1.+7'],
    ['a space', '10.0.1.7 '],
    ['a character just under the digits', '10.0.1./'],
    ['a character just over the digits', '10.0.1.:'],
    ['hexadecimal', '10.0.1.a'],
    ['a range', '10.0.1.0/24'],
    ['an IPv6 address', '2600:1f18::1'],
    ['digits of another script', '10.0.1.\u0667'],
  ])('%s is refused', (_, text) => {
    expect(parseIpv4(text)).toBeNull();
  });
});
