/**
 * The bytes of a stream, as far as the caller wants them.
 *
 * @param goesOn asked after each chunk with the bytes so far and those of the chunk: `false` ends the reading with this chunk.
 *   What it throws ends the reading, too.
 * @throws what the stream or `goesOn` throws
 */
export const readBytes = async (
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  goesOn: (size: number, added: number) => boolean = () => true,
): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (!goesOn(size, chunk.length)) break;
  }
  const bytes = new Uint8Array(size);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return bytes;
};
