import { shortDuration } from '../../shared/model/base/text/durations.ts';
import { count, number } from '../../shared/model/base/text/numbers.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import { composeMessage } from '../../shared/notify/message-content.ts';
import type { Story } from './story.ts';
import { type Shortage, type Verdict, verdictOf } from './verdict.ts';

/** Free addresses that no node in prefix mode can use: the largest such number at the start of the story. */
const hiddenShortage = (before: readonly TargetAssessment[]): string => {
  const subnets = before.flatMap((assessment) => assessment.subnets);
  const [worst] = subnets
    .flatMap(({ name, subnetId, available, prefixes, usesPrefixes }) =>
      usesPrefixes === true && prefixes?.free === 0 && (available ?? 0) > 0
        ? [{ name: name ?? subnetId, available: available ?? 0 }]
        : [],
    )
    .toSorted((a, b) => b.available - a.available);
  if (worst !== undefined)
    return `${worst.name} has ${count(worst.available, 'free address', 'free addresses')}, and still no new node can start there: no whole block of 16 is left. AWS shows only the ${number(worst.available)}.`;
  const known = subnets.flatMap(({ available }) => available ?? []);
  return `${count(known.length, 'subnet')} of ${count(before.length, 'account')} had ${number(known.reduce((sum, each) => sum + each, 0))} free addresses on day 1.`;
};

const leadOf = ({ at, first }: Shortage): number =>
  first === undefined ? Number.NEGATIVE_INFINITY : at - Date.parse(first.at);

/** How many shortages were announced, the earliest of them, and how many warnings were wrong. */
const record = ({ shortages, notCome }: Verdict): string => {
  const wrong =
    notCome.length === 0
      ? 'No warning was wrong.'
      : `${count(notCome.length, 'warning was', 'warnings were')} of a shortage that did not come.`;
  const announced = shortages.filter(({ first }) => first !== undefined);
  const [earliest] = announced.toSorted((a, b) => leadOf(b) - leadOf(a));
  if (shortages.length === 0) return `Nothing ran out. ${wrong}`;
  if (earliest === undefined)
    return `None of ${count(shortages.length, 'shortage')} was announced before it came. ${wrong}`;
  return `${announced.length} of ${count(shortages.length, 'shortage')} announced before ${shortages.length === 1 ? 'it' : 'they'} came: ${earliest.name} ${shortDuration(leadOf(earliest))} earlier. ${wrong}`;
};

/** The first message about a shortage that is expected, or else the first about one that is there; `undefined`: there is none. */
export const messageToShow = ({ messages }: Pick<Story, 'messages'>): Story['messages'][number] | undefined =>
  ['exhaustion', 'surge', 'exhausted']
    .map((kind) =>
      messages.find(({ message }) => message.transitions.some(({ rule }) => rule.endsWith(`-${kind}`))),
    )
    .find((found) => found !== undefined) ?? messages[0];

/** Who holds the addresses and what to do, from a message that was sent. */
const help = (story: Story): string => {
  const shown = messageToShow(story);
  const [entry] = shown === undefined ? [] : composeMessage(shown.message).entries;
  if (entry === undefined) return 'No alert was sent.';
  const [owner] = entry.owners;
  const says = [
    ...(owner === undefined ? [] : [`who holds the addresses (${owner})`]),
    ...(entry.remedy === null ? [] : [`what to do, with the commands: ${entry.remedy.title}`]),
  ];
  return says.length === 0 ? `The first alert: ${entry.title}.` : `Each alert says ${says.join(', and ')}.`;
};

/** The three lines that come first: what AWS does not show, how early the alerts came, and what they say. */
export const openingLines = (story: Story): readonly [string, string, string] => [
  hiddenShortage(story.before),
  record(verdictOf(story)),
  help(story),
];
