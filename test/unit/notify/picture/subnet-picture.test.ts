import { crc32, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { subnetPicture } from '../../../../shared/notify/picture/subnet-picture.ts';

const NOW = Date.parse('2026-11-27T08:00:00.000Z');
const HOUR = 3_600_000;

/** Reads a PNG of one byte a pixel as its specification says, check sums included. */
const decode = (png: Buffer) => {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const named = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    chunks.set(named.subarray(0, 4).toString(), named.subarray(4));
    at += length + 12;
  }
  const header = chunks.get('IHDR') ?? Buffer.alloc(8);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  const palette = chunks.get('PLTE') ?? Buffer.alloc(0);
  const colourAt = (x: number, y: number) => {
    const index = rows[y * (width + 1) + 1 + x] ?? 0;
    return palette.subarray(index * 3, index * 3 + 3).toString('hex');
  };
  return { width, height, bytes: rows.length, colourAt, names: [...chunks.keys()] };
};

const hourly = (values: readonly number[]) =>
  values.map((value, index) => ({
    hour: NOW - (values.length - index) * HOUR,
    minimum: value,
    last: value,
  })) as never;

const map = (states: string) => ({
  subnetId: 'subnet-0a',
  cidrBlock: '10.0.0.0/24',
  states,
  reserved: '',
  used: '',
  owner: '',
  owners: [],
});

test('is a PNG with the past on the left and the blocks on the right, and says both in words', () => {
  const falling = Array.from({ length: 14 * 24 }, (_, hour) => 240 - Math.floor(hour * 0.7));
  const picture = subnetPicture(
    { usable: 251, available: 5 },
    { hourly: hourly(falling), recent: [] },
    map(`a${'.'.repeat(7)}${'#'.repeat(8)}`),
    NOW,
  );
  const { width, height, bytes, colourAt, names } = decode(picture?.png ?? Buffer.alloc(0));
  expect([width, height, bytes]).toEqual([720, 200, 721 * 200]);
  expect(names).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
  // Early there is much beneath the line, and at the end hardly anything.
  expect([colourAt(70, 120), colourAt(450, 120)]).toEqual(['b9d3ee', 'ffffff']);
  const blocks = [colourAt(484, 16), colourAt(484 + 28, 16)];
  expect(blocks).toEqual(['d5dbe1', 'e3ebf3']);
  expect(picture?.alt).toBe('5 of 251 addresses are available. The lowest of the last 14 days was 6.');
});

test('does not exist without a past or a size, and needs no map', () => {
  const past = { hourly: hourly([5, 4]), recent: [] };
  expect(subnetPicture({ usable: null, available: null }, past, null, NOW)).toBeNull();
  expect(subnetPicture({ usable: 251, available: 5 }, { hourly: [], recent: [] }, null, NOW)).toBeNull();
  expect(subnetPicture({ usable: 251, available: 5 }, past, null, NOW)?.title).toBe(
    'Available addresses, last 14 days',
  );
});

test('has every size that a subnet can have', () => {
  for (const blocks of [1, 16, 256, 4_096]) {
    const picture = subnetPicture(
      { usable: 16 * blocks, available: 1 },
      { hourly: hourly([5, 4, 16 * blocks]), recent: [{ at: NOW, value: 0 }] },
      map('#'.repeat(blocks)),
      NOW,
    );
    const { colourAt } = decode(picture?.png ?? Buffer.alloc(0));
    expect(colourAt(481, 13)).toBe('3a4048');
    expect(picture?.png.length).toBeLessThan(10_000);
  }
});
