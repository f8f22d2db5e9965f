import { printable } from '../../shared/model/base/invisible-characters.ts';
import { displayableCommands, NOT_DISPLAYED } from '../../shared/model/base/shell-words.ts';
import { figuresText } from '../../shared/model/base/text/figures.ts';
import { effectOf, type Finding } from '../../shared/model/result/finding.ts';
import type { Place } from '../../shared/model/result/identity.ts';
import { type Io, paint } from '../base/io.ts';

export const SEVERITY_STYLE = { critical: 'red', warning: 'yellow', info: 'cyan' } as const;
const HOLDS = { true: 'yes', false: 'no', null: 'unknown' } as const;

const indent = (text: string, columns: number): string => `${' '.repeat(columns)}${text}\n`;

/** Account and Region of what is listed, where it is not all of one target: two accounts may both have a cluster `shop`. */
export const placeIn =
  (targets: readonly Place[]) =>
  ({ accountId, region }: Place): string | null =>
    targets.length > 1 ? `${accountId} ${region}` : null;

/**
 * One finding in full: why, the evidence, and each remedy with its preconditions and commands.
 *
 * @param place where it is, if that is to be said
 */
export const renderFinding = (
  io: Pick<Io, 'colour'>,
  { severity, title, explanation, evidence, remedies, also = [] }: Finding,
  place: string | null = null,
): string => {
  const dye = paint(io);
  const facts = figuresText(evidence);
  return [
    `${dye(SEVERITY_STYLE[severity], severity.padEnd(8))}  ${dye('bold', printable(title))}\n`,
    ...(place === null ? [] : [indent(dye('dim', printable(place)), 10)]),
    indent(printable(explanation), 10),
    ...also.map((beneath) => indent(`${dye('dim', 'also')} ${printable(beneath.title)}`, 10)),
    ...(facts === '' ? [] : [indent(dye('dim', printable(facts)), 10)]),
    ...remedies.map((remedy, index) =>
      [
        indent(`${index + 1}. ${printable(remedy.title)}`, 10),
        indent(printable(effectOf(remedy)), 13),
        ...(remedy.price === undefined ? [] : [indent(dye('dim', printable(remedy.price)), 13)]),
        ...(remedy.when === undefined ? [] : [indent(dye('dim', printable(remedy.when)), 13)]),
        ...remedy.preconditions.map(({ text, holds }) =>
          indent(`${dye(holds === false ? 'red' : 'dim', `[${HOLDS[`${holds}`]}]`)} ${printable(text)}`, 13),
        ),
        ...(displayableCommands(remedy.commands)?.map((command) => indent(dye('cyan', command), 13)) ?? [
          indent(NOT_DISPLAYED, 13),
        ]),
      ].join(''),
    ),
  ].join('');
};
