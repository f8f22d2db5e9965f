import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { afterEach, expect, test } from 'vitest';
import type { AllocationFailureSource } from '../../../shared/clusters/allocation-failure-source.ts';
import { createAwsAllocationFailures } from '../../../shared/clusters/aws-allocation-failures.ts';
import {
  type CannedAws,
  type CannedReply,
  type CannedRequest,
  startCannedAws,
} from '../../fixtures/canned-aws.ts';
import { element } from '../../fixtures/ec2-xml.ts';

let server: CannedAws | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const sourceOver = async (
  reply: (request: CannedRequest) => CannedReply,
): Promise<AllocationFailureSource> => {
  server = await startCannedAws(reply);
  const settings = {
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
  return createAwsAllocationFailures({
    autoScaling: new AutoScalingClient(settings),
    ec2: new EC2Client(settings),
    ecs: new ECSClient(settings),
    target: { accountId: '111111111111', region: 'eu-west-1' },
    roleArn: 'arn:aws:iam::111111111111:role/headroom-reader',
  });
};

const SINCE = Date.parse('2026-01-01T06:00:00.000Z');

const activity = (status: string, message: string, at: string, details = ''): string =>
  element('member', [
    element('ActivityId', at),
    element('AutoScalingGroupName', 'web'),
    element('Cause', 'more was desired'),
    element('StartTime', at),
    element('StatusCode', status),
    element('StatusMessage', message),
    element('Details', details),
  ]);

const answer = (activities: readonly string[], nextToken: string | null): CannedReply => ({
  body: element('DescribeScalingActivitiesResponse', [
    element('DescribeScalingActivitiesResult', [
      element('Activities', activities),
      element('NextToken', nextToken),
    ]),
  ]),
});

const FULL =
  "There are not enough free addresses in subnet 'subnet-66d3dd2c' to satisfy the requested number of instances. Launching EC2 instance failed.";

test('failed launches for want of an address are read over all pages, and nothing else', async () => {
  const source = await sourceOver(({ body }) =>
    body.includes('NextToken=more')
      ? answer(
          [
            activity(
              'Failed',
              'There are not enough free addresses in the subnet.',
              '2026-01-01T09:00:00Z',
              '{"Subnet ID":"subnet-0b","Availability Zone":"eu-west-1b"}',
            ),
          ],
          null,
        )
      : answer(
          [
            activity('Failed', FULL, '2026-01-01T10:00:00Z'),
            activity('Successful', '', '2026-01-01T09:59:00Z'),
            activity('Failed', 'We do not have sufficient capacity.', '2026-01-01T09:58:00Z'),
            activity('Failed', FULL, '2026-01-01T05:59:00Z'),
          ],
          'more',
        ),
  );
  expect(await source.failuresOf('auto-scaling', SINCE)).toEqual([
    {
      at: '2026-01-01T10:00:00.000Z',
      service: 'auto-scaling',
      resource: 'web',
      code: 'InsufficientFreeAddressesInSubnet',
      subnetId: 'subnet-66d3dd2c',
      availabilityZone: null,
      text: FULL,
    },
    expect.objectContaining({ subnetId: 'subnet-0b', availabilityZone: 'eu-west-1b' }),
  ]);
});

test('only activities since the given time are asked for, a hundred at a time', async () => {
  const bodies: string[] = [];
  const source = await sourceOver(({ body }) => {
    bodies.push(decodeURIComponent(body));
    return answer([], null);
  });
  await source.failuresOf('auto-scaling', SINCE);
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).toContain('StartTimeLowerBound');
  expect(bodies[0]).toContain('2026-01-01T06:00:00.000Z');
  expect(bodies[0]).toContain('MaxRecords=100');
});

test('a role that may not ask is a failure that names the call', async () => {
  const source = await sourceOver(() => ({
    status: 403,
    body: element('ErrorResponse', [
      element('Error', [element('Code', 'AccessDenied'), element('Message', 'no')]),
    ]),
  }));
  await expect(source.failuresOf('auto-scaling', SINCE)).rejects.toMatchObject({
    code: 'access-denied',
    message: expect.stringContaining('autoscaling:DescribeScalingActivities'),
  });
});
