import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInstancePage } from '../../../shared/inventory/page-reader/instance-page.ts';
import { readInterfacePage } from '../../../shared/inventory/page-reader/interface-page.ts';
import type { PageReader } from '../../../shared/inventory/page-reader/page-element.ts';
import { oddInstancePage, oddInterfacePage } from '../../fixtures/odd-xml.ts';
import {
  cutAt,
  instancesBySdk,
  interfacesBySdk,
  type RecordPage,
  readWith,
} from '../../fixtures/sdk-pages.ts';

interface ReaderUnderTest {
  readonly name: string;
  readonly pages: fc.Arbitrary<string>;
  readonly read: PageReader<unknown>;
  readonly bySdk: (body: Uint8Array) => RecordPage<unknown>;
}

const readers: readonly ReaderUnderTest[] = [
  {
    name: 'DescribeNetworkInterfaces',
    pages: oddInterfacePage,
    read: readInterfacePage,
    bySdk: interfacesBySdk,
  },
  { name: 'DescribeInstances', pages: oddInstancePage, read: readInstancePage, bySdk: instancesBySdk },
];

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe.each(readers)('a page of $name', ({ pages, read, bySdk }) => {
  const readAll = (...chunks: readonly Uint8Array[]) => readWith(read, chunks);

  test("reads as the SDK's own deserialiser reads it, however it is written and wherever its chunks end", async () => {
    await fc.assert(
      fc.asyncProperty(pages, fc.array(share, { maxLength: 12 }), async (xml, shares) => {
        const body = Buffer.from(xml);
        const chunks = cutAt(
          body,
          shares.map((each) => Math.floor(each * body.length)),
        );
        expect(await readAll(...chunks)).toEqual(bySdk(body));
      }),
      { numRuns: 500 },
    );
  });

  test('reads byte by byte as it does in one piece', async () => {
    await fc.assert(
      fc.asyncProperty(pages, async (xml) => {
        const body = Buffer.from(xml);
        const bytes = Array.from(body, (_, index) => body.subarray(index, index + 1));
        expect(await readAll(...bytes)).toEqual(await readAll(body));
      }),
      { numRuns: 60 },
    );
  });

  test('is refused as truncated when it ends anywhere before its last tag: never read in part', async () => {
    await fc.assert(
      fc.asyncProperty(pages, share, async (xml, cut) => {
        const whole = Buffer.from(xml.trimEnd());
        const body = whole.subarray(0, Math.floor(cut * whole.length));
        await expect(readAll(body)).rejects.toMatchObject({
          name: 'TruncatedAnswerError',
          code: 'malformed-answer',
        });
      }),
      { numRuns: 300 },
    );
  });

  test('with one byte changed is read, or refused with a reason: it never crashes', async () => {
    await fc.assert(
      fc.asyncProperty(pages, fc.nat(), fc.integer({ min: 0, max: 255 }), async (xml, place, byte) => {
        const body = Buffer.from(xml);
        body[place % body.length] = byte;
        const outcome = await readAll(body).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'malformed-answer' });
        else expect(outcome).toMatchObject({ records: expect.any(Array) });
      }),
      { numRuns: 500 },
    );
  });
});
