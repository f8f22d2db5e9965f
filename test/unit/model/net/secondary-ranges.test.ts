import { expect, test } from 'vitest';
import { firstOverlap } from '../../../../shared/model/net/free-ranges.ts';
import { isUnrouted, secondaryRanges, whyRefused } from '../../../../shared/model/net/secondary-ranges.ts';

// VPC user guide, "IPv4 CIDR block association restrictions".
test.each<[blocks: readonly string[], range: string, refused: boolean]>([
  [['10.0.0.0/16'], '10.0.4.0/24', true],
  [['10.0.0.0/16'], '10.1.0.0/16', false],
  [['10.1.0.0/16'], '10.0.0.0/20', true],
  [['10.2.0.0/16'], '10.0.0.0/20', false],
  [['10.2.0.0/16', '10.1.0.0/16'], '10.0.0.0/20', true],
  [['10.0.0.0/16'], '172.20.0.0/16', true],
  [['10.0.0.0/16'], '192.168.0.0/20', true],
  [['10.0.0.0/16'], '198.19.0.0/20', true],
  [['10.0.0.0/16'], '100.64.0.0/16', false],
  [['10.0.0.0/16'], '203.0.112.0/20', false],
  [['172.16.0.0/16'], '172.20.0.0/16', false],
  [['172.16.0.0/16'], '172.31.0.0/16', true],
  [['172.16.0.0/16'], '10.1.0.0/16', true],
  [['192.168.0.0/20'], '192.168.16.0/20', false],
  [['192.168.0.0/20'], '10.1.0.0/16', true],
  [['198.19.0.0/20'], '198.19.16.0/20', false],
  [['198.19.0.0/20'], '10.1.0.0/16', true],
  [['100.64.0.0/16'], '10.1.0.0/16', true],
  [['100.64.0.0/16'], '198.19.0.0/20', true],
  [['100.64.0.0/16'], '100.65.0.0/16', false],
  [['100.64.0.0/16'], '169.254.0.0/20', true],
  [['203.0.112.0/20'], '192.168.0.0/20', true],
  // Not known.
  [[], '192.168.0.0/20', false],
])('beside %j AWS refuses %s: %s', (blocks, range, refused) => {
  expect(whyRefused(blocks, range)).toBe(
    refused ? `AWS refuses ${range} as another block of a VPC whose first one is ${blocks[0]}.` : null,
  );
});

test.each([
  ['10.0.0.0/16'],
  ['10.7.0.0/16'],
  ['172.16.0.0/16'],
  ['192.168.0.0/20'],
  ['100.64.0.0/16'],
  ['203.0.112.0/20'],
])('what remedies propose beside %s is not refused', (primary) => {
  const { from, not } = secondaryRanges([primary]);
  for (const space of from) {
    const [base = ''] = space.split('/');
    const candidates = Array.from(
      { length: 16 },
      (_, index) => `${base.split('.').slice(0, 2).join('.')}.${16 * index}.0/20`,
    );
    for (const range of candidates.filter((each) => firstOverlap([each], not) === null))
      expect(whyRefused([primary], range)).toBeNull();
  }
});

test('networks outside a VPC have no route to shared and benchmarking space', () => {
  const unrouted = ['100.64.0.0/10', '100.127.255.0/24', '198.19.0.0/16', '198.19.255.0/28'];
  const others = ['100.63.0.0/16', '100.128.0.0/16', '198.18.0.0/16', '198.20.0.0/16', '10.0.0.0/16', null];
  expect(unrouted.filter((range) => !isUnrouted(range))).toEqual([]);
  expect(others.filter(isUnrouted)).toEqual([]);
  // A range that holds more than shared space is routed in part.
  expect(isUnrouted('100.0.0.0/8')).toBe(false);
});
