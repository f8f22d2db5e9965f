import type { Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { compareLevel } from '../model/alert/most-urgent.ts';

/**
 * Makes a message small enough for its channel: first it takes off what a reader misses least, then it leaves out
 * transitions, the mildest first, and says in `omittedTransitions` how many.
 */
export const trimToFit = (
  message: AlertMessage,
  fits: (candidate: AlertMessage) => boolean,
): AlertMessage => {
  if (fits(message)) return message;
  for (const simplify of [firstRemedyOnly, headlineOnly]) {
    const candidate = { ...message, transitions: message.transitions.map(simplify) };
    if (fits(candidate)) return candidate;
  }
  return fewerTransitions({ ...message, transitions: message.transitions.map(headlineOnly) }, fits);
};

const firstRemedyOnly = (transition: Transition): Transition => ({
  ...transition,
  finding: { ...transition.finding, remedies: transition.finding.remedies.slice(0, 1) },
});

/** Texts come from scanned accounts and have no natural end. */
const SHORT = 300;
const short = (text: string): string =>
  text.length <= SHORT ? text : `${text.slice(0, SHORT - 3).toWellFormed()}...`;

const headlineOnly = (transition: Transition): Transition => {
  const { forecast, ...finding } = transition.finding;
  const {
    tags: _tags,
    cidrBlocks: _cidrBlocks,
    clusterNames: _clusterNames,
    namespaces: _namespaces,
    ...subject
  } = transition.subject;
  const bare = { ...subject, subnetIds: subject.subnetIds.slice(0, 20) };
  const { changes: _changes, ...rest } = transition;
  return {
    ...rest,
    subject: bare,
    finding: {
      id: finding.id,
      kind: finding.kind,
      ...(finding.summary === undefined ? {} : { summary: finding.summary }),
      severity: finding.severity,
      subject: bare,
      title: short(finding.title),
      explanation: short(finding.explanation),
      evidence: finding.evidence.slice(0, 3),
      remedies: [],
      ...(forecast === undefined ? {} : { forecast: { ...forecast, reason: short(forecast.reason) } }),
    },
  };
};

/** As many of the worst as fit, found by bisection: thousands of transitions take a dozen tries. */
const fewerTransitions = (
  message: AlertMessage,
  fits: (candidate: AlertMessage) => boolean,
): AlertMessage => {
  const worstFirst = message.transitions.toSorted(compareLevel);
  const already = message.omittedTransitions ?? 0;
  const withFirst = (count: number): AlertMessage => ({
    ...message,
    transitions: worstFirst.slice(0, count),
    omittedTransitions: already + worstFirst.length - count,
  });
  let enough = 1;
  let tooMany = worstFirst.length;
  while (tooMany - enough > 1) {
    const middle = Math.floor((enough + tooMany) / 2);
    if (fits(withFirst(middle))) enough = middle;
    else tooMany = middle;
  }
  return withFirst(enough);
};
