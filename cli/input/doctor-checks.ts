import { CallMeter } from '../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../shared/aws/clients.ts';
import { httpEnvironment } from '../../shared/aws/network.ts';
import { probePermissions } from '../../shared/aws/permission-probe.ts';
import { secretAt } from '../../shared/aws/secrets.ts';
import type { Destination } from '../../shared/config/destinations-schema.ts';
import type { HeadroomConfiguration } from '../../shared/config/headroom-yml.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../../shared/model/base/errors.ts';
import { count } from '../../shared/model/base/text/numbers.ts';
import { targetName } from '../../shared/model/result/identity.ts';
import { probeSlackWebhook } from '../../shared/notify/slack-webhook.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';
import type { ScanOptions } from './scan-options.ts';
import { type StateOptions, withStateStore } from './state-store.ts';
import { type SelectedTargets, TargetSelector } from './target-selector.ts';

const ok = (check: string, subject: string, message: string): DoctorCheck => ({
  check,
  subject,
  status: 'ok',
  message,
  action: null,
});

const failed = (check: string, subject: string, { message, action }: Problem): DoctorCheck => ({
  check,
  subject,
  status: 'failed',
  message,
  action,
});

/** Runs one check; an error of ours is its answer. */
const tried = async (
  check: string,
  subject: string,
  work: () => Promise<DoctorCheck>,
): Promise<DoctorCheck> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return failed(check, subject, problemOf(error));
  }
};

/** The calls of a scan in one target, and the requests that AWS refused for its quota meanwhile. */
const checkTarget = async (target: Target, selected: SelectedTargets): Promise<readonly DoctorCheck[]> => {
  const subject = targetName(target);
  const role = selected.roleOf(target);
  const meter = new CallMeter();
  const clients = createTargetClients({ region: target.region, meter, role: role ?? undefined });
  try {
    const answers = await probePermissions(clients, target, role?.roleArn ?? null);
    const refused = answers.filter(({ problem }) => problem !== null);
    const through = role === null ? 'with your own credentials' : `through ${role.roleArn}`;
    const [first] = refused;
    // A role that cannot be assumed fails every call for one reason: it is said once.
    const isOneReason = refused.length === answers.length && answers.length > 0;
    const permissions =
      first === undefined
        ? [ok('permissions', subject, `All ${answers.length} calls of a scan are allowed ${through}.`)]
        : isOneReason && first.problem !== null
          ? [failed('role', subject, first.problem)]
          : refused.flatMap(({ action, problem }) =>
              problem === null ? [] : [failed(`permission ${action}`, subject, problem)],
            );
    const { throttles, calls } = meter.total();
    const quota =
      throttles === 0
        ? ok('quota', subject, `None of ${count(calls, 'request')} was throttled.`)
        : failed('quota', subject, {
            code: 'throttled',
            message: `AWS throttled ${count(throttles, 'request')} of ${calls}: something else uses up the quota of this account.`,
            action:
              'Find it in CloudTrail or in the usage metrics of EC2, or ask AWS for a higher request quota.',
          });
    return isOneReason ? permissions : [...permissions, quota];
  } finally {
    clients.destroy();
  }
};

/** What nothing but a message would show. */
const untried = (name: string, message: string): DoctorCheck => ({
  check: 'destination',
  subject: name,
  status: 'unknown',
  message,
  action: 'Look for the next alert there.',
});

