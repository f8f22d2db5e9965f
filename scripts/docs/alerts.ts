import { RULE_CATALOGUE } from '../../shared/alerts/catalogue.ts';
import { SHARE_OF_ONE_CAUSE, SUBNETS_OF_ONE_CAUSE } from '../../shared/alerts/causes.ts';
import { CLEAR_BEYOND } from '../../shared/model/forecast/exhaustion-levels.ts';
import { DEFAULT_POLICY } from '../../shared/config/default-policy.ts';
import type { RuleName, RulePolicies, Threshold } from '../../shared/model/alert/policy.ts';

/** The alert reference, from the catalogue of rules and the default policy. */
export const alertsPage = (): string => `# Alerts

Made from \`shared/alerts/catalogue.ts\` and \`shared/config/default-policy.ts\` by \`npm run docs\`.
[configuration.md](configuration.md) describes the settings of the rules.

An alert is the view of one rule on one subject over time. In every scan, a rule gives each subject a level or reports it as
unknown. An unknown subject changes nothing: its alert does not fire, resolve or repeat.

## Rules

| rule | about | warning | critical | for | clear for | repeat interval |
| --- | --- | --- | --- | --- | --- | --- |
${entries.map(summary).join('\n')}

${entries.map(([rule, { raises, unknown, meaning }]) => `### ${rule}\n\n${meaning}\n\n- Raised: ${raises}\n- Unknown: ${unknown}\n`).join('\n')}
## The life of an alert

1. **Pending.** The condition must last for the time of the rule (\`for\`). Each level has its own timer, so a supply between
   warning and critical still fires as a warning in time. An alert that clears before it fires sends no notification.
2. **Firing.** A notification is sent, and repeated after the repeat interval of the rule. It ends when the alert resolves or is
   acknowledged.
3. **Escalated, de-escalated.** A worse level must last, too. A level clears only with a margin. For thresholds it is
   \`clearMargin\`. A forecast clears when the expected time is ${CLEAR_BEYOND} times the lead time away, and earlier exhaustion unlikely.
   The alert must then stay clear for the time of the rule (\`clearFor\`). So a condition that comes and goes is one alert, not ten.
   Meanwhile nothing is repeated. Alerts of deleted subnets and of disabled rules end at once.
4. **Resolved.** All recipients of the alert get its end, with the changes.

## Suppression

- **A critical alert suppresses the warnings** of the same subnet about the same supply. An alert about addresses suppresses
  those about prefixes, too.
- **A VPC suppresses its subnets** if they are no worse. Surges are never suppressed.
- **Recipients matter.** A cause only suppresses notifications to recipients that are notified of the cause. A cause that is
  muted, or routed to others, suppresses nothing.
- **A mute** holds back all notifications that match: always, between two times, or in weekly hours. When it ends, alerts that
  still fire are sent, and so are the ends of alerts that were sent before.
- **An acknowledgement** (\`headroom acknowledge\`) stops repeated notifications at that level. An escalation ends it.

## Grouping

Each cause has one message. Several rules about one subnet share a message. If at least ${SUBNETS_OF_ONE_CAUSE} subnets and ${SHARE_OF_ONE_CAUSE * 100} % of a VPC raise the
same rule at once, they share one message about the VPC. An alert keeps the cause that it fired with, so all its notifications are
in the same thread.

## Routing

The first route that matches takes a message. If it has \`continue\`, later routes are evaluated as well. The default destination
takes all other messages. The end of an alert goes to all recipients of any of its levels. A de-escalation goes to the recipients of
the level that ends.
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
