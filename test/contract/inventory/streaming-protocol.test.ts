import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DescribeNetworkInterfacesCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { AwsEc2QueryProtocol, AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { afterEach, describe, expect, test } from 'vitest';
import { createEc2Inventory } from '../../../shared/inventory/ec2-inventory.ts';
import { HandOver } from '../../../shared/inventory/page-reader/hand-over.ts';
import { StreamingEc2Protocol } from '../../../shared/inventory/page-reader/streaming-protocol.ts';
import type { NetworkInterface } from '../../../shared/model/aws/inventory.ts';
import {
  type CannedAws,
  type CannedReply,
  type CannedRequest,
  startCannedAws,
} from '../../fixtures/canned-aws.ts';
import { cannedEc2 } from '../../fixtures/canned-ec2.ts';
import { plainEc2Client, streamingEc2Client } from '../../fixtures/ec2-clients.ts';
import { ec2Answer, ec2Error, interfaceItem, list } from '../../fixtures/ec2-xml.ts';
import { mixedEstate } from '../../fixtures/mixed-estate.ts';
import { nodeInterface } from '../../fixtures/node-interfaces.ts';

let server: CannedAws | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const serve = async (reply: (request: CannedRequest) => CannedReply): Promise<CannedAws> => {
  server = await startCannedAws(reply);
  return server;
};

const nodes = Array.from({ length: 300 }, (_, index) => nodeInterface(index, 5));
const wholePage = Buffer.from(
  ec2Answer('DescribeNetworkInterfaces', [list('networkInterfaceSet', nodes.map(interfaceItem))]),
);

/** All interfaces that a client is handed, and the failure if there was one. */
const collect = async (
  client: ReturnType<typeof streamingEc2Client>,
  signal?: AbortSignal,
): Promise<{ found: NetworkInterface[]; failure: unknown }> => {
  const found: NetworkInterface[] = [];
  const inventory = createEc2Inventory({
    client,
    target: mixedEstate.target,
    ...(signal === undefined ? {} : { signal }),
  });
  const failure = await inventory
    .eachInterface({}, (each) => found.push(each))
    .then(() => null)
    .catch((error: unknown) => error);
  return { found, failure };
};

test('an answer carries the token and the metadata of the SDK, its records having gone to the one who asked', async () => {
  const { url } = await serve(cannedEc2(mixedEstate, { pageSize: 2 }));
  const found: NetworkInterface[] = [];
  const page = new HandOver(
    ({ networkInterfaceId }: NetworkInterface) => networkInterfaceId,
    (each) => found.push(each),
  );
  const command = new DescribeNetworkInterfacesCommand({ IncludeManagedResources: true });
  page.attachTo(command);
  const answer = await streamingEc2Client(url).send(command);
  expect(answer).toMatchObject({ NextToken: 'from-2', $metadata: { httpStatusCode: 200, attempts: 1 } });
  expect(page.streamed).toBe(true);
  expect(found).toEqual((mixedEstate.interfaces as readonly NetworkInterface[]).slice(0, 2));
});

test('a command that was not prepared is deserialised by the SDK', async () => {
  const { url } = await serve(cannedEc2(mixedEstate));
  const answer = await streamingEc2Client(url).send(new DescribeNetworkInterfacesCommand({}));
  expect(answer.NetworkInterfaces).toHaveLength(5);
});

test('other operations are deserialised by the SDK', async () => {
  const { url } = await serve(cannedEc2(mixedEstate));
  const ours = await streamingEc2Client(url).send(new DescribeSubnetsCommand({}));
  const theirs = await plainEc2Client(url).send(new DescribeSubnetsCommand({}));
  expect(ours.Subnets).toHaveLength(3);
  expect(ours.Subnets).toEqual(theirs.Subnets);
});

test("errors are the SDK's own", async () => {
  const reply = (): CannedReply => ({
    status: 400,
    body: ec2Error('InvalidParameterValue', 'Value (x) is invalid & wrong'),
  });
  const { url } = await serve(reply);
  const failureOf = (client: ReturnType<typeof streamingEc2Client>): Promise<unknown> =>
    client.send(new DescribeNetworkInterfacesCommand({})).catch((error: unknown) => error);
  const ours = await failureOf(streamingEc2Client(url));
  expect(ours).toMatchObject({ name: 'InvalidParameterValue', message: 'Value (x) is invalid & wrong' });
  expect(ours).toEqual(await failureOf(plainEc2Client(url)));
});

describe('a page whose body breaks off is asked for again', () => {
  test.each([
    ['the connection is reset in mid-body', { end: 'reset' as const, headers: {} }],
    [
      'the connection is closed in mid-body, as if that were all',
      { end: 'whole' as const, headers: { connection: 'close' } },
    ],
  ])('when %s: no interface is lost, none comes twice', async (_, { end, headers }) => {
    const { url, requests } = await serve(({ nth }) =>
      nth < 2 ? { body: wholePage.subarray(0, 150_000 + nth * 40_000), end, headers } : { body: wholePage },
    );
    const { found, failure } = await collect(streamingEc2Client(url, { maxAttempts: 4 }));
    expect(failure).toBeNull();
    expect(found).toEqual(nodes);
    expect(requests).toHaveLength(3);
  });

  test('and when it always does, the listing fails, so that a part is never taken for the whole', async () => {
    const { url, requests } = await serve(() => ({ body: wholePage.subarray(0, 150_000) }));
    const { found, failure } = await collect(streamingEc2Client(url, { maxAttempts: 3 }));
    expect(failure).toMatchObject({
      code: 'malformed-answer',
      message: expect.stringContaining(
        'ec2:DescribeNetworkInterfaces in account 111111111111, eu-west-1, failed',
      ),
    });
    expect(new Set(found.map(({ networkInterfaceId }) => networkInterfaceId)).size).toBe(found.length);
    expect(requests).toHaveLength(3);
  });
});

test('what the receiver throws is thrown as it is, at once: it is no failure of AWS', async () => {
  const { url, requests } = await serve(() => ({ body: wholePage }));
  const inventory = createEc2Inventory({ client: streamingEc2Client(url), target: mixedEstate.target });
  const defect = new TypeError('a defect of ours');
  const listing = inventory.eachInterface({}, () => {
    throw defect;
  });
  await expect(listing).rejects.toBe(defect);
  expect(requests).toHaveLength(1);
});

test("an answer that is not EC2's is refused at once, with what it was", async () => {
  const { url, requests } = await serve(() => ({
    body: '<html><body>Sign in to the hotel network</body></html>',
  }));
  const { failure } = await collect(streamingEc2Client(url, { maxAttempts: 3 }));
  expect(failure).toMatchObject({ code: 'malformed-answer', message: expect.stringContaining('<html>') });
  expect(requests).toHaveLength(1);
});

test('throttled and failing attempts are retried by the SDK', async () => {
  const { url, requests } = await serve(({ nth }) => {
    if (nth === 0) return { status: 503, body: ec2Error('RequestLimitExceeded', 'Request limit exceeded.') };
    if (nth === 1) return { status: 500, body: ec2Error('InternalError', 'An internal error has occurred') };
    return { body: wholePage };
  });
  const { found } = await collect(streamingEc2Client(url, { maxAttempts: 4 }));
  expect(found).toHaveLength(300);
  expect(requests.map(({ headers }) => headers['amz-sdk-request'])).toEqual([
    'attempt=1; max=4',
    'attempt=2; max=4',
    'attempt=3; max=4',
  ]);
});

test("the caller's deadline ends a page that stalls in mid-body", async () => {
  const { url, requests } = await serve(() => ({ body: wholePage.subarray(0, 150_000), end: 'stall' }));
  const deadline = new AbortController();
  const collected = collect(streamingEc2Client(url), deadline.signal);
  while (requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  deadline.abort();
  const { failure } = await collected;
  expect(failure).toMatchObject({ code: 'deadline-exceeded' });
});

describe('what the reader leans on in the SDK', () => {
  test('the client deserialises through a protocol class of ours, whose base class is the one it uses itself', async () => {
    const plain = plainEc2Client('http://127.0.0.1:1');
    const streaming = streamingEc2Client('http://127.0.0.1:1');
    expect(Object.getPrototypeOf(Reflect.get(plain.config, 'protocol'))).toBe(AwsEc2QueryProtocol.prototype);
    expect(Reflect.get(streaming.config, 'protocol')).toBeInstanceOf(StreamingEc2Protocol);
    expect(Object.hasOwn(AwsQueryProtocol.prototype, 'deserializeResponse')).toBe(true);
    expect(Object.hasOwn(AwsEc2QueryProtocol.prototype, 'deserializeResponse')).toBe(false);
  });

  test('the method it stands in for is the one it was written against: after an upgrade, read it again', () => {
    // On a failure: compare the new `deserializeResponse` with streaming-protocol.ts, then renew the hash.
    const source = AwsQueryProtocol.prototype.deserializeResponse.toString();
    expect(createHash('sha256').update(source).digest('hex')).toBe(
      '7549147d14b9bc17a6aa9de2cba901fbdf0c5d6006a8774b93967e35fba05c3f',
    );
  });

  test('the SDK is of the versions that this was measured and tested with', () => {
    const manifest: { devDependencies: Record<string, string> } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    );
    const require = createRequire(import.meta.url);
    for (const name of ['@aws-sdk/core', '@smithy/core', '@aws-sdk/client-ec2']) {
      const { version }: { version: string } = require(`${name}/package.json`);
      expect(`${name} ${version}`).toBe(`${name} ${manifest.devDependencies[name]}`);
    }
  });
});
