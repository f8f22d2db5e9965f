import type { SandboxFailure } from '../../model/kubernetes/observed.ts';
import { count, type Json, record, text, time } from '../json-fields.ts';

/** The API allows 1,024 characters of a note (events.k8s.io); the text is for people. */
const MOST_TEXT = 1_000;

/** An event of a pod; `null` for one that names no pod. Events of the old and of the new recorder differ in their times. */
export const sandboxFailureOf = (item: Json): SandboxFailure | null => {
  const involved = record(item['involvedObject']);
  const name = text(involved['name']);
  const namespace = text(involved['namespace']) ?? text(record(item['metadata'])['namespace']);
  if (name === null || namespace === null || involved['kind'] !== 'Pod') return null;
  const series = record(item['series']);
  const first = time(item['firstTimestamp']) ?? time(item['eventTime']);
  return {
    namespace,
    podName: name,
    podUid: text(involved['uid']),
    nodeName: text(record(item['source'])['host']) ?? text(item['reportingInstance']),
    count: Math.max(1, count(series['count']) ?? count(item['count']) ?? 1),
    firstSeen: first,
    lastSeen: time(series['lastObservedTime']) ?? time(item['lastTimestamp']) ?? first,
    text: (text(item['message']) ?? '').slice(0, MOST_TEXT),
  };
};
