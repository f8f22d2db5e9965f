import { withoutEndSlashes } from '../../shared/model/base/text/end-slashes.ts';
import { UsageError } from '../base/command-line.ts';

/**
 * The address under which people reach the live page, without a slash at its end.
 *
 * @throws UsageError where it is none that a link can have
 */
export const publicUrl = (given: string): string => {
  const url = URL.parse(given);
  const isPlain =
    url !== null &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (!isPlain)
    throw new UsageError(
      `--public-url ${given} is not an address of a page.`,
      'Give it with its scheme and without user, query and fragment, such as https://headroom.example.com.',
    );
  return withoutEndSlashes(url.href);
};

/** The names that requests may have, with that of the public address where only named hosts are answered. */
export const hostsWith = (
  url: string | undefined,
  hosts: readonly string[],
  isLocal: boolean,
): readonly string[] =>
  url === undefined || (hosts.length === 0 && !isLocal) ? hosts : [...hosts, new URL(url).hostname];
