import { createHash, createHmac } from 'node:crypto';
import { EKSClient } from '@aws-sdk/client-eks';
import { STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../lab/services/kubernetes/kinds.ts';
import { createApiSource } from '../../../shared/kubernetes/api-source.ts';
import { openEksApi } from '../../../shared/kubernetes/eks-api.ts';
import { eksToken } from '../../../shared/kubernetes/eks-token.ts';
import { unreadParts } from '../../../shared/model/kubernetes/observed.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';
import { startLabKubernetes } from '../../fixtures/kubernetes/lab-api.ts';
import { EVERYTHING, kubernetesSourceConformance } from './source-conformance.ts';

const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'made-up',
  sessionToken: 'a/session+token==',
};

const stsIn = (region: string): STSClient => new STSClient({ region, credentials: CREDENTIALS });

const urlOf = (token: string): URL => {
  const [prefix, encoded] = token.split('k8s-aws-v1.');
  expect(prefix).toBe('');
  return new URL(Buffer.from(encoded ?? '', 'base64url').toString('utf8'));
};

/** Signature Version 4 for a presigned URL, from AWS's own description of it, without the SDK. */
const signatureOf = (url: URL, headers: Readonly<Record<string, string>>): string => {
  const [, date = '', region = '', service = ''] = (url.searchParams.get('X-Amz-Credential') ?? '').split(
    '/',
  );
  const encode = (value: string): string =>
    encodeURIComponent(value).replace(
      /[!'()*]/g,
      (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const query = [...url.searchParams]
    .filter(([key]) => key !== 'X-Amz-Signature')
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .toSorted()
    .join('&');
  const names = Object.keys(headers).toSorted();
  const canonical = [
    'GET',
    '/',
    query,
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    createHash('sha256').update('').digest('hex'),
  ].join('\n');
  const toSign = [
    'AWS4-HMAC-SHA256',
    url.searchParams.get('X-Amz-Date'),
    `${date}/${region}/${service}/aws4_request`,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${CREDENTIALS.secretAccessKey}`,
  );
  return hmac(key, toSign).toString('hex');
};

test('a token is a presigned GetCallerIdentity whose signature covers the name of the cluster', async () => {
  const url = urlOf(await eksToken(stsIn('eu-west-1'), 'payments'));
  expect(url.origin + url.pathname).toBe('https://sts.eu-west-1.amazonaws.com/');
  // aws-iam-authenticator refuses every parameter that is not in its list.
  expect([...url.searchParams.keys()].toSorted()).toEqual([
    'Action',
    'Version',
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-Expires',
    'X-Amz-Security-Token',
    'X-Amz-Signature',
    'X-Amz-SignedHeaders',
  ]);
  expect(url.searchParams.get('Action')).toBe('GetCallerIdentity');
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host;x-k8s-aws-id');
  const headers = { host: url.hostname, 'x-k8s-aws-id': 'payments' };
  expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureOf(url, headers));
  expect(url.searchParams.get('X-Amz-Signature')).not.toBe(
    signatureOf(url, { ...headers, 'x-k8s-aws-id': 'other' }),
  );
});

test.each([
  ['us-east-1', 'sts.us-east-1.amazonaws.com'],
  ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
  ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
])('a token of %s is signed for %s', async (region, host) => {
  expect(urlOf(await eksToken(stsIn(region), 'payments')).host).toBe(host);
});

let aws: CannedAws | null = null;
afterEach(async () => {
  await aws?.close();
  aws = null;
});

const eksOver = async (reply: () => CannedReply): Promise<EKSClient> => {
  aws = await startCannedAws(reply);
  return new EKSClient({ endpoint: aws.url, region: 'eu-west-1', credentials: CREDENTIALS, maxAttempts: 1 });
};

const json = (status: number, content: object, type?: string): CannedReply => ({
  status,
  body: JSON.stringify(content),
  headers: {
    'content-type': 'application/json',
    ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
  },
});

const sourceOver = (eks: EKSClient) =>
  createApiSource((name) =>
    openEksApi(name, {
      eks,
      sts: stsIn('eu-west-1'),
      target: { accountId: '111122223333', region: 'eu-west-1' },
      options: { userAgent: 'headroom/test' },
    }),
  );

describe('a cluster that EKS describes', () => {
  kubernetesSourceConformance(async (objects: readonly KubernetesObject[]) => {
    const lab = await startLabKubernetes(objects, {
      userOf: (token) => (urlOf(token).searchParams.get('Action') === 'GetCallerIdentity' ? 'reader' : null),
    });
    const eks = await eksOver(() => json(200, { cluster: { name: 'payments', endpoint: lab.url } }));
    return { source: sourceOver(eks), close: lab.close };
  });
});

test('a cluster that may not be described is unknown, and the missing permission is named', async () => {
  const eks = await eksOver(() =>
    json(403, { message: 'User is not authorized to perform: eks:DescribeCluster' }, 'AccessDeniedException'),
  );
  const reading = await sourceOver(eks).read('payments', EVERYTHING);
  expect(unreadParts(reading)).toHaveLength(15);
  expect(reading.pods).toMatchObject({
    unread: { reason: 'forbidden', message: expect.stringContaining('eks:DescribeCluster') },
  });
});

test('an https endpoint without an authority is not read: no other authority is trusted in its place', async () => {
  const eks = await eksOver(() => json(200, { cluster: { endpoint: 'https://127.0.0.1:1' } }));
  const reading = await sourceOver(eks).read('payments', EVERYTHING);
  expect(reading.pods).toMatchObject({ known: false, unread: { reason: 'malformed' } });
});
