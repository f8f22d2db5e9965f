import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import type {
  HandlerExecutionContext,
  HttpResponse,
  MetadataBearer,
  OperationSchema,
  SerdeFunctions,
} from '@smithy/types';
import type { NetworkInterface } from '../../model/inventory.ts';
import { readInterfacePage } from './interface-page.ts';
import { TruncatedAnswerError } from './xml-reader.ts';

/** Where an answer to DescribeNetworkInterfaces carries our records instead of the SDK's `NetworkInterfaces`. */
export const INTERFACE_RECORDS: unique symbol = Symbol('headroom.interfaceRecords');

/** An answer to DescribeNetworkInterfaces, by whichever protocol the client speaks. */
export interface InterfaceAnswer {
  readonly [INTERFACE_RECORDS]?: readonly NetworkInterface[];
}

/**
 * EC2's query protocol as the SDK speaks it, but for the answers to DescribeNetworkInterfaces, which are read as a
 * stream: a page of 1,000 interfaces is 7 MB of XML, and the SDK takes it as one text, then as a tree, then as
 * objects. Requests, credentials, signing, retries, errors and the other operations remain the SDK's.
 *
 * `deserializeResponse` of `AwsQueryProtocol` is what this leans on; `@aws-sdk/core` does not promise to keep it.
 * `test/contract/inventory/interface-protocol.test.ts` holds every answer to the SDK's own and fails when it moves.
 */
export class DescribeInterfacesProtocol extends AwsEc2QueryProtocol {
  override async deserializeResponse<Output extends MetadataBearer>(
    operationSchema: OperationSchema,
    context: HandlerExecutionContext & SerdeFunctions,
    response: HttpResponse,
  ): Promise<Output> {
    const body: unknown = response.body;
    if (
      response.statusCode !== 200 ||
      operationName(operationSchema) !== 'DescribeNetworkInterfaces' ||
      !isByteStream(body)
    )
      return await super.deserializeResponse<Output>(operationSchema, context, response);

    const $metadata = this.deserializeMetadata(response);
    try {
      const { interfaces, nextToken } = await readInterfacePage(body);
      const answer: InterfaceAnswer & MetadataBearer = { [INTERFACE_RECORDS]: interfaces, $metadata };
      return Object.assign(answer, { NextToken: nextToken }) as unknown as Output;
    } catch (error) {
      // `$metadata` keeps the SDK from adding a hint to the message; `$retryable` tells its retries to try again.
      if (error instanceof Error) Object.assign(error, { $metadata });
      if (error instanceof TruncatedAnswerError) Object.assign(error, { $retryable: { throttling: false } });
      throw error;
    }
  }
}

const operationName = ({ name }: OperationSchema): string => name.slice(name.indexOf('#') + 1);

const isByteStream = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
