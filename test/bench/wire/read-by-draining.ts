import { request } from 'node:http';
import { ADDRESSES_PER_INTERFACE, INTERFACES_PER_PAGE } from './estate-size.ts';
import { measured } from './measured.ts';

/** The floor: the bytes are taken off the socket and dropped. */

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

await measured(async (url) => {
  let interfaces = 0;
  for (let token: string | undefined = ''; token !== undefined; ) {
    const tail = await post(url, token === '' ? '' : `NextToken=${token}`);
    interfaces += INTERFACES_PER_PAGE;
    token = /<nextToken>([^<]+)/.exec(tail)?.[1];
  }
  return { interfaces, addresses: interfaces * ADDRESSES_PER_INTERFACE };
});
