import { closestMatch } from 'leven';

/** Two letters that changed places are two mistakes, so every word may have two; long ones may have a third of their letters wrong. */
const MISTAKES = 2;
const LETTERS_PER_MISTAKE = 3;

/** The candidate that was probably meant, as ` Did you mean "x"?`, or nothing where none is near. Starts with a space. */
export const didYouMean = (word: string, candidates: readonly string[]): string => {
  const lower = word.toLowerCase();
  const sameLetters = candidates.find((candidate) => candidate.toLowerCase() === lower);
  const maxDistance = Math.max(MISTAKES, Math.floor(word.length / LETTERS_PER_MISTAKE));
  const nearest = sameLetters ?? closestMatch(word, candidates, { maxDistance });
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
};

/** A value as it stood in the input, for a message: quoted, shortened, on one line. */
export const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};
