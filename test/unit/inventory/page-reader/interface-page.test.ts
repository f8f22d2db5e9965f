import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { readInterfacePage } from '../../../../shared/inventory/page-reader/interface-page.ts';
import type { NetworkInterface } from '../../../../shared/model/aws/inventory.ts';
import { ec2Answer, interfaceItem, list } from '../../../fixtures/ec2-xml.ts';
import { addresses, anInterfaceRecord } from '../../../fixtures/inventory-records.ts';
import { mixedEstate } from '../../../fixtures/mixed-estate.ts';
import { nodeInterface } from '../../../fixtures/node-interfaces.ts';
import { cutAt, interfacesBySdk, readWith } from '../../../fixtures/sdk-pages.ts';

const interfaces = mixedEstate.interfaces as readonly NetworkInterface[];

const page = (items: readonly NetworkInterface[], nextToken: string | null = null): string =>
  ec2Answer('DescribeNetworkInterfaces', [list('networkInterfaceSet', items.map(interfaceItem))], nextToken);

const readChunks = (chunks: readonly Uint8Array[]) => readWith(readInterfacePage, chunks);

const read = (xml: string) => readChunks([Buffer.from(xml)]);

const response = (set: string): string =>
  `<DescribeNetworkInterfacesResponse>${set}</DescribeNetworkInterfacesResponse>`;

const item = (rest: string): string =>
  response(
    `<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><subnetId>subnet-1</subnetId>${rest}</item></networkInterfaceSet>`,
  );

const description = async (rest: string): Promise<string | undefined> =>
  (await read(item(`<description>${rest}</description>`))).records[0]?.description;

test('a page as EC2 writes it gives every interface and the token of the next page', async () => {
  const xml = page(interfaces, 'eyJ2IjoiMiJ9/+==');
  expect(await read(xml)).toEqual({ records: interfaces, nextToken: 'eyJ2IjoiMiJ9/+==' });
  expect(await read(xml)).toEqual(interfacesBySdk(Buffer.from(xml)));
});

test('a page of 1,000 interfaces with 15 addresses each reads as the SDK reads it', async () => {
  const nodes = Array.from({ length: 1000 }, (_, index) => nodeInterface(index, 15));
  const body = Buffer.from(page(nodes));
  const chunks = Array.from({ length: Math.ceil(body.length / 65_536) }, (_, index) =>
    body.subarray(index * 65_536, (index + 1) * 65_536),
  );
  const { records: found } = await readChunks(chunks);
  expect(found).toEqual(nodes);
  expect(found).toEqual(interfacesBySdk(body).records);
});

test('an element, an entity or a character may be cut in two at any place', async () => {
  const xml = item(
    `<description>caf\u00e9 &amp; \u{1f6f0} <![CDATA[<raw> & \u65e5]]>&#x41;</description><!-- note --><?pi x?><tagSet><item><key>a</key><value/></item></tagSet>`,
  );
  const body = Buffer.from(`\ufeff<?xml version="1.0"?><!DOCTYPE x [<!ELEMENT y ANY>]>${xml}`);
  const whole = await readChunks([body]);
  expect(whole.records[0]).toMatchObject({
    description: 'caf\u00e9 & \u{1f6f0} <raw> & \u65e5A',
    tags: { a: '' },
  });
  for (let place = 0; place <= body.length; place += 1) {
    expect(await readChunks(cutAt(body, [place]))).toEqual(whole);
    expect(await readChunks(cutAt(body, [place, place + 1, place + 3]))).toEqual(whole);
  }
});

test('an address or prefix that EC2 does not tell is kept as an empty text, for the model to report', async () => {
  const xml = item(
    '<privateIpAddressesSet><item><primary>true</primary></item></privateIpAddressesSet><ipv4PrefixSet><item/></ipv4PrefixSet>',
  );
  const expected = [
    anInterfaceRecord({
      networkInterfaceId: 'eni-1',
      subnetId: 'subnet-1',
      vpcId: null,
      ownerId: null,
      status: '',
      privateAddresses: addresses(''),
      ipv4Prefixes: [''],
    }),
  ];
  expect((await read(xml)).records).toEqual(expected);
  expect(interfacesBySdk(Buffer.from(xml)).records).toEqual(expected);
});

