import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type * as z from 'zod';
import { DEFAULT_POLICY } from '../../shared/config/default-policy.ts';
import { defaultConfiguration } from '../../shared/config/headroom-yml.ts';
import { headroomSchema } from '../../shared/config/schema/headroom.ts';
import { rulesSchema } from '../../shared/config/schema/rules.ts';
import { alertSelector } from '../../shared/config/schema/selector.ts';
import { DEFAULT_ROLE_NAME } from '../../shared/config/schema/targets.ts';
import { environmentTables } from './environment.ts';

/** docs/configuration.md: every key of headroom.yml from its schema, and every variable of a deployment. */

const EXAMPLE_FILE = join(import.meta.dirname, '../../headroom.example.yml');

interface Key {
  readonly path: string;
  readonly type: string;
  readonly description: string;
}

type Schema = z.core.$ZodType;

/** The schema under `optional`, transforms and checks. A list that takes a single value stays as it is. */
const bare = (schema: Schema): Schema => {
  const { def } = schema._zod as unknown as {
    readonly def: Record<string, Schema> & { readonly type: string };
  };
  if (def.type === 'optional' && def['innerType'] !== undefined) return bare(def['innerType']);
  if (def.type !== 'pipe' || def['in'] === undefined) return schema;
  return def['in']._zod.def.type === 'transform' ? schema : bare(def['in']);
};

const parts = (schema: Schema) =>
  bare(schema)._zod.def as unknown as {
    readonly type: string;
    readonly shape?: Readonly<Record<string, Schema>>;
    readonly element?: Schema;
    readonly valueType?: Schema;
  };

/** The words of a schema for what it allows: its error on a value that it never allows. */
const typeOf = (schema: Schema): string =>
  (schema as z.ZodType).safeParse(() => {}).error?.issues[0]?.message ?? '';

const descriptionOf = (schema: Schema): string => (schema as z.ZodType).description ?? '';

/** Sections that have a table of their own, by the end of their path. */
const apartOf = (path: string): string | undefined => {
  if (path.endsWith('.match')) return 'a [selector](#selectors)';
  return /\brules$/.test(path) ? 'a mapping from [rules](#rules) to their settings' : undefined;
};

const keysOf = (schema: Schema, path: string): readonly Key[] => {
  const { type, shape, element, valueType } = parts(schema);
  if (type === 'object' && shape !== undefined)
    return Object.entries(shape).flatMap(([name, inner]) =>
      rowsOf(inner, path === '' ? name : `${path}.${name}`),
    );
  if (type === 'array' && element !== undefined) return keysOf(element, `${path}[]`);
  if (type === 'record' && valueType !== undefined && parts(valueType).type === 'object')
    return keysOf(valueType, `${path}.<name>`);
  return [];
};

const rowsOf = (schema: Schema, path: string): readonly Key[] => {
  const apart = apartOf(path);
  const row = { path, type: apart ?? typeOf(schema), description: descriptionOf(schema) };
  return apart === undefined ? [row, ...keysOf(schema, path)] : [row];
};

/** Values in the example at a path; `[]` and `<name>` stand for every entry. */
const valuesAt = (value: unknown, path: readonly string[]): readonly unknown[] => {
  const [first, ...rest] = path;
  if (first === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (first === '<name>') return Object.values(value).flatMap((entry) => valuesAt(entry, rest));
  if (first === '[]') return (value as readonly unknown[]).flatMap((entry) => valuesAt(entry, rest));
  const entry = (value as Readonly<Record<string, unknown>>)[first];
  return entry === undefined ? [] : valuesAt(entry, rest);
};

const steps = (path: string): readonly string[] => path.replaceAll('[]', '.[]').split('.');

/** Keys that headroom.example.yml cannot have, because it has their alternative. */
const OTHER_EXAMPLES: Readonly<Record<string, string>> = {
  'targets.accounts': '["111122223333", "444455556666"]',
  'metrics.budget.metrics': '500',
  'metrics.otlp': '{ endpoint: http://collector:4318/v1/metrics }',
  'metrics.otlp.headers': '{ authorization: { secret: headroom/otlp } }',
  'metrics.otlp.endpoint': 'http://collector:4318/v1/metrics',
  'metrics.otlp.temporality': 'cumulative',
  'metrics.otlp.headers.<name>.secret': 'headroom/otlp',
  'metrics.otlp.headers.<name>.parameter': '/headroom/otlp',
  'destinations.<name>.pagerduty.parameter': '/headroom/pagerduty',
  'destinations.<name>.slackApp.token.parameter': '/headroom/slack/bot-token',
  'destinations.<name>.slackApp.signingSecret.secret': 'headroom/slack/signing-secret',
  'destinations.<name>.teams.parameter': '/headroom/teams',
  'destinations.<name>.webhook.secret': 'headroom/tickets-url',
  'destinations.<name>.webhook.parameter': '/headroom/tickets-url',
  'destinations.<name>.webhook.signingSecret.parameter': '/headroom/tickets',
  'destinations.<name>.alertmanager.token.parameter': '/headroom/alertmanager',
};

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** A value in one line. Longer ones, whose keys have rows of their own, are not shown. */
const shown = (value: unknown): string => {
  const text = stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
  return text.length > LONGEST_EXAMPLE || text.includes('\n') ? '-' : code(text);
};
const LONGEST_EXAMPLE = 70;

const exampleOf = (path: string, example: unknown): string => {
  const [value] = valuesAt(example, steps(path));
  if (OTHER_EXAMPLES[path] !== undefined) return code(OTHER_EXAMPLES[path]);
  if (value === undefined) throw new Error(`headroom.example.yml has no example of ${path}`);
  return shown(value);
};

const defaults = (): Readonly<Record<string, string>> => {
  const { scan, metrics } = defaultConfiguration();
  return {
    'targets.roleName': DEFAULT_ROLE_NAME,
    'scan.concurrency': String(scan.concurrency),
    'scan.reading': scan.reading,
    'scan.quotaShare': `${100 * scan.quotaShare}%`,
    'metrics.sink': metrics.sink,
    'metrics.namespace': metrics.namespace,
    'metrics.compat': String(metrics.compat),
    'metrics.budget.monthlyDollars': String(metrics.monthlyDollars),
    'metrics.hot.below': `${100 * metrics.hot.belowFreeShare}%`,
    'metrics.hot.within': `${metrics.hot.withinHours / 24}d`,
    'alerts.mutes[].weekly.timeZone': 'UTC',
    'routes[].continue': 'false',
  };
};

const keyTable = (keys: readonly Key[], example: unknown): string => {
  const known = defaults();
  return [
    '| key | type | default | example | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...keys.map(({ path, type, description }) => {
      if (description === '') throw new Error(`${path} has no description in its schema`);
      const standard = known[path] === undefined ? '-' : code(known[path]);
      return `| \`${path}\` | ${type} | ${standard} | ${exampleOf(path, example)} | ${description} |`;
    }),
  ].join('\n');
};

