import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openingLines } from '../../lab/demo/opening.ts';
import { runStory, type Story } from '../../lab/demo/story.ts';
import { verdictOf } from '../../lab/demo/verdict.ts';
import type { Transition } from '../../shared/model/alert/alert.ts';
import { hasChanged } from '../../shared/model/result/finding.ts';
import { examplesText, storyExamples } from '../fixtures/messages/lab-messages.ts';

const STORY_TAKES = 600_000;

/** What one recipient may get in a fortnight: it was 102 messages before all checks of a supply made one alert. */
const MOST_MESSAGES = 45;

/**
 * The demo takes less than a minute: 806 scans with 28,097 requests took 27 s of processor time in the thread of the scans, and 8 s in
 * the thread of the simulated AWS. Seconds depend on the machine, so the work is counted here.
 */
const MOST_REQUESTS = 28_200;
const MOST_SCANS = 820;

let story: Story;
beforeAll(async () => {
  story = await runStory({ onTime: () => {}, onTransitions: () => {} });
}, STORY_TAKES);

const sent = (): readonly Transition[] => story.messages.flatMap(({ message }) => message.transitions);

const FILE = join(import.meta.dirname, '../fixtures/messages/demo-examples.json');

describe('in the fortnight of the demo', () => {
  test('the work is what takes less than a minute', () => {
    expect(story.scans).toBeLessThanOrEqual(MOST_SCANS);
    expect(story.requests).toBeLessThanOrEqual(MOST_REQUESTS);
  });

  test('the opening lines give the figures of the run', () => {
    const verdict = verdictOf(story);
    const [hidden, record, help] = openingLines(story);
    const [worst] = story.before
      .flatMap(({ subnets }) => subnets)
      .filter(({ usesPrefixes, prefixes }) => usesPrefixes === true && prefixes?.free === 0)
      .toSorted((a, b) => (b.available ?? 0) - (a.available ?? 0));
    expect(hidden).toContain(`${worst?.name} has ${worst?.available} free addresses`);
    expect(record).toContain(`of ${verdict.shortages.length} shortages announced`);
    expect(record).toContain(`${verdict.notCome.length} warning`);
    expect(help).toMatch(
      /^Each alert says who holds the addresses \(.+\), and what to do, with the commands: /,
    );
  });

  test('the example messages of the demo are what is sent', async () => {
    await expect(examplesText(storyExamples(story))).toMatchFileSnapshot(FILE);
  });

  test(`at most ${MOST_MESSAGES} messages are sent, and some are`, () => {
    expect(story.messages.length).toBeGreaterThan(10);
    expect(story.messages.length).toBeLessThanOrEqual(MOST_MESSAGES);
  });

  test('no message repeats what has not changed', () => {
    const unchanged = [...Map.groupBy(sent(), ({ key }) => key).values()].flatMap((steps) =>
      steps.filter((step, index) => {
        const before = steps[index - 1];
        return (
          before !== undefined &&
          step.severity === before.severity &&
          step.severity !== 'ok' &&
          !hasChanged(before.finding, step.finding)
        );
      }),
    );
    expect(unchanged.map(({ id, finding }) => [id, finding.title])).toEqual([]);
  });

  test('an empty supply is exhausted, and never said to run out', () => {
    const empty = sent().filter(
      ({ severity, finding: { evidence } }) =>
        severity !== 'ok' &&
        ['available', 'freePrefixes'].includes(evidence[0]?.name ?? '') &&
        evidence[0]?.value === 0,
    );
    expect(empty.length).toBeGreaterThan(0);
    expect(new Set(empty.map(({ finding }) => finding.kind.replace(/^(addresses|prefixes)-/, '')))).toEqual(
      new Set(['exhausted']),
    );
    expect(empty.filter(({ finding }) => /run out/.test(`${finding.title} ${finding.explanation}`))).toEqual(
      [],
    );
  });

  test('every supply that ran out had an alert before, except where it was empty from the start', () => {
    const unannounced = story.exhaustions
      .filter(({ at }) => at > story.startsAt)
      .filter(({ subnetId, supply, at }) => {
        const first = sent().find(({ key }) => key === `${supply}/subnet/${subnetId}`);
        return first === undefined || Date.parse(first.at) > at;
      });
    expect(unannounced).toEqual([]);
  });
});
