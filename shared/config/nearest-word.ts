import { closestMatch } from 'leven';

/** A word this short is only "near" when one letter is off; longer ones may have a third of their letters wrong. */
const LETTERS_PER_MISTAKE = 3;

/** The candidate that was probably meant, as ` Did you mean "x"?`, or nothing where none is near. Starts with a space. */
export const didYouMean = (word: string, candidates: readonly string[]): string => {
  const lower = word.toLowerCase();
  const sameLetters = candidates.find((candidate) => candidate.toLowerCase() === lower);
  const maxDistance = Math.max(1, Math.floor(word.length / LETTERS_PER_MISTAKE));
  const nearest = sameLetters ?? closestMatch(word, candidates, { maxDistance });
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
};

/** A value as it stood in the input, for a message: quoted, shortened, on one line. */
export const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};
