import { expect, test } from 'vitest';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * A subnet that is tagged for load balancers of Kubernetes needs eight free addresses before the first one is made.
 * https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
 * Reported: https://github.com/kubernetes-sigs/aws-load-balancer-controller/pull/1233 ("ELB requires at least 8 free IP
 * addresses in each subnet") and https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2446.
 */

const tagged = (tags: Readonly<Record<string, string>>, left: number): Situation => {
  const situation = new Situation();
  situation.subnet('lb-a', '10.0.0.0/27', { tags });
  situation.fill('lb-a', left);
  return situation;
};

const found = (situation: Situation) =>
  situation
    .assess()
    .findings.filter(({ kind }) => kind === 'load-balancer-subnet')
    .map(({ severity, title }) => [severity, title]);

test.each([
  [{ 'kubernetes.io/role/internal-elb': '1' }],
  [{ 'kubernetes.io/role/elb': '1' }],
  [{ 'kubernetes.io/role/elb': '' }],
])('tagged %j with six addresses left it can have no first load balancer', (tags) => {
  expect(found(tagged(tags, 6))).toEqual([
    ['warning', 'lb-a: 6 addresses left, no load balancer can be made'],
  ]);
});

test('with none left that is critical, and with eight it is well', () => {
  const tags = { 'kubernetes.io/role/elb': '1' };
  expect(found(tagged(tags, 0))).toEqual([
    ['critical', 'lb-a: no address left, no load balancer can be made'],
  ]);
  expect(found(tagged(tags, 8))).toEqual([]);
});

test('a tag of another value asks for no load balancer', () => {
  expect(found(tagged({ 'kubernetes.io/role/elb': '0' }, 6))).toEqual([]);
});

test('a participant of a shared subnet is warned by the count of AWS', () => {
  const situation = new Situation();
  situation.subnet('lb-a', '10.0.0.0/27', {
    tags: { 'kubernetes.io/role/elb': '1' },
    ownerId: '999999999999',
    awsAvailable: 5,
  });
  expect(found(situation)).toEqual([['warning', 'lb-a: 5 addresses left, no load balancer can be made']]);
});
