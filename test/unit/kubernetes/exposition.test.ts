import { expect, test } from 'vitest';
import { samplesOf } from '../../../shared/kubernetes/records/exposition.ts';

test('samples of ipamd are read with their labels, without buckets, comments and other families', () => {
  expect(
    samplesOf(
      [
        '# TYPE awscni_add_ip_req_count counter',
        'awscni_add_ip_req_count 100',
        'awscni_aws_api_error_count{api="AssignPrivateIpAddresses",error="a \\"quote\\", a \\\\ and a \\n line"} 12 1764200000000',
        'awscni_ipamd_startup_duration_seconds_bucket{success="true",le="+Inf"} 1',
        'awscni_ipamd_startup_duration_seconds_sum{success="true"} 1.5e+00',
        'go_goroutines 12',
        '',
      ].join('\n'),
    ),
  ).toEqual([
    { name: 'awscni_add_ip_req_count', labels: {}, value: 100 },
    {
      name: 'awscni_aws_api_error_count',
      labels: { api: 'AssignPrivateIpAddresses', error: 'a "quote", a \\ and a \n line' },
      value: 12,
    },
    { name: 'awscni_ipamd_startup_duration_seconds_sum', labels: { success: 'true' }, value: 1.5 },
  ]);
});

test('infinite values are numbers', () => {
  expect(samplesOf('awscni_ip_max +Inf').map(({ value }) => value)).toEqual([Number.POSITIVE_INFINITY]);
});

test.each([
  'awscni_ {{{ not a metric',
  'awscni_ip_max',
  'awscni_ip_max many',
  'awscni_ip_max{fn=increase} 1',
  'awscni_ip_max{fn="increase} 1',
  '<html>502 Bad Gateway</html>',
  '',
])('the line %j makes the answer malformed', (line) => {
  expect(() => samplesOf(`awscni_eni_max 4\n${line}`.slice(line === '' ? 17 : 0))).toThrow(/ipamd answered/);
});
