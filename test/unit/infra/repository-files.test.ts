import { describe, expect, test } from 'vitest';
import { repositoryFiles, runbooksIn } from '../../../infra/lambda/repository-files.ts';

describe('where people read the files of a checkout', () => {
  test.each([
    ['https://github.com/acme/headroom.git', 'https://github.com/acme/headroom/blob/HEAD'],
    ['https://github.com/acme/headroom', 'https://github.com/acme/headroom/blob/HEAD'],
    ['git@github.com:acme/headroom.git', 'https://github.com/acme/headroom/blob/HEAD'],
    [
      'ssh://git@github.acme.example:2222/ops/headroom.git',
      'https://github.acme.example/ops/headroom/blob/HEAD',
    ],
    ['git@gitlab.com:acme/infra/headroom.git', 'https://gitlab.com/acme/infra/headroom/-/blob/HEAD'],
    ['https://bitbucket.org/acme/headroom.git', 'https://bitbucket.org/acme/headroom/src/HEAD'],
  ])('%s', (remote, files) => {
    expect(repositoryFiles(remote)).toBe(files);
  });

  test('a token in the remote is not in any link', () => {
    expect(repositoryFiles(`https://${'mia:not-a-real-token'}@github.com/acme/headroom.git`)).toBe(
      'https://github.com/acme/headroom/blob/HEAD',
    );
  });

  test.each([
    '',
    '/srv/git/headroom.git',
    '../headroom',
    'file:///srv/github.com/headroom.git',
    'https://git.acme.example/ops/headroom.git',
    'https://notgithub.com/acme/headroom',
    'https://github.com/',
    'https://github.com/acme/head room',
    'git@github.com:',
  ])('is not guessed for "%s"', (remote) => {
    expect(repositoryFiles(remote)).toBeNull();
  });

  test('runbooks are a folder of them, and nothing where they are not known', () => {
    expect(runbooksIn('https://github.com/acme/headroom/blob/v1.2.0/')).toBe(
      'https://github.com/acme/headroom/blob/v1.2.0/docs/runbooks/{check}.md',
    );
    expect(runbooksIn(undefined)).toBeUndefined();
    expect(runbooksIn('')).toBeUndefined();
  });
});