test('a tag may be named like a part of every JavaScript object', async () => {
  const xml = item(
    '<tagSet><item><key>__proto__</key><value>a</value></item><item><key>constructor</key><value>b</value></item></tagSet>',
  );
  const tags = (await read(xml)).records[0]?.tags ?? {};
  expect(Object.entries(tags)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  expect(Object.entries(interfacesBySdk(Buffer.from(xml)).records[0]?.tags ?? {})).toEqual(
    Object.entries(tags),
  );
});

describe('where the SDK would lose or change data without a word, the reader does not', () => {
  test('a blank between two items does not empty the list', async () => {
    const [first, second] = interfaces.map((each) => page([each]).match(/<item>[\s\S]*<\/item>/)?.[0]);
    const xml = response(`<networkInterfaceSet>${first} ${second}</networkInterfaceSet>`);
    expect((await read(xml)).records).toHaveLength(2);
    expect(interfacesBySdk(Buffer.from(xml)).records).toHaveLength(0);
  });

  test('a character reference beyond the first plane is that character', async () => {
    expect(await description('&#x1F6F0;&#128752;')).toBe('\u{1f6f0}\u{1f6f0}');
    expect(
      interfacesBySdk(Buffer.from(item('<description>&#x1F6F0;</description>'))).records[0]?.description,
    ).toBe('\uf6f0');
  });

  test.each([
    ['a page in another language', '<html><body>Please sign in</body></html>', '<html> instead of'],
    ['another answer', '<DescribeSubnetsResponse/>', 'instead of <DescribeNetworkInterfacesResponse>'],
    [
      'an answer without the set',
      response('<requestId>1</requestId>'),
      '<DescribeNetworkInterfacesResponse> without its set',
    ],
    ['an entity that nobody declared', item('<description>&nbsp;</description>'), '&nbsp;'],
    ['a character that is none', item('<description>&#x110000;</description>'), '&#x110000;'],
    ['a second document', `${response('<networkInterfaceSet/>')}<a/>`, 'goes on after its end'],
    ['text after the end', `${response('<networkInterfaceSet/>')}500`, 'goes on after its end'],
    ['a number that is none', item('<attachment><deviceIndex>two</deviceIndex></attachment>'), '"two"'],
  ])('%s is refused', async (_, xml, said) => {
    await expect(read(xml)).rejects.toMatchObject({
      name: 'MalformedAnswerError',
      code: 'malformed-answer',
      message: expect.stringContaining(said),
    });
  });
});

test.each([
  ['nothing at all', '', 'is empty'],
  ['a JSON answer', '{"message": "Service Unavailable"}', 'is empty'],
  ['a page cut off within an interface', page(interfaces).slice(0, 900), 'ends within <'],
  [
    'a page cut off within its last tag',
    response('<networkInterfaceSet/>').slice(0, -1),
    'ends within <Desc',
  ],
])('%s is refused as truncated', async (_, xml, said) => {
  await expect(read(xml)).rejects.toMatchObject({
    name: 'TruncatedAnswerError',
    code: 'malformed-answer',
    message: expect.stringContaining(said),
  });
});

test.each([
  [
    'tags that cross',
    response('<networkInterfaceSet><item></networkInterfaceSet></item>'),
    'closes <item> with',
  ],
  ['a tag that closes nothing', '</a>', '</a>, which is not open'],
  ['text before the root', 'Error <a/>', 'it holds Error'],
  ['a tag without a name', response('< ></ >'), 'a tag without a name'],
  ['a declaration within the answer', response('<!ELEMENT a ANY>'), 'not XML'],
  ['elements within text', item('<description>a<b/>c</description>'), '<description>, which is text'],
  [
    'an interface without an id',
    response('<networkInterfaceSet><item/></networkInterfaceSet>'),
    'without networkInterfaceId',
  ],
  [
    'an interface without a subnet',
    response(
      '<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId></item></networkInterfaceSet>',
    ),
    'eni-1 without subnetId',
  ],
])('%s is refused', async (_, xml, said) => {
  await expect(read(xml)).rejects.toMatchObject({
    code: 'malformed-answer',
    message: expect.stringContaining(said),
  });
});

test('texts do not hold on to the chunk that they were read from', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const heap = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const filler = 'x'.repeat(1_000_000);
  const kept: NetworkInterface[] = [];
  const before = heap();
  for (let index = 0; index < 40; index += 1) {
    const { records: found } = await read(
      item(
        `<description>a description of some length ${index}</description><macAddress>${filler}</macAddress>`,
      ),
    );
    kept.push(...found);
  }
  // 40 chunks of 1 MB would be 40 MB.
  expect(heap() - before).toBeLessThan(5_000_000);
  expect(kept).toHaveLength(40);
});
