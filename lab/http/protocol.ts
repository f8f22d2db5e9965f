import type { IncomingHttpHeaders } from 'node:http';
import { LabError } from './lab-error.ts';
import { type Parameters, parseQueryParameters } from './parameters.ts';
import { escapeXml, isList, writeXml, type XmlRecord, type XmlValue } from './xml.ts';

/** A request as it came off the wire, its body already inflated. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Iterable<string>;
}

/** How one service's requests are read and its answers written. */
export interface Protocol {
  readonly speaks: (request: WireRequest) => boolean;
  readonly read: (request: WireRequest) => { readonly action: string; readonly parameters: Parameters };
  readonly answer: (action: string, record: XmlRecord, requestId: string) => WireAnswer;
  readonly failure: (error: LabError, requestId: string) => WireAnswer;
}

const isForm = ({ headers }: WireRequest): boolean =>
  (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');

const readForm = ({ body }: WireRequest): { action: string; parameters: Parameters } => {
  const parameters = parseQueryParameters(body);
  const action = parameters['Action'];
  if (typeof action !== 'string')
    throw new LabError('MissingAction', 'The request must contain the parameter Action');
  return { action, parameters };
};

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const xmlHeaders = (requestId: string): Record<string, string> => ({
  'content-type': 'text/xml;charset=UTF-8',
  'x-amzn-requestid': requestId,
});

function* ec2Body(
  action: string,
  namespace: string,
  record: XmlRecord,
  requestId: string,
): Generator<string> {
  yield `${DECLARATION}<${action}Response xmlns="${namespace}">\n    <requestId>${requestId}</requestId>\n`;
  yield* writeXml(record, 'item');
  yield `</${action}Response>`;
}

/** EC2's own query protocol: lists of `<item>`, and errors without an `ErrorResponse`. */
export const ec2Query = (namespace: string): Protocol => ({
  speaks: isForm,
  read: readForm,
  answer: (action, record, requestId) => ({
    status: 200,
    headers: xmlHeaders(requestId),
    body: ec2Body(action, namespace, record, requestId),
  }),
  failure: (error, requestId) => ({
    status: error.status,
    headers: xmlHeaders(requestId),
    body: [
      `${DECLARATION}<Response><Errors><Error><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error></Errors>`,
      `<RequestID>${requestId}</RequestID></Response>`,
    ],
  }),
});

function* queryBody(
  action: string,
  namespace: string,
  record: XmlRecord,
  requestId: string,
): Generator<string> {
  yield `<${action}Response xmlns="${namespace}">\n  <${action}Result>\n`;
  yield* writeXml(record, 'member');
  yield `  </${action}Result>\n  <ResponseMetadata>\n    <RequestId>${requestId}</RequestId>\n  </ResponseMetadata>\n</${action}Response>\n`;
}

/** The query protocol of STS, SNS, Auto Scaling and older CloudWatch clients: lists of `<member>`. */
export const awsQuery = (namespace: string): Protocol => ({
  speaks: isForm,
  read: readForm,
  answer: (action, record, requestId) => ({
    status: 200,
    headers: xmlHeaders(requestId),
    body: queryBody(action, namespace, record, requestId),
  }),
  failure: (error, requestId) => ({
    status: error.status,
    headers: xmlHeaders(requestId),
    body: [
      `<ErrorResponse xmlns="${namespace}">\n  <Error>\n    <Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type>\n`,
      `    <Code>${error.code}</Code>\n    <Message>${escapeXml(error.message)}</Message>\n  </Error>\n`,
      `  <RequestId>${requestId}</RequestId>\n</ErrorResponse>\n`,
    ],
  }),
});

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** JSON has its own way with moments: seconds since the epoch. */
const toJson = (given: XmlValue): Json => {
  const value = typeof given === 'function' ? given() : given;
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  if (value instanceof Date) return value.getTime() / 1000;
  if (isList(value)) return Array.from(value, (entry) => toJson(entry));
  return jsonRecord(value);
};

const jsonRecord = (record: XmlRecord): { [name: string]: Json } =>
  Object.fromEntries(
    Object.entries(record)
      .map(([name, value]) => [name, toJson(value)] as const)
      .filter(([, value]) => value !== null),
  );

const parseJson = (body: string): Parameters => {
  if (body === '') return {};
  try {
    return JSON.parse(body) as Parameters;
  } catch {
    throw new LabError('SerializationException', 'The body of the request is not JSON.');
  }
};

/** AWS JSON 1.0 and 1.1: the action is in `X-Amz-Target`. `queryCompatible` services also name the code that their query protocol had. */
export const awsJson = (
  version: '1.0' | '1.1',
  options: { readonly queryCompatible?: boolean } = {},
): Protocol => {
  const contentType = `application/x-amz-json-${version}`;
  return {
    speaks: ({ headers }) => headers['x-amz-target'] !== undefined,
    read: ({ headers, body }) => {
      const target = String(headers['x-amz-target'] ?? '');
      return { action: target.slice(target.lastIndexOf('.') + 1), parameters: parseJson(body) };
    },
    answer: (_action, record, requestId) => ({
      status: 200,
      headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
      body: [JSON.stringify(jsonRecord(record))],
    }),
    failure: (error, requestId) => ({
      status: error.status,
      headers: {
        'content-type': contentType,
        'x-amzn-requestid': requestId,
        ...(options.queryCompatible && {
          'x-amzn-query-error': `${error.code};${error.status < 500 ? 'Sender' : 'Receiver'}`,
        }),
      },
      body: [JSON.stringify({ __type: error.code, message: error.message })],
    }),
  };
};

/** A route of a REST service: what its path must look like, with `{name}` for what varies. */
export interface Route {
  readonly action: string;
  readonly method: string;
  readonly path: string;
}

/** REST JSON, as EKS speaks it: the action is in method and path, parameters are in the path and the query. */
export const restJson = (routes: readonly Route[]): Protocol => ({
  speaks: () => true,
  read: ({ method, path, query, body }) => {
    const given = path.split('/').filter((part) => part !== '');
    for (const route of routes) {
      const pattern = route.path.split('/').filter((part) => part !== '');
      const matches =
        route.method === method &&
        pattern.length === given.length &&
        pattern.every((part, index) => part.startsWith('{') || part === given[index]);
      if (!matches) continue;
      const inPath = pattern.flatMap((part, index) =>
        part.startsWith('{') ? [[part.slice(1, -1), decodeURIComponent(given[index] ?? '')] as const] : [],
      );
      return {
        action: route.action,
        parameters: { ...parseJson(body), ...Object.fromEntries(query), ...Object.fromEntries(inPath) },
      };
    }
    throw new LabError('UnknownOperationException', `The lab does not know ${method} ${path}.`, 404);
  },
  answer: (_action, record, requestId) => ({
    status: 200,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId },
    body: [JSON.stringify(jsonRecord(record))],
  }),
  failure: (error, requestId) => ({
    status: error.status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': error.code,
    },
    body: [JSON.stringify({ message: error.message })],
  }),
});
