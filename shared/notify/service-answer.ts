import type { HttpAnswer } from './http-delivery.ts';

/**
 * What an answer with a status of success says against itself: a login page or a proxy in the place of the receiver, or a
 * JSON object that reports a failure. `null`: nothing.
 */
export const denialIn = ({ text }: Pick<HttpAnswer, 'text'>): string | null => {
  if (/^<(?:!doctype|html|\?xml)/i.test(text)) return 'a page in the place of the receiver';
  const answer = jsonObject(text);
  if (answer === null) return null;
  const { ok, success, error, errors, status } = answer;
  if (ok === false || success === false) return 'an answer that reports a failure';
  if (typeof error === 'string' || (typeof error === 'object' && error !== null))
    return 'an answer with an error';
  if (Array.isArray(errors) && errors.length > 0) return 'an answer with errors';
  return typeof status === 'string' && /^(?:error|failed|failure)$/i.test(status)
    ? 'an answer that reports a failure'
    : null;
};

const jsonObject = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
};
