import type { MetricDatum } from './metric-sink.ts';

// Limits of custom metrics, however they are sent: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
/** Dimensions of one metric. */
export const MAX_DIMENSIONS = 30;
/** Characters in a dimension's value (API_Dimension). */
export const MAX_DIMENSION_VALUE = 1024;
/** The magnitude of a value. */
export const MAX_VALUE = 2 ** 360;

const ASCII = /^(?! *$)[\x20-\x7e]+$/;

/** Why CloudWatch would refuse a datum, from any source; `null` when it would not. One bad datum makes it refuse its whole request. */
export const refusal = ({ value, dimensions }: MetricDatum): string | null => {
  if (!Number.isFinite(value) || Math.abs(value) > MAX_VALUE) return `its value is ${value}`;
  const entries = Object.entries(dimensions);
  if (entries.length > MAX_DIMENSIONS)
    return `it has ${entries.length} dimensions, and ${MAX_DIMENSIONS} are allowed`;
  for (const [name, text] of entries) {
    if (text.length > MAX_DIMENSION_VALUE || !ASCII.test(text)) {
      return `dimension ${name} is not 1 to ${MAX_DIMENSION_VALUE} printable ASCII characters`;
    }
  }
  return null;
};
