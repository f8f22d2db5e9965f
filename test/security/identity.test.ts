import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupTransitions } from '../../shared/alerts/grouping.ts';
import { reduceAlert } from '../../shared/alerts/lifecycle.ts';
import { linksFor } from '../../shared/alerts/links.ts';
import { matches } from '../../shared/alerts/selectors.ts';
import { SUBNET_METRICS } from '../../shared/metrics/catalogue.ts';
import { PrometheusExporter } from '../../shared/metrics/prometheus-exporter.ts';
import type { Alert, Transition } from '../../shared/model/alert/alert.ts';
import type { AlertMessage } from '../../shared/model/alert/alert-message.ts';
import { CHECKS } from '../../shared/model/checks/checks.ts';
import { MONITOR_CHECKS } from '../../shared/model/checks/monitor/monitor-checks.ts';
import type { Subject } from '../../shared/model/result/finding.ts';
import { identityOf, idWithin, incidentOf, keyOf } from '../../shared/model/result/identity.ts';
import { writeAlertDocument } from '../../shared/notify/alert-document.ts';
import { postableAlerts } from '../../shared/notify/alertmanager.ts';
import { amazonQNotification } from '../../shared/notify/amazon-q.ts';
import { emailInput } from '../../shared/notify/email.ts';
import { eventsOf } from '../../shared/notify/eventbridge.ts';
import { inertLine } from '../../shared/notify/inert-text.ts';
import { composeMessage } from '../../shared/notify/message-content.ts';
import { pagerDutyEvents } from '../../shared/notify/pagerduty.ts';
import { publishInput } from '../../shared/notify/sns-notifier.ts';
import { selectorsOf } from '../../shared/pipeline/mute-selectors.ts';
import { alertFromStored, storedAlert } from '../../shared/state/stored-alert.ts';
import { anAssessment, aSubnet } from '../fixtures/assessments.ts';
import { exampleMessage } from '../fixtures/messages/made-messages.ts';
import { anObservation, aSubnetSubject } from '../fixtures/observations.ts';
import { alertAfter, lastTransition } from '../fixtures/transitions.ts';
import { hostileText } from './hostile-text.ts';

interface Named {
  readonly accountId: string;
  readonly region: string;
  readonly check: string;
  readonly type: Subject['type'];
  readonly id: string;
}

/** What observations put before a subject: a supply, a kind, or a kind behind the settings of many. */
const CHECK_NAMES = [
  ...new Set(
    [...CHECKS, ...MONITOR_CHECKS].map(
      ({ kind, settings, supply }) => supply ?? (kind === settings ? kind : `${settings}/${kind}`),
    ),
  ),
];

const TYPES = [
  'subnet',
  'vpc',
  'cluster',
  'node-group',
  'interface',
  'load-balancer',
  'target',
  'monitor',
] as const satisfies readonly Subject['type'][];

const chosenToCollide = fc.constantFrom(
  'prod',
  'prod/blue',
  'prod/blue/green',
  'cluster/prod',
  'findings/upgrade-readiness/cluster/prod',
  '111111111111/eu-west-1/prod',
  'prod\u200B',
  'prod\u200D',
  'prod\u{E0001}',
  'prod ',
  ' prod',
  'prod\uD800',
  'prod\uD801',
  'prod\\u{200b}',
  'pr\u00F6d',
  'prod#1',
  'PROD',
  'x'.repeat(300),
  `${'x'.repeat(300)}y`,
);

const name = fc.oneof(chosenToCollide, hostileText);
const id = fc.oneof(
  name,
  fc.tuple(name, name).map(([cluster, group]) => idWithin(cluster, group)),
);

const named: fc.Arbitrary<Named> = fc.record({
  accountId: fc.constantFrom('111111111111', '222222222222'),
  region: fc.constantFrom('eu-west-1', 'eu-west-2'),
  check: fc.constantFrom(...CHECK_NAMES),
  type: fc.constantFrom(...TYPES),
  id,
});

const firingOf = ({ accountId, region, check, type, id: subjectId }: Named): Transition => {
  const subject = aSubnetSubject({ accountId, region, id: subjectId, type });
  const key = keyOf(check, subject);
  return { ...lastTransition(anObservation('critical', { subject })), key, id: `${key}#1` };
};

const inOneMessage = (transition: Transition): AlertMessage => {
  const [message] = groupTransitions([transition], { destinationsOf: () => [], links: { dashboard: null } });
  if (message === undefined) throw new Error('no message');
  return message;
};

