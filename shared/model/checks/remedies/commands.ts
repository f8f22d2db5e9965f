/** Words that a POSIX shell takes as they are. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Quotes a word for a POSIX shell where it needs it: names come from tags, and may hold anything. */
export const quoted = (word: string): string =>
  PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

type OptionValue = string | number | readonly string[];

/** An AWS CLI command, its options in the given order; a list becomes several words. */
export const aws = (
  service: string,
  action: string,
  region: string,
  options: Readonly<Record<string, OptionValue>>,
): string => {
  const words = Object.entries({ ...options, region }).flatMap(([name, value]) => [
    `--${name}`,
    ...(Array.isArray(value) ? value : [String(value)]).map((word) => quoted(String(word))),
  ]);
  return ['aws', service, action, ...words].join(' ');
};

/** A kubectl command against the cluster that the current context names. */
export const kubectl = (...words: readonly string[]): string => ['kubectl', ...words.map(quoted)].join(' ');
