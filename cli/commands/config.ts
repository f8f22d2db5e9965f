import type { HeadroomConfiguration } from '../../shared/config/headroom-yml.ts';
import type { RuleName } from '../../shared/model/alert/policy.ts';
import { largestOf } from '../../shared/model/base/extremes.ts';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { number, percent, quantity } from '../../shared/model/base/text/numbers.ts';
import type { AddCommand } from '../base/command-line.ts';
import { type Io, paint } from '../base/io.ts';
import { readConfiguration } from '../input/configuration.ts';
import { addDocumentOptions, checkDocumentFormat, type OutputFormat } from '../input/output-options.ts';
import { documentText } from '../output/document.ts';
import type { ConfigDocument } from '../output/listing-documents.ts';
import { renderTable } from '../output/table.ts';

interface Options {
  readonly format: OutputFormat;
}

/** `90`: `90s`, `600`: `10m`, `86400`: `24h`, `604800`: `7d`, as headroom.yml has them. */
const duration = (seconds: number): string => {
  if (seconds === 0) return 'at once';
  if (seconds > 86_400 && seconds % 86_400 === 0) return `${seconds / 86_400}d`;
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
};

/** A setting of a rule, as people would say it. */
const SETTINGS: Readonly<Record<string, (value: never) => string>> = {
  warning: (value: Readonly<Record<string, number>> | null) => `warning ${threshold(value)}`,
  critical: (value: Readonly<Record<string, number>> | null) => `critical ${threshold(value)}`,
  warningWithin: (hours: number | null) =>
    `warning ${hours === null ? 'off' : `within ${duration(hours * 3600)}`}`,
  criticalWithin: (hours: number | null) =>
    `critical ${hours === null ? 'off' : `within ${duration(hours * 3600)}`}`,
  severity: (severity: string) => severity,
  minimumSeverity: (severity: string) => `from ${severity} on`,
  minimumAvailable: (count: number) => `with at least ${count} addresses free`,
  staleAfter: (seconds: number) => `stale after ${duration(seconds)}`,
  clearMargin: (share: number) => `clears ${percent(share)} above`,
};

const threshold = (value: Readonly<Record<string, number>> | null): string => {
  if (value === null) return 'off';
  const { percent: share, count } = value;
  return `below ${[...(share === undefined ? [] : [quantity(share, 'percent')]), ...(count === undefined ? [] : [number(count)])].join(' or ')}`;
};

const settingsOf = (rule: object): string =>
  Object.entries(rule)
    .flatMap(([name, value]) => SETTINGS[name]?.(value as never) ?? [])
    .join(', ');

const accountsText = (accounts: HeadroomConfiguration['targets']['accounts']): string => {
  switch (accounts.from) {
    case 'self':
      return 'the one of the credentials';
    case 'list':
      return accounts.accountIds.join(', ');
    case 'organization': {
      const { organizationalUnits, tags, include, exclude } = accounts;
      const tagged = Object.entries(tags).map(([key, value]) => (value === '' ? key : `${key}=${value}`));
      return [
        organizationalUnits.length === 0
          ? 'the whole organization'
          : `those in ${organizationalUnits.join(', ')}`,
        ...(tagged.length === 0 ? [] : [`with the tags ${tagged.join(', ')}`]),
        ...(include.length === 0 ? [] : [`also ${include.join(', ')}`]),
        ...(exclude.length === 0 ? [] : [`not ${exclude.join(', ')}`]),
      ].join('; ');
    }
  }
};

const metricsText = ({
  sink,
  otlp,
  namespace,
  subnetSeries,
  monthlyDollars,
}: HeadroomConfiguration['metrics']): string => {
  if (sink === 'otlp') return `OTLP to ${otlp.endpoint ?? 'CloudWatch'}, every series`;
  const limit = monthlyDollars === null ? '' : `, and a bill of at most $${monthlyDollars} a month`;
  return `${namespace}${sink === 'emf' ? ' by lines in the log' : ''}, at most ${subnetSeries} series${limit}`;
};

const renderConfiguration = (io: Io, configuration: HeadroomConfiguration): string => {
  const { targets, scan, metrics, alerts, destinations } = configuration;
  const { accounts, regions, role } = targets;
  const facts: readonly (readonly [string, string])[] = [
    ['accounts', accountsText(accounts)],
    ['Regions', regions === null ? 'the one of the credentials' : [regions].flat().join(', ')],
    ['role', role?.name ?? 'none'],
    ['VPCs', scan.vpcIds?.join(', ') ?? 'all'],
    ['reading', scan.reading],
    ['EC2 quota', `at most ${percent(scan.quotaShare)}`],
    ['metrics', metricsText(metrics)],
    ['destinations', ['default', ...destinations.keys()].join(', ')],
    ['overrides', String(alerts.overrides.length)],
    ['mutes', String(alerts.mutes.length)],
    ['routes', String(alerts.routes.length)],
  ];
  const width = largestOf(facts.map(([name]) => name.length));
  const rules = Object.entries(alerts.rules) as [RuleName, (typeof alerts.rules)[RuleName]][];
  return [
    ...facts.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}\n`),
    '\n',
    renderTable(
      io,
      [
        { title: 'RULE', cell: ([name]) => name },
        {
          title: 'FIRES',
          cell: ([, rule]) => (rule.enabled ? settingsOf(rule) || 'when it occurs' : 'off'),
        },
        { title: 'AFTER', cell: ([, rule]) => duration(rule.pendingFor) },
        {
          title: 'CLEAR',
          cell: ([, { clearFor }]) => (clearFor === 0 ? 'at once' : `after ${duration(clearFor)}`),
        },
        {
          title: 'REPEAT',
          cell: ([, { repeatEvery }]) => (repeatEvery === 0 ? 'never' : duration(repeatEvery)),
        },
      ],
      rules,
    ),
  ].join('');
};

/** A map has no fields in JSON: destinations, their delivery times and the headers of OTLP become objects. */
const withoutMaps = (value: object): object =>
  Object.fromEntries(
    (value instanceof Map ? [...value] : Object.entries(value)).map(([key, inner]: [string, unknown]) => [
      key,
      typeof inner !== 'object' || inner === null || Array.isArray(inner) ? inner : withoutMaps(inner),
    ]),
  );

/** `headroom config check`: is this headroom.yml what it should be, and what does it come to with every default in place? */
export const addConfigCommand: AddCommand = (program, { io }) => {
  const config = program.command('config').description('check headroom.yml and show the resulting settings');
  addDocumentOptions(config.command('check'))
    .argument('[file]', 'the file (default: headroom.yml in this folder, if it exists)')
    .description('check a headroom.yml and print the resulting settings with their defaults, or all problems')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom config check
  $ headroom config check staging.yml --output json | jq '.alerts.rules["addresses-low"]'

It calls no AWS API. Exit codes: 0 the file is valid, 2 it is not. Every problem is printed with its line.
`,
    )
    .action(async (file: string | undefined, { format }: Options) => {
      checkDocumentFormat(format);
      const { source, ...configuration } = await readConfiguration(file, 'the command');
      if (format === 'json' || format === 'yaml') {
        const document: Pick<ConfigDocument, 'schema' | 'source'> = {
          schema: 'headroom/config@1',
          source,
          ...withoutMaps(configuration),
        };
        io.out(await documentText(format, document));
        return;
      }
      const dye = paint(io);
      io.out(
        source === null
          ? 'No headroom.yml in this folder: every setting has its default.\n\n'
          : `${dye('green', 'ok')}  ${printable(source)} is valid.\n\n`,
      );
      io.out(renderConfiguration(io, configuration));
    });
};
