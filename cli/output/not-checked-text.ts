import { printable } from '../../shared/model/base/invisible-characters.ts';
import { displayName } from '../../shared/model/base/text/names.ts';
import type { NotChecked } from '../../shared/model/result/not-checked.ts';
import { type Io, paint } from '../base/io.ts';
import { firstAndOthers } from './first-and-others.ts';

/** A line for each check and reason: fifty subnets with one cause are one line. */
export const renderNotChecked = (io: Pick<Io, 'colour'>, notChecked: readonly NotChecked[]): string => {
  const dye = paint(io);
  return notChecked
    .map(({ label, reason, subjects }) => {
      const where = firstAndOthers(subjects.map(({ id, name }) => displayName(name, id)));
      return `${dye('yellow', 'not checked')}  ${printable(`${label} (${where}): ${reason}`)}\n`;
    })
    .join('');
};
