import { words } from './names.ts';
import { quantity } from './numbers.ts';
import { utcTime } from './times.ts';

/** A figure as checks measure it: `availableInSubnet`, a value, and its unit. */
export interface Figure {
  readonly name: string;
  readonly value: number | string | null;
  readonly unit?: string | undefined;
}

/**
 * The value of a figure beside its name. `Free prefixes: 31` needs no `prefixes` behind the number; a percent sign always helps.
 * An ISO 8601 time is written for people.
 */
export const figureText = ({ name, value, unit }: Figure): string => {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return utcTime(value);
  const isInName = unit !== undefined && unit !== 'percent' && words(name).endsWith(unit);
  return quantity(value, isInName ? undefined : unit);
};

/** All of it in one line: `current nodes 2, fits 0 nodes, instance type m5.large`. */
export const figuresText = (figures: readonly Figure[], separator = ', '): string =>
  figures.map((figure) => `${words(figure.name)} ${figureText(figure)}`).join(separator);