const checkDestination = (
  name: string,
  destination: Destination,
  home: Target,
  now: () => number,
  signal: AbortSignal,
): Promise<DoctorCheck> =>
  tried('destination', name, async () => {
    switch (destination.kind) {
      case 'slack':
        await probeSlackWebhook(secretAt(destination.webhook, 'url', home, now), signal, httpEnvironment());
        return ok('destination', name, 'Slack knows the webhook. Nothing was posted.');
      case 'slack-app':
        await secretAt(destination.token, 'token', home, now).read(signal);
        await secretAt(destination.signingSecret, 'signingSecret', home, now).read(signal);
        return {
          check: 'destination',
          subject: name,
          status: 'unknown',
          message:
            'The bot token and the signing secret can be read. Only a post would show whether Slack takes them.',
          action: 'Invite the app to the channel, and look for the next alert there.',
        };
      case 'pagerduty':
        await secretAt(destination.routingKey, 'routingKey', home, now).read(signal);
        return {
          check: 'destination',
          subject: name,
          status: 'unknown',
          message: 'The routing key can be read. Only an event would show whether PagerDuty knows it.',
          action: 'Send a test event from the integration page of PagerDuty.',
        };
      case 'teams':
        await secretAt(destination.webhook, 'url', home, now).read(signal);
        return untried(name, 'The URL can be read. Only a post would show whether Teams knows it.');
      case 'webhook':
        if (typeof destination.url !== 'string')
          await secretAt(destination.url, 'url', home, now).read(signal);
        await secretAt(destination.signingSecret, 'signingSecret', home, now).read(signal);
        return untried(
          name,
          'The secrets can be read. Only a post would show whether the receiver takes it.',
        );
      case 'alertmanager':
        if (destination.token !== null) await secretAt(destination.token, 'token', home, now).read(signal);
        return untried(name, `Only an alert would show whether ${destination.urls.join(', ')} takes it.`);
      case 'event-bridge':
        return untried(name, `Only an event would show whether ${destination.busArn} takes it.`);
      case 'email':
        return untried(name, `Only an e-mail would show whether SES sends from ${destination.from}.`);
      case 'sns':
      case 'amazon-q':
        return {
          check: 'destination',
          subject: name,
          status: 'unknown',
          message: `Only a message would show whether ${destination.topicArn} can be published to.`,
          action: 'Publish a test message to the topic with `aws sns publish`.',
        };
    }
  });

export type DoctorOptions = Pick<
  ScanOptions,
  'region' | 'roleArn' | 'externalId' | 'allRegions' | 'organization'
> &
  Omit<StateOptions, 'region'>;

const checkStore = (options: DoctorOptions): Promise<DoctorCheck> => {
  const { state, table, region } = options;
  const subject = table ?? state ?? '';
  return tried('state', subject, async () => {
    const { targets } = await withStateStore(
      {
        ...(state === undefined ? {} : { state }),
        ...(table === undefined ? {} : { table }),
        ...(region?.[0] === undefined ? {} : { region: region[0] }),
      },
      async (store) => ({ targets: await store.assessments.targets() }),
      { readOnly: true },
    );
    return ok('state', subject, `It can be read, and holds scans of ${count(targets.length, 'target')}.`);
  });
};

/** Looks at everything that a scan and its alerts need. It reads little, writes nothing and sends nothing. */
export const runDoctor = async (
  options: DoctorOptions,
  configuration: HeadroomConfiguration,
  now: () => number,
  say: (text: string) => void,
): Promise<readonly DoctorCheck[]> => {
  const { signal } = new AbortController();
  const checks: DoctorCheck[] = [];
  const store = options.state !== undefined || options.table !== undefined ? [await checkStore(options)] : [];
  let selected: SelectedTargets;
  try {
    say('asking AWS for the account, the accounts to scan and their Regions');
    selected = await new TargetSelector().select({
      options,
      targets: configuration.targets,
      cache: createMemoryStateStore().cache,
      now: now(),
      signal,
    });
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return [failed('targets', 'selection', problemOf(error)), ...store];
  }
  const { home, resolved, isIdentified } = selected;
  const doubt = resolved.targets.find((target) => target.doubt !== undefined)?.doubt;
  if (isIdentified)
    checks.push(ok('credentials', targetName(home), `AWS knows them as those of account ${home.accountId}.`));
  else {
    const problem = doubt ?? resolved.unresolved[0]?.problem;
    checks.push(
      problem === undefined
        ? {
            check: 'credentials',
            subject: targetName(home),
            status: 'unknown',
            message: 'AWS did not tell the account of the credentials.',
            action: 'Run `aws sts get-caller-identity` with the same environment.',
          }
        : failed('credentials', targetName(home), problem),
    );
  }
  if (resolved.targets.length > 0)
    checks.push(
      ok(
        'targets',
        'selection',
        `${count(resolved.targets.length, 'account and Region', 'accounts and Regions')} would be scanned.`,
      ),
    );
  for (const { accountId, problem } of resolved.unresolved)
    if (isIdentified) checks.push(failed('account', accountId, problem));
  for (const [index, { accountId, region }] of resolved.targets.entries()) {
    const target = { accountId, region };
    if (selected.roleOf(target) === null && !isIdentified) continue;
    say(`trying the calls of a scan in ${targetName(target)} (${index + 1} of ${resolved.targets.length})`);
    checks.push(...(await checkTarget(target, selected)));
  }
  for (const [name, destination] of configuration.destinations) {
    say(`asking for the destination ${name}`);
    checks.push(await checkDestination(name, destination, home, now, signal));
  }
  return [...checks, ...store];
};
