import type * as z from 'zod';
import type { RuleName, RulePolicies } from '../../model/alert/policy.ts';
import { below, duration, oneOf, percent, repeat, section, wholeNumber, within, yesOrNo } from './scalars.ts';

/** The settings that were given, without those that were not. */
type Given<Settings> = { readonly [Key in keyof Settings]?: Exclude<Settings[Key], undefined> };

const given = <Settings extends object>(settings: Settings): Given<Settings> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Given<Settings>;

const common = {
  enabled: yesOrNo.optional().describe('Whether the rule is used.'),
  for: duration.optional().describe('How long the condition must last before the alert fires or escalates.'),
  clearFor: duration
    .optional()
    .describe('How long the condition must be clear before a firing alert resolves or eases.'),
  repeat: repeat.optional().describe('The repeat interval of a firing alert.'),
};

/** What every rule may set, under the names of `RuleLife`. */
const life = ({
  enabled,
  for: pendingFor,
  clearFor,
  repeat: repeatEvery,
}: z.output<z.ZodObject<typeof common>>) => ({
  enabled,
  pendingFor,
  clearFor,
  repeatEvery,
});

const severityNamed = (description: string) =>
  oneOf(['warning', 'critical']).optional().describe(description);
const severity = severityNamed('The severity of the alert.');

const belowLevel = (level: string) =>
  section({ below: below.describe(`Below this, the alert has the level ${level}.`) })
    .optional()
    .describe(`The threshold of the level ${level}.`);
const withinLevel = (level: string) =>
  section({
    within: within.describe(`If exhaustion is expected within this time, the alert has the level ${level}.`),
  })
    .optional()
    .describe(`The lead time of the level ${level}.`);

const supplyRule = section({
  ...common,
  warning: belowLevel('warning'),
  critical: belowLevel('critical'),
  clearMargin: percent
    .optional()
    .describe('How far above a threshold the supply must be before its level clears.'),
}).transform((rule) =>
  given({
    ...life(rule),
    warning: rule.warning?.below,
    critical: rule.critical?.below,
    clearMargin: rule.clearMargin === undefined ? undefined : rule.clearMargin / 100,
  }),
);

const forecastRule = section({
  ...common,
  warning: withinLevel('warning'),
  critical: withinLevel('critical'),
}).transform((rule) =>
  given({
    ...life(rule),
    warningWithin: rule.warning?.within,
    criticalWithin: rule.critical?.within,
  }),
);

const surgeRule = section(common).transform((rule) => given(life(rule)));

const plain = { ...common, severity };

const plainRule = section(plain).transform((rule) =>
  given({
    ...life(rule),
    severity: rule.severity,
  }),
);

const fragmentedRule = section({
  ...plain,
  minimumAvailable: wholeNumber(1, 65_536)
    .optional()
    .describe('The subnet must have at least this many free addresses.'),
}).transform((rule) =>
  given({
    ...life(rule),
    severity: rule.severity,
    minimumAvailable: rule.minimumAvailable,
  }),
);

const coverageRule = section({
  ...plain,
  staleAfter: duration
    .optional()
    .describe('A target counts as not scanned when its last scan is older than this.'),
}).transform((rule) =>
  given({
    ...life(rule),
    severity: rule.severity,
    staleAfter: rule.staleAfter,
  }),
);

const findingsRule = section({
  ...common,
  minimumSeverity: severityNamed('The lowest severity of findings that raise an alert.'),
}).transform((rule) =>
  given({
    ...life(rule),
    minimumSeverity: rule.minimumSeverity,
  }),
);

/** The settings of every rule, each of them as far as it was given. */
export const rulesSchema = section({
  'addresses-low': supplyRule.optional(),
  'prefixes-low': supplyRule.optional(),
  'vpc-addresses-low': supplyRule.optional(),
  'addresses-exhausted': plainRule.optional(),
  'prefixes-exhausted': plainRule.optional(),
  fragmented: fragmentedRule.optional(),
  fragmentation: fragmentedRule.optional().describe('Another name of `fragmented`: that of its check.'),
  'addresses-exhaustion': forecastRule.optional(),
  'prefixes-exhaustion': forecastRule.optional(),
  'addresses-surge': surgeRule.optional(),
  'prefixes-surge': surgeRule.optional(),
  findings: findingsRule.optional(),
  'scan-failed': plainRule.optional(),
  coverage: coverageRule.optional(),
  'delivery-failing': plainRule.optional(),
  'dead-letters': plainRule.optional(),
} satisfies Record<RuleName | 'fragmentation', unknown>);

/** The rules under their own names: what was given under both names of one comes together. */
export const rulesByName = ({ fragmentation, ...rules }: z.output<typeof rulesSchema>) =>
  fragmentation === undefined ? rules : { ...rules, fragmented: { ...fragmentation, ...rules.fragmented } };

/** As `PolicyOverride` has it. */
export type GivenRules = { readonly [Rule in RuleName]?: Partial<RulePolicies[Rule]> };
