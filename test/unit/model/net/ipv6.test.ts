import { expect, test } from 'vitest';
import { freeIpv6Subnet } from '../../../../shared/model/net/ipv6.ts';

test.each<[string, readonly string[], readonly string[], string | null]>([
  ['the first of an unused block', ['2001:db8::/56'], [], '2001:db8:0:0::/64'],
  [
    'the first that no subnet has',
    ['2001:db8::/56'],
    ['2001:db8::/64', '2001:db8:0:2::/64'],
    '2001:db8:0:1::/64',
  ],
  [
    'one of the next block',
    ['2001:db8::/64', 'fd00:1:2:f00::/60'],
    ['2001:db8:0:0::/64'],
    'fd00:1:2:f00::/64',
  ],
  ['none of a block that is used up', ['2001:db8::/63'], ['2001:db8::/64', '2001:db8:0:1::/64'], null],
  ['none without a block', [], [], null],
  ['beside what is no block', ['2001:db8::/64'], ['10.0.0.0/8'], '2001:db8:0:0::/64'],
  ['of a block with a middle left out', ['2001:db8::5:0:0:0/60'], [], '2001:db8:0:0::/64'],
  ['none of what is no block', ['2001:db8::1', '10.0.0.0/8', 'x::/56', '2001:db8::/96'], [], null],
  ['spelled out or not', ['2001:DB8:0:0:0:0:0:0/56'], ['2001:0db8:0000:0000::/64'], '2001:db8:0:1::/64'],
])('the /64 of a new subnet is %s', (_, blocks, taken, free) => {
  expect(freeIpv6Subnet(blocks, taken)).toBe(free);
});
