import { describe, expect, test } from 'vitest';
import { type ReleaseState, releaseNotes, releaseProblems } from '../../../../scripts/release/readiness.ts';

const CHANGELOG = `# Changes

## [0.2.0] - 2026-12-01

### Added

- A thing.

## [0.1.0] - 2026-11-01

- The first.
`;

const ready: ReleaseState = {
  tag: 'v0.2.0',
  version: '0.2.0',
  lockedVersion: '0.2.0',
  changelog: CHANGELOG,
  repository: 'git+https://example.com/vpc-headroom.git',
};

describe('a release', () => {
  test('has the notes of its own version, and no others', () => {
    expect(releaseProblems(ready)).toEqual([]);
    expect(releaseNotes(CHANGELOG, '0.2.0')).toEqual({ date: '2026-12-01', text: '### Added\n\n- A thing.' });
    expect(releaseNotes(CHANGELOG, '0.1.0')?.text).toBe('- The first.');
  });

  test.each<[string, Partial<ReleaseState>, RegExp]>([
    ['another tag', { tag: 'v0.3.0' }, /the tag must be v0\.2\.0/],
    ['a tag without v', { tag: '0.2.0' }, /the tag must be v0\.2\.0/],
    ['a lock file of another version', { lockedVersion: '0.1.0' }, /package-lock\.json has 0\.1\.0/],
    ['no notes', { changelog: '# Changes\n' }, /has no section/],
    [
      'empty notes',
      { changelog: '## [0.2.0] - 2026-12-01\n\n## [0.1.0] - 2026-11-01\n' },
      /says nothing about/,
    ],
    ['no day', { changelog: '## [0.2.0] - unreleased\n\n- A thing.\n' }, /dates 0\.2\.0 "unreleased"/],
    ['no repository', { repository: undefined }, /names no repository/],
  ])('with %s is refused', (_, changes, problem) => {
    expect(releaseProblems({ ...ready, ...changes })).toEqual([expect.stringMatching(problem)]);
  });

  test('with a version that is none is refused', () => {
    expect(releaseProblems({ ...ready, tag: 'v0.2', version: '0.2' })).toEqual([
      'package.json has 0.2, which is no semantic version.',
      expect.stringContaining('package-lock.json has 0.2.0'),
      expect.stringContaining('has no section'),
    ]);
  });
});
