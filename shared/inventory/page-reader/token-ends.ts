const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const GREATER_THAN = 0x3e;

/** The index of the `>` that ends the tag, -1 when it is not there yet. A quoted attribute may hold one, too. */
export const endOfTag = (source: string, start: number): number => {
  let quote = 0;
  for (let index = start; index < source.length; index += 1) {
    const code = source.charCodeAt(index);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === GREATER_THAN) return index;
    else if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) quote = code;
  }
  return -1;
};

export const endOfName = (source: string, start: number, end: number): number => {
  let index = start;
  while (index < end && source.charCodeAt(index) > 0x20) index += 1;
  return index;
};

/** Where the document type ends, its internal subset in brackets included; -1 when it is not complete. */
export const endOfDocumentType = (source: string, start: number): number => {
  let depth = 0;
  for (let index = start; index < source.length; index += 1) {
    const character = source[index];
    if (character === '[') depth += 1;
    else if (character === ']') depth -= 1;
    else if (character === '>' && depth === 0) return index + 1;
  }
  return -1;
};
