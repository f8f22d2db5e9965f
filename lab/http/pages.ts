import { LabError } from './lab-error.ts';
import { optionalText, type Parameters } from './parameters.ts';

/** Anything with a length and an index, so that an estate of any size need not hold its records. */
export interface Sequence<T> {
  readonly length: number;
  at(index: number): T | undefined;
}

export interface PageLimits {
  /** Name of the parameter: `MaxResults`, `MaxRecords`, ... */
  readonly parameter: string;
  readonly token: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly otherwise: number;
}

/** EC2's usual page: 5 to 1,000 (EC2 API reference, DescribeNetworkInterfaces and others). */
export const EC2_PAGE: PageLimits = {
  parameter: 'MaxResults',
  token: 'NextToken',
  minimum: 5,
  maximum: 1000,
  otherwise: 1000,
};

export interface Page<T> {
  /** The page's records as they are to be written, made one by one while they are being read. */
  map<R>(make: (record: T) => R): Iterable<R>;
  /** Known once the records have been read to the end. */
  readonly nextToken: () => string | null;
}

/** Tokens are opaque to callers, as AWS's are: the action they belong to, and where to go on. */
export const pageToken = (action: string, offset: number): string =>
  Buffer.from(`${action}/${offset}`).toString('base64url');

const offsetOf = (token: string, action: string): number => {
  const [of, offset = ''] = Buffer.from(token, 'base64url').toString().split('/');
  if (of !== action || !/^\d+$/.test(offset)) {
    throw new LabError('InvalidNextToken', `The token '${token}' is invalid.`);
  }
  return Number(offset);
};

/** One page of what passes the filter, made while it is being read. */
export const pageOf = <T>(
  records: Sequence<T>,
  action: string,
  parameters: Parameters,
  limits: PageLimits,
  passes: (record: T) => boolean = () => true,
): Page<T> => {
  const wanted = optionalText(parameters, limits.parameter);
  const size = wanted === null ? limits.otherwise : Number(wanted);
  if (!Number.isInteger(size) || size < limits.minimum || size > limits.maximum) {
    throw new LabError(
      'InvalidParameterValue',
      `Value ( ${wanted} ) for parameter ${limits.parameter} is invalid. Expecting a value between ${limits.minimum} and ${limits.maximum}.`,
    );
  }
  const token = optionalText(parameters, limits.token);
  let index = token === null ? 0 : offsetOf(token, action);
  function* read(): Generator<T> {
    for (let given = 0; index < records.length && given < size; index += 1) {
      const record = records.at(index);
      if (record !== undefined && passes(record)) {
        given += 1;
        yield record;
      }
    }
    // What does not pass is skipped here, so that a last page carries no token.
    for (; index < records.length; index += 1) {
      const record = records.at(index);
      if (record !== undefined && passes(record)) break;
    }
  }
  function* map<R>(make: (record: T) => R): Generator<R> {
    for (const record of read()) yield make(record);
  }
  return { map, nextToken: () => (index < records.length ? pageToken(action, index) : null) };
};
