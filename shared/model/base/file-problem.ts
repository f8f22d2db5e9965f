/** What Node reports of files (errno(3)), as the end of a sentence that has named the file. */
const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission is denied'],
  ['EDQUOT', 'the quota of the disk is used up'],
  ['EEXIST', 'there is such a file already'],
  ['EFBIG', 'the file is too large for the file system'],
  ['EIO', 'the disk does not answer properly'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its symbolic links lead in a circle'],
  ['EMFILE', 'this process has too many files open'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ENOENT', 'there is no such file or folder'],
  ['ENOSPC', 'the disk is full'],
  ['ENOTDIR', 'a part of its path is a file, not a folder'],
  ['EPERM', 'it is not permitted'],
  ['EROFS', 'the file system is read-only'],
]);

/** Why a file could not be used, without its name: Node names it again, or a temporary file that the reader does not know. */
export const fileProblem = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const known = 'code' in error && typeof error.code === 'string' ? PROBLEMS.get(error.code) : undefined;
  return known ?? error.message;
};
