import * as z from 'zod/mini';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { WORD_FIELDS } from '../model/aws/word-fields.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { identityOf } from '../model/result/identity.ts';

/**
 * `headroom/alert@1`: an alert message as JSON, which is what machines get from a topic. Additive change only: readers
 * ignore what they do not know. `docs/schema/alert.schema.json` is made from the schema below.
 */

const severity = z.enum(['info', 'warning', 'critical']);
const alertSeverity = z.enum(['warning', 'critical']);
const level = z.enum(['ok', 'warning', 'critical']);
const text = z.string();
const nullableText = z.nullable(text);
const value = z.nullable(z.union([z.number(), text]));
const time = z.iso.datetime({ offset: true });
const word = (field: keyof typeof WORD_FIELDS) =>
  z.string().check(z.regex(WORD_FIELDS[field]?.pattern ?? /^/));
const accountId = word('accountId');
const region = word('region');
const vpcId = word('vpcId');
const subnetIds = z.array(word('subnetIds'));

const subject = z.object({
  type: z.enum(['subnet', 'vpc', 'cluster', 'node-group', 'interface', 'load-balancer', 'target', 'monitor']),
  id: text,
  name: nullableText,
  accountId,
  region,
  vpcId: z.nullable(vpcId),
  vpcName: z.exactOptional(text),
  clusterName: nullableText,
  subnetIds,
  cidrBlocks: z.exactOptional(z.array(word('cidrBlocks'))),
  tags: z.exactOptional(z.record(text, text)),
  clusterNames: z.exactOptional(z.array(text)),
  namespaces: z.exactOptional(z.array(text)),
});

const surge = z.object({
  raise: level,
  hold: level,
  lossPerHour: z.object({ fast: z.number(), slow: z.number() }),
  ordinaryLossPerHour: z.nullable(z.number()),
  exhaustionAt: nullableText,
  reason: text,
  basis: z.exactOptional(
    z.object({
      available: z.number(),
      lossPerHour: z.number(),
      ordinaryLossPerHour: z.nullable(z.number()),
      minutesToEmpty: z.nullable(z.number()),
    }),
  ),
});

const forecast = z.object({
  exhaustionAt: nullableText,
  earliest: nullableText,
  latest: nullableText,
  probabilityWithin: z.nullable(z.object({ '24h': z.number(), '72h': z.number(), '7d': z.number() })),
  method: text,
  reason: text,
  lossPerDay: z.exactOptional(z.nullable(z.number())),
  surge: z.exactOptional(z.nullable(surge)),
  basis: z.exactOptional(
    z.object({
      available: z.nullable(z.number()),
      dailyLow: z.nullable(z.number()),
      lossPerDay: z.nullable(z.number()),
      trendDays: z.nullable(z.number()),
    }),
  ),
});

const remedy = z.object({
  title: text,
  effect: text,
  afterwards: z.exactOptional(text),
  price: z.exactOptional(text),
  when: z.exactOptional(text),
  gains: z.exactOptional(z.object({ addresses: z.nullable(z.number()), prefixes: z.nullable(z.number()) })),
  ranges: z.exactOptional(z.array(text)),
  commands: z.array(text),
  preconditions: z.array(z.object({ text, holds: z.nullable(z.boolean()) })),
});

const finding = z.object({
  id: text,
  kind: text,
  summary: z.exactOptional(text),
  severity,
  subject,
  title: text,
  explanation: text,
  evidence: z.array(
    z.object({
      name: text,
      value,
      unit: z.exactOptional(text),
      estimate: z.exactOptional(z.boolean()),
      detail: z.exactOptional(z.boolean()),
    }),
  ),
  remedies: z.array(remedy),
  forecast: z.exactOptional(forecast),
  owners: z.exactOptional(
    z.array(z.object({ kind: text, name: nullableText, interfaces: z.number(), addresses: z.number() })),
  ),
  also: z.exactOptional(
    z.array(z.object({ kind: text, title: text, repeats: z.exactOptional(z.boolean()) })),
  ),
});

export const transition = z.object({
  id: text,
  key: text,
  /** The key with account and Region: names the alert in the whole organization. */
  identity: z.exactOptional(text),
  rule: text,
  subject,
  transition: z.enum(['firing', 'escalated', 'deescalated', 'repeated', 'resolved']),
  severity: level,
  previousSeverity: level,
  at: time,
  since: time,
  finding,
  changes: z.exactOptional(
    z.array(z.object({ name: text, unit: z.exactOptional(text), before: value, now: value })),
  ),
  isFirst: z.exactOptional(z.literal(true)),
  cause: z.exactOptional(text),
  announced: z.exactOptional(z.array(alertSeverity)),
  announcedRules: z.exactOptional(z.array(text)),
  announcedAt: z.exactOptional(z.array(time)),
  formerKey: z.exactOptional(text),
  clear: z.exactOptional(text),
  continuesAs: z.exactOptional(text),
  unmonitored: z.exactOptional(z.literal(true)),
});

