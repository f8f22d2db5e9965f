import { printable } from '../../shared/model/base/invisible-characters.ts';
import { shorten } from '../../shared/model/base/text/names.ts';
import type { Io } from '../base/io.ts';

export interface Progress {
  /** Shows one line in place of the last one. */
  show(text: string): void;
  /** Wipes the line away, so that what follows starts clean. */
  clear(): void;
}

const ERASE_LINE = '\r\u001b[2K';

/** A single line on standard error that keeps changing; silent where standard error is not a terminal. */
export const createProgress = (io: Io): Progress => {
  if (!io.progress) return { show: () => {}, clear: () => {} };
  return {
    show: (text) => io.err(`${ERASE_LINE}${shorten(printable(text), (io.columns ?? 80) - 1)}`),
    clear: () => io.err(ERASE_LINE),
  };
};
