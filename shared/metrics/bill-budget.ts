import { SUBNET_METRICS } from './catalogue.ts';
import { type MetricsBy, scanSecondsOf, seriesWithinBill } from './monthly-cost.ts';

/**
 * The series of a deployment within its budget, by the estate that a run plans. With a limit of the whole bill, metrics get
 * what other services leave; `null`: the sink asks no price for a series.
 */
export const seriesBudget = (
  settings: {
    readonly sink: MetricsBy;
    readonly subnetSeries: number;
    readonly monthlyDollars: number | null;
  },
  scanIntervalMinutes: number,
): ((estate: { readonly targets: number; readonly series: number }) => number) | null => {
  if (settings.sink === 'otlp') return null;
  return ({ targets, series }) => {
    // The series that scans asked for, as if all were of subnets: what a subnet costs beside its series is little.
    const subnets = Math.max(targets, Math.ceil(series / SUBNET_METRICS.metrics.length));
    return seriesWithinBill({
      ...settings,
      targets,
      subnets,
      vpcs: 0,
      clusters: 0,
      activeAddresses: 0,
      scanIntervalMinutes,
      scanSeconds: scanSecondsOf({ subnets, targets }),
    });
  };
};
