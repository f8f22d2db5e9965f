import { printable } from '../../shared/model/base/invisible-characters.ts';
import { count } from '../../shared/model/base/text/numbers.ts';
import type { NotChecked } from '../../shared/model/result/not-checked.ts';
import { type Io, paint } from '../base/io.ts';

/** A line for each check and reason: fifty subnets with one cause are one line. */
export const renderNotChecked = (io: Io, notChecked: readonly NotChecked[]): string => {
  const dye = paint(io);
  return notChecked
    .map(({ label, reason, subjects: [first, ...others] }) => {
      const name = first?.name ?? first?.id ?? '';
      const where = others.length === 0 ? name : `${name} and ${count(others.length, 'other')}`;
      return `${dye('yellow', 'not checked')}  ${printable(`${label} (${where}): ${reason}`)}\n`;
    })
    .join('');
};
