import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 64 * 1024;

/**
 * The text of a file, or of a pipe such as standard input.
 *
 * @param most bytes; a file may also be a device without an end
 * @throws Error for more bytes than that, and what `node:fs` throws
 */
export const readTextFile = (path: string | number, most: number): string => {
  const file = typeof path === 'number' ? path : openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const read = readSync(file, chunk, 0, CHUNK, null);
      if (read === 0) return Buffer.concat(chunks).toString('utf8');
      length += read;
      if (length > most) throw new Error(`it has more than ${most} bytes`);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    if (typeof path === 'string') closeSync(file);
  }
};
