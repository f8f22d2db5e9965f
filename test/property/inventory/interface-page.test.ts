import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { oddInterfacePage } from '../../fixtures/odd-xml.ts';
import { cutAt, readBySdk, readChunks } from '../../fixtures/sdk-interfaces.ts';

const cutPage = fc
  .tuple(oddInterfacePage, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }))
  .map(([xml, shares]) => {
    const body = Buffer.from(xml);
    return {
      xml,
      body,
      chunks: cutAt(
        body,
        shares.map((share) => Math.floor(share * body.length)),
      ),
    };
  });

test("however a page is written and wherever its chunks end, it reads as the SDK's own deserialiser reads it", async () => {
  await fc.assert(
    fc.asyncProperty(cutPage, async ({ body, chunks }) => {
      expect(await readChunks(chunks)).toEqual(readBySdk(body));
    }),
    { numRuns: 2_000 },
  );
});

test('a page of single bytes reads as the whole page does', async () => {
  await fc.assert(
    fc.asyncProperty(oddInterfacePage, async (xml) => {
      const body = Buffer.from(xml);
      const bytes = Array.from(body, (_, index) => body.subarray(index, index + 1));
      expect(await readChunks(bytes)).toEqual(await readChunks([body]));
    }),
    { numRuns: 200 },
  );
});

test('a page that ends anywhere before its last tag is refused as truncated, never read in part', async () => {
  await fc.assert(
    fc.asyncProperty(
      oddInterfacePage,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      async (xml, share) => {
        const whole = Buffer.from(xml.trimEnd());
        const body = whole.subarray(0, Math.floor(share * whole.length));
        await expect(readChunks([body])).rejects.toMatchObject({
          name: 'TruncatedAnswerError',
          code: 'malformed-answer',
        });
      },
    ),
    { numRuns: 400 },
  );
});

test('one byte changed never crashes the reader: the page is read, or refused with a reason', async () => {
  await fc.assert(
    fc.asyncProperty(
      oddInterfacePage,
      fc.nat(),
      fc.integer({ min: 0, max: 255 }),
      async (xml, place, byte) => {
        const body = Buffer.from(xml);
        body[place % body.length] = byte;
        const outcome = await readChunks([body]).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'malformed-answer' });
        else expect(outcome).toMatchObject({ interfaces: expect.any(Array) });
      },
    ),
    { numRuns: 2_000 },
  );
});
