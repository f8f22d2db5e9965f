import { RULE_CATALOGUE } from '../../shared/alerts/catalogue.ts';
import { SHARE_OF_ONE_CAUSE, SUBNETS_OF_ONE_CAUSE } from '../../shared/alerts/causes.ts';
import { CLEAR_BEYOND } from '../../shared/alerts/rules/exhaustion.ts';
import { DEFAULT_POLICY } from '../../shared/config/default-policy.ts';
import type { RuleName, RulePolicies, Threshold } from '../../shared/model/alert/policy.ts';

/** The alert reference, from the catalogue of rules and the default policy. */
export const alertsPage = (): string => `# Alerts

Made from \`shared/alerts/catalogue.ts\` and \`shared/config/default-policy.ts\` by \`npm run docs\`. How to set what is said
here: \`headroom.example.yml\`.

An alert is one rule's view of one subject over time. A rule looks at every scan and says, of each subject, how bad it is,
or that it could not be measured. Unknown is neither good nor bad news: it never fires, never resolves and never repeats.

## Rules

| rule | about | warning | critical | must hold | must be clear | said again |
| --- | --- | --- | --- | --- | --- | --- |
${entries.map(summary).join('\n')}

${entries.map(([rule, { raises, unknown, meaning }]) => `### ${rule}\n\n${meaning}\n\n- Raised: ${raises}\n- Unknown: ${unknown}\n`).join('\n')}
## The life of an alert

1. **Pending.** The condition must hold for as long as the rule says. Each level waits for itself, so a supply that wavers between
   warning and critical still fires as a warning in time. What clears before that is never heard of.
2. **Firing.** People are told, and told again after the rule's repeat interval, until it resolves or somebody acknowledges it.
3. **Escalated, de-escalated.** A worse level waits as the first one did. A level clears only with a margin: for thresholds
   \`clearMargin\` above them, for forecasts when the expected time is ${CLEAR_BEYOND} times the lead time away and exhaustion within it unlikely.
   It must have been clear for as long as the rule says (\`clearFor\`), so that what comes and goes is one alert and not ten.
   Meanwhile nothing is repeated. What is gone - a deleted subnet, a rule that was switched off - ends at once. So would a
   larger subnet, but there is none: a subnet's range never grows, and what looks like new room is somebody's cleaning up,
   of which only time tells whether it lasts.
4. **Resolved.** Everybody who was told of it is told of its end, with what changed.

## What is kept from you

- **A critical alert silences the warnings** of the same subnet about the same supply; one about addresses silences those
  about prefixes, too.
- **A VPC silences its subnets**, as long as they are no worse. Surges are always heard.
- Nobody is left in the dark: a cause silences only what goes to people who hear of the cause. One that is muted, or that is
  routed to others, silences nothing.
- **A mute** keeps everything quiet that matches, for good, between two times, or in weekly hours. When it ends you hear of
  what is still wrong, and of the end of what you had heard of.
- **An acknowledgement** (\`headroom acknowledge\`) stops repeats at that level. An escalation ends it.

## What comes together

One message for each cause. Several rules about one subnet are one message. When at least ${SUBNETS_OF_ONE_CAUSE} subnets of a VPC, and at
least ${SHARE_OF_ONE_CAUSE * 100} % of them, raise the same rule at once, they are one message about the VPC. An alert keeps the cause it
fired with, so whatever is said of it later stands in the same thread.

## Where it goes

The first route that matches takes a message, and those after it as well if it says \`continue\`. What no route takes goes
to the default destination. Good news goes wherever the bad news went: an end to everybody who was told of any level, an easing to
those of the level that it leaves.
`;

const entries = Object.entries(RULE_CATALOGUE) as [RuleName, (typeof RULE_CATALOGUE)[RuleName]][];

const summary = ([rule, { about }]: (typeof entries)[number]): string => {
  const policy = DEFAULT_POLICY.rules[rule];
  const [warning, critical] = levels(policy);
  const again = policy.repeatEvery === 0 ? 'never' : `every ${time(policy.repeatEvery)}`;
  return `| [${rule}](#${rule}) | ${about} | ${warning} | ${critical} | ${time(policy.pendingFor)} | ${time(policy.clearFor)} | ${again} |`;
};

const levels = (policy: RulePolicies[RuleName]): readonly [string, string] => {
  if ('clearMargin' in policy) return [threshold(policy.warning), threshold(policy.critical)];
  if ('warningWithin' in policy) return [within(policy.warningWithin), within(policy.criticalWithin)];
  if ('minimumSeverity' in policy) return policy.minimumSeverity === 'warning' ? ['yes', 'yes'] : ['-', 'yes'];
  if (!('severity' in policy)) return ['yes', 'yes'];
  return policy.severity === 'warning' ? ['yes', '-'] : ['-', 'yes'];
};

const threshold = (given: Threshold | null): string => {
  if (given === null) return '-';
  const { percent, count } = given;
  const figures = [percent === undefined ? [] : `${percent} %`, count ?? []].flat();
  return `below ${figures.join(' or ')}`;
};

const within = (hours: number | null): string => (hours === null ? '-' : `within ${time(hours * 3600)}`);

/** In the largest unit that makes a whole number of it. */
const time = (seconds: number): string => {
  if (seconds === 0) return 'at once';
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const) {
    if (seconds % size === 0 && !(unit === 'd' && seconds === 86_400)) return `${seconds / size} ${unit}`;
  }
  return `${seconds} s`;
};
