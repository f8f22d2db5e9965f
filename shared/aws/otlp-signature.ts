import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { OtlpRequest } from '../metrics/otlp-sink.ts';
import { clientSettings } from './client-settings.ts';

/** The name that CloudWatch's metrics endpoints are signed for. */
const SERVICE = 'monitoring';

/** The headers that sign a request to CloudWatch's OTLP endpoint with the credentials of this process (SigV4). */
export const signOtlp = async (
  { url, headers, body }: OtlpRequest,
  region: string,
): Promise<Readonly<Record<string, string>>> => {
  const { protocol, hostname, port, host, pathname } = new URL(url);
  const signer = new SignatureV4({
    service: SERVICE,
    region,
    credentials: clientSettings().credentials,
    sha256: Sha256,
  });
  const signed = await signer.sign(
    new HttpRequest({
      method: 'POST',
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: pathname,
      headers: { ...headers, host },
      body,
    }),
  );
  // `fetch` sets the host itself.
  const { host: _host, ...rest } = signed.headers;
  return rest;
};
