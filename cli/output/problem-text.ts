import type { Target } from '../../shared/model/aws/inventory.ts';
import type { Problem } from '../../shared/model/base/errors.ts';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { redactSecrets } from '../../shared/model/base/redaction.ts';
import { type Io, paint } from '../base/io.ts';

/** What could not be done, and what to do about it, a line each. Messages may quote AWS and chat services. */
export const problemText = (
  io: Pick<Io, 'colour'>,
  { message, action }: Pick<Problem, 'message' | 'action'>,
  target: Target | null = null,
): string => {
  const dye = paint(io);
  const where = target === null ? '' : `${target.accountId} ${target.region}: `;
  return `${dye('red', 'problem')}  ${printable(redactSecrets(`${where}${message}`))}\n${' '.repeat(9)}${dye('dim', printable(redactSecrets(action)))}\n`;
};
