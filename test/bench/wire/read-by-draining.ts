import { request } from 'node:http';
import { ADDRESSES_PER_INTERFACE, INTERFACES_PER_PAGE } from './estate-size.ts';
import { measured } from './measured.ts';

/** The floor: the bytes of interfaces, or those of their nodes as well, are taken off the socket and dropped. */

const post = (url: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST' }, (answer) => {
      let tail: Buffer = Buffer.alloc(0);
      answer.on('data', (chunk: Buffer) => {
        tail = chunk.length < 200 ? Buffer.concat([tail, chunk]).subarray(-200) : chunk.subarray(-200);
      });
      answer.on('end', () => resolve(tail.toString('latin1')));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

const drain = async (url: string, action: string): Promise<number> => {
  let pages = 0;
  for (let token: string | undefined = ''; token !== undefined; ) {
    const tail = await post(url, `Action=${action}${token === '' ? '' : `&NextToken=${token}`}`);
    pages += 1;
    token = /<nextToken>([^<]+)/.exec(tail)?.[1];
  }
  return pages;
};

await measured(async (url) => {
  const interfaces = (await drain(url, 'DescribeNetworkInterfaces')) * INTERFACES_PER_PAGE;
  if (process.argv.includes('nodes')) await drain(url, 'DescribeInstances');
  return { interfaces, addresses: interfaces * ADDRESSES_PER_INTERFACE };
});
