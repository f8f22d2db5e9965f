import { MalformedAnswerError } from '../../model/aws/aws-failure.ts';

/** XML 1.0, section 2.11: line ends are one line feed. */
export const withOneLineEnd = (text: string): string => text.replace(/\r\n?/g, '\n');

/** An element that holds nothing but an indented line break is empty, as the SDK has it. */
export const withoutBlankLines = (text: string): string =>
  text.includes('\n') && text.trim() === '' ? '' : text;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Character references and the five entities that XML knows by itself. @throws MalformedAnswerError of any other */
export const withReferences = (text: string): string =>
  text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z][a-zA-Z0-9]{0,30}));/g,
    (reference, hex, decimal, named) => {
      if (named !== undefined) {
        const character = ENTITIES[named];
        if (character === undefined)
          throw new MalformedAnswerError(`The answer holds ${reference}, which XML does not know`);
        return character;
      }
      const code = hex === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
      if (code > 0x10ffff)
        throw new MalformedAnswerError(`The answer holds ${reference}, which is no character`);
      return String.fromCodePoint(code);
    },
  );
