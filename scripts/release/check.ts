// Says why this commit cannot be released under a tag, or prints the notes of the release: check.ts v0.2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseNotes, releaseProblems } from './readiness.ts';

const root = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

const manifest = JSON.parse(read('package.json')) as { version: string; repository?: { url: string } };
const lock = JSON.parse(read('package-lock.json')) as { version?: string };
const changelog = read('CHANGELOG.md');

const problems = releaseProblems({
  tag: process.argv[2] ?? '(none)',
  version: manifest.version,
  lockedVersion: lock.version,
  changelog,
  repository: manifest.repository?.url,
});
for (const problem of problems) console.error(`error ${problem}`);
if (problems.length > 0) process.exitCode = 1;
else console.log(releaseNotes(changelog, manifest.version)?.text);
