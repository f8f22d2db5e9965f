/** What keeps a build to what was reviewed: a version and a hash for everything that is fetched. */

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

export interface PackageLock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/**
 * Packages that would like to run a script when they are installed. None does, because every install is
 * `npm ci --ignore-scripts`, and each works without: esbuild and classic-level find the program of their platform by
 * themselves, and es5-ext only prints a message.
 */
const SCRIPTS_NOT_RUN: ReadonlySet<string> = new Set([
  'node_modules/classic-level',
  'node_modules/es5-ext',
  'node_modules/esbuild',
]);

/** What is wrong with a package-lock.json. Folders of this repository have no hash: they are under review themselves. */
export const lockViolations = ({ packages }: PackageLock): readonly string[] =>
  Object.entries(packages).flatMap(([path, { integrity, link, hasInstallScript, dev, optional }]) => {
    if (!path.startsWith('node_modules/') || link === true) return [];
    return [
      ...(integrity?.startsWith('sha512-') ? [] : [`${path} has no hash`]),
      ...(hasInstallScript === true && !SCRIPTS_NOT_RUN.has(path) ? [`${path} has an install script`] : []),
      ...(dev === true || optional === true ? [] : [`${path} is installed with the package`]),
    ];
  });

/** What is wrong with a requirements.txt: each requirement an exact version, each with at least one hash. */
export const requirementViolations = (text: string): readonly string[] =>
  text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
    .flatMap((line) => {
      const name = line.split(/[\s=<>~!;]/, 1)[0] ?? '';
      return [
        ...(/^[\w.[\]-]+==\S+/.test(line) ? [] : [`${name} has no exact version`]),
        ...(/--hash=sha256:[0-9a-f]{64}/.test(line) ? [] : [`${name} has no hash`]),
      ];
    });

/** Images of a container recipe that are not named by their digest. Stages of the recipe itself are. */
export const imageViolations = (recipe: string): readonly string[] => {
  const froms = [...recipe.matchAll(/^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)];
  const stages = new Set(froms.flatMap(([, , stage]) => stage ?? []));
  return froms
    .map(([, image = '']) => image)
    .filter((image) => !stages.has(image) && !/@sha256:[0-9a-f]{64}$/.test(image))
    .map((image) => `${image} is not named by its digest`);
};

export type DebianLock = Readonly<
  Record<string, { readonly version: string; readonly sha256: Readonly<Record<string, string>> }>
>;

/** Packages of Debian that are unpacked here: each has an exact version, and a hash for each architecture. */
export const debianViolations = (lock: DebianLock): readonly string[] =>
  Object.entries(lock).flatMap(([name, { version, sha256 }]) => {
    const hashes = Object.values(sha256);
    const hashed = hashes.length > 0 && hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash));
    return [
      ...(/^\d/.test(version) ? [] : [`${name} has no exact version`]),
      ...(hashed ? [] : [`${name} has no hash`]),
    ];
  });
