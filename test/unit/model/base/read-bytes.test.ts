import { describe, expect, it } from 'vitest';
import { readBytes } from '../../../../shared/model/base/read-bytes.ts';

const chunks = [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3), Uint8Array.of(4, 5, 6)];

describe('bytes of a stream', () => {
  it('are all its chunks, one after another', async () => {
    expect(await readBytes(chunks)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(await readBytes([])).toEqual(Uint8Array.of());
  });

  it('end with the chunk after which the caller wants no more, and the rest is not read', async () => {
    let read = 0;
    const stream = (function* () {
      for (const chunk of chunks) {
        read += 1;
        yield chunk;
      }
    })();
    const asked: (readonly [number, number])[] = [];
    const bytes = await readBytes(stream, (size, added) => {
      asked.push([size, added]);
      return size < 3;
    });
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
    expect(asked).toEqual([
      [2, 2],
      [2, 0],
      [3, 1],
    ]);
    expect(read).toBe(3);
  });

  it('are refused with the error of the caller, which closes the stream', async () => {
    let isClosed = false;
    const stream = (function* () {
      try {
        yield* chunks;
      } finally {
        isClosed = true;
      }
    })();
    const refusal = new RangeError('too many bytes');
    await expect(
      readBytes(stream, () => {
        throw refusal;
      }),
    ).rejects.toBe(refusal);
    expect(isClosed).toBe(true);
  });
});
