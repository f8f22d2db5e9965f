import { withoutEndSlashes } from '../../shared/model/base/text/end-slashes.ts';

/** The hosts whose addresses of files are known, and what stands between a repository and a file of its default branch. */
const FILES_ON: readonly (readonly [host: RegExp, path: string])[] = [
  [/(?:^|\.)github\./, 'blob/HEAD'],
  [/(?:^|\.)gitlab\./, '-/blob/HEAD'],
  [/^bitbucket\.org$/, 'src/HEAD'],
];

/** `git@host:owner/repository.git`, the short form of SSH. */
const SHORT_SSH = /^[\w.-]+@([\w.-]+):([^/\s][^\s]*)$/;

/**
 * Where people read the files of a repository that git knows by a remote; `null`: not known. A token in the remote's address
 * is left out.
 */
export const repositoryFiles = (remote: string): string | null => {
  const short = SHORT_SSH.exec(remote);
  const address = short === null ? remote : `ssh://${short[1]}/${short[2]}`;
  if (!/^(?:https?|ssh|git):\/\//.test(address) || !URL.canParse(address)) return null;
  const { hostname, pathname } = new URL(address);
  const path = FILES_ON.find(([host]) => host.test(hostname))?.[1];
  const repository = pathname.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  return path === undefined || !/^[\w.-]+(?:\/[\w.-]+)+$/.test(repository)
    ? null
    : `https://${hostname}/${repository}/${path}`;
};

/** Where runbooks are among the files of a repository, for `links.runbooks`; `undefined`: it is not known where the files are. */
export const runbooksIn = (files: string | undefined): string | undefined =>
  files === undefined || files === '' ? undefined : `${withoutEndSlashes(files)}/docs/runbooks/{check}.md`;
