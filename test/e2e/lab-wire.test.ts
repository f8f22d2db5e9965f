import { afterAll, beforeAll, expect, test } from 'vitest';
import { everyOwner, OWNERS_ACCOUNT, OWNERS_REGION } from '../../lab/estates/every-owner.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { hasElement, readServiceModel } from './botocore-model.ts';

/**
 * SDKs pass over elements that they do not know, so a misspelt name in the lab would only look like a missing value.
 * Every element that the lab writes is therefore looked up in AWS's own service model.
 */

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ estate: everyOwner });
});
afterAll(() => lab.close());

const post = async (signingName: string, body: string): Promise<string> => {
  const answer = await fetch(lab.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIA${OWNERS_ACCOUNT}LABS/20260105/${OWNERS_REGION}/${signingName}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body,
  });
  return answer.text();
};

/** Paths of all elements, the root included. */
const elementPaths = (xml: string): string[][] => {
  const paths = new Map<string, string[]>();
  const open: string[] = [];
  for (const [, closing, element = '', empty] of xml.matchAll(/<(\/)?([A-Za-z]\w*)[^>]*?(\/)?>/g)) {
    if (closing) {
      open.pop();
      continue;
    }
    open.push(element);
    paths.set(open.join('/'), [...open]);
    if (empty) open.pop();
  }
  return [...paths.values()];
};

test('an element that AWS does not have is noticed', () => {
  const model = readServiceModel('ec2', '2016-11-15');
  expect(hasElement(model, 'DescribeVpcs', ['vpcSet', 'item', 'cidrBlock'])).toBe(true);
  expect(hasElement(model, 'DescribeVpcs', ['vpcSet', 'item', 'cidrblock'])).toBe(false);
  expect(hasElement(model, 'DescribeVpcs', ['vpcSet', 'member'])).toBe(false);
});

test.each([
  ['DescribeVpcs', ''],
  ['DescribeSubnets', ''],
  ['DescribeNetworkInterfaces', '&IncludeManagedResources=true'],
  ['DescribeNetworkInterfaces', '&MaxResults=5'],
  ['DescribeInstances', '&IncludeManagedResources=true'],
  ['DescribeInstanceTypes', ''],
  ['DescribeRouteTables', ''],
  ['DescribeVpcPeeringConnections', ''],
  ['DescribeTransitGatewayVpcAttachments', ''],
  ['DescribeTransitGatewayAttachments', ''],
  ['DescribeRegions', ''],
  ['GetManagedResourceVisibility', ''],
])('EC2 %s%s', async (action, parameters) => {
  const model = readServiceModel('ec2', '2016-11-15');
  const paths = elementPaths(await post('ec2', `Action=${action}&Version=2016-11-15${parameters}`));
  expect(paths[0]).toEqual([`${action}Response`]);
  const inAnswer = paths
    .slice(1)
    .map((path) => path.slice(1))
    .filter(([first]) => first !== 'requestId');
  expect(inAnswer.length).toBeGreaterThan(1);
  expect(inAnswer.filter((path) => !hasElement(model, action, path))).toEqual([]);
});

test('EC2 GetSubnetCidrReservations', async () => {
  const model = readServiceModel('ec2', '2016-11-15');
  const subnets = await post('ec2', 'Action=DescribeSubnets&Version=2016-11-15');
  const answers = await Promise.all(
    [...subnets.matchAll(/<subnetId>([^<]+)</g)].map(([, id]) =>
      post('ec2', `Action=GetSubnetCidrReservations&SubnetId=${id}`),
    ),
  );
  const paths = answers
    .flatMap(elementPaths)
    .slice(1)
    .map((path) => path.slice(1))
    .filter(([first]) => first !== undefined && first !== 'requestId');
  expect(paths.some((path) => path.at(-1) === 'reservationType')).toBe(true);
  expect(paths.filter((path) => !hasElement(model, 'GetSubnetCidrReservations', path))).toEqual([]);
});

test.each([
  ['sts', 'sts', '2011-06-15', 'GetCallerIdentity', ''],
  [
    'sts',
    'sts',
    '2011-06-15',
    'AssumeRole',
    `&RoleArn=arn:aws:iam::${OWNERS_ACCOUNT}:role/HeadroomScan&RoleSessionName=x&ExternalId=headroom-lab&SourceIdentity=me`,
  ],
  ['autoscaling', 'autoscaling', '2011-01-01', 'DescribeAutoScalingGroups', ''],
  [
    'sns',
    'sns',
    '2010-03-31',
    'Publish',
    `&TopicArn=arn:aws:sns:${OWNERS_REGION}:${OWNERS_ACCOUNT}:alerts&Message=x`,
  ],
])('%s %s %s %s', async (signingName, service, version, action, parameters) => {
  const model = readServiceModel(service, version);
  const paths = elementPaths(await post(signingName, `Action=${action}&Version=${version}${parameters}`));
  const inResult = paths
    .filter((path) => path[1] === `${action}Result`)
    .map((path) => path.slice(2))
    .filter((path) => path.length > 0);
  expect(inResult.length).toBeGreaterThan(0);
  expect(inResult.filter((path) => !hasElement(model, action, path))).toEqual([]);
});
