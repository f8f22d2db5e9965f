import fc from 'fast-check';
import type { TargetEstate } from '../../shared/inventory/estate.ts';
import { mixedEstate } from '../fixtures/mixed-estate.ts';
import { hostileText } from './hostile-text.ts';

/** What a forged line begins with. An output in which a line begins with it has let a line break through. */
export const FORGED = 'FORGED';

/** A name that also tries to begin a line, to colour, to erase and to reorder. */
export const hostileName: fc.Arbitrary<string> = fc
  .tuple(
    hostileText,
    fc.constantFrom(
      '\n',
      '\r\n',
      '\r',
      '\u0085',
      '\u2028',
      '\u2029',
      '\u001B[1A',
      '\u009B2K',
      '\u001B]0;x\u0007',
    ),
    fc.constantFrom('', '\u001B[8m', '\u202E', '\u2066', '\u{E0041}', '\u200B', '\u0000', '\u007F'),
  )
  .map(([text, breaks, hides]) => `${text}${breaks}${FORGED}${hides}`);

/** The fields of an estate that people write, at any depth. AWS's own words have a form, and a file with others is refused. */
const FREE = new Set(['name', 'description', 'message', 'action', 'configuration']);

/** The same estate in which each text that people write ends in hostile text. */
export const withHostileNames = (estate: TargetEstate, nameAt: (index: number) => string): TargetEstate => {
  let index = 0;
  const changed = (value: unknown, key: string, isTag: boolean): unknown => {
    if (typeof value === 'string') return isTag || FREE.has(key) ? `${value}${nameAt(index++)}` : value;
    if (Array.isArray(value)) return value.map((item) => changed(item, key, isTag));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, changed(item, name, isTag || name === 'tags')]),
    );
  };
  return changed(estate, '', false) as TargetEstate;
};

/** A whole estate file with hostile names, and with parts that could not be read for hostile reasons. */
export const hostileEstate = (nameAt: (index: number) => string) => ({
  schema: 'headroom/estate@1',
  collectedAt: '2026-01-01T00:00:00.000Z',
  redacted: false,
  targets: [
    {
      ...withHostileNames(mixedEstate, nameAt),
      eksClusters: {
        code: 'access-denied',
        message: `The EKS API refused: ${nameAt(0)}`,
        action: `Allow it: ${nameAt(1)}`,
      },
    },
    {
      ...withHostileNames(mixedEstate, nameAt),
      target: { accountId: '222222222222', region: 'eu-west-1' },
    },
  ],
});
