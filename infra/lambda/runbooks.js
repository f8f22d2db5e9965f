// Read by serverless.yml, which takes values from .js files: where the runbooks of this checkout can be read.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { repositoryFiles, runbooksIn } from './repository-files.ts';

const remote = () => {
  try {
    return execFileSync('git', ['config', '--get', 'remote.origin.url'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim();
  } catch {
    // No git, no checkout, or no remote.
    return '';
  }
};

export const address =
  runbooksIn(process.env.HEADROOM_REPOSITORY ?? repositoryFiles(remote()) ?? undefined) ?? '';
