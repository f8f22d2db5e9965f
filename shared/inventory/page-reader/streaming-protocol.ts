import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import type {
  HandlerExecutionContext,
  HttpResponse,
  MetadataBearer,
  OperationSchema,
  SerdeFunctions,
} from '@smithy/types';
import type { Instance, NetworkInterface } from '../../model/aws/inventory.ts';
import { HAND_OVER, HandOver } from './hand-over.ts';
import { readInstancePage } from './instance-page.ts';
import { readInterfacePage } from './interface-page.ts';
import type { PageReader } from './page-element.ts';
import { TruncatedAnswerError } from './xml-reader.ts';

/** The two listings that grow with the account. */
const READERS: Readonly<Record<string, PageReader<NetworkInterface | Instance>>> = {
  DescribeNetworkInterfaces: readInterfacePage,
  DescribeInstances: readInstancePage,
};

/**
 * EC2's query protocol as the SDK speaks it, but for the two listings that grow with the account, which are read as a
 * stream: a page of 1,000 interfaces is 7 MB of XML, and the SDK takes it as one text, then as a tree, then as
 * objects. Requests, credentials, signing, retries, errors and all other operations remain the SDK's, and so do these
 * two for a command that was not prepared with `handingOver`.
 *
 * `deserializeResponse` of `AwsQueryProtocol` is what this leans on; `@aws-sdk/core` does not promise to keep it.
 * `test/contract/inventory/streaming-protocol.test.ts` holds every answer to the SDK's own and fails when it moves.
 */
export class StreamingEc2Protocol extends AwsEc2QueryProtocol {
  override async deserializeResponse<Output extends MetadataBearer>(
    operationSchema: OperationSchema,
    context: HandlerExecutionContext & SerdeFunctions,
    response: HttpResponse,
  ): Promise<Output> {
    const body: unknown = response.body;
    const read = READERS[operationName(operationSchema)];
    const handOver: unknown = Reflect.get(context, HAND_OVER);
    if (
      response.statusCode !== 200 ||
      read === undefined ||
      !(handOver instanceof HandOver) ||
      !isByteStream(body)
    )
      return super.deserializeResponse<Output>(operationSchema, context, response);

    const $metadata = this.deserializeMetadata(response);
    try {
      const NextToken = await read(body, (item) => handOver.take(item));
      handOver.streamed = true;
      return Object.assign({ $metadata }, { NextToken }) as unknown as Output;
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