const digest = z.object({
  title: text,
  level,
  sections: z.array(z.object({ heading: text, lines: z.array(text) })),
});

/** The document's shape, for reading it and for the published JSON Schema. */
export const alertDocumentSchema = z.object({
  schema: z.literal('headroom/alert@1'),
  messageId: text,
  threadId: text,
  /**
   * The worst level, and what the transitions have in common or between them: copies at the top for subscription filter
   * policies with the scope `MessageBody`, which reach no deeper than names.
   */
  severity: level,
  headline: text,
  transition: z.array(text),
  rule: z.array(text),
  accountId: z.array(accountId),
  region: z.array(region),
  vpcId: z.array(vpcId),
  subnetId: subnetIds,
  clusterName: z.array(text),
  transitions: z.array(transition),
  destinations: z.array(text),
  links: z.array(z.object({ label: text, url: text })),
  incidents: z.exactOptional(z.array(z.object({ id: text, level }))),
  omittedTransitions: z.exactOptional(z.number()),
  /** Of a digest, which is about no transition. */
  digest: z.exactOptional(digest),
});

/** What a message is about, flat: the values that routing and filters look at. */
export interface AlertFacets {
  readonly severity: 'ok' | 'warning' | 'critical';
  readonly transition: readonly string[];
  readonly rule: readonly string[];
  readonly accountId: readonly string[];
  readonly region: readonly string[];
  readonly vpcId: readonly string[];
  readonly subnetId: readonly string[];
  readonly clusterName: readonly string[];
}

/** The facets of a message: each value once, in the order of the transitions. */
export const facetsOf = ({ transitions }: AlertMessage): AlertFacets => {
  const distinct = (values: readonly (string | null)[]): readonly string[] =>
    [...new Set(values.filter((each) => each !== null && each !== ''))] as readonly string[];
  const levels = new Set(transitions.map((each) => each.severity));
  return {
    severity: levels.has('critical') ? 'critical' : levels.has('warning') ? 'warning' : 'ok',
    transition: distinct(transitions.map((each) => each.transition)),
    rule: distinct(transitions.map((each) => each.rule)),
    accountId: distinct(transitions.map((each) => each.subject.accountId)),
    region: distinct(transitions.map((each) => each.subject.region)),
    vpcId: distinct(transitions.map((each) => each.subject.vpcId)),
    subnetId: distinct(transitions.flatMap((each) => each.subject.subnetIds)),
    clusterName: distinct(
      transitions.flatMap(({ subject: { clusterName, clusterNames = [] } }) => [
        clusterName,
        ...clusterNames,
      ]),
    ),
  };
};

/**
 * The document as text: ASCII alone, every other character as a JSON escape. So no service on the way can fail on a
 * character that it, or XML, does not accept, whatever a tag contains.
 */
export const writeAlertDocument = (
  { quietThreads: _quietThreads, sentAt: _sentAt, ...message }: AlertMessage,
  headline: string,
): string =>
  JSON.stringify({
    schema: 'headroom/alert@1',
    headline,
    ...facetsOf(message),
    ...message,
    transitions: message.transitions.map((each) => ({ ...each, identity: identityOf(each) })),
  }).replace(/[^\x20-\x7E]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What to do about a message on the topic that cannot be read. */
export const UNREADABLE =
  'Publish only messages of Headroom to this topic (schema headroom/alert@1, docs/schema/alert.schema.json).';

/** @throws HeadroomError `alert-unreadable`, which names every field that is wrong. */
export const readAlertDocument = (document: unknown): AlertMessage => {
  const result = alertDocumentSchema.safeParse(document);
  if (!result.success) {
    throw new HeadroomError(
      'alert-unreadable',
      `The message is not a Headroom alert: ${result.error.issues.map(problemIn).join('; ')}`,
      UNREADABLE,
    );
  }
  const { messageId, threadId, transitions, destinations, links, incidents, omittedTransitions } =
    result.data;
  return {
    messageId,
    threadId,
    // Made again of the transition, so that a copy that says otherwise has no effect.
    transitions: transitions.map(({ identity: _identity, ...each }) => each),
    destinations,
    links,
    ...(incidents === undefined ? {} : { incidents }),
    ...(omittedTransitions === undefined ? {} : { omittedTransitions }),
    ...(result.data.digest === undefined ? {} : { digest: result.data.digest }),
  };
};

/** zod's small build has no sentences of its own. What was found is not shown: it may be anything. */
const problemIn = (issue: z.core.$ZodIssue): string => {
  const where = issue.path.length === 0 ? 'the document' : issue.path.join('.');
  if (issue.code === 'invalid_type') return `${where} must be of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `${where} must be ${issue.values.map(String).join(' or ')}`;
  return `${where} is not valid`;
};
