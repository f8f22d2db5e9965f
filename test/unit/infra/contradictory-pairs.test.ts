import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { type Deployment, deploymentProblems } from '../../../infra/lambda/deployment-problems.ts';
import { fitAlarm, scheduleSeconds } from '../../../infra/lambda/schedule.ts';
import { defaultConfiguration, parseConfiguration } from '../../../shared/config/headroom-yml.ts';
import { FAST_WINDOW_MINUTES } from '../../../shared/model/forecast/surge.ts';

/**
 * Every pair of settings that may contradict each other, found in the template itself. Each is moved to the last value that
 * fits and to the first that does not: a new queue or alarm is covered without a change here.
 */

const ROOT = join(import.meta.dirname, '../../..');

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

/** The fragments as YAML; CloudFormation's own tags are read as plain values. */
const read = (path: string): Record<string, unknown> =>
  parseDocument(readFileSync(join(ROOT, path), 'utf8'), { logLevel: 'silent' }).toJS() as Record<
    string,
    unknown
  >;

const resourcesOf = (): Resources => {
  const fragments = (read('serverless.yml')['resources'] as string[]).flatMap(
    (entry) => /^\$\{file\((.+\.yml)\)\}$/.exec(entry)?.[1] ?? [],
  );
  return Object.assign({}, ...fragments.map((path) => read(path)['Resources'] ?? {})) as Resources;
};

const defaults = (): Record<string, string> => {
  const { params } = read('serverless.yml') as { params: { default: Record<string, string> } };
  return params.default;
};

const problemsOf = (changes: Partial<Deployment> = {}): readonly string[] =>
  deploymentProblems({
    schedule: defaults()['schedule'] ?? '',
    slackParameter: defaults()['slackParameter'] ?? '',
    configuration: '# all defaults\n',
    policy: defaultConfiguration().alerts,
    resources: resourcesOf(),
    ...changes,
  });

const policyOf = (rules: string) => parseConfiguration(`alerts: { rules: { ${rules} } }`, 'test').alerts;

test('the template as it is contradicts itself nowhere', () => {
  expect(Object.keys(resourcesOf()).length).toBeGreaterThan(10);
  expect(problemsOf()).toEqual([]);
});

describe('retention against receives x visibility', () => {
  const queues = Object.entries(resourcesOf()).filter(
    ([, { Type, Properties }]) => Type === 'AWS::SQS::Queue' && 'RedrivePolicy' in Properties,
  );
  test('there is a queue with dead letters', () => expect(queues.length).toBeGreaterThan(0));

  test.each(queues)(
    '%s keeps a message longer than its receives take, and no shorter is deployed',
    (id, queue) => {
      const { VisibilityTimeout, RedrivePolicy } = queue.Properties as {
        VisibilityTimeout: number;
        RedrivePolicy: { maxReceiveCount: number };
      };
      const needed = VisibilityTimeout * RedrivePolicy.maxReceiveCount;
      const keeping = (seconds: number): readonly string[] => {
        const Properties = { ...queue.Properties, MessageRetentionPeriod: seconds };
        return problemsOf({ resources: { ...resourcesOf(), [id]: { ...queue, Properties } } });
      };
      expect(keeping(needed + 1)).toEqual([]);
      expect(keeping(needed)).toEqual([expect.stringContaining(`The queue ${id} drops a message`)]);
    },
  );
});

describe('the schedule against what depends on it', () => {
  const PACES = [1, 2, 5, 10, 15, 20, 30, 60].map(
    (minutes) => `rate(${minutes} minute${minutes === 1 ? '' : 's'})`,
  );

  test.each(PACES)('%s: exactly the contradictions that there are', (schedule) => {
    const seconds = scheduleSeconds(schedule) ?? Number.NaN;
    const resources = resourcesOf();
    fitAlarm(resources['NothingScannedAlarm'], schedule);
    const { staleAfter } = defaultConfiguration().alerts.rules.coverage;
    const expected = [
      ...(staleAfter < 2 * seconds ? ['staleAfter'] : []),
      ...(seconds > (FAST_WINDOW_MINUTES * 60) / 2 ? ['A surge is looked for'] : []),
    ];
    expect(problemsOf({ schedule, resources })).toEqual(
      expected.map((part) => expect.stringContaining(part)),
    );
  });

  test.each(PACES)('%s: the alarm nothing-scanned sees three scans, and a new one is quiet', (schedule) => {
    const resources = resourcesOf();
    fitAlarm(resources['NothingScannedAlarm'], schedule);
    const { Period, EvaluationPeriods, TreatMissingData } =
      resources['NothingScannedAlarm']?.Properties ?? {};
    expect(Number(Period) * Number(EvaluationPeriods)).toBeGreaterThanOrEqual(
      3 * (scheduleSeconds(schedule) ?? 0),
    );
    // `breaching` would fire before the first scan, `notBreaching` never; from `missing` it tells of the loss of all data.
    expect(TreatMissingData).toBe('missing');
    expect(resources['NothingScannedAlarm']?.Properties).toHaveProperty('InsufficientDataActions');
  });

  test('staleAfter that a pace needs is enough, and a second less is not', () => {
    const off = 'addresses-surge: { enabled: false }, prefixes-surge: { enabled: false }';
    const resources = resourcesOf();
    fitAlarm(resources['NothingScannedAlarm'], 'rate(1 hour)');
    const at = (staleAfter: string) =>
      problemsOf({
        schedule: 'rate(1 hour)',
        resources,
        policy: policyOf(`${off}, coverage: { staleAfter: ${staleAfter} }`),
      });
    expect(at('120m')).toEqual([]);
    expect(at('119m')).toEqual([expect.stringContaining('alerts.rules.coverage.staleAfter')]);
  });
});

describe('names against the longest that AWS takes', () => {
  const named = Object.entries(resourcesOf()).flatMap(([id, { Type, Properties }]) => {
    const property = ['RoleName', 'QueueName', 'TopicName', 'TableName'].find((name) => name in Properties);
    return property === undefined ? [] : [[id, Type, property] as const];
  });
  const LONGEST: Readonly<Record<string, number>> = {
    RoleName: 64,
    QueueName: 80,
    TopicName: 256,
    TableName: 255,
  };

  test('roles, queues, the topic and the table have names', () => {
    expect(new Set(named.map(([, , property]) => property))).toEqual(
      new Set(['RoleName', 'QueueName', 'TopicName', 'TableName']),
    );
  });

  test.each(named)(
    '%s (%s): the longest %s is deployed, and one letter more is not',
    (id, Type, property) => {
      const withName = (length: number): readonly string[] => {
        const resources = resourcesOf();
        const Properties = { ...resources[id]?.Properties, [property]: 'n'.repeat(length) };
        return problemsOf({ resources: { ...resources, [id]: { Type, Properties } } });
      };
      const longest = LONGEST[property] ?? 0;
      expect(withName(longest)).toEqual([]);
      expect(withName(longest + 1)).toEqual([expect.stringContaining(`AWS takes ${longest}`)]);
    },
  );
});

describe('values that are wrong by themselves', () => {
  test.each<[string, Partial<Deployment>, string]>([
    ['a Slack parameter without a slash', { slackParameter: 'headroom' }, 'with a slash in front'],
    ['a schedule without a pace', { schedule: 'at(2027-01-01T00:00:00)' }, 'no pace'],
  ])('%s is refused', (_, changes, sentence) => {
    expect(problemsOf(changes)).toEqual([expect.stringContaining(sentence)]);
  });
});
