import { count } from '../model/base/text/numbers.ts';
import type { AddressMap } from '../model/result/assessment.ts';
import { decodeAddressMap, type MapBlock } from '../model/subnet/address-map.ts';
import { ownerLabel } from './figures.ts';
import { Html, html } from './html.ts';

/**
 * A subnet as a grid of its /28 blocks in address order. How far a cell is filled tells how many of its 16 addresses are
 * in use, the frame inside tells a prefix, a cross AWS's own addresses, a corner a reservation; colour tells the owner, and
 * on maps of up to 256 blocks so does a letter. Colour is never the only sign. Plain SVG paths, since CloudWatch strips
 * `<use>` and scripts, and one path for each look, so that the 4,096 blocks of a /16 stay small.
 */

/** Owners with a colour of their own; owners of fewer addresses share the last one. */
export const COLOURED_OWNERS = 7;

/** Blocks up to which each one has a letter and a text of its own. */
const LABELLED_BLOCKS = 256;

const ADDRESSES = 16;

interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly cell: number;
}

/** Room for `255.255.255.255` beside each row, in user units. */
const LABEL_WIDTH = 96;

const gridOf = (blocks: number): Grid => {
  const columns = Math.min(
    blocks,
    blocks <= 16 ? 8 : blocks <= 64 ? 16 : blocks <= LABELLED_BLOCKS ? 32 : 64,
  );
  return {
    columns,
    rows: Math.ceil(blocks / columns),
    cell: blocks <= 64 ? 28 : blocks <= LABELLED_BLOCKS ? 20 : 12,
  };
};

const rankOf = (map: AddressMap, block: MapBlock): number | null => {
  if (block.owner === null) return null;
  const rank = map.owners.findIndex(
    ({ kind, name }) => kind === block.owner?.kind && name === block.owner.name,
  );
  return Math.min(rank, COLOURED_OWNERS);
};

const letterOf = (rank: number): string => String.fromCharCode(65 + rank);

const WORDS: Readonly<Record<MapBlock['state'], string>> = {
  free: 'free',
  prefix: 'a prefix',
  full: 'all addresses in use',
  fragmented: 'in part in use',
  awsReserved: "holds AWS's own addresses",
};

/** Whether unseen addresses may lie in the block. */
const mayHideSome = ({ state, used }: MapBlock): boolean =>
  state !== 'prefix' && state !== 'full' && used < ADDRESSES;

const describeBlock = (block: MapBlock, unseen: number): string => {
  const { cidr, state, used, owner, reservation } = block;
  return [
    `${cidr}: ${WORDS[state]}`,
    ...(state === 'fragmented' || (state === 'awsReserved' && used > 0)
      ? [`${used} of ${ADDRESSES} in use`]
      : []),
    ...(owner === null ? [] : [ownerLabel(owner)]),
    ...(reservation === 'prefix' || reservation === 'explicit' ? [`${reservation} reservation`] : []),
    ...(unseen > 0 && mayHideSome(block) ? ['may hold unseen addresses'] : []),
  ].join(', ');
};

/** AWS counts them as taken, and where they lie is not known. */
const unseenNote = ({ unseen = 0 }: AddressMap): string =>
  unseen === 0
    ? ''
    : ` ${count(unseen, 'address')} more in use, by owners that this scan did not see, in any free place.`;

/** The same under the picture; `null` where every address is seen. */
export const unseenText = (map: AddressMap): string | null => unseenNote(map).trim() || null;

/** What the picture shows, for those who do not see it. */
const describeMap = (map: AddressMap, blocks: readonly MapBlock[]): string => {
  const blocksThatAre = (state: MapBlock['state']): number =>
    blocks.filter((block) => block.state === state).length;
  return `Address map of ${map.cidrBlock} with ${count(blocks.length, 'block')} of 16 addresses: ${blocksThatAre('free')} free, ${blocksThatAre('prefix')} held as prefixes, ${blocksThatAre('full')} full, ${blocksThatAre('fragmented')} partly used, ${blocksThatAre('awsReserved')} of AWS.${unseenNote(map)}`;
};

/** Sub-paths, gathered under the class that draws them. */
class Paths {
  readonly #byClass = new Map<string, string[]>();

  add(name: string, path: string): void {
    const known = this.#byClass.get(name);
    if (known === undefined) this.#byClass.set(name, [path]);
    else known.push(path);
  }

  /** @param title what a class means, where it is worth hovering over */
  toSvg(title: (name: string) => string | null): Html[] {
    return [...this.#byClass].map(([name, parts]) => {
      const label = title(name);
      return html`<path class="${name}" d="${parts.join('')}">${label === null ? null : html`<title>${label}</title>`}</path>`;
    });
  }
}

/** The part of a cell that is in use: as high as the share of its addresses. */
interface Fill {
  readonly look: string;
  readonly height: number;
}

