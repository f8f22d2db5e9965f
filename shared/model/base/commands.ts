import { quoted } from './shell-words.ts';

/** What an earlier command of the same remedy printed: a shell variable, because only AWS knows the id. */
export interface ShellVariable {
  readonly variable: string;
}

/** One word that is put together, so that a variable can stand inside a text. */
export interface JoinedWord {
  readonly parts: readonly (string | ShellVariable)[];
}

export type Word = string | number | ShellVariable | JoinedWord;

const wordText = (word: Word): string => {
  if (typeof word !== 'object') return quoted(String(word));
  return 'parts' in word ? word.parts.map(wordText).join('') : `"$${word.variable}"`;
};

/** A list becomes several words; an empty one makes the option a switch. */
type OptionValue = Word | readonly Word[];

const isList = (value: OptionValue): value is readonly Word[] => Array.isArray(value);

const optionWords = (name: string, value: OptionValue): readonly string[] => [
  `--${name}`,
  ...(isList(value) ? value : [value]).map(wordText),
];

/** An AWS CLI command, its options in the given order and the Region last. */
export const aws = (
  service: string,
  action: string,
  region: string,
  options: Readonly<Record<string, OptionValue>>,
): string =>
  [
    'aws',
    service,
    action,
    ...Object.entries({ ...options, region }).flatMap(([name, value]) => optionWords(name, value)),
  ].join(' ');

/** Keeps one value of an AWS CLI command's answer in a shell variable, for the commands after it. */
export const keep = (
  { variable }: ShellVariable,
  service: string,
  action: string,
  region: string,
  options: Readonly<Record<string, OptionValue>>,
  query: string,
): string => `${variable}=$(${aws(service, action, region, { ...options, query, output: 'text' })})`;

/** A kubectl command against the cluster that the current context names. Its options are words that begin with a hyphen. */
export const kubectl = (...words: readonly Word[]): string =>
  ['kubectl', ...words.map((word) => (isOption(word) ? word : wordText(word)))].join(' ');

const isOption = (word: Word): word is string => typeof word === 'string' && /^--[a-z-]+$/.test(word);
