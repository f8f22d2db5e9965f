import { describe, expect, test } from 'vitest';
import { accountOfRole, parseArn, targetOfArn } from '../../../../shared/model/aws/arn.ts';

describe('an ARN', () => {
  test('is taken apart, the colons of its resource included', () => {
    expect(parseArn('arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:headroom:live')).toEqual({
      partition: 'aws-us-gov',
      service: 'lambda',
      region: 'us-gov-west-1',
      accountId: '111122223333',
      resource: 'function:headroom:live',
    });
  });

  test.each([
    '',
    'arn',
    'arn:aws:sns:eu-west-1:1111:short-account',
    'arn:aws:sns:eu-west-1:111122223333:',
    'topic',
  ])('%j is none', (text) => {
    expect(parseArn(text)).toBeNull();
  });

  test('tells the account and the Region of a resource, as far as it names them', () => {
    expect(targetOfArn('arn:aws:sns:eu-west-1:111122223333:alerts')).toEqual({
      accountId: '111122223333',
      region: 'eu-west-1',
    });
    expect(targetOfArn('arn:aws:s3:::bucket')).toEqual({ accountId: 'unknown', region: 'unknown' });
    expect(targetOfArn('alerts')).toEqual({ accountId: 'unknown', region: 'unknown' });
  });
});

describe('the account of a role', () => {
  test.each([
    'arn:aws:iam::111122223333:role/HeadroomReader',
    'arn:aws-cn:iam::111122223333:role/headroom/reader',
  ])('is in its ARN: %s', (arn) => {
    expect(accountOfRole(arn)).toBe('111122223333');
  });

  test.each([
    'HeadroomReader',
    'arn:azure:iam::111122223333:role/HeadroomReader',
    'arn:aws:sts::111122223333:role/HeadroomReader',
    'arn:aws:iam:eu-west-1:111122223333:role/HeadroomReader',
    'arn:aws:iam::111122223333:user/HeadroomReader',
    'arn:aws:iam::111122223333:role/Head room',
    'arn:aws:iam:::role/HeadroomReader',
  ])('is not in %s, which is not the ARN of a role', (arn) => {
    expect(accountOfRole(arn)).toBeNull();
  });
});