/** Every output that names an alert, and what it calls it. */
const OUTPUTS: Readonly<Record<string, (transition: Transition) => unknown>> = {
  'the name that acknowledgements take': (transition) => identityOf(transition),
  'alert document: identity': (transition) =>
    JSON.parse(writeAlertDocument(inOneMessage(transition), '')).transitions[0].identity,
  'alert document: messageId': (transition) => inOneMessage(transition).messageId,
  'SNS FIFO: deduplication': (transition) =>
    publishInput(inOneMessage(transition), 'arn:aws:sns:eu-west-1:111111111111:alerts.fifo', 'document')
      .MessageDeduplicationId,
  'SNS attribute: messageId': (transition) =>
    publishInput(inOneMessage(transition), 'arn:aws:sns:eu-west-1:111111111111:alerts', 'document')
      .MessageAttributes?.['messageId']?.StringValue,
  'Alertmanager: labels': (transition) =>
    JSON.stringify(postableAlerts(inOneMessage(transition)).at(-1)?.labels),
  'EventBridge: identity': (transition) =>
    JSON.parse(
      eventsOf(inOneMessage(transition), 'arn:aws:events:eu-west-1:111111111111:event-bus/alerts')[0]
        ?.Detail ?? '',
    ).transitions[0].identity,
  'text of a message: key': (transition) => composeMessage(inOneMessage(transition)).entries[0]?.key,
};

/** What names the incident and not the alert: all that is said of one subject shares it. */
const SUBJECT_OUTPUTS: typeof OUTPUTS = {
  'thread of a message': (transition) => composeMessage(inOneMessage(transition)).threadId,
  'Amazon Q: threadId': (transition) =>
    amazonQNotification(composeMessage(inOneMessage(transition))).metadata.threadId,
  'SNS FIFO: group': (transition) =>
    publishInput(inOneMessage(transition), 'arn:aws:sns:eu-west-1:111111111111:alerts.fifo', 'document')
      .MessageGroupId,
  'SNS attribute: threadId': (transition) =>
    publishInput(inOneMessage(transition), 'arn:aws:sns:eu-west-1:111111111111:alerts', 'document')
      .MessageAttributes?.['threadId']?.StringValue,
  'e-mail: thread': (transition) =>
    JSON.stringify(
      emailInput(inOneMessage(transition), {
        from: 'a@example.com',
        to: ['b@example.com'],
      }).Content?.Simple?.Headers?.filter(({ Name }) => Name === 'References' || Name === 'In-Reply-To'),
    ),
  'PagerDuty: dedup_key': (transition) => pagerDutyEvents(inOneMessage(transition), 'key')[0]?.dedup_key,
  'PagerDuty: group': (transition) => pagerDutyEvents(inOneMessage(transition), 'key')[0]?.payload?.group,
};

/** Names that two different things share. */
const collisions = (
  all: readonly Named[],
  output: (transition: Transition) => unknown,
  what: (named: Named) => unknown = (each) => each,
): readonly unknown[] => {
  const known = new Map<unknown, string>();
  return all.flatMap((each) => {
    const is = output(firingOf(each));
    const thing = JSON.stringify(what(each));
    const before = known.get(is);
    known.set(is, thing);
    return before === undefined || before === thing ? [] : [is];
  });
};

const aboutSubject = ({ check: _check, ...subject }: Named): unknown => subject;

