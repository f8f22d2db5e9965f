/** A text as a sentence: problems of AWS end without a full stop, errors of Headroom with one. */
export const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);
