import { expect, test } from 'vitest';
import { consoleHost } from '../../../../shared/model/aws/console.ts';

test.each([
  ['eu-west-1', 'eu-west-1.console.aws.amazon.com'],
  ['us-east-1', 'us-east-1.console.aws.amazon.com'],
  ['cn-north-1', 'cn-north-1.console.amazonaws.cn'],
  ['us-gov-west-1', 'us-gov-west-1.console.amazonaws-us-gov.com'],
  ['eusc-de-east-1', 'eusc-de-east-1.console.amazonaws-eusc.eu'],
  ['us-iso-east-1', null],
  ['us-isob-east-1', null],
  ['us-isof-south-1', null],
  ['eu-isoe-west-1', null],
])('the console of %s is at %s', (region, host) => {
  expect(consoleHost(region)).toBe(host);
});
