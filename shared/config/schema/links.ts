import { withoutEndSlashes } from '../../model/base/text/end-slashes.ts';
import { LINK_TARGET } from './link-target.ts';
import { section, text } from './scalars.ts';

/** `links` of headroom.yml. */

/** See `LINK_TARGET`. */
const linkTarget = (words: string) =>
  text(words, LINK_TARGET).refine(
    (given) => given.length <= 500 && URL.canParse(given.replaceAll('{check}', 'check')),
    { error: words },
  );

export const linksSchema = section({
  portal: linkTarget('the address of an AWS access portal, such as https://example.awsapps.com/start')
    .transform(withoutEndSlashes)
    .optional()
    .describe(
      'The AWS access portal of IAM Identity Center: links to the AWS console go through it, and open the right account.',
    ),
  portalRole: text('the name of a permission set, such as ReadOnlyAccess', /^[\w+=,.@-]{1,32}$/)
    .optional()
    .describe('The permission set that these links use. Default: the portal lets people choose.'),
  page: linkTarget('the address of the live page, such as https://headroom.example.com')
    .transform(withoutEndSlashes)
    .optional()
    .describe(
      'Where people reach the live page of `headroom serve`: messages link to map and history there.',
    ),
  runbooks: linkTarget(
    'the address of the runbooks, such as https://wiki.example.com/headroom or https://wiki.example.com/{check}.md',
  )
    .optional()
    .describe(
      'Where docs/runbooks is published: messages link to the page of their check. Default: on the live page.',
    ),
});
