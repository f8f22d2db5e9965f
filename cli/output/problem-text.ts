import type { Target } from '../../shared/model/aws/inventory.ts';
import type { Problem } from '../../shared/model/base/errors.ts';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { redactSecrets } from '../../shared/model/base/redaction.ts';
import { type Io, paint } from '../base/io.ts';
import { credentialHint } from './credential-hint.ts';

/** What could not be done, and what to do about it, a line each. Messages may quote AWS and chat services. */
export const problemText = (
  io: Pick<Io, 'colour'>,
  { code, message, action }: Pick<Problem, 'code' | 'message' | 'action'>,
  target: Target | null = null,
): string => {
  const dye = paint(io);
  const where = target === null ? '' : `${target.accountId} ${target.region}: `;
  const hint = credentialHint(code, target);
  const below = [action, ...(hint === null ? [] : [hint])];
  return `${dye('red', 'problem')}  ${printable(redactSecrets(`${where}${message}`))}\n${below.map((line) => `${' '.repeat(9)}${dye('dim', printable(redactSecrets(line)))}\n`).join('')}`;
};
