import { describe, expect, test } from 'vitest';
import type { MetricDatum, MetricSink } from '../../../shared/metrics/metric-sink.ts';
import { MetricsNotPublished } from '../../../shared/metrics/publication.ts';
import { publishAssessment, wantedSeriesKey } from '../../../shared/pipeline/publish.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { ANY_FORM } from '../../fixtures/any-form.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';

const collecting = (): MetricSink & { readonly data: MetricDatum[] } => {
  const data: MetricDatum[] = [];
  return {
    data,
    publish: async (given) => {
      data.push(...given);
      return { published: given.length, requests: 1 };
    },
  };
};
const settings = { namespace: 'VpcHeadroom', compat: false, subnetSeries: 1000 };
const subnetsIn = (data: readonly MetricDatum[]) =>
  new Set(data.map(({ dimensions }) => dimensions['SubnetId']));
const busy = aSubnet({ subnetId: 'subnet-busy', available: 5, used: 246 });
const calm = aSubnet({ subnetId: 'subnet-calm', available: 250, used: 1 });

describe('publishing an assessment', () => {
  test('within the budget the scarce subnet is published and the other is counted as withheld', async () => {
    const sink = collecting();
    const outcome = await publishAssessment(
      anAssessment({ subnets: [calm, busy] }),
      { ...settings, subnetSeries: 11 },
      { sink, cache: null },
    );
    expect([...subnetsIn(sink.data)]).toEqual(['subnet-busy']);
    expect(outcome).toEqual({ published: 11, withheld: 11, hotWithheld: 0, problem: null });
  });

  test('the choice outlives the scan: a cool subnet that has a series keeps it', async () => {
    const { cache } = createMemoryStateStore();
    const tight = { ...settings, subnetSeries: 11 };
    const publish = async (subnets: Parameters<typeof anAssessment>[0]) => {
      const sink = collecting();
      await publishAssessment(anAssessment(subnets), tight, { sink, cache });
      return [...subnetsIn(sink.data)];
    };
    expect(await publish({ subnets: [calm] })).toEqual(['subnet-calm']);
    const slightlyBusier = aSubnet({ subnetId: 'subnet-aaa', available: 200 });
    expect(await publish({ subnets: [slightlyBusier, calm] })).toEqual(['subnet-calm']);
  });

  test('records what it would have published, for the run that shares the budget out', async () => {
    const { cache } = createMemoryStateStore();
    const assessment = anAssessment({ subnets: [calm, busy] });
    await publishAssessment(assessment, { ...settings, subnetSeries: 0 }, { sink: collecting(), cache });
    expect(
      await cache.get(wantedSeriesKey(assessment.target), Date.parse(assessment.scannedAt), ANY_FORM),
    ).toEqual({
      hot: 11,
      all: 22,
    });
  });

  test('CloudWatch refusing is an outcome, so that everything else goes on', async () => {
    const refusing: MetricSink = {
      publish: () => Promise.reject(new MetricsNotPublished('metrics-not-published', 'No.', 'Ask again.')),
    };
    const outcome = await publishAssessment(anAssessment(), settings, { sink: refusing, cache: null });
    expect(outcome).toMatchObject({
      published: 0,
      problem: { code: 'metrics-not-published', message: 'No.' },
    });
  });

  test('a defect of ours is not an outcome', async () => {
    const broken: MetricSink = { publish: () => Promise.reject(new TypeError('x is not a function')) };
    await expect(publishAssessment(anAssessment(), settings, { sink: broken, cache: null })).rejects.toThrow(
      TypeError,
    );
  });
});
