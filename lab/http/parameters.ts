import { LabError } from './lab-error.ts';

/** What a caller sent, whatever the protocol: nested plain values. Query protocols send every scalar as a string. */
export type Parameter =
  | string
  | number
  | boolean
  | null
  | readonly Parameter[]
  | { readonly [name: string]: Parameter };
export interface Parameters {
  readonly [name: string]: Parameter;
}

interface Branch {
  [name: string]: string | Branch;
}

/** Turns `Filter.1.Value.2=x` and `Tags.member.1.Key=x` into lists and objects, as the query protocols mean them. */
export const parseQueryParameters = (body: string): Parameters => {
  const root: Branch = {};
  for (const [path, value] of new URLSearchParams(body)) {
    let branch = root;
    const names = path.split('.');
    const last = names.pop() ?? '';
    for (const name of names) {
      const next = branch[name];
      const child: Branch = typeof next === 'object' ? next : {};
      branch[name] = child;
      branch = child;
    }
    branch[last] = value;
  }
  return nested(root) as Parameters;
};

const nested = (branch: Branch): Parameter => {
  const names = Object.keys(branch);
  const only = names.length === 1 ? names[0] : undefined;
  if (only === 'member' || only === 'entry') {
    const wrapped = branch[only];
    if (typeof wrapped === 'object') return nested(wrapped);
  }
  const values = (order: readonly string[]): Parameter[] =>
    order.map((name) => {
      const value = branch[name] ?? '';
      return typeof value === 'string' ? value : nested(value);
    });
  if (names.length > 0 && names.every((name) => /^\d+$/.test(name))) {
    return values(names.toSorted((a, b) => Number(a) - Number(b)));
  }
  return Object.fromEntries(values(names).map((value, index) => [names[index] ?? '', value]));
};

export const isRecord = (value: Parameter | undefined): value is { readonly [name: string]: Parameter } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const optionalText = (parameters: Parameters, name: string): string | null => {
  const value = parameters[name];
  return value === undefined || value === null ? null : String(value);
};

export const requiredText = (parameters: Parameters, name: string): string => {
  const value = optionalText(parameters, name);
  if (value === null || value === '') {
    throw new LabError('MissingParameter', `The request must contain the parameter ${name}`);
  }
  return value;
};

export const textList = (parameters: Parameters, name: string): readonly string[] => {
  const value = parameters[name];
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
};

export const recordList = (parameters: Parameters, name: string): readonly Parameters[] => {
  const value = parameters[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
};

export const flag = (parameters: Parameters, name: string): boolean => String(parameters[name]) === 'true';
