import type { SlackRequest } from './slack-interaction.ts';

/** What a request to a Function URL is read for (Lambda developer guide, payload format 2.0). */
export interface UrlRequest {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: { readonly http?: { readonly method?: string } };
}

/** The request as Slack sent it; `null`: it is no POST. Lambda may hand over the body in Base64; the signature is over the bytes before. */
export const slackRequestOf = ({
  headers = {},
  body = '',
  isBase64Encoded,
  requestContext,
}: UrlRequest): SlackRequest | null =>
  requestContext?.http?.method === 'POST'
    ? {
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        body: isBase64Encoded === true ? Buffer.from(body, 'base64').toString('utf8') : body,
      }
    : null;
