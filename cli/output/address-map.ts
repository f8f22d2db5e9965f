import { printable } from '../../shared/model/base/invisible-characters.ts';
import { count, number } from '../../shared/model/base/text/numbers.ts';
import type { AddressMap } from '../../shared/model/result/assessment.ts';
import { decodeAddressMap, type MapBlock } from '../../shared/model/subnet/address-map.ts';
import { unseenText } from '../../shared/report/address-map-svg.ts';
import { ownerLabel } from '../../shared/report/figures.ts';
import { type Io, paint, type Style } from '../base/io.ts';

/** Owners with a letter of their own; the others share the last one. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const COLOURS: readonly Style[] = ['blue', 'yellow', 'green', 'magenta', 'cyan', 'red'];

/** Blocks that stand together, so that a place is found by counting groups. */
const GROUP = 8;
/** Room for `255.255.255.255` and a gap. */
const LABEL = 17;

const rankOf = (map: AddressMap, { owner }: MapBlock): number | null => {
  if (owner === null) return null;
  const rank = map.owners.findIndex(({ kind, name }) => kind === owner.kind && name === owner.name);
  return Math.min(rank, LETTERS.length - 1);
};

/** One character a block: colour is never the only sign. */
const signOf = (
  map: AddressMap,
  block: MapBlock,
): { readonly sign: string; readonly style: Style | null } => {
  if (block.state === 'awsReserved' && block.used === 0) return { sign: 'x', style: 'dim' };
  const rank = rankOf(map, block);
  if (rank === null) {
    const reserved = block.reservation === 'prefix' ? ':' : block.reservation === 'explicit' ? '!' : '.';
    return { sign: reserved, style: 'dim' };
  }
  const letter = LETTERS.charAt(rank);
  return {
    sign: block.state === 'prefix' ? letter : letter.toLowerCase(),
    style: COLOURS[rank % COLOURS.length] ?? null,
  };
};

/** The most blocks in a row that fit, so that rows begin at round addresses. */
const rowLength = (blocks: number, columns: number | null): number => {
  const fits = (length: number): boolean =>
    LABEL + length + length / GROUP - 1 <= (columns ?? 80) && length <= Math.max(16, blocks / 4);
  return [64, 32, 16].find(fits) ?? GROUP;
};

/**
 * A subnet as rows of its /28 blocks in address order, with what the signs mean.
 *
 * @throws HeadroomError `invalid-address-map` for a damaged one
 */
export const renderAddressMap = (io: Pick<Io, 'colour' | 'columns'>, map: AddressMap): string => {
  const dye = paint(io);
  const blocks = decodeAddressMap(map);
  const length = rowLength(blocks.length, io.columns);
  const rows: string[] = [];
  for (let from = 0; from < blocks.length; from += length) {
    const row = blocks.slice(from, from + length);
    const signs = row.map((block, index) => {
      const { sign, style } = signOf(map, block);
      const shown = style === null ? sign : dye(style, sign);
      return index > 0 && index % GROUP === 0 ? ` ${shown}` : shown;
    });
    rows.push(`${dye('dim', (row[0]?.cidr.split('/')[0] ?? '').padEnd(LABEL))}${signs.join('')}\n`);
  }
  const owners = map.owners.slice(0, LETTERS.length).map((owner, rank) => {
    const isLast = rank === LETTERS.length - 1 && map.owners.length > LETTERS.length;
    const style = COLOURS[rank % COLOURS.length];
    const letter = LETTERS.charAt(rank);
    return `${style === undefined ? letter : dye(style, letter)}  ${printable(isLast ? 'all other holders' : ownerLabel(owner))}\n`;
  });
  const states = (state: MapBlock['state']): string =>
    number(blocks.filter((block) => block.state === state).length);
  const summary = [
    `${count(blocks.length, 'block')} of 16 addresses: ${states('free')} free`,
    `${states('prefix')} held as prefixes`,
    `${states('full')} full`,
    `${states('fragmented')} partly in use`,
    `${states('awsReserved')} with addresses of AWS`,
  ].join(', ');
  const hasReservation = blocks.some(
    ({ reservation }) => reservation === 'prefix' || reservation === 'explicit',
  );
  const unseen = unseenText(map);
  const unknown = blocks.some(({ reservation }) => reservation === 'unknown');
  return [
    ...rows,
    '\n',
    ...owners,
    `capital: held as a prefix; small: single addresses in use; . free; x AWS's own addresses\n`,
    ...(hasReservation ? [': free in a prefix reservation; ! free in an explicit reservation\n'] : []),
    ...(unknown ? ['Reservations are not known: they could not be read.\n'] : []),
    `${summary}\n`,
    ...(unseen === null ? [] : [`${unseen}\n`]),
  ].join('');
};
