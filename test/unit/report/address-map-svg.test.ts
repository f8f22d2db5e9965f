import { describe, expect, test } from 'vitest';
import type { AddressMap } from '../../../shared/model/result/assessment.ts';
import { addressMapSvg, COLOURED_OWNERS, unseenText } from '../../../shared/report/address-map-svg.ts';
import { fragmentedSixteen } from '../../fixtures/report-estate.ts';

/** A /24: AWS, prefix, full, fragmented, free, with both kinds of reservations. */
const MAP: AddressMap = {
  subnetId: 'subnet-0a',
  cidrBlock: '10.0.0.0/24',
  states: 'ap#+...........a',
  reserved: '--------PPEE----',
  used: '1gg3000000000000',
  owner: '2100------------',
  owners: [
    { kind: 'cluster-nodes', name: 'blue' },
    { kind: 'cluster-nodes', name: '<green>' },
    { kind: 'rds', name: null },
  ],
};

const paths = (svg: string): ReadonlyMap<string, string> =>
  new Map([...svg.matchAll(/<path class="([^"]+)" d="([^"]+)"/g)].map(([, name = '', d = '']) => [name, d]));

const count = (d: string | undefined): number => (d ?? '').match(/M/g)?.length ?? 0;

describe('the drawing of a /24', () => {
  const svg = addressMapSvg(MAP).text;
  const drawn = paths(svg);

  test('frames its prefix, crosses the two blocks of AWS, and marks the corners of reservations', () => {
    expect(count(drawn.get('map-prefix'))).toBe(1);
    expect(count(drawn.get('map-aws'))).toBe(2);
    // Two blocks for prefixes with one corner each, two explicit ones with two.
    expect(count(drawn.get('map-reserved'))).toBe(6);
  });

  test('fills each block as far as it is in use, in the colour of who holds it', () => {
    // Rows of eight, cells of 28, filled from below: 16 of 16 addresses are 27 high, 3 of 16 are 5.
    expect(drawn.get('map-owner o1')).toBe('M124 27h28v-27h-28z');
    expect(drawn.get('map-owner o0')).toBe('M152 27h28v-27h-28zM180 27h28v-5h-28z');
    expect(drawn.get('map-owner o2')).toBe('M96 27h28v-2h-28z');
  });

  test('says of every block what it is, for those who hover, and of all of it, for those who do not see', () => {
    expect(svg).toContain('<title>10.0.0.16/28: a prefix, Cluster nodes &lt;green&gt;</title>');
    expect(svg).toContain('<title>10.0.0.48/28: in part in use, 3 of 16 in use, Cluster nodes blue</title>');
    expect(svg).toContain('<title>10.0.0.160/28: free, explicit reservation</title>');
    expect(svg).toContain(
      'aria-label="Address map of 10.0.0.0/24 with 16 blocks of 16 addresses: 11 free, 1 held as prefixes, 1 full, 1 partly used, 2 of AWS."',
    );
  });

  test('tells owners by a letter as well as by a colour', () => {
    expect([...svg.matchAll(/class="map-letter t\d"[^>]*>(\w)</g)].map(([, letter]) => letter)).toEqual([
      'B',
      'A',
    ]);
  });

  test('uses nothing that CloudWatch strips', () => {
    expect(svg).not.toMatch(/<(use|script|style|foreignObject)|href/i);
  });
});

describe('a map with addresses that no scan sees', () => {
  const svg = addressMapSvg({ ...MAP, unseen: 7 }).text;

  test('marks every block in which they may lie: all but the prefix and the full one', () => {
    expect(count(paths(svg).get('map-unseen'))).toBe(14);
    expect(svg).toContain('<title>10.0.0.64/28: free, may hold unseen addresses</title>');
    expect(svg).toContain(
      '7 addresses more in use, by owners that this scan did not see, in any free place.',
    );
  });

  test('says the same in words, and nothing where all are seen', () => {
    expect(unseenText({ ...MAP, unseen: 1 })).toBe(
      '1 address more in use, by owners that this scan did not see, in any free place.',
    );
    expect(unseenText(MAP)).toBeNull();
    expect(paths(addressMapSvg(MAP).text).has('map-unseen')).toBe(false);
  });
});

test('owners without a colour of their own share the last one', () => {
  const owners = Array.from({ length: 12 }, (_, index) => ({ kind: 'lambda', name: `f${index}` }));
  const many: AddressMap = {
    ...MAP,
    states: '++++++++++++....',
    used: '1111111111110000',
    owner: '0123456789ab----',
    owners,
  };
  const drawn = paths(addressMapSvg(many).text);
  expect([...drawn.keys()].filter((name) => name.startsWith('map-owner'))).toHaveLength(COLOURED_OWNERS + 1);
});

test('a damaged map is refused', () => {
  expect(() => addressMapSvg({ ...MAP, states: 'a' })).toThrow(/damaged/);
});

/** Lambda answers with at most 6 MB (Lambda quotas, synchronous payload); a dashboard should not wait for a tenth of it. */
const LARGEST_MAP_BYTES = 200_000;

test('a /16 in which every block is fragmented stays small', async () => {
  const map = (await fragmentedSixteen()).maps[0] ?? expect.fail('there should be a map');
  expect(map.states.replaceAll('a', '+')).toBe('+'.repeat(4096));
  expect(new TextEncoder().encode(addressMapSvg(map).text).length).toBeLessThan(LARGEST_MAP_BYTES);
});
