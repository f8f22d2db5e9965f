import { randomUUID } from 'node:crypto';
import { constants, createWriteStream, type Stats } from 'node:fs';
import { access, chmod, lstat, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { fileProblem } from '../../shared/model/base/file-problem.ts';
import { UsageError } from '../base/command-line.ts';

/** What the path is to blame for, and not the disk. */
const WRONG_PATH = new Set([
  'EACCES',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOTDIR',
  'EPERM',
  'EROFS',
]);

/** For the owner alone. */
const PRIVATE = 0o600;

/**
 * Writes a file that a command was asked for. A plain file appears when it is whole, or keeps what it had. It keeps its
 * mode, and a symbolic link still leads to it. A pipe, a device and a file of another owner are written where they are.
 *
 * @throws UsageError when the path cannot be written; HeadroomError `output-failed` when writing failed on its way
 */
export const writeOutputFile = async (
  path: string,
  pieces: Iterable<string>,
  { compressed = false }: { readonly compressed?: boolean } = {},
): Promise<void> => {
  let unfinished: string | null = null;
  try {
    const { target, mode } = await targetOf(path);
    if (mode !== null) unfinished = `${target}.${randomUUID()}.part`;
    const file = createWriteStream(unfinished ?? target, {
      ...(unfinished === null ? {} : { flags: 'wx' }),
      // Never readable for longer than the file that it replaces. A new one is for its owner alone: it holds an inventory.
      mode: typeof mode === 'number' ? mode : PRIVATE,
    });
    await pipeline([Readable.from(pieces), ...(compressed ? [createGzip()] : []), file]);
    if (unfinished !== null) {
      // What it was made with may be less, by the umask of this process.
      if (typeof mode === 'number') await chmod(unfinished, mode);
      await rename(unfinished, target);
    }
  } catch (error) {
    if (unfinished !== null) await rm(unfinished, { force: true });
    throw outputError(path, error);
  }
};

interface OutputTarget {
  /** The file itself, behind all symbolic links. */
  readonly target: string;
  /** Of the file that a new one may replace; `new`: there is none yet; `null`: it must be written where it is. */
  readonly mode: number | 'new' | null;
}

const targetOf = async (path: string): Promise<OutputTarget> => {
  // These stand for what another process has open.
  if (/^\/(?:dev|proc)\//.test(path)) return { target: path, mode: null };
  const target = await realpath(path).catch(whereMissing(null));
  if (target === null) {
    // Writing through a symbolic link to nothing makes the file that it names.
    const isLink = (await lstat(path).catch(whereMissing(null))) !== null;
    return { target: path, mode: isLink ? null : 'new' };
  }
  const found = await stat(target);
  return { target, mode: (await isReplaceable(target, found)) ? found.mode & 0o7777 : null };
};

/** A new file has one name and our own as its owner: a file with others would lose them. */
const isReplaceable = async (target: string, found: Stats): Promise<boolean> =>
  found.isFile() &&
  found.nlink === 1 &&
  found.uid === process.getuid?.() &&
  (await access(dirname(target), constants.W_OK).then(
    () => true,
    () => false,
  )) &&
  // One that we may not write stays as it is.
  (await access(target, constants.W_OK).then(() => true));

const whereMissing =
  <Otherwise>(otherwise: Otherwise) =>
  (error: NodeJS.ErrnoException): Otherwise => {
    if (error.code === 'ENOENT') return otherwise;
    throw error;
  };

const outputError = (path: string, error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const message = `${path} cannot be written: ${fileProblem(error)}.`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return WRONG_PATH.has(code)
    ? new UsageError(message, 'Give another file.', { cause: error })
    : new HeadroomError('output-failed', message, 'Free some space, or give another file.', { cause: error });
};
