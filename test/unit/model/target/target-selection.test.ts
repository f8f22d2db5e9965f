import { expect, test } from 'vitest';
import { scanRoleArn } from '../../../../shared/model/target/target-selection.ts';

test.each([
  ['eu-west-1', 'aws'],
  ['us-east-1', 'aws'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['cn-north-1', 'aws-cn'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eusc-de-east-1', 'aws-eusc'],
])('the role of an account in %s is in the partition %s', (region, partition) => {
  expect(scanRoleArn({ name: 'headroom/reader' }, { accountId: '111111111111', region })).toBe(
    `arn:${partition}:iam::111111111111:role/headroom/reader`,
  );
});