const fillOf = (map: AddressMap, block: MapBlock, size: number): Fill | null =>
  block.used === 0
    ? null
    : {
        look: `map-owner o${rankOf(map, block) ?? COLOURED_OWNERS}`,
        height: Math.max(1, Math.round((size * block.used) / ADDRESSES)),
      };

const drawGrid = ({ columns, rows, cell }: Grid): Html[] => {
  const width = columns * cell;
  const height = rows * cell;
  const across = Array.from(
    { length: rows },
    (_, row) => `M${LABEL_WIDTH} ${(row + 1) * cell - 0.5}h${width}`,
  );
  const down = Array.from(
    { length: columns },
    (_, column) => `M${LABEL_WIDTH + (column + 1) * cell - 0.5} 0v${height}`,
  );
  return [html`<path class="map-grid" d="${across.join('')}${down.join('')}"/>`];
};

/** Neighbours that look alike are one shape: the grid is drawn over them. */
const drawFills = (
  map: AddressMap,
  blocks: readonly MapBlock[],
  { columns, rows, cell }: Grid,
  paths: Paths,
): void => {
  for (let row = 0; row < rows; row += 1) {
    const fills = blocks
      .slice(row * columns, (row + 1) * columns)
      .map((block) => fillOf(map, block, cell - 1));
    for (let from = 0; from < columns; ) {
      const fill = fills[from] ?? null;
      let to = from + 1;
      while (to < columns && fills[to]?.look === fill?.look && fills[to]?.height === fill?.height) to += 1;
      if (fill !== null) {
        const width = (to - from) * cell;
        paths.add(
          fill.look,
          `M${LABEL_WIDTH + from * cell} ${(row + 1) * cell - 1}h${width}v-${fill.height}h-${width}z`,
        );
      }
      from = to;
    }
  }
};

/** What lies over the fill: a prefix's frame, the cross of AWS's own addresses, the corners of reservations. */
const drawMarks = (
  { unseen = 0 }: AddressMap,
  blocks: readonly MapBlock[],
  { columns, cell }: Grid,
  paths: Paths,
): void => {
  const size = cell - 1;
  const corner = Math.round(cell / 3);
  const inner = size - 4;
  for (const [index, block] of blocks.entries()) {
    const { state, reservation } = block;
    const x = LABEL_WIDTH + (index % columns) * cell;
    const y = Math.floor(index / columns) * cell;
    if (state === 'prefix') paths.add('map-prefix', `M${x + 2} ${y + 2}h${inner}v${inner}h-${inner}z`);
    if (state === 'awsReserved')
      paths.add('map-aws', `M${x} ${y}l${size} ${size}m-${size} 0l${size} -${size}`);
    if (unseen > 0 && mayHideSome(block))
      paths.add('map-unseen', `M${x + 2} ${y + size - 2}l${inner} -${inner}`);
    if (reservation === 'prefix' || reservation === 'explicit')
      paths.add('map-reserved', `M${x} ${y}h${corner}l-${corner} ${corner}z`);
    if (reservation === 'explicit')
      paths.add('map-reserved', `M${x + size} ${y + size}h-${corner}l${corner} -${corner}z`);
  }
};

const labelBlocks = (map: AddressMap, blocks: readonly MapBlock[], { columns, cell }: Grid): Html[] =>
  blocks.map((block, index) => {
    const x = LABEL_WIDTH + (index % columns) * cell;
    const y = Math.floor(index / columns) * cell;
    const rank = rankOf(map, block);
    const letter =
      rank === null || (block.state !== 'prefix' && block.state !== 'full')
        ? null
        : html`<text class="map-letter t${rank}" x="${x + (cell - 1) / 2}" y="${y + cell * 0.66}">${letterOf(rank)}</text>`;
    return html`<g>${letter}<rect class="map-hit" x="${x}" y="${y}" width="${cell - 1}" height="${cell - 1}"><title>${describeBlock(block, map.unseen ?? 0)}</title></rect></g>`;
  });

/** The first address of every row; on tall maps of every fourth. */
const labelRows = (blocks: readonly MapBlock[], { columns, rows, cell }: Grid): Html[] => {
  const every = cell < 16 ? 4 : 1;
  return Array.from({ length: Math.ceil(rows / every) }, (_, index) => {
    const row = index * every;
    const first = blocks[row * columns]?.cidr.split('/')[0] ?? '';
    return html`<text class="map-row" x="${LABEL_WIDTH - 6}" y="${row * cell + cell / 2 + 4}">${first}</text>`;
  });
};

/**
 * The map as an `<svg>` element. Its look is in `MAP_STYLE`, under the classes `map` and the theme's colours.
 * @throws HeadroomError `invalid-address-map` for a damaged one
 */
