import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { readBytes } from '../model/base/read-bytes.ts';
import { KubernetesFailure } from './kubernetes-failure.ts';

/** What is left of a budget of bytes, counted after decompression: that is what takes memory and time. */
export interface ByteBudget {
  left: number;
}

/**
 * The body of an answer, unpacked. It ends the answer as soon as it is larger than one answer may be, or than the budget.
 *
 * @throws KubernetesFailure `budget`, or what the stream throws
 */
export const readBody = async (
  answer: IncomingMessage,
  budget: ByteBudget,
  most: number,
): Promise<string> => {
  const isPacked = answer.headers['content-encoding'] === 'gzip';
  const unpacked = isPacked ? answer.pipe(createGunzip()) : answer;
  // A connection that breaks is an error of the answer, which `pipe` does not hand on.
  if (isPacked) answer.once('error', (error) => unpacked.destroy(error));
  try {
    const bytes = await readBytes(unpacked, (size, added) => {
      budget.left -= added;
      if (size > most) throw new KubernetesFailure('budget', `an answer has more than ${most / 1e6} MB`);
      if (budget.left < 0)
        throw new KubernetesFailure('budget', 'the cluster answered more bytes than one reading may take');
      return true;
    });
    return Buffer.from(bytes.buffer).toString('utf8');
  } finally {
    answer.destroy();
  }
};
