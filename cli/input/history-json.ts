import type { Sample } from '../../shared/model/result/forecast.ts';
import { UsageError } from '../base/command-line.ts';
import { type Measurement, samplesOf } from './history-measurements.ts';

/** JSON begins with a bracket, and no time does. */
export const looksLikeJson = (text: string): boolean => /^\uFEFF?\s*[[{]/.test(text);

const FORMS =
  'Give objects with timestamp and available, as a list or one in each line. Or give one series as aws cloudwatch get-metric-data, get-metric-statistics or query_range of Prometheus prints it.';

const refused = (source: string, problem: string, cause?: unknown): UsageError =>
  new UsageError(`${source} cannot be read as JSON: ${problem}.`, FORMS, { cause });

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a recorded series from JSON: a list of objects with `timestamp` and `available`, one object in each line, or one
 * series as CloudWatch and Prometheus print it.
 *
 * @param source what to call it in messages
 * @throws UsageError with the first problems of the file, if any measurement cannot be read
 */
export const parseJsonHistory = (text: string, source: string): Sample[] =>
  samplesOf(jsonMeasurements(text, source), source);

/** The measurements as they are, with `refused` where an object has it. */
export const jsonMeasurements = (text: string, source: string): readonly Measurement[] => {
  const [document, ...others] = documentsOf(text.replace(/^\uFEFF/, ''), source);
  if (others.length > 0) return ofObjects([document, ...others], 'object');
  if (Array.isArray(document)) return ofObjects(document, 'entry');
  if (!isFields(document)) throw refused(source, 'it is neither a list nor an object');
  return ofDocument(document, source);
};

/** The document, or the documents of lines of JSON. */
const documentsOf = (text: string, source: string): unknown[] => {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line, index) => {
      try {
        return JSON.parse(line);
      } catch (ofLine) {
        const cause = index === 0 ? error : ofLine;
        throw refused(source, cause instanceof Error ? cause.message : String(cause), cause);
      }
    });
  }
};

const ofObjects = (entries: readonly unknown[], noun: string): Measurement[] =>
  entries.map((entry, index) => {
    const fields = isFields(entry) ? entry : {};
    const { timestamp, available, refused } = fields;
    return { time: timestamp, available, refused, place: `${noun} ${index + 1}` };
  });

const ofDocument = (document: Fields, source: string): readonly Measurement[] => {
  const { MetricDataResults: results, Datapoints: datapoints, data } = document;
  if (Array.isArray(results)) return ofMetricData(oneOf(results, source));
  if (Array.isArray(datapoints)) return ofDatapoints(datapoints);
  if (isFields(data) && Array.isArray(data['result'])) return ofPrometheus(oneOf(data['result'], source));
  return ofObjects([document], 'object');
};

const oneOf = (series: readonly unknown[], source: string): Fields => {
  const [only, ...others] = series;
  if (!isFields(only) || others.length > 0)
    throw refused(source, `it has ${series.length} series, and a history is one`);
  return only;
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** `aws cloudwatch get-metric-data`: times and values in two lists. */
const ofMetricData = ({ Timestamps, Values }: Fields): Measurement[] => {
  const values = listOf(Values);
  return listOf(Timestamps).map((time, index) => ({
    time,
    available: values[index],
    place: `value ${index + 1}`,
  }));
};

/** `aws cloudwatch get-metric-statistics`: the lowest value of each period where it was asked for. */
const ofDatapoints = (datapoints: readonly unknown[]): Measurement[] =>
  datapoints.map((datapoint, index) => {
    const { Timestamp, Minimum, Average, Maximum } = isFields(datapoint) ? datapoint : ({} as Fields);
    return {
      time: Timestamp,
      available: Minimum ?? Average ?? Maximum,
      place: `datapoint ${index + 1}`,
    };
  });

/** `query_range` of Prometheus: pairs of seconds and a value as text. */
const ofPrometheus = ({ values }: Fields): Measurement[] =>
  listOf(values).map((pair, index) => {
    const [time, available] = listOf(pair);
    return { time, available, place: `value ${index + 1}` };
  });
