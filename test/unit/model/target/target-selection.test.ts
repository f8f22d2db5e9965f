import { expect, test } from 'vitest';
import { scanRoleArn, scanRoleOf } from '../../../../shared/model/target/target-selection.ts';

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

test('a target is read through the role, our own account with our own credentials', () => {
  const role = { name: 'HeadroomReader', externalId: null, sessionName: null, sourceIdentity: null };
  const home = { accountId: '111111111111', region: 'eu-west-1' };
  const other = { accountId: '222222222222', region: 'us-east-1' };
  expect(scanRoleOf(role, other, home)).toEqual({
    ...role,
    roleArn: 'arn:aws:iam::222222222222:role/HeadroomReader',
  });
  expect(scanRoleOf(role, { ...home, region: 'us-east-1' }, home)).toBeNull();
  expect(scanRoleOf(null, other, home)).toBeNull();
});
