import { describe, expect, test } from 'vitest';
import { metricResourcesOf, PROMQL_ALARMS } from '../../../infra/lambda/metric-resources.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';
import { RUN_METRICS, SUBNET_METRICS } from '../../../shared/metrics/catalogue.ts';
import { otlpMetric } from '../../../shared/metrics/otlp-names.ts';

const resources = (yml: string) => metricResourcesOf(parseConfiguration(yml, 'headroom.yml').metrics);

describe('what a deployment gets for its metrics', () => {
  test.each(['', 'metrics: { sink: emf }', 'metrics: { sink: cloudwatch }'])('%j: nothing more', (yml) => {
    expect(resources(yml)).toEqual({});
  });

  test('OTLP to CloudWatch: a permission without a namespace, and three alarms in PromQL', () => {
    const made = resources('metrics: { sink: otlp }');
    expect(Object.keys(made)).toEqual(['OtlpPolicy', ...Object.keys(PROMQL_ALARMS)]);
    expect(made['OtlpPolicy']).toMatchObject({
      Properties: {
        PolicyDocument: { Statement: [{ Action: 'cloudwatch:PutMetricData', Resource: ['*'] }] },
      },
    });
    expect(made['AnySubnetPromqlAlarm']).toMatchObject({
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        EvaluationInterval: 300,
        EvaluationCriteria: {
          PromQLCriteria: {
            Query: '{"headroom.subnet.exhaustion"} < 86400 or {"headroom.subnet.available_addresses"} < 1',
          },
        },
      },
    });
  });

  test('OTLP to a collector: the secrets of its headers, and no permission or alarm of CloudWatch', () => {
    const made = resources(`metrics:
  sink: otlp
  otlp: { endpoint: "https://otlp.example.com/v1/metrics", headers: { authorization: { secret: headroom/otlp } } }
`);
    expect(Object.keys(made)).toEqual(['OtlpPolicy']);
    expect(JSON.stringify(made)).toContain('secretsmanager:GetSecretValue');
    expect(JSON.stringify(made)).not.toContain('PutMetricData');
  });
});

test('every name in a query is one that is published', () => {
  const published = new Set(
    [RUN_METRICS, SUBNET_METRICS].flatMap(({ subject, metrics }) =>
      metrics.map(({ name, unit }) => otlpMetric({ name, unit, subject }).name),
    ),
  );
  for (const { query } of Object.values(PROMQL_ALARMS))
    for (const [, name = ''] of query.matchAll(/\{"([^"]+)"\}/g)) expect(published).toContain(name);
});
