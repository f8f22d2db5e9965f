/** What a release is made of, before anything is published. */
export interface ReleaseState {
  /** Such as `v0.2.0`. */
  readonly tag: string;
  /** Of package.json. */
  readonly version: string;
  /** Of the root of package-lock.json. */
  readonly lockedVersion: string | undefined;
  readonly changelog: string;
  /** Of package.json: npm refuses provenance without it. */
  readonly repository: string | undefined;
}

const SEMANTIC_VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** What the changelog says of a version, from its heading to the next; `null`: nothing. */
export const releaseNotes = (
  changelog: string,
  version: string,
): { readonly date: string; readonly text: string } | null => {
  const heading = changelog.split('\n').findIndex((line) => line.startsWith(`## [${version}] - `));
  if (heading === -1) return null;
  const lines = changelog.split('\n').slice(heading);
  const next = lines.findIndex((line, index) => index > 0 && line.startsWith('## '));
  return {
    date: (lines[0] ?? '').slice(`## [${version}] - `.length).trim(),
    text: lines
      .slice(1, next === -1 ? undefined : next)
      .join('\n')
      .trim(),
  };
};

/** Why this cannot be released; empty: it can. */
export const releaseProblems = ({
  tag,
  version,
  lockedVersion,
  changelog,
  repository,
}: ReleaseState): readonly string[] => {
  const notes = releaseNotes(changelog, version);
  return [
    ...(SEMANTIC_VERSION.test(version) ? [] : [`package.json has ${version}, which is no semantic version.`]),
    ...(tag === `v${version}`
      ? []
      : [`The tag is ${tag} and package.json has ${version}: the tag must be v${version}.`]),
    ...(lockedVersion === version
      ? []
      : [
          `package-lock.json has ${lockedVersion ?? 'no version'} and package.json has ${version}: run npm install.`,
        ]),
    ...(notes === null ? [`CHANGELOG.md has no section "## [${version}] - <date>".`] : []),
    ...(notes !== null && !/^\d{4}-\d{2}-\d{2}$/.test(notes.date)
      ? [`CHANGELOG.md dates ${version} "${notes.date}": write the day of the release, such as 2026-12-01.`]
      : []),
    ...(notes !== null && notes.text === '' ? [`CHANGELOG.md says nothing about ${version}.`] : []),
    ...(repository === undefined
      ? ['package.json names no repository: npm needs it to tie the package to its source.']
      : []),
  ];
};
