import type { Unknown } from '../result/unknown.ts';
import { type KubernetesReading, unreadParts } from './observed.ts';

/** What a reading was asked for and does not know, with the missing permission. */
export const kubernetesUnknowns = (reading: KubernetesReading): readonly Unknown[] =>
  unreadParts(reading)
    .filter(({ unread }) => unread.reason !== 'not-asked')
    .map(({ part, unread }) => ({ field: `kubernetes.${part}`, reason: unread.message }));
