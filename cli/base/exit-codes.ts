/** What the shell learns. The numbers are a contract: scripts and pipelines depend on them. */
export const EXIT = {
  /** Scanned, nothing at or above `--fail-on`. */
  ok: 0,
  /** Scanned in full, and something is at or above `--fail-on` (critical by default). */
  found: 1,
  /** Bad usage or configuration: nothing was done. */
  usage: 2,
  /** Nothing could be scanned, or the result could not be written. */
  nothingScanned: 3,
  /** Part of it could not be scanned. Says more than `found`: what was not seen may be worse. */
  partlyScanned: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
