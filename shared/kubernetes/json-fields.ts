/** Fields of JSON from outside, whatever it holds. */
export type Json = Readonly<Record<string, unknown>>;

const NOTHING: Json = {};

export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : NOTHING;

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** `null` for what is no text, and for an empty one. */
export const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** A whole number, or the text of one, that is not negative. Kubernetes writes quantities such as `pods` as text. */
export const count = (value: unknown): number | null => {
  const number = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
};

/** A time as Kubernetes writes it (RFC 3339), in milliseconds since 1970. */
export const time = (value: unknown): number | null => {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : milliseconds;
};

/** Whether the condition of this type is `True`; `null` where it is neither `True` nor `False`. */
export const condition = (status: unknown, type: string): boolean | null => {
  const found = list(record(status)['conditions'])
    .map(record)
    .find((each) => each['type'] === type)?.['status'];
  if (found === 'True') return true;
  return found === 'False' ? false : null;
};

/** The labels of an object that were asked for. */
export const chosenLabels = (metadata: Json, names: readonly string[]): Readonly<Record<string, string>> => {
  const labels = record(metadata['labels']);
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
};
