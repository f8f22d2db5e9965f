import type { AlertSeverity, Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { identityOf, incidentOf } from '../model/result/identity.ts';
import { DeliveryError } from './delivery-error.ts';
import { defaultHttpEnvironment, type HttpAnswer, type HttpEnvironment, postJson } from './http-delivery.ts';
import { inertId, inertLine, truncate } from './inert-text.ts';
import { composeMessage, type MessageEntry } from './message-content.ts';
import type { Notifier } from './notifier.ts';
import type { Secret } from './secret-reader.ts';

/**
 * One alert of Alertmanager's API v2 (github.com/prometheus/alertmanager, api/v2/openapi.yaml, postableAlert). Its labels
 * name it: the labels of its end must be those of its beginning.
 */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** Alerts in one request: each has a few kilobytes. */
export const MAX_ALERTS = 100;

const LABEL_LIMIT = 256;
const ANNOTATION_LIMIT = 1_200;

/**
 * An alert without an end would be over after `resolve_timeout` (5 minutes by default), since Alertmanager expects its
 * clients to repeat what fires. This outlasts the repeats (milliseconds).
 */
const FIRES_FOR = 366 * 24 * 3_600_000;

const LEVELS: readonly AlertSeverity[] = ['warning', 'critical'];

/**
 * The alerts of a message. The severity is a label, since routes look at it: so a change of it ends one alert of
 * Alertmanager and begins another.
 */
export const postableAlerts = (message: AlertMessage): readonly PostableAlert[] => {
  const { entries, links } = composeMessage(message);
  const latest = new Map<string, MessageEntry>();
  const levels = new Map<string, Set<AlertSeverity>>();
  // Steps of one alert keep their order within a message.
  for (const transition of message.transitions) {
    const identity = identityOf(transition);
    const entry = entries.find((each) => each.transition === transition);
    if (entry !== undefined) latest.set(identity, entry);
    const known = levels.get(identity) ?? new Set();
    for (const level of [...(transition.announced ?? []), transition.previousSeverity, transition.severity])
      if (level !== 'ok') known.add(level);
    levels.set(identity, known);
  }
  return [...latest].flatMap(([identity, entry]) => {
    const { transition } = entry;
    const runbook = links.find(({ label }) => label === `Runbook ${transition.finding.kind}`);
    const page = links.find(({ label }) => !label.startsWith('Runbook '));
    const ended = LEVELS.filter(
      (level) => level !== transition.severity && levels.get(identity)?.has(level) === true,
    );
    const alert = (severity: AlertSeverity, endsAt: string): PostableAlert => ({
      labels: labelsOf(transition, severity),
      annotations: {
        ...annotationsOf(entry),
        ...(runbook === undefined ? {} : { runbook_url: runbook.url }),
      },
      // An end before its beginning is refused.
      startsAt: transition.since <= endsAt ? transition.since : endsAt,
      endsAt,
      ...(page === undefined ? {} : { generatorURL: page.url }),
    });
    return [
      ...ended.map((severity) => alert(severity, transition.at)),
      ...(transition.severity === 'ok'
        ? []
        : [alert(transition.severity, new Date(Date.parse(transition.at) + FIRES_FOR).toISOString())]),
    ];
  });
};

/** `addresses/subnet/subnet-0a` is the alert `HeadroomAddresses`: the check that leads may change, the key does not. */
const alertName = (key: string): string =>
  `Headroom${(key.split('/')[0] ?? '')
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
    .replace(/[^A-Za-z0-9]/g, '')}`;

const labelsOf = (transition: Transition, severity: AlertSeverity): Readonly<Record<string, string>> => {
  const { subject, key } = transition;
  const [subnetId] = subject.subnetIds;
  const labels = {
    alertname: alertName(key),
    severity,
    account_id: subject.accountId,
    region: subject.region,
    vpc_id: subject.vpcId,
    subnet_id: subject.type === 'subnet' ? (subnetId ?? subject.id) : null,
    cluster: subject.clusterName,
    alert: inertId(identityOf(transition)),
    incident: inertId(incidentOf(transition)),
  };
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) =>
      value === null || value === '' ? [] : [[name, truncate(inertLine(value), LABEL_LIMIT)]],
    ),
  );
};

const annotationsOf = (entry: MessageEntry): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({
      summary: entry.title,
      description: [entry.explanation, ...entry.outlook.map((sentence) => `${sentence}.`)].join(' '),
      rule: entry.rule,
      resource: entry.place[0]?.value ?? '',
      remedy: entry.remedy === null ? '' : `${entry.remedy.title}. ${entry.remedy.effect}`,
    })
      .filter(([, text]) => text !== '')
      .map(([name, text]) => [name, truncate(text, ANNOTATION_LIMIT)]),
  );

export interface AlertmanagerOptions {
  /** The base addresses of all members of a cluster: each gets every alert. */
  readonly urls: readonly string[];
  /** A bearer token; `null`: none is needed. */
  readonly token: Secret | null;
  readonly environment?: HttpEnvironment;
}

/**
 * Posts alerts to the API v2 of Alertmanager. One member of a cluster that takes them is enough, as for Prometheus.
 * `send` throws DeliveryError: `alertmanager-refused`, those of `postJson`, or what reading the token throws.
 */
export const createAlertmanagerNotifier = ({
  urls,
  token,
  environment = defaultHttpEnvironment,
}: AlertmanagerOptions): Notifier => ({
  send: async (message, signal) => {
    const alerts = postableAlerts(message);
    const bearer = token === null ? '' : await token.read(signal);
    const postAll = async (url: string): Promise<void> => {
      for (let from = 0; from < alerts.length; from += MAX_ALERTS) {
        const answer = await postJson(
          {
            service: 'Alertmanager',
            code: 'alertmanager',
            url: `${url.replace(/\/$/, '')}/api/v2/alerts`,
            body: JSON.stringify(alerts.slice(from, from + MAX_ALERTS)),
            secret: bearer,
            signal,
            ...(bearer === '' ? {} : { headers: { authorization: `Bearer ${bearer}` } }),
          },
          environment,
        );
        if (!isTaken(answer)) throw refusal(answer);
      }
    };
    const outcomes = await Promise.allSettled(urls.map(postAll));
    if (outcomes.some(({ status }) => status === 'fulfilled')) return;
    token?.forget();
    const reasons = outcomes.flatMap((outcome): unknown[] =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    );
    throw reasons.find((reason) => reason instanceof DeliveryError && !reason.permanent) ?? reasons[0];
  },
});

/** Alertmanager answers 200 without a body; a login page has one. */
const isTaken = ({ status, text }: HttpAnswer): boolean => status === 200 && text === '';

const refusal = ({ status, text }: HttpAnswer): DeliveryError =>
  new DeliveryError(
    'alertmanager-refused',
    `Alertmanager did not take the alerts: HTTP ${status}${text === '' ? '' : ` ${text.slice(0, 200)}`}`,
    status < 300
      ? 'Check that the URL is the one of Alertmanager, without /api/v2, and that no login page answers in its place.'
      : 'Check the URL, which is the one of Alertmanager without /api/v2, and the token.',
    { permanent: true, fault: status === 400 ? 'message' : 'destination' },
  );
