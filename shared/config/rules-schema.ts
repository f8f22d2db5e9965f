import type * as z from 'zod';
import type { RuleName, RulePolicies } from '../model/alert/policy.ts';
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

const severity = oneOf(['warning', 'critical']).optional();

const supplyRule = section({
  ...common,
  warning: section({ below }).optional(),
  critical: section({ below }).optional(),
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
  warning: section({ within }).optional(),
  critical: section({ within }).optional(),
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

const fragmentedRule = section({ ...plain, minimumAvailable: wholeNumber(1, 65_536).optional() }).transform(
  (rule) =>
    given({
      ...life(rule),
      severity: rule.severity,
      minimumAvailable: rule.minimumAvailable,
    }),
);

const coverageRule = section({ ...plain, staleAfter: duration.optional() }).transform((rule) =>
  given({
    ...life(rule),
    severity: rule.severity,
    staleAfter: rule.staleAfter,
  }),
);

const findingsRule = section({ ...common, minimumSeverity: severity }).transform((rule) =>
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
  fragmented: fragmentedRule.optional(),
  'addresses-exhaustion': forecastRule.optional(),
  'prefixes-exhaustion': forecastRule.optional(),
  'addresses-surge': surgeRule.optional(),
  'prefixes-surge': surgeRule.optional(),
  findings: findingsRule.optional(),
  'scan-failed': plainRule.optional(),
  coverage: coverageRule.optional(),
  'delivery-failing': plainRule.optional(),
  'dead-letters': plainRule.optional(),
} satisfies Record<RuleName, unknown>);

/** As `PolicyOverride` has it. */
export type GivenRules = { readonly [Rule in RuleName]?: Partial<RulePolicies[Rule]> };
