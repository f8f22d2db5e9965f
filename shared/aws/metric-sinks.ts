import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };
import type { HeadroomConfiguration } from '../config/headroom-yml.ts';
import type { MetricSink } from '../metrics/metric-sink.ts';
import { OtlpCounters } from '../metrics/otlp-counters.ts';
import type { OtlpEnvironment } from '../metrics/otlp-sink.ts';
import type { Target } from '../model/aws/inventory.ts';
import { fetchOf } from '../notify/proxied-fetch.ts';
import { clientSettings } from './client-settings.ts';

type MetricSettings = Pick<HeadroomConfiguration['metrics'], 'sink' | 'otlp'>;

/** The sums of this process, for as long as it lives. */
const counters = new OtlpCounters(randomUUID());

export interface MetricSinks {
  /** @param target whose figures they are: what the monitor says about a scan belongs to its target */
  of(target: Target, signal?: AbortSignal): MetricSink;
  /** Ends idle connections. */
  close(): void;
}

/**
 * What headroom.yml chooses: CloudWatch by its API, by lines in the log, or OTLP. Only the code of the chosen one is
 * loaded, when the first values are published.
 *
 * @param write where lines of the log go
 */
export const createMetricSinks = (
  settings: MetricSettings,
  home: Target,
  env: NodeJS.ProcessEnv,
  write: (line: string) => void = (line) => process.stdout.write(line),
): MetricSinks => {
  switch (settings.sink) {
    case 'emf':
      return {
        of: () => ({
          publish: async (data) => {
            const { createEmfSink } = await import('../metrics/emf-sink.ts');
            return createEmfSink(write).publish(data);
          },
        }),
        close: () => {},
      };
    case 'otlp':
      return { of: (target, signal) => otlpSink(settings.otlp, home, target, env, signal), close: () => {} };
    case 'cloudwatch':
      return cloudWatchSinks();
  }
};

const cloudWatchSinks = (): MetricSinks => {
  let loading: Promise<{ sink: (signal?: AbortSignal) => MetricSink; destroy: () => void }> | null = null;
  const load = async () => {
    const [{ CloudWatchClient }, { createCloudWatchSink }] = await Promise.all([
      import('@aws-sdk/client-cloudwatch'),
      import('../metrics/cloudwatch-sink.ts'),
    ]);
    const client = new CloudWatchClient(clientSettings());
    return {
      sink: (signal?: AbortSignal) => createCloudWatchSink(client, signal),
      destroy: () => client.destroy(),
    };
  };
  return {
    of: (_, signal) => ({
      publish: async (data) => {
        loading ??= load();
        return (await loading).sink(signal).publish(data);
      },
    }),
    close: () => {
      loading?.then(({ destroy }) => destroy()).catch(() => {});
    },
  };
};

const otlpSink = (
  otlp: MetricSettings['otlp'],
  home: Target,
  { accountId, region }: Target,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): MetricSink => {
  const url = otlp.endpoint ?? cloudWatchEndpoint(home.region, env);
  const signed = otlp.endpoint === null || isAwsEndpoint(url);
  const open = async () => {
    const { secretAt } = await import('./secrets.ts');
    return [...otlp.headers].map(([name, place]) => ({
      name,
      secret: secretAt(place, name, home, Date.now),
    }));
  };
  let secrets: ReturnType<typeof open> | null = null;
  const authorize: OtlpEnvironment['authorize'] = async (request) => {
    secrets ??= open();
    const given = await Promise.all(
      (await secrets).map(
        async ({ name, secret }) => [name, await secret.read(signal ?? AbortSignal.timeout(10_000))] as const,
      ),
    );
    const own = Object.fromEntries(given);
    if (!signed) return own;
    const { signOtlp } = await import('./otlp-signature.ts');
    return { ...own, ...(await signOtlp(request, regionOf(url) ?? home.region)) };
  };
  return {
    hasFreeSeries: true,
    publish: async (data) => {
      const { createOtlpSink } = await import('../metrics/otlp-sink.ts');
      const sink = createOtlpSink(
        {
          url,
          temporality: otlp.temporality ?? (signed ? 'delta' : 'cumulative'),
          origin: { accountId, region, version: packageJson.version },
          counters,
        },
        {
          fetch: fetchOf(env),
          sleep: async (milliseconds) => {
            await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
          },
          authorize,
        },
        signal,
      );
      return sink.publish(data);
    },
  };
};

/** docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html; the SDK's variables replace it. */
const cloudWatchEndpoint = (region: string, env: NodeJS.ProcessEnv): string => {
  const { AWS_ENDPOINT_URL_CLOUDWATCH: own, AWS_ENDPOINT_URL: all } = env;
  const given = own || all;
  if (given) return `${given.replace(/\/$/, '')}/v1/metrics`;
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://monitoring.${region}.${suffix}/v1/metrics`;
};

const hostOf = (url: string): string => new URL(url).hostname;

const isAwsEndpoint = (url: string): boolean => /\.amazonaws\.com(\.cn)?$/.test(hostOf(url));

/** `monitoring.eu-west-1.amazonaws.com`, and an interface endpoint's `vpce-....monitoring.eu-west-1.vpce.amazonaws.com`. */
const regionOf = (url: string): string | null =>
  /(?:^|\.)monitoring\.([a-z0-9-]+)\.(?:vpce\.)?amazonaws\./.exec(hostOf(url))?.[1] ?? null;
