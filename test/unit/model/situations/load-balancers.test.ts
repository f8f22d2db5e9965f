import { expect, test } from 'vitest';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { findingsOf } from '../../../fixtures/findings-input.ts';
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

/**
 * Two tagged subnets in a zone: https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1853 (the full one was
 * taken), solved by https://github.com/kubernetes-sigs/aws-load-balancer-controller/pull/2146 (one with enough addresses is).
 */
test.each([
  ['in the same zone takes the load balancer', { tags: { 'kubernetes.io/role/elb': '1' } }, 0],
  ['in another zone does not', { tags: { 'kubernetes.io/role/elb': '1' }, zone: 'b' }, 1],
  ['for internal ones does not', { tags: { 'kubernetes.io/role/internal-elb': '1' } }, 1],
  [
    'that is kept to another cluster does not',
    { tags: { 'kubernetes.io/role/elb': '1', 'kubernetes.io/cluster/other': 'shared' } },
    1,
  ],
])('a second subnet with room %s', (_, parts, findings) => {
  const situation = tagged({ 'kubernetes.io/role/elb': '1' }, 6);
  situation.subnet('lb-second', '10.0.1.0/27', parts);
  expect(found(situation)).toHaveLength(findings);
});

test('a load balancer that is in the full subnet stays in it, whatever other subnets have', () => {
  const situation = tagged({ 'kubernetes.io/role/elb': '1' }, 9);
  situation.subnet('lb-second', '10.0.1.0/27', { tags: { 'kubernetes.io/role/elb': '1' } });
  for (let node = 0; node < 2; node += 1) situation.holder('lb-a', { description: 'ELB app/web/0123' });
  expect(found(situation)).toEqual([['warning', 'lb-a: 7 addresses left, its load balancers cannot grow']]);
});

test('a second subnet whose addresses are not known takes no load balancer for sure', () => {
  const tags = { 'kubernetes.io/role/elb': '1' };
  const severities = (available: number | null) =>
    findingsOf('load-balancer-subnet', {
      subnets: [
        aSubnet({ tags, available: 6 }),
        aSubnet({ subnetId: 'subnet-0b', tags, available, awsAvailable: available }),
      ],
    }).map(({ severity }) => severity);
  expect(severities(null)).toEqual(['warning']);
  expect(severities(100)).toEqual([]);
});