describe('identity', () => {
  test.each(Object.entries(OUTPUTS))('no two alerts of an organization share one: %s', (_name, output) => {
    fc.assert(
      fc.property(fc.array(named, { minLength: 2, maxLength: 60 }), (all) => {
        expect(collisions(all, output)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test.each(Object.entries(SUBJECT_OUTPUTS))(
    'no two subjects of an organization share one: %s',
    (_name, output) => {
      fc.assert(
        fc.property(fc.array(named, { minLength: 2, maxLength: 60 }), (all) => {
          expect(collisions(all, output, aboutSubject)).toEqual([]);
        }),
        { numRuns: 60 },
      );
    },
  );

  test.each([
    ['a key without account and Region', ({ key }: Transition) => key],
    ['a key as a line of text', (transition: Transition) => inertLine(identityOf(transition))],
    ['the first 255 characters', (transition: Transition) => identityOf(transition).slice(0, 255)],
  ])('planted violation: %s is found', (_name, output) => {
    expect(collisions(fc.sample(named, { numRuns: 20_000, seed: 1 }), output).length).toBeGreaterThan(0);
  });

  test('no check has the name of a type, and none begins like another', () => {
    for (const check of CHECK_NAMES) {
      for (const type of TYPES) {
        expect(CHECK_NAMES.filter((other) => other.startsWith(`${check}/${type}/`))).toEqual([]);
      }
    }
  });

  test('a group of a cluster with a slash in its name is none of the shorter cluster', () => {
    fc.assert(
      fc.property(name, name, name, name, (cluster, group, otherCluster, otherGroup) => {
        const same = cluster === otherCluster && group === otherGroup;
        expect(idWithin(cluster, group) === idWithin(otherCluster, otherGroup)).toBe(same);
      }),
    );
    expect(idWithin('prod/blue', 'green')).not.toBe(idWithin('prod', 'blue/green'));
    expect(idWithin('prod', 'blue')).toBe('prod/blue');
  });

  test('each alert that fires has a series of its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(named, { maxLength: 40, selector: (each) => JSON.stringify(each) }),
        async (all) => {
          const alerts = all.map((each) => {
            const { key, subject } = firingOf(each);
            return { ...alertAfter(anObservation('critical', { subject })), key };
          });
          const text = await new PrometheusExporter().render({
            figures: [],
            targets: [],
            staleAfter: null,
            runs: [],
            alerts,
          });
          expect(text.match(/^headroom_alert_firing\{/gm) ?? []).toHaveLength(all.length);
          for (const each of all)
            expect(text).toContain(`account_id="${each.accountId}",region="${each.region}"`);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('each subnet has series of its own in CloudWatch and Prometheus', async () => {
    const assessment = (each: Named) => {
      const subnet = aSubnet({ ...each, subnetId: each.id });
      return anAssessment({ subnets: [subnet] });
    };
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(named, {
          maxLength: 30,
          selector: ({ accountId, region, id: subnetId }) => JSON.stringify([accountId, region, subnetId]),
        }),
        async (all) => {
          const figures = all.map(assessment);
          const dimensions = figures.map(({ subnets: [subnet] }) =>
            subnet === undefined ? '' : JSON.stringify(SUBNET_METRICS.dimensions(subnet)),
          );
          expect(new Set(dimensions).size).toBe(all.length);
          const text = await new PrometheusExporter().render({
            figures,
            targets: [],
            staleAfter: null,
            runs: [],
            alerts: [],
          });
          expect(text.match(/^headroom_subnet_info\{/gm) ?? []).toHaveLength(all.length);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('receivers with deduplication of their own', () => {
  /** What each keeps open, by the name that it goes by. A resolve closes exactly what has its name. */
  const RECEIVERS: Readonly<
    Record<string, (message: AlertMessage) => readonly (readonly [name: string, opens: boolean])[]>
  > = {
    PagerDuty: (message) =>
      pagerDutyEvents(message, 'key').map(({ dedup_key, event_action }) => [
        dedup_key,
        event_action === 'trigger',
      ]),
    'a reader of the topic': (message) =>
      JSON.parse(writeAlertDocument(message, '')).transitions.map(
        (each: { readonly identity: string; readonly transition: string }) =>
          [each.identity, each.transition !== 'resolved'] as const,
      ),
  };

  test.each(Object.entries(RECEIVERS))(
    '%s: the end of one alert closes no other one, in whatever order they come',
    (receiver, read) => {
      // PagerDuty has an incident for each subject, and not for each alert.
      const thing = receiver === 'PagerDuty' ? aboutSubject : (each: Named): unknown => each;
      fc.assert(
        fc.property(
          fc.uniqueArray(named, {
            minLength: 2,
            maxLength: 20,
            selector: (each) => JSON.stringify(thing(each)),
          }),
          fc.array(fc.nat(19), { maxLength: 20 }),
          (all, ended) => {
            const open = new Set<string>();
            const receive = (transition: Transition): void => {
              for (const [is, opens] of read(inOneMessage(transition))) {
                if (opens) open.add(is);
                else open.delete(is);
              }
            };
            for (const each of all) receive(firingOf(each));
            const over = new Set(ended.filter((index) => index < all.length));
            for (const index of over) {
              const each = all[index];
              if (each !== undefined) receive({ ...firingOf(each), transition: 'resolved', severity: 'ok' });
            }
            expect(open.size).toBe(all.length - over.size);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  test('a FIFO topic drops what it gets twice, and nothing else: no other alert, and no later step', () => {
    const topic = 'arn:aws:sns:eu-west-1:111111111111:alerts.fifo';
    const sent = fc.record({ each: named, sequence: fc.integer({ min: 1, max: 3 }), repeats: fc.nat(2) });
    const step = ({ each, sequence }: { readonly each: Named; readonly sequence: number }): Transition => {
      const transition = firingOf(each);
      return { ...transition, id: `${transition.key}#${sequence}` };
    };
    fc.assert(
      fc.property(
        fc.uniqueArray(sent, {
          maxLength: 20,
          selector: ({ each, sequence }) => JSON.stringify([each, sequence]),
        }),
        (all) => {
          // Within five minutes the topic keeps every id that it has had.
          const had = new Set<string>();
          let delivered = 0;
          for (const one of all)
            for (let times = 0; times <= one.repeats; times += 1) {
              const { MessageDeduplicationId = '' } = publishInput(
                inOneMessage(step(one)),
                topic,
                'document',
              );
              expect(MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
              if (!had.has(MessageDeduplicationId)) delivered += 1;
              had.add(MessageDeduplicationId);
            }
          expect(delivered).toBe(all.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('Alertmanager: what stops to fire in one account leaves the series of all others as they are', async () => {
    const fires = (accountId: string, region: string) =>
      alertAfter(
        anObservation('critical', {
          subject: aSubnetSubject({ type: 'cluster', id: 'prod', accountId, region }),
        }),
      );
    const seriesOf = async (alerts: readonly Alert[]): Promise<ReadonlySet<string>> => {
      const text = await new PrometheusExporter().render({
        figures: [],
        targets: [],
        staleAfter: null,
        runs: [],
        alerts,
      });
      return new Set(text.split('\n').filter((line) => line.startsWith('headroom_alert_firing{')));
    };
    const all = [
      fires('111111111111', 'eu-west-1'),
      fires('111111111111', 'eu-west-2'),
      fires('222222222222', 'eu-west-1'),
    ];
    const [before, after] = [await seriesOf(all), await seriesOf(all.slice(1))];
    expect(before.size).toBe(3);
    expect(after.size).toBe(2);
    expect([...after].filter((series) => !before.has(series))).toEqual([]);
  });
});

describe('an alert that an earlier version stored', () => {
  const settings = { pendingFor: 0, clearFor: 0, repeatEvery: 0 };
  const firing = alertAfter(anObservation('warning'));
  const later = Date.parse('2026-01-02T00:00:00.000Z');

  test.each([
    ['its key alone', {}, firing.key],
    ['its account, Region and key', { identity: 2 }, `111111111111/eu-west-1/${firing.key}`],
  ])('is closed under %s, once', (_name, stored, oldKey) => {
    const old = alertFromStored({ ...JSON.parse(JSON.stringify(firing)), ...stored });
    const first = reduceAlert(old, anObservation('critical'), settings, later);
    const [escalated] = first.transitions;
    if (escalated === undefined || first.alert === null) throw new Error('it did not escalate');
    expect(
      pagerDutyEvents(exampleMessage([escalated]), 'key').map(({ event_action, dedup_key }) => [
        event_action,
        dedup_key,
      ]),
    ).toEqual([
      ['resolve', oldKey],
      ['trigger', incidentOf(escalated)],
    ]);
    const again = alertFromStored(JSON.parse(JSON.stringify(storedAlert(first.alert))));
    const ended = reduceAlert(again, anObservation('ok'), settings, later + 60_000);
    expect(ended.transitions[0]).toMatchObject({ transition: 'resolved' });
    expect(ended.transitions[0]).not.toHaveProperty('formerKey');
  });

  test('one of this version has no old key to close', () => {
    expect(alertFromStored(JSON.parse(JSON.stringify(storedAlert(firing))))).toEqual(
      JSON.parse(JSON.stringify(firing)),
    );
  });
});

test('a mute of one alert silences no other account, and no other Region', () => {
  fc.assert(
    fc.property(named, named, (one, other) => {
      const { subject, rule } = firingOf(one);
      const isMuted = selectorsOf([{ subject, rule }]).some((selector) =>
        matches(selector, {
          subject: firingOf(other).subject,
          rules: [firingOf(other).rule],
          severity: 'critical',
        }),
      );
      if (one.accountId !== other.accountId || one.region !== other.region) expect(isMuted).toBe(false);
    }),
  );
});

test('a mute of an alert silences that alert', () => {
  fc.assert(
    fc.property(named, (one) => {
      const { subject: given, rule } = firingOf(one);
      const subject = { ...given, subnetIds: [given.id] };
      expect(
        selectorsOf([{ subject, rule }]).some((selector) =>
          matches(selector, { subject, rules: [rule], severity: 'critical' }),
        ),
      ).toBe(true);
    }),
  );
});

test('clusters of one name in two accounts have two links to the console, each with its account', () => {
  const [one, other] = ['111111111111', '222222222222'].map((accountId) => {
    const subject = aSubnetSubject({ accountId, type: 'cluster', id: 'prod', clusterName: 'prod' });
    return lastTransition(anObservation('critical', { subject }));
  }) as [Transition, Transition];
  const labels = (...transitions: readonly Transition[]) =>
    linksFor(transitions, { dashboard: null }).map(({ label }) => label);
  expect(labels(one, other)).toEqual(['Cluster prod in 111111111111', 'Cluster prod in 222222222222']);
  expect(labels(one, one)).toEqual(['Cluster prod']);
});
