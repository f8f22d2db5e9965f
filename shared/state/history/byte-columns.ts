/** Writes whole numbers in 7-bit groups, the low ones first (LEB128). Arithmetic, not bit operations: those end at 32 bits. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  unsigned(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes.push(rest);
  }

  /** Small negative numbers stay small: 0, -1, 1, -2 become 0, 1, 2, 3. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Ascending whole numbers, as differences. */
  ascending(values: readonly number[]): void {
    this.unsigned(values.length);
    let previous = 0;
    for (const value of values) {
      this.unsigned(value - previous);
      previous = value;
    }
  }

  /** A part with its length before it. */
  bytes(part: Uint8Array): void {
    this.unsigned(part.length);
    for (const byte of part) this.#bytes.push(byte);
  }

  taken(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** The inverse of `ByteWriter`. Throws a RangeError where the bytes end too early. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw new RangeError('it ends too early');
      this.#position += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  /** How many values follow. Each has a byte at least, so that a few bytes cannot ask for a list of millions. */
  count(): number {
    const count = this.unsigned();
    if (count > this.#bytes.length - this.#position) throw new RangeError('it ends too early');
    return count;
  }

  ascending(): number[] {
    let previous = 0;
    return Array.from({ length: this.count() }, () => {
      previous += this.unsigned();
      return previous;
    });
  }

  part(): ByteReader {
    const length = this.count();
    const part = this.#bytes.subarray(this.#position, this.#position + length);
    this.#position += length;
    return new ByteReader(part);
  }
}
