/** What comes with the memory of the function that scans. docs/scale.md says how many subnets each is for. */
interface ScanSize {
  /** Of V8's old generation, in MB: what is not in V8's heap takes the rest. */
  readonly heap: number;
  /** Seconds that a scan may take. */
  readonly timeout: number;
}

/** By the function's memory in MB. The first is as serverless.yml and infra/lambda/*.yml have it. */
export const SCAN_SIZES: Readonly<Record<string, ScanSize>> = {
  256: { heap: 115, timeout: 300 },
  512: { heap: 300, timeout: 900 },
  1024: { heap: 750, timeout: 900 },
};

/** A scan ends itself this many seconds before it would be ended. */
const LEFT_FOR_THE_END = 30;

/** Lambda developer guide, "Using Lambda with Amazon SQS": six times the timeout of the function that polls. */
const VISIBILITY = 6;

/** Longer than three receives take. */
const RETENTION = 24;

type Properties = Record<string, unknown>;

/** Gives the function that scans its memory, and all that depends on it. */
export const sizeScanTarget = (
  resources: Readonly<Record<string, { Properties?: Properties }>>,
  memorySize: string,
): void => {
  const size = SCAN_SIZES[memorySize];
  if (size === undefined) return;
  const { heap, timeout } = size;
  const scan = resources['ScanDashtargetLambdaFunction']?.Properties;
  if (scan !== undefined) {
    const { Variables } = scan['Environment'] as { readonly Variables: Record<string, unknown> };
    scan['MemorySize'] = Number(memorySize);
    scan['Timeout'] = timeout;
    Variables['HEADROOM_SCAN_DEADLINE_SECONDS'] = String(timeout - LEFT_FOR_THE_END);
    Variables['NODE_OPTIONS'] = String(Variables['NODE_OPTIONS']).replace(
      /--max-old-space-size=\d+/,
      `--max-old-space-size=${heap}`,
    );
  }
  const queue = resources['TargetQueue']?.Properties;
  if (queue !== undefined) {
    queue['VisibilityTimeout'] = VISIBILITY * timeout;
    queue['MessageRetentionPeriod'] = RETENTION * timeout;
  }
  const dashboard = resources['FleetDashboard']?.Properties;
  if (dashboard !== undefined) {
    const body = dashboard['DashboardBody'] as { readonly 'Fn::Sub': [string, Record<string, string>] };
    body['Fn::Sub'][1]['ScanTargetGigabytes'] = String(Number(memorySize) / 1024);
  }
};
