/**
 * Characters that show nothing but change how other text looks. Names, tags and descriptions come from scanned accounts,
 * so anybody who may tag a resource can put them into any output. All outputs use this one table.
 */

/** Control characters (C0 and C1), and the two separators that some clients break lines at. */
const CONTROLS = String.raw`\p{Cc}\u2028\u2029`;

/**
 * Unicode's own list of characters without a glyph (UAX #44, Default_Ignorable_Code_Point): bidirectional marks and
 * overrides, zero-width spaces, soft hyphens, fillers, tag characters. Added to it: interlinear annotations and
 * non-characters. Taken out: the joiners U+200C and U+200D and the variation selectors, which emoji and several scripts
 * need, and which cannot reorder or hide anything.
 */
const HIDDEN = String.raw`[[\p{DI}--[\u200C\u200D\u180B-\u180D\u180F\uFE00-\uFE0F]]\uFFF9-\uFFFB\uFFFE\uFFFF]`;

const CONTROL = new RegExp(`[${CONTROLS}]+`, 'gv');
const INVISIBLE = new RegExp(HIDDEN, 'gv');
const EITHER = new RegExp(`[${CONTROLS}${HIDDEN}]`, 'gv');
const LONE = /\p{Surrogate}/gu;
const EITHER_WITHIN_LINES = new RegExp(`[[[${CONTROLS}]--[\\t\\n]]${HIDDEN}]`, 'gv');

/** For messages: controls become one space, and other invisible characters are removed. Lone surrogates become U+FFFD. */
export const withoutInvisible = (text: string): string =>
  text.toWellFormed().replace(CONTROL, ' ').replace(INVISIBLE, '');

/** For a line on a terminal or a label: each invisible character is replaced by U+FFFD, so that a reader sees it. */
export const printable = (text: string): string => text.toWellFormed().replace(EITHER, '\uFFFD');

/**
 * For labels that name things: each invisible character stands as its code, and a backslash as two. Other text cannot read
 * the same, so that two names stay two.
 */
export const printableName = (text: string): string =>
  text.replaceAll('\\', '\\\\').replace(LONE, escaped).replace(EITHER, escaped);

const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;

/** The same for text of several lines, such as commands on a page: tabs and line feeds stay. */
export const printableLines = (text: string): string =>
  text.toWellFormed().replace(EITHER_WITHIN_LINES, '\uFFFD');

/**
 * JSON text in which each invisible character stands as its escape (`\u009b`), for files and terminals. JSON itself escapes
 * only C0 controls and lone surrogates. A parser reads the same value.
 */
export const escapedInJson = (json: string): string =>
  json.replace(EITHER_WITHIN_LINES, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      const unit = character.charCodeAt(index).toString(16).padStart(4, '0');
      return `\\u${unit}`;
    }).join(''),
  );
