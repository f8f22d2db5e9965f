import { SHARE_OF_ONE_CAUSE, SUBNETS_OF_ONE_CAUSE } from '../../shared/alerts/causes.ts';
import { DEFAULT_POLICY } from '../../shared/config/default-policy.ts';
import type { RuleName, RulePolicies, Threshold } from '../../shared/model/alert/policy.ts';
import type { Check } from '../../shared/model/checks/check.ts';
import { CHECKS } from '../../shared/model/checks/checks.ts';
import { MONITOR_CHECKS } from '../../shared/model/checks/monitor/monitor-checks.ts';
import { CLEAR_BEYOND } from '../../shared/model/forecast/exhaustion-levels.ts';

type Described = Pick<Check, 'kind' | 'about' | 'settings'>;

const ALL: readonly Described[] = [...CHECKS, ...MONITOR_CHECKS];

/** The alert reference, from the checks and the default policy. */
export const alertsPage = (): string => `# Alerts

Made from \`shared/model/checks/\` and \`shared/config/default-policy.ts\` by \`npm run docs\`. How to change the settings:
\`headroom.example.yml\`.

An alert is what the [checks](findings.md) say of one subject over time. Each scan says how bad it is, or that it could not be
measured. Unknown is neither good nor bad: it never fires an alert, never resolves one and never repeats one.

## Rules

A rule has the settings of one check. The rule \`findings\` has those of all checks without a rule of their own. \`yes\` means that the
check itself decides on this level, and \`-\` that the rule never has it.

| rule | checks | about | warning | critical | for | clearFor | repeat interval |
| --- | --- | --- | --- | --- | --- | --- | --- |
${[...Map.groupBy(ALL, ({ settings }) => settings)].map(summary).join('\n')}

## One alert for each supply

A subnet has two supplies: single addresses, and prefixes (whole free blocks of 16). All checks of one supply make one alert.
Its level is the worst level that one of them has reached. Its message is about the first check at that level, in this
order: ${CHECKS.filter(({ supply }) => supply === 'prefixes')
  .map(({ kind }) => `\`${kind}\``)
  .join(', ')}. The message lists the other checks beneath it as "also".

When the first check changes, for example from "will run out" to "low" to "exhausted", the same alert goes on. It escalates instead of
resolving and firing again. It resolves when all of its checks are clear.

## The life of an alert

1. **Pending.** The condition must hold for as long as \`for\` says. Each check and each level has its own clock, so a supply that
   wavers between warning and critical still fires as a warning in time. A level that clears before that is never announced.
   A warning of what is only expected (\`*-exhaustion\`, \`*-surge\`) within 28 hours waits for up to 4 hours longer. If it becomes
   critical in that time, people get one message and not two. A critical level, and a fact such as few addresses left, never waits.
   With a fifth or less of the supply left, it does not wait for hours. When the wait ends, it is announced as critical if a critical
   alert would not clear, and it is still expected within 28 hours. A warning whose critical level will be confirmed within 10 minutes waits for it.
2. **Firing.** People are notified. They are notified again if the figures have changed since, until the alert resolves or is
   acknowledged. By default this happens on working days at 09:00 UTC, and only for critical alerts. The repeat interval must also have
   passed. A destination can have [other times](notifications.md#when-notifications-come); with \`repeat: by-rule\` the interval alone counts.
3. **Escalated, de-escalated.** A worse level waits as the first one did. A level clears only with a margin. For thresholds it is
   \`clearMargin\` above them. A forecast clears when the expected time is ${CLEAR_BEYOND} times the lead time away and earlier exhaustion is unlikely.
   The level must then stay clear for \`clearFor\`, so that a condition that comes and goes is one alert and not ten. Alerts of deleted
   subnets and of disabled rules end at once.
4. **Resolved.** Everyone who was notified of the alert is notified of its end, with what changed.

## Suppression

- **A critical alert about addresses** suppresses a warning about the prefixes of the same subnet.
- **An alert about a VPC** suppresses those of its subnets that are not more severe. Surges are always sent.
- An alert suppresses only what goes to people who receive that alert themselves. One that is muted, or that is routed to
  others, suppresses nothing.
- **A mute** suppresses everything that matches: permanently, between two times, or in weekly hours. When it ends, alerts that still
  fire are sent, and so are the ends of alerts that were sent before.
- **An acknowledgement** (\`headroom acknowledge\`) stops repeats at that level. An escalation ends it. A critical supply that
  becomes empty ends it, too: the alert is sent again as worse, wakes people, and needs a new acknowledgement.

## Grouping

There is one message for each cause. Both supplies of one subnet are one message. Many subnets of a VPC can have the same problem
at once: at least ${SUBNETS_OF_ONE_CAUSE}, and at least ${SHARE_OF_ONE_CAUSE * 100} % of them. Then there is one message about the VPC. An alert keeps the cause that it
fired with, so that all its messages are in the same thread.

## Routing

The first route that matches takes a message, and those after it as well if it has \`continue\`. A message that no route takes
goes to the default destination. A selector's \`rule\` may be the name of a rule, the kind of a finding, or another name of its check.
Everyone who was notified of any level of an alert is notified when it resolves. A de-escalation goes to those who were notified of
the level that ends. Routes apply as they are at that time: if a route has moved to another destination since, the new one gets the
end. An incident that is still open in the old one has to be resolved by hand.

## Alerts of earlier versions

Early versions had one alert for each rule and subnet. The first scan after an upgrade replaces them by alerts over all
checks of a supply, without a message. A PagerDuty incident that one of them opened has to be resolved by hand.
`;

const summary = ([rule, checks]: [RuleName, readonly Described[]]): string => {
  const policy = DEFAULT_POLICY.rules[rule];
  const [warning, critical] = levels(policy);
  const again = policy.repeatEvery === 0 ? 'never' : time(policy.repeatEvery);
  const kinds =
    checks.length > 1 ? 'all others' : checks.map(({ kind }) => `[${kind}](findings.md#${kind})`).join('');
  const about = checks.length > 1 ? 'each finding' : checks.map((check) => check.about).join('');
  return `| \`${rule}\` | ${kinds} | ${about} | ${warning} | ${critical} | ${time(policy.pendingFor)} | ${time(policy.clearFor)} | ${again} |`;
};

const levels = (policy: RulePolicies[RuleName]): readonly [string, string] => {
  if ('clearMargin' in policy) return [threshold(policy.warning), threshold(policy.critical)];
  if ('warningWithin' in policy) return [within(policy.warningWithin), within(policy.criticalWithin)];
  if ('minimumSeverity' in policy)
    return policy.minimumSeverity === 'warning' ? ['yes', 'yes'] : ['-', 'yes'];
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
