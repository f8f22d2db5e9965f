/** An answer for a file that people review: a line for each part of it, and for each element of a list. */
export const linesOf = (answer: object): readonly string[] =>
  Object.entries(answer).flatMap(([name, value]) =>
    Array.isArray(value) && value.length > 0
      ? [`${name}:`, ...value.map((each) => `  ${JSON.stringify(each)}`)]
      : [`${name}: ${JSON.stringify(value)}`],
  );