export const addressMapSvg = (map: AddressMap): Html => {
  const blocks = decodeAddressMap(map);
  const grid = gridOf(blocks.length);
  const width = LABEL_WIDTH + grid.columns * grid.cell;
  const height = grid.rows * grid.cell;
  const fills = new Paths();
  drawFills(map, blocks, grid, fills);
  const marks = new Paths();
  drawMarks(map, blocks, grid, marks);
  const title = (name: string): string | null => {
    const rank = /^map-owner o(\d+)$/.exec(name)?.[1];
    if (rank === undefined) return null;
    const owner = map.owners[Number(rank)];
    return Number(rank) === COLOURED_OWNERS || owner === undefined ? 'Other owners' : ownerLabel(owner);
  };
  return html`<svg class="map" role="img" aria-label="${describeMap(map, blocks)}" viewBox="0 0 ${width} ${height}" style="max-width:${width}px"><path class="map-free" d="M${LABEL_WIDTH} 0h${width - LABEL_WIDTH}v${height}h-${width - LABEL_WIDTH}z"/>${fills.toSvg(title)}${drawGrid(grid)}${marks.toSvg(() => null)}${labelRows(blocks, grid)}${blocks.length <= LABELLED_BLOCKS ? labelBlocks(map, blocks, grid) : null}</svg>`;
};

const sample = (drawing: string): Html =>
  new Html(
    `<svg class="map key" aria-hidden="true" viewBox="0 0 13 13"><path class="map-free" d="M0 0h13v13h-13z"/>${drawing}</svg>`,
  );

const SHAPES: readonly (readonly [keyof typeof KEYS, string])[] = [
  ['free', 'free block: can become a prefix'],
  ['prefix', 'held as a prefix'],
  ['full', 'all 16 addresses in use'],
  ['fragmented', 'in part in use: cannot become a prefix'],
  ['aws', "holds AWS's own addresses"],
  ['prefixReserved', 'in a prefix reservation'],
  ['explicitReserved', 'in an explicit reservation'],
  ['unseen', 'may hold addresses that AWS counts and no scan sees'],
];

const KEYS = {
  free: '',
  prefix: '<path class="map-owner o8" d="M0 0h13v13h-13z"/><path class="map-prefix" d="M2 2h9v9h-9z"/>',
  full: '<path class="map-owner o8" d="M0 0h13v13h-13z"/>',
  fragmented: '<path class="map-owner o8" d="M0 13h13v-5h-13z"/>',
  aws: '<path class="map-aws" d="M0 0l13 13m-13 0l13 -13"/>',
  prefixReserved: '<path class="map-reserved" d="M0 0h5l-5 5z"/>',
  unseen: '<path class="map-unseen" d="M2 11l9 -9"/>',
  explicitReserved: '<path class="map-reserved" d="M0 0h5l-5 5zM13 13h-5l5 -5z"/>',
} as const;

/** What the shapes mean, once a page: all of them, or those that are named. */
export const mapShapes = (
  shown: readonly (keyof typeof KEYS)[] = Object.keys(KEYS) as (keyof typeof KEYS)[],
): Html =>
  html`<ul class="keys">${SHAPES.filter(([shape]) => shown.includes(shape)).map(([shape, words]) => html`<li>${sample(KEYS[shape])}${words}</li>`)}</ul>`;

/** The sample of colour, and letter, of an owner by its place among the map's owners. */
export const ownerKey = (rank: number): Html => {
  const place = Math.min(rank, COLOURED_OWNERS);
  return sample(
    `<path class="map-owner o${place}" d="M0 0h13v13h-13z"/><text class="map-letter t${place}" x="6.5" y="10">${letterOf(place)}</text>`,
  );
};

/** Okabe and Ito's palette (Color Universal Design, 2008), which people with any colour vision can tell apart. */
const OWNER_COLOURS = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#f0e442',
  '#8a8f98',
];

export const MAP_STYLE = [
  '.map{display:block;width:100%;height:auto}.map.key{display:inline-block;width:13px;height:13px;margin-right:6px;vertical-align:-2px}',
  '.map-free{fill:var(--free)}.map-grid{fill:none;stroke:var(--paper);stroke-width:1}.map-prefix{fill:none;stroke:var(--paper);stroke-width:1.5}.map-aws{fill:none;stroke:var(--faint);stroke-width:1}.map-unseen{fill:none;stroke:var(--ink);stroke-width:1;stroke-dasharray:2 2}',
  '.map-reserved{fill:var(--ink)}.map-hit{fill:transparent}.map-hit:hover{stroke:var(--ink);stroke-width:1.5}',
  '.map text{font:11px ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;fill:var(--muted)}.map-row{text-anchor:end}',
  '.map .map-letter{text-anchor:middle;font-weight:700;fill:#000}.map .t0{fill:#fff}.o8{fill:var(--muted)}',
  ...OWNER_COLOURS.map((colour, rank) => `.o${rank}{fill:${colour}}`),
  '.keys{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;padding:0;margin:8px 0;color:var(--muted);font-size:12px}.keys li{margin:0}',
].join('\n');
