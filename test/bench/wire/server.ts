import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ec2Answer, interfaceItem, list } from '../../fixtures/ec2-xml.ts';
import { nodeInterface } from '../../fixtures/node-interfaces.ts';
import { addressesOf, PAGE_MARK } from './estate.ts';
import { INTERFACES_PER_PAGE } from './estate-size.ts';

/**
 * An EC2 of DescribeNetworkInterfaces alone, in a process of its own: `/N/` is an account of N pages of 1,000
 * interfaces with 15 addresses each, as EC2 writes and indents them, 6.9 MB a page. No interface or address comes twice.
 */

const template = ec2Answer(
  'DescribeNetworkInterfaces',
  [
    list(
      'networkInterfaceSet',
      Array.from({ length: INTERFACES_PER_PAGE }, (_, index) =>
        interfaceItem({
          ...nodeInterface(index, 1),
          networkInterfaceId: `eni-${PAGE_MARK}${index.toString(16).padStart(14, '0')}`,
          subnetId: `subnet-${PAGE_MARK}00000000000000`,
          privateAddresses: addressesOf(index),
        }),
      ),
    ),
  ],
  'NEXT',
);

/** Of the same length for every page, so that only digits change. */
const page = (index: number, pages: number): Buffer => {
  const number = String(index).padStart(PAGE_MARK.length, '0');
  const next = index + 1 < pages ? `<nextToken>page-${index + 1}</nextToken>` : '';
  return Buffer.from(
    template
      .replaceAll(PAGE_MARK, number)
      // 10.1xx and 11.1xx: three digits each, whatever the page.
      .replaceAll('10.199.', `${10 + Math.floor(index / 100)}.${100 + (index % 100)}.`)
      .replace('<nextToken>NEXT</nextToken>', next),
    'latin1',
  );
};

let ready: { readonly key: string; readonly body: Buffer } | null = null;

const server = createServer((request, reply) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    const pages = Number((request.url ?? '/1').split('/')[1]);
    const index = Number(/NextToken=page-(\d+)/.exec(body)?.[1] ?? 0);
    const answer = ready?.key === `${index}/${pages}` ? ready.body : page(index, pages);
    reply.writeHead(200, { 'content-type': 'text/xml;charset=UTF-8', 'content-length': answer.length });
    reply.end(answer, () => {
      // The next page is made while the client still works on this one.
      ready = { key: `${index + 1}/${pages}`, body: page(index + 1, pages) };
    });
  });
});

server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
