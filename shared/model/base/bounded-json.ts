/** What JSON from a file may come to. Parsed, a value takes up to 60 bytes whatever its length: `[{},{},...` grows twentyfold. */
export interface JsonLimits {
  /** UTF-16 units of the text. */
  readonly characters: number;
  /** Objects, lists and their members, together. */
  readonly values: number;
}

/** How many objects, lists and members a text can have at most: marks within strings are counted as well. */
const valuesIn = (json: string, most: number): number => {
  let values = 1;
  for (let index = 0; index < json.length && values <= most; index += 1) {
    const code = json.charCodeAt(index);
    // `,`, `[` and `{`.
    if (code === 0x2c || code === 0x5b || code === 0x7b) values += 1;
  }
  return values;
};

/** What is too much about a JSON text; `null`: it may be parsed. */
export const excessOf = (json: string, { characters, values }: JsonLimits): string | null => {
  if (json.length > characters) return `it has more than ${characters} characters`;
  return valuesIn(json, values) > values ? `it has more than ${values} values` : null;
};
