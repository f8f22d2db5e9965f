import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * AWS and the Kubernetes API write an empty list, too. An answer without its list is not an answer to that question, and
 * "nothing there" would be an all-clear by blindness (docs/adr/0022). So `answeredList` and `listOf` read the list of an
 * answer, and nothing that sends a request puts an empty list in its place.
 */

const ROOT = join(import.meta.dirname, '../..');

/** What is within a record that was answered, or errs on the side of more alerts, by file and list. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // CloudFormation leaves both out of a stack that has none (API reference, Stack: not required).
  'cli/input/doctor-functions.ts': ['stack?.Parameters', 'stack?.Outputs'],
  // A rule without targets mutes nothing. Metrics and dimensions are parts of an alarm.
  'shared/aws/alarm-mute-rules.ts': [
    'MuteTargets?.AlarmNames',
    'alarm.Metrics',
    'MetricStat?.Metric',
    'Dimensions',
  ],
  // What SQS does not name as taken counts as refused.
  'shared/aws/target-queue.ts': ['Successful', 'Failed'],
  // What EventBridge does not name as taken counts as refused.
  'shared/notify/eventbridge.ts': ['Entries'],
  // A series without values in these hours.
  'shared/metrics/cloudwatch-history.ts': ['Timestamps', 'Values', 'Dimensions'],
  // Parts of a task or service. ECS leaves them out where there are none.
  'shared/clusters/stopped-tasks.ts': [
    'attachments',
    'containers',
    'details',
    'events',
    'networkConfiguration?.awsvpcConfiguration?.subnets',
  ],
  // Keys that are to be asked for again: the items are checked. An answer to a write holds nothing else.
  'shared/state/dynamo/dynamo-table.ts': ['unprocessed', 'answer.UnprocessedItems?.[this.#tableName]'],
};

const sendsRequests = (source: string): boolean =>
  [...source.matchAll(/import (?!type )\{([^}]*)\} from '@aws-sdk\/[^']+'/g)].some(([, names = '']) =>
    /(?:^|[\s,])(?:paginate[A-Z]\w*|[A-Z]\w*Command)(?:[\s,]|$)/.test(names),
  );

/** The lists of a source text for which an empty one stands in: `answer.Fleets ?? []`, or `{ Fleets = [] }`. */
const replacedLists = (source: string): readonly string[] => {
  if (!sendsRequests(source)) return [];
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$/gm, '');
  const fallbacks = [...code.matchAll(/([\w#.?[\]]*[\w#\]]) \?\? \[\]/g)].map(([, name = '']) =>
    name.replace(/^\./, ''),
  );
  const defaults = [...code.matchAll(/[{,]\s*(?:\w+: )?(\w+) = \[\](?=\s*[,}])/g)].map(
    ([, name = '']) => name,
  );
  return [...fallbacks, ...defaults];
};

/** Lists of Kubernetes are checked where the page is read; what is read past it is not. */
const uncheckedPages = (source: string): readonly string[] =>
  [...source.matchAll(/\[['"](?:items|rows)['"]\] \?\? \[\]|\.(?:items|rows) \?\? \[\]/g)].map(
    ([text]) => text,
  );

/** `items` of single records, such as identifiers, are fields: `flatMap(({ Id }) => Id ?? [])`. */
const isField = (source: string, name: string): boolean =>
  new RegExp(`\\{ ${name} \\}\\) => ${name} \\?\\? \\[\\]`).test(source);

const files = globSync('{shared,cli,functions}/**/*.ts', { cwd: ROOT });

test('no request takes an answer without its list for an empty one', () => {
  const found = files.flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    return [...replacedLists(source), ...uncheckedPages(source)]
      .filter((name) => !isField(source, name) && ALLOWED[file]?.includes(name) !== true)
      .map((name) => `${file}: ${name}`);
  });
  expect(found).toEqual([]);
});

test('every exception is still needed', () => {
  const needless = Object.entries(ALLOWED).flatMap(([file, names]) => {
    const found = replacedLists(readFileSync(join(ROOT, file), 'utf8'));
    return names.filter((name) => !found.includes(name)).map((name) => `${file}: ${name}`);
  });
  expect(needless).toEqual([]);
});

describe('a planted violation is found', () => {
  const IMPORT = "import { DescribeFleetsCommand, type EC2Client } from '@aws-sdk/client-ec2';\n";

  test.each([
    [`${IMPORT}return { items: answer.Fleets ?? [] };`, ['answer.Fleets']],
    [`${IMPORT}for (const each of (await client.send(command)).Fleets ?? []) take(each);`, ['Fleets']],
    [`${IMPORT}found.push(...(answer.Responses?.[name] ?? []));`, ['answer.Responses?.[name]']],
    [`${IMPORT}const { Fleets = [], NextToken } = await client.send(command);`, ['Fleets']],
    [`${IMPORT}const { NextToken, Fleets: fleets = [] } = answer;`, ['fleets']],
    [
      "import {\n  paginateListClusters,\n} from '@aws-sdk/client-eks';\nfor await (const { clusters = [] } of pages) names.push(...clusters);",
      ['clusters'],
    ],
    [`${IMPORT}const found: string[] = [];`, []],
    [`${IMPORT}// answer.Fleets ?? [] would be wrong`, []],
    [
      "import type { Vpc } from '@aws-sdk/client-ec2';\nconst ranges = vpc.CidrBlockAssociationSet ?? [];",
      [],
    ],
  ])('%j', (source, names) => {
    expect(replacedLists(source)).toEqual(names);
  });

  test('in a page of Kubernetes', () => {
    expect(uncheckedPages("list(content['items'] ?? [])")).toHaveLength(1);
    expect(uncheckedPages('for (const item of page.items ?? []) take(item);')).toHaveLength(1);
    expect(uncheckedPages("list(content['items'])")).toEqual([]);
  });
});
