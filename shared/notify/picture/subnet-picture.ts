import type { Transition } from '../../model/alert/alert.ts';
import { smallestOf } from '../../model/base/extremes.ts';
import { number } from '../../model/base/text/numbers.ts';
import type { AddressMap, SubnetAssessment } from '../../model/result/assessment.ts';
import type { SupplyHistory } from '../../model/result/forecast.ts';
import { type Colour, encodePng } from './png.ts';

/** Draws what an alert is about. `null`: nothing is known to draw. */
export type PictureSource = (transition: Pick<Transition, 'subject'>) => Promise<Picture | null>;

/** A picture for a chat: what it shows is in words beside it. */
export interface Picture {
  readonly png: Buffer;
  /** What the parts of the picture are. */
  readonly title: string;
  /** The same for people who do not see it. */
  readonly alt: string;
}

const PALETTE = [
  '#ffffff',
  '#d5dbe1',
  '#16191f',
  '#0b5cad',
  '#b9d3ee',
  '#b3161b',
  '#e3ebf3',
  '#3a4048',
  '#c26a00',
] as const satisfies readonly Colour[];
/** Numbers of the colours in the palette. */
const PAPER = 0;
const LINE = 1;
const INK = 2;
const SERIES = 3;
const BAND = 4;
const CRITICAL = 5;
const FREE = 6;
const USED = 7;
const FRAGMENTED = 8;

const WIDTH = 720;
const HEIGHT = 200;
const PLOT = { left: 56, top: 12, width: 400, height: 164 };
const MAP = { left: 480, top: 12, width: 228, height: 164 };
const DAY = 86_400_000;
export const DAYS_SHOWN = 14;

/**
 * The addresses of a subnet in the last fourteen days (left) and its map of blocks of 16 addresses (right). `null` where
 * there is nothing to draw.
 *
 * @param map `null`: not known
 * @param now epoch milliseconds
 */
export const subnetPicture = (
  { usable, available }: Pick<SubnetAssessment, 'usable' | 'available'>,
  { hourly, recent }: SupplyHistory,
  map: AddressMap | null,
  now: number,
): Picture | null => {
  const from = now - DAYS_SHOWN * DAY;
  const points = [
    ...hourly.map(({ hour, minimum, last }) => ({ at: hour, low: minimum, value: last })),
    ...recent.map(({ at, value }) => ({ at, low: value, value })),
  ].filter(({ at }) => at >= from && at <= now);
  if (usable === null || usable <= 0 || points.length < 2) return null;
  const canvas = new Canvas();
  const x = (at: number): number => PLOT.left + Math.round(((at - from) / (now - from)) * (PLOT.width - 1));
  const y = (value: number): number =>
    PLOT.top + PLOT.height - 1 - Math.round((Math.min(value, usable) / usable) * (PLOT.height - 1));
  for (let day = 0; day <= DAYS_SHOWN; day += 7)
    canvas.fill(x(from + day * DAY), PLOT.top, 1, PLOT.height, LINE);
  canvas.fill(PLOT.left, y(usable), PLOT.width, 1, LINE);
  let before: number | null = null;
  for (const { at, low, value } of points) {
    const column = x(at);
    canvas.fill(column, y(value), 2, y(0) - y(value), BAND);
    canvas.fill(column, y(value), 2, Math.max(2, y(low) - y(value)), low === 0 ? CRITICAL : SERIES);
    // A jump between two columns is one line.
    if (before !== null)
      canvas.fill(column, Math.min(before, y(value)), 1, Math.abs(before - y(value)), SERIES);
    before = y(value);
  }
  canvas.fill(PLOT.left, y(0), PLOT.width, 2, CRITICAL);
  canvas.number(usable, PLOT.left - 6, y(usable));
  canvas.number(0, PLOT.left - 6, y(0) - DIGIT_HEIGHT * SCALE);
  if (map !== null) drawMap(canvas, map);
  const low = smallestOf(points.map((point) => point.low));
  const shown = available === null ? 'an unknown number' : number(available);
  return {
    png: encodePng(WIDTH, PALETTE, canvas.pixels),
    title: `Available addresses, last ${DAYS_SHOWN} days${map === null ? '' : ', and the blocks of 16 now (light: free, blue: prefix, dark: in use, orange: in part)'}`,
    alt: `${shown} of ${number(usable)} addresses are available. The lowest of the last ${DAYS_SHOWN} days was ${number(low)}.`,
  };
};

const COLOUR_OF_STATE: Readonly<Record<string, number>> = {
  '.': FREE,
  p: SERIES,
  '#': USED,
  '+': FRAGMENTED,
  a: LINE,
};

const drawMap = (canvas: Canvas, { states }: AddressMap): void => {
  const blocks = states.length;
  // As square as the space: a /24 has 16 blocks, a /16 has 4,096.
  const columns = Math.max(1, Math.min(64, 2 ** Math.round(Math.log2(Math.sqrt(blocks * 1.4)))));
  const rows = Math.ceil(blocks / columns);
  const size = Math.max(1, Math.min(28, Math.floor(MAP.width / columns), Math.floor(MAP.height / rows)));
  const gap = size > 4 ? 1 : 0;
  for (let block = 0; block < blocks; block += 1)
    canvas.fill(
      MAP.left + (block % columns) * size,
      MAP.top + Math.floor(block / columns) * size,
      size - gap,
      size - gap,
      COLOUR_OF_STATE[states.charAt(block)] ?? PAPER,
    );
};

const DIGIT_WIDTH = 3;
const DIGIT_HEIGHT = 5;
const SCALE = 2;
/** Each digit as five rows of three bits. */
const GLYPHS: readonly (readonly number[])[] = [
  [7, 5, 5, 5, 7],
  [2, 6, 2, 2, 7],
  [7, 1, 7, 4, 7],
  [7, 1, 7, 1, 7],
  [5, 5, 7, 1, 1],
  [7, 4, 7, 1, 7],
  [7, 4, 7, 5, 7],
  [7, 1, 2, 2, 2],
  [7, 5, 7, 5, 7],
  [7, 5, 7, 1, 7],
];

class Canvas {
  readonly pixels = new Uint8Array(WIDTH * HEIGHT);

  fill(left: number, top: number, width: number, height: number, colour: number): void {
    for (let row = Math.max(0, top); row < Math.min(HEIGHT, top + height); row += 1)
      this.pixels.fill(colour, row * WIDTH + Math.max(0, left), row * WIDTH + Math.min(WIDTH, left + width));
  }

  /** A number that ends at `right`. */
  number(value: number, right: number, top: number): void {
    const digits = String(Math.round(value));
    const step = (DIGIT_WIDTH + 1) * SCALE;
    for (const [place, digit] of Array.from(digits).entries())
      for (const [row, bits] of (GLYPHS[Number(digit)] ?? []).entries())
        for (let column = 0; column < DIGIT_WIDTH; column += 1)
          if ((bits >> (DIGIT_WIDTH - 1 - column)) & 1)
            this.fill(
              right - (digits.length - place) * step + column * SCALE,
              top + row * SCALE,
              SCALE,
              SCALE,
              INK,
            );
  }
}
