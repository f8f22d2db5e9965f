import type { Sample } from '../../shared/model/result/forecast.ts';
import { UsageError } from '../base/command-line.ts';

/** One measurement as a file has it, before it is checked. */
export interface Measurement {
  readonly time: unknown;
  /** An empty text, `null` or `NaN` (Prometheus): the measurement failed. `undefined`: there is none. */
  readonly available: unknown;
  /** How many requests were refused then. `undefined`: not known. */
  readonly refused?: unknown;
  /** Where it stands in the file: `line 3`. */
  readonly place: string;
}

const PROBLEMS_SHOWN = 5;

const TIMESTAMP = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;

/** Epoch milliseconds of an ISO 8601 time; one without a zone is UTC. `null`: it is none. */
export const parseTime = (text: string): number | null => {
  if (!TIMESTAMP.test(text)) return null;
  const time = text.replace(' ', 'T');
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(time) ? time : `${time}Z`);
  return Number.isNaN(at) ? null : at;
};

/** Seconds since 1970 have ten digits from 2001 to 2286, and milliseconds have thirteen. */
const SECONDS = /^\d{10}(\.\d+)?$/;
const MILLISECONDS = /^\d{13}$/;

const timeOf = (time: unknown): number | null => {
  const text = typeof time === 'string' || typeof time === 'number' ? String(time) : '';
  if (SECONDS.test(text)) return Math.round(Number(text) * 1000);
  return MILLISECONDS.test(text) ? Number(text) : parseTime(text);
};

const hasFailed = (available: unknown): boolean =>
  available === null || (typeof available === 'string' && ['', 'NaN'].includes(available.trim()));

const numberOf = (available: unknown): number =>
  typeof available === 'number' || typeof available === 'string' ? Number(available) : Number.NaN;

/**
 * The measurements that can be read. A value that is empty is one that failed, and is left out.
 *
 * @param source what to call the file in messages
 * @throws UsageError with the first problems of the file, if any of them cannot be read
 */
export const samplesOf = (measurements: Iterable<Measurement>, source: string): Sample[] => {
  const samples: Sample[] = [];
  const problems: string[] = [];
  for (const { time, available, place } of measurements) {
    const at = timeOf(time);
    const value = numberOf(available);
    if (at === null) problems.push(`${place}: ${shown(time)} is not an ISO 8601 time`);
    else if (hasFailed(available)) continue;
    else if (!Number.isFinite(value) || value < 0)
      problems.push(`${place}: ${shown(available)} is not a number of at least 0`);
    else samples.push({ at, value });
  }
  if (problems.length > 0) {
    const more = problems.length - PROBLEMS_SHOWN;
    throw new UsageError(
      `${source} cannot be read as a history: ${problems.slice(0, PROBLEMS_SHOWN).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
      'Write a time and the available number for each measurement: in CSV 2026-01-01T00:05:00Z,212, in JSON {"timestamp": "2026-01-01T00:05:00Z", "available": 212}.',
    );
  }
  if (samples.length === 0)
    throw new UsageError(
      `${source} holds no measurement.`,
      'Give a CSV or JSON file with timestamp and available.',
    );
  return samples;
};

/**
 * When requests were refused: epoch milliseconds.
 *
 * @returns `null` where no measurement says anything of refused requests
 */
export const refusalsOf = (measurements: readonly Measurement[]): readonly number[] | null =>
  measurements.every(({ refused }) => refused === undefined)
    ? null
    : measurements.filter(({ refused }) => numberOf(refused) > 0).flatMap(({ time }) => timeOf(time) ?? []);

const MOST_SHOWN = 40;

const shown = (value: unknown): string => {
  const text = JSON.stringify(value ?? '');
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text;
};
