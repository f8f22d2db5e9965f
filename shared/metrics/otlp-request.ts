import type { HrTime } from '@opentelemetry/api';
import { ValueType } from '@opentelemetry/api';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import type { MetricDatum } from './metric-sink.ts';
import type { Counted, OtlpCounters, Temporality } from './otlp-counters.ts';
import { otlpAttributes, otlpMetric } from './otlp-names.ts';

/** One point, ready to be sent: a sum has its start and its total by now, so that sending it twice counts nothing twice. */
export interface OtlpPoint {
  readonly datum: MetricDatum;
  readonly resource: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  /** `null`: a state, and no count. */
  readonly counted: Counted | null;
}

export interface OtlpOrigin {
  /** The account and Region of figures that name none: those of the monitor about its scan. */
  readonly accountId: string;
  readonly region: string;
  readonly version: string;
}

export const otlpPoint = (
  datum: MetricDatum,
  origin: OtlpOrigin,
  temporality: Temporality,
  counters: OtlpCounters,
): OtlpPoint => {
  const { resource: own, point } = otlpAttributes(datum.dimensions);
  const resource = {
    'service.name': 'headroom',
    'service.version': origin.version,
    'cloud.provider': 'aws',
    'cloud.account.id': origin.accountId,
    'cloud.region': origin.region,
    ...own,
  };
  if (datum.count === undefined) return { datum, resource, attributes: point, counted: null };
  const series = JSON.stringify([datum.name, resource, point]);
  const counted = counters.count(series, datum, temporality);
  // Several functions scan one target in turn: each has a sum of its own, and receivers add them.
  const attributes =
    temporality === 'cumulative' ? { ...point, 'service.instance.id': counters.instance } : point;
  return { datum, resource, attributes, counted };
};

const time = (milliseconds: number): HrTime => [
  Math.floor(milliseconds / 1000),
  Math.round((milliseconds % 1000) * 1_000_000),
];

/** Points of one resource as the body of `ExportMetricsServiceRequest`, in protobuf. */
export const otlpBody = (points: readonly OtlpPoint[], temporality: Temporality): Uint8Array => {
  const [first] = points;
  const byMetric = Map.groupBy(points, ({ datum }) => `${datum.subject}/${datum.name}`);
  const metrics = [...byMetric.values()].flatMap((group): MetricData[] => {
    const [{ datum, counted } = { datum: null, counted: null }] = group;
    if (datum === null) return [];
    const { name, unit, scale } = otlpMetric(datum);
    const descriptor = { name, unit, description: '', valueType: ValueType.DOUBLE };
    const dataPoints = group.map(
      (point): DataPoint<number> => ({
        startTime: time(point.counted?.since ?? 0),
        endTime: time(point.datum.timestamp),
        attributes: { ...point.attributes },
        value: (point.counted?.value ?? point.datum.value) * scale,
      }),
    );
    const aggregationTemporality =
      temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
    return [
      counted === null
        ? { descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE, dataPoints }
        : {
            descriptor,
            aggregationTemporality,
            dataPointType: DataPointType.SUM,
            isMonotonic: true,
            dataPoints,
          },
    ];
  });
  return (
    ProtobufMetricsSerializer.serializeRequest({
      resource: resourceFromAttributes({ ...first?.resource }),
      scopeMetrics: [{ scope: { name: 'headroom' }, metrics }],
    }) ?? new Uint8Array()
  );
};

/** How many points the receiver dropped although it took the request, and why; `null`: it took all. */
export const rejectedPoints = (body: Uint8Array): { readonly count: number; readonly why: string } | null => {
  if (body.length === 0) return null;
  const { partialSuccess } = ProtobufMetricsSerializer.deserializeResponse(body);
  const count = Number(partialSuccess?.rejectedDataPoints ?? 0);
  return count === 0 ? null : { count, why: partialSuccess?.errorMessage ?? '' };
};
