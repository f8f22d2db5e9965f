/**
 * What a script, a workflow or a container recipe fetches has a version and a hash, in a lock file beside it. This looks for the
 * commands that would fetch something else.
 */

/**
 * Packages that come from Debian as they are: apt checks the hash of each against the index that Debian signs. Their versions
 * leave Debian's archive with each security update, so that a build with one of them by version would fail within weeks.
 */
const SIGNED_BY_DEBIAN: ReadonlySet<string> = new Set(['python3-venv', 'ca-certificates']);

/** The words of a file without comments, quotes and brackets: a command in a list of arguments reads like one in a shell. */
const wordsOf = (text: string): string =>
  text
    .replaceAll(/^\s*(?:\/\/|#|\*|\/\*).*$/gm, '')
    .replaceAll(/\s\/\/ .*$/gm, '')
    .replaceAll(/["'`,[\]]/g, ' ')
    .replaceAll(/\\\n/g, ' ')
    .replaceAll(/[ \t]+/g, ' ');

/** What is behind a command, over line ends within a list of arguments. */
const behind = (words: string, from: number): string => words.slice(from, from + 300).replaceAll(/\s+/g, ' ');

interface Rule {
  readonly command: RegExp;
  /** Whether the command, by the words behind it, fetches only what is locked. */
  readonly isLocked: (rest: string) => boolean;
  readonly problem: string;
}

const RULES: readonly Rule[] = [
  { command: /\b(?:curl|wget) /g, isLocked: () => false, problem: 'fetches without a hash' },
  { command: /\bnpx /g, isLocked: () => false, problem: 'runs a package of any version' },
  {
    command: /\bnpm (?:install|i|add) /g,
    isLocked: () => false,
    problem: 'may install what the lock file does not name',
  },
  {
    command: /\bpip3?\b[\s)]*install\b/g,
    isLocked: (rest) => rest.includes('--require-hashes'),
    problem: 'installs Python packages without hashes',
  },
  { command: /\bgo (?:install|get) /g, isLocked: () => false, problem: 'builds a Go module outside go.sum' },
  { command: /-mod=mod\b/g, isLocked: () => false, problem: 'lets Go change go.sum' },
  {
    command: /\bapt(?:-get)?\s+install\b/g,
    isLocked: (rest) => {
      // Its signed index is all that holds such a package to a hash.
      if (
        /--allow-unauthenticated|--allow-insecure|--force-yes|AllowUnauthenticated|AllowInsecure/i.test(rest)
      )
        return false;
      const packages = /^((?: -\S+)*)((?: [a-z0-9][a-z0-9.+-]*)+)/.exec(rest)?.[2]?.trim().split(' ') ?? [];
      const [first = ''] = packages;
      return SIGNED_BY_DEBIAN.has(first);
    },
    problem: 'installs a Debian package that is not on the list',
  },
  {
    command: /\b(?:docker|podman) (?:pull|run) /g,
    isLocked: (rest) => /@sha256:[0-9a-f]{64}/.test(rest),
    problem: 'uses an image without its digest',
  },
  {
    command: /\b(?:container|image): (?=\S+\/)/g,
    isLocked: (rest) => /^\S+@sha256:[0-9a-f]{64}\b/.test(rest),
    problem: 'uses an image without its digest',
  },
  {
    command: /\buses: (?!\.\/)/g,
    isLocked: (rest) => /^\S+@[0-9a-f]{40}\b/.test(rest),
    problem: 'uses an action without its commit',
  },
  {
    command: /\bfetch\( ?https?:(?! ?\/\/127\.0\.0\.1)/g,
    isLocked: () => false,
    problem: 'fetches without a hash',
  },
];

/** What a file fetches without a version and a hash. */
export const unpinnedDownloads = (text: string): readonly string[] => {
  const words = wordsOf(text);
  return RULES.flatMap(({ command, isLocked, problem }) =>
    [...words.matchAll(command)].flatMap(({ 0: found, index }) => {
      const rest = behind(words, index + found.length);
      return isLocked(rest) ? [] : [`${found.trim()} ${rest.slice(0, 40).trim()}: ${problem}`];
    }),
  );
};
