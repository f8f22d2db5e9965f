import { DeliveryError } from './delivery-error.ts';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * The address of a receiver that is kept as a secret. It is a credential, so it may leave only through TLS; a stand-in on
 * this machine may do without.
 *
 * @param what in errors: `Slack webhook`
 * @param code of the error
 * @throws DeliveryError with this code (permanent)
 */
export const receiverUrl = (value: string, what: string, code: string): string => {
  const url = URL.parse(value.trim());
  if (url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))))
    return url.href;
  throw new DeliveryError(
    code,
    `The secret for the ${what} does not hold an https:// URL`,
    'Store the URL in it, as plain text or as JSON with the key "url".',
    { permanent: true },
  );
};
