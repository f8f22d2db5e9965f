import { closestMatch } from 'leven';
import * as z from 'zod';
import type { Selector } from '../../model/alert/policy.ts';
import { RULE_NAMES } from '../default-policy.ts';
import { type Contradiction, cidr, listOf, oneOf, section, text, together } from './scalars.ts';

const PATTERN_WORDS = 'with * and ? as wildcards';

const pattern = (what: string, form: RegExp) => text(`${what}, ${PATTERN_WORDS}`, form);
const patterns = (what: string, form: RegExp) =>
  listOf(pattern(what, form), `${what}, or a list of them, ${PATTERN_WORDS}`);

/** The values of tags have at most 256 characters (Amazon EC2, tag restrictions), their keys 128. */
const tags = z.record(
  z.string().min(1).max(128),
  text(`a tag's value as text, ${PATTERN_WORDS}`, /^[\s\S]{0,256}$/),
  { error: 'a mapping from tag keys to values' },
);

/** The forms of what a selector names, wildcards included. */
export const SELECTOR_FORMS = {
  account: /^[\d*?]{1,12}$/,
  region: /^[a-z0-9*?-]{1,32}$/,
  vpc: /^[\w*?-]{1,64}$/,
  subnet: /^[\s\S]{1,256}$/,
  cluster: /^[\w*?.-]{1,100}$/,
  namespace: /^[a-z0-9*?-]{1,63}$/,
} as const;

const fields = {
  account: patterns('an account id', SELECTOR_FORMS.account).optional().describe('The account.'),
  region: patterns('a Region', SELECTOR_FORMS.region).optional().describe('The Region.'),
  vpc: patterns('a VPC id', SELECTOR_FORMS.vpc).optional().describe('The VPC.'),
  subnet: patterns('a subnet id or name', SELECTOR_FORMS.subnet)
    .optional()
    .describe('The subnet, by ID or name.'),
  cidr: listOf(cidr, 'an IPv4 range, or a list of them')
    .optional()
    .describe('An IPv4 range that contains the subnet.'),
  cluster: patterns('a cluster name', SELECTOR_FORMS.cluster).optional().describe('The cluster.'),
  namespace: patterns('a Kubernetes namespace', SELECTOR_FORMS.namespace)
    .optional()
    .describe(
      'A namespace that holds a quarter of the addresses for pods or more, or whose pods wait. Needs `kubernetes`.',
    ),
  tags: tags.optional().describe('Tags of the subnet, all of them.'),
};

const withoutAbsent = (selector: Record<string, unknown>): Selector =>
  Object.fromEntries(Object.entries(selector).filter(([, value]) => value !== undefined));

/** For overrides: thresholds are looked up before there is a level, and for one rule at a time. */
export const subjectSelector = section(fields).transform(withoutAbsent);

/** More than a slip of the pen may be the kind of a finding, which a selector can name as well. */
const SLIP = 2;

const misspelt = (word: unknown): readonly Contradiction[] => {
  if (typeof word !== 'string' || /[*?]/.test(word) || (RULE_NAMES as readonly string[]).includes(word)) {
    return [];
  }
  const nearest = closestMatch(word, RULE_NAMES, { maxDistance: SLIP });
  return nearest === undefined
    ? []
    : [{ path: ['rule'], message: `names "${word}", which is not a rule. Did you mean "${nearest}"?` }];
};

/** For mutes and routes. */
export const alertSelector = together(
  section({
    ...fields,
    rule: patterns('a rule', /^[a-z*?-]{1,64}$/)
      .optional()
      .describe('The rule.'),
    severity: listOf(oneOf(['warning', 'critical']), 'warning, critical, or a list of both')
      .optional()
      .describe('The severity.'),
  }),
  ({ rule }) => (Array.isArray(rule) ? rule : [rule]).flatMap(misspelt),
).transform(withoutAbsent);
