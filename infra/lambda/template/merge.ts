import { isDeepStrictEqual } from 'node:util';

/** As much of a template as is merged: JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = Readonly<Record<string, Json>>;

const NO_VALUE = { Ref: 'AWS::NoValue' };

/**
 * A value that is `changed` where a condition holds, and what it was where it does not. Only what differs is wrapped in
 * `Fn::If`, as deep in the value as possible, so a template stays readable and several changes can be merged in turn.
 * @param merged `base` with the changes that were merged before
 * @param condition name of a condition of the template; `null`: the change always holds
 */
export const mergeChange = (
  merged: Json | undefined,
  base: Json | undefined,
  changed: Json | undefined,
  condition: string | null,
): Json | undefined => {
  if (isDeepStrictEqual(base, changed)) return merged;
  if (isRecord(merged) && isRecord(base) && isRecord(changed)) {
    const keys = new Set([...Object.keys(merged), ...Object.keys(changed)]);
    return Object.fromEntries(
      [...keys].flatMap((key) => {
        const value = mergeChange(merged[key], base[key], changed[key], condition);
        return value === undefined ? [] : [[key, value] as const];
      }),
    );
  }
  if (isList(merged) && isList(base) && isList(changed) && base.length <= changed.length) {
    const kept = base.map((item, at) => mergeChange(merged[at], item, changed[at], condition) ?? null);
    const addedBefore = merged.slice(base.length);
    const added = changed.slice(base.length).map((item) => either(condition, item, NO_VALUE));
    return [...kept, ...addedBefore, ...added];
  }
  return either(condition, changed ?? NO_VALUE, merged ?? NO_VALUE);
};

const either = (condition: string | null, then: Json, otherwise: Json): Json =>
  condition === null ? then : { 'Fn::If': [condition, then, otherwise] };

/** A value with every placeholder in its texts replaced by a reference to the parameter that the placeholder stands for. */
export const withReferences = (value: Json, parameterOf: Readonly<Record<string, string>>): Json => {
  if (typeof value === 'string') return referring(value, parameterOf);
  if (typeof value === 'number') return value in parameterOf ? { Ref: parameterOf[value] ?? '' } : value;
  if (isList(value)) {
    const [only] = value;
    // A list of one placeholder is a parameter that is a list itself.
    const list = value.length === 1 && typeof only === 'string' ? LIST.exec(only)?.[1] : undefined;
    return list === undefined ? value.map((item) => withReferences(item, parameterOf)) : { Ref: list };
  }
  if (!isRecord(value)) return value;
  const sub = value['Fn::Sub'];
  if (sub !== undefined) {
    const [text, ...own] = isList(sub) ? sub : [sub];
    const named = substituting(String(text), parameterOf);
    return {
      'Fn::Sub': own.length === 0 ? named : [named, ...own.map((map) => withReferences(map, parameterOf))],
    };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withReferences(inner, parameterOf)]),
  );
};

/** A placeholder that becomes a whole list: `list:NAME`. */
const LIST = /^list:(\w+)$/;

const referring = (text: string, parameterOf: Readonly<Record<string, string>>): Json => {
  const whole = parameterOf[text];
  if (whole !== undefined) return reference(whole);
  const named = substituting(text.replaceAll('${', '${!'), parameterOf);
  return named === text.replaceAll('${', '${!') ? text : { 'Fn::Sub': named };
};

const substituting = (text: string, parameterOf: Readonly<Record<string, string>>): string =>
  Object.entries(parameterOf).reduce(
    (sofar, [placeholder, name]) => sofar.replaceAll(placeholder, name.includes('${') ? name : `\${${name}}`),
    text,
  );

/** A placeholder may stand for a text with several references in it. */
const reference = (name: string): Json => (name.includes('${') ? { 'Fn::Sub': name } : { Ref: name });

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
export const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
