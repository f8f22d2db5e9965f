import { utcTime } from '../../base/text/times.ts';
import type { WatchedTarget } from './monitor-context.ts';

/** How an account in a Region is watched, as a sentence without its full stop, for readers who do not know the states. */
export const howWatched = ({
  accountId,
  region,
  state,
  scannedAt,
}: Pick<WatchedTarget, 'accountId' | 'region' | 'state' | 'scannedAt'>): string => {
  const where = `Account ${accountId} in ${region}`;
  const at = scannedAt === null ? '' : ` (${utcTime(scannedAt)})`;
  switch (state) {
    case 'fresh':
      return `${where} is scanned in full`;
    case 'partial':
      return `${where}: the last scan was not complete${at}`;
    case 'failed':
      return `${where}: the last scan failed${at}`;
    case 'stale':
      return scannedAt === null
        ? `${where} has never been scanned`
        : `${where} has not been scanned since ${utcTime(scannedAt)}`;
    case 'new':
      return `${where} is new and has not been scanned yet`;
    case 'gone':
      return `${where} is no longer selected`;
  }
};
