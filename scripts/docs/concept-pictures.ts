import { count } from '../../shared/model/base/text/numbers.ts';
import { limitsOf } from '../../shared/model/cluster/instance-limits.ts';
import { DEFAULT_CNI_SETTINGS } from '../../shared/model/cni/cni-settings.ts';
import { addressesTaken, holdingsOnTheWayUp } from '../../shared/model/cni/node-holding.ts';

/** The pictures of docs/concepts.md. What a node holds in them is computed by the model, so that they cannot go stale. */

type Cell = 'free' | 'aws' | 'pod' | 'warm' | 'own' | 'single';

const COLOURS: Readonly<Record<Cell, readonly [colour: string, words: string]>> = {
  free: ['#e5e7eb', 'free'],
  aws: ['#9ca3af', 'of AWS'],
  own: ['#374151', 'of an interface'],
  pod: ['#2563eb', 'of a pod'],
  warm: ['#93c5fd', 'kept by the node'],
  single: ['#d97706', 'in use alone'],
};
const INK = '#1f2937';
const QUIET = '#4b5563';
const WIDTH = 660;

const text = (x: number, y: number, words: string, colour = QUIET, weight = 400): string =>
  `<text x="${x}" y="${y}" fill="${colour}" font-weight="${weight}">${words}</text>`;

const square = (x: number, y: number, cell: Cell): string =>
  `<rect x="${x}" y="${y}" width="14" height="14" rx="2" fill="${COLOURS[cell][0]}"/>`;

const legend = (y: number, cells: readonly Cell[]): readonly string[] =>
  cells.flatMap((cell, index) => [
    square(20 + index * 125, y - 12, cell),
    text(40 + index * 125, y, COLOURS[cell][1]),
  ]);

const picture = (height: number, title: string, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');

const BLOCK = 16;

const isWhole = (block: readonly Cell[]): boolean => block.every((cell) => cell === 'free');

/** Addresses in blocks of 16, two rows each. A whole block has a green frame. */
const blocksAt = (y: number, cells: readonly Cell[]): readonly string[] =>
  Array.from({ length: Math.ceil(cells.length / BLOCK) }, (_, index) => {
    const block = cells.slice(index * BLOCK, (index + 1) * BLOCK);
    const left = 20 + index * 156;
    const frame = isWhole(block) ? 'stroke="#059669" stroke-width="2"' : 'stroke="#d1d5db"';
    return [
      ...block.map((cell, at) => square(left + (at % 8) * 17, y + Math.floor(at / 8) * 17, cell)),
      `<rect x="${left - 4}" y="${y - 4}" width="141" height="39" rx="4" fill="none" ${frame}/>`,
    ];
  }).flat();

/** A /26 in which the addresses at these places are taken. */
const subnet = (taken: Readonly<Record<number, Cell>>): readonly Cell[] =>
  Array.from({ length: 64 }, (_, at) => taken[at] ?? (at < 4 || at === 63 ? 'aws' : 'free'));

const figures = (cells: readonly Cell[]): string => {
  const free = cells.filter((cell) => cell === 'free').length;
  const whole = Array.from({ length: 4 }, (_, at) => cells.slice(at * BLOCK, (at + 1) * BLOCK)).filter(
    isWhole,
  );
  return `${count(free, 'address', 'addresses')} free, ${count(whole.length, 'whole block')}`;
};

const PREFIX_OF_FIVE_PODS = Object.fromEntries(
  Array.from({ length: BLOCK }, (_, at) => [BLOCK + at, at < 5 ? 'pod' : 'warm'] as const),
);

const SUBNETS: readonly (readonly [title: string, cells: readonly Cell[]])[] = [
  ['An empty /26', subnet({})],
  ['After a node took a prefix', subnet(PREFIX_OF_FIVE_PODS)],
  ['Two addresses in use alone break both blocks', subnet({ 19: 'single', 41: 'single' })],
];

export const prefixesPicture = (): string =>
  picture(330, 'Three subnets of 64 addresses as four blocks of 16', [
    ...SUBNETS.flatMap(([title, cells], index) => [
      text(20, 28 + index * 100, `${title}: ${figures(cells)}`, INK, 600),
      ...blocksAt(44 + index * 100, cells),
    ]),
    ...legend(318, ['free', 'aws', 'pod', 'warm', 'single']),
  ]);

const TYPE = 'm5.large';
const PODS = 8;
const IN_ROW = 33;

const nodeRow = (title: string, prefixDelegation: boolean, y: number): readonly string[] => {
  const limits = limitsOf(TYPE);
  if (limits === null) throw new Error(`The table of limits lacks ${TYPE}.`);
  const [holding] = holdingsOnTheWayUp(limits, { ...DEFAULT_CNI_SETTINGS, prefixDelegation }, [PODS]);
  if (holding === undefined) throw new Error('The model gave no holding.');
  const taken = addressesTaken(holding);
  const own = holding.interfaces;
  const cells: readonly Cell[] = Array.from({ length: taken }, (_, at) =>
    at < own ? 'own' : at < own + PODS ? 'pod' : 'warm',
  );
  return [
    text(
      20,
      y,
      `${title}: ${count(own, 'interface')} and ${count(taken, 'address', 'addresses')} of the subnet`,
      INK,
      600,
    ),
    ...cells.map((cell, at) => square(20 + (at % IN_ROW) * 17, y + 12 + Math.floor(at / IN_ROW) * 17, cell)),
  ];
};

export const modesPicture = (): string =>
  picture(180, `What a node of ${TYPE} with ${PODS} pods takes of its subnet in two modes`, [
    text(20, 26, `${TYPE} with ${PODS} pods, default settings`),
    ...nodeRow('Secondary addresses', false, 56),
    ...nodeRow('Prefixes', true, 112),
    ...legend(168, ['own', 'pod', 'warm']),
  ]);
