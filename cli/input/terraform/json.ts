/** Parts of a JSON document whose form is not known. */
export type Json = Readonly<Record<string, unknown>>;

export const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.floor(value) : null;

export const textsOf = (value: unknown): readonly string[] =>
  listOf(value).flatMap((each) => textOf(each) ?? []);

/** The first block of an argument: the provider writes each block as a list. */
export const blockOf = (value: unknown): Json => objectOf(listOf(value)[0]);

/** Whether something in this part of `after_unknown` is known only after apply. */
export const hasUnknown = (value: unknown): boolean =>
  value === true || (typeof value === 'object' && value !== null && Object.values(value).some(hasUnknown));
