import { escapedInJson } from '../../shared/model/base/invisible-characters.ts';

/** A document of `--output json`. Invisible characters are escaped, so that a terminal shows them and obeys none of them. */
export const jsonText = (document: unknown): string =>
  `${escapedInJson(JSON.stringify(document, null, 2))}\n`;

/** The same as one line, for lists of documents. */
export const jsonLine = (document: unknown): string => `${escapedInJson(JSON.stringify(document))}\n`;