/** Settings of rules, each once, with the rules that have it. */
const ruleTable = (): string => {
  const rules = Object.entries(parts(rulesSchema).shape ?? {});
  const settings = new Map<string, { key: Key; rules: string[] }>();
  for (const [rule, schema] of rules) {
    for (const key of keysOf(schema, '')) {
      if (key.type === 'a mapping') continue;
      const entry = settings.get(key.path) ?? { key, rules: [] };
      entry.rules.push(rule);
      settings.set(key.path, entry);
    }
  }
  return [
    '| setting | type | rules | meaning |',
    '| --- | --- | --- | --- |',
    ...[...settings.values()].map(
      ({ key, rules: having }) =>
        `| \`${key.path}\` | ${key.type} | ${having.length === rules.length ? 'all' : having.map(code).join(', ')} | ${key.description} |`,
    ),
  ].join('\n');
};

const SELECTORS = ['alerts.overrides[].match', 'alerts.mutes[].match', 'routes[].match'];

const selectorTable = (example: unknown): string =>
  [
    '| field | type | example | meaning |',
    '| --- | --- | --- | --- |',
    ...keysOf(alertSelector, '').map(({ path, type, description }) => {
      const [value] = SELECTORS.flatMap((selector) => valuesAt(example, steps(`${selector}.${path}`)));
      if (value === undefined) throw new Error(`headroom.example.yml has no selector with ${path}`);
      return `| \`${path}\` | ${type} | ${shown(value)} | ${description} |`;
    }),
  ].join('\n');

const span = (seconds: number): string => {
  if (seconds === 0) return '0s';
  const [unit, size] = (
    [
      ['d', 86_400],
      ['h', 3600],
      ['m', 60],
    ] as const
  ).find(([, each]) => seconds % each === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
};

/** The values of a rule as headroom.yml writes them, in the names of headroom.yml. */
const defaultsOfRule = (rule: object): string =>
  Object.entries(rule)
    .map(([name, value]) => {
      switch (name) {
        case 'pendingFor':
          return `for: ${span(value)}`;
        case 'repeatEvery':
          return `repeat: ${value === 0 ? 'never' : span(value)}`;
        case 'clearFor':
        case 'staleAfter':
          return `${name}: ${span(value)}`;
        case 'clearMargin':
          return `clearMargin: ${100 * value}%`;
        case 'warningWithin':
        case 'criticalWithin':
          return `${name.replace('Within', '')}.within: ${value === null ? 'off' : span(3600 * value)}`;
        case 'warning':
        case 'critical': {
          const { percent, count } = value ?? {};
          const limits = [percent === undefined ? [] : `${percent}%`, count ?? []].flat();
          return `${name}.below: ${value === null ? 'off' : `[${limits.join(', ')}]`}`;
        }
        default:
          return `${name}: ${value}`;
      }
    })
    .map(code)
    .join(', ');

export const configurationPage = (): string => {
  const example: unknown = parse(readFileSync(EXAMPLE_FILE, 'utf8'));
  return `# Configuration

Made by \`npm run docs\` from the schema of headroom.yml, the default policy and the parsers of the environment.

Every setting is optional. Headroom works without a headroom.yml. \`headroom config check\` prints the resulting settings, or all
problems with their lines. A complete example is
[headroom.example.yml](../headroom.example.yml). [The JSON Schema](schema/headroom-yml.schema.json) checks the file in an editor.

## Keys of headroom.yml

\`[]\` stands for an entry of a list, and \`<name>\` for a name of your choice.

${keyTable(keysOf(headroomSchema, ''), example)}

## Rules

[alerts.md](alerts.md) describes the rules. Write a setting under \`alerts.rules.<rule>\`, or under \`rules\` of an override.

${ruleTable()}

The defaults:

| rule | default |
| --- | --- |
${Object.entries(DEFAULT_POLICY.rules)
  .map(([rule, policy]) => `| \`${rule}\` | ${defaultsOfRule(policy)} |`)
  .join('\n')}

## Selectors

The \`match\` of an override, a mute or a route is a selector. All its fields must match; of a list, one value must match. Overrides
cannot use \`rule\` and \`severity\`.

${selectorTable(example)}

${environmentTables()}`;
};
