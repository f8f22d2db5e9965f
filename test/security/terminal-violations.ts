import { FORGED } from './hostile-estate.ts';

/** What a terminal would obey, what a reader cannot see, and lines that the program did not begin. */
export const violationsIn = (text: string, colour: boolean): readonly string[] => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the styles that the program itself writes
  const own = colour ? text.replace(/\u001B\[(?:[123]|2[23]|3[0-9])m/g, '') : text;
  const hidden = own.match(
    /[[\p{Cc}\u2028\u2029\uFFF9-\uFFFB\uFFFE\uFFFF\p{DI}]--[\n\u200C\u200D\u180B-\u180D\u180F\uFE00-\uFE0F]]/gv,
  );
  const forged = own.split('\n').filter((line) => line.startsWith(FORGED));
  return [...(hidden ?? []).map((each) => JSON.stringify(each)), ...forged];
};
