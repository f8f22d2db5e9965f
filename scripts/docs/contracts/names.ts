import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { CHECKS } from '../../../shared/model/checks/checks.ts';
import { MONITOR_CHECKS } from '../../../shared/model/checks/monitor/monitor-checks.ts';
import { OWNER_KINDS } from '../../../shared/model/owners/owner-kinds.ts';
import { ENVIRONMENT_PARSERS, variablesOf } from '../environment.ts';

const ROOT = join(import.meta.dirname, '../../..');

const section = (title: string, names: Iterable<string>): readonly string[] => [
  title,
  ...[...new Set(names)].toSorted().map((name) => `  ${name}`),
  '',
];

const sources = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));

/** Names of documents stand in the code where each is made. */
const documentNames = (): readonly string[] =>
  ['cli', 'functions', 'shared']
    .flatMap(sources)
    .flatMap((text) => text.match(/\bheadroom\/[a-z-]+@\d+\b/g) ?? []);

/** The words that configuration, routes, scripts and readers of JSON depend on. */
export const namesContract = (): string =>
  [
    ...section('alert rules (headroom.yml, routes, alert documents)', Object.keys(DEFAULT_POLICY.rules)),
    ...section(
      'kinds of findings (headroom findings, JSON)',
      [...CHECKS, ...MONITOR_CHECKS].flatMap(({ kind, aliases = [] }) => [kind, ...aliases]),
    ),
    ...section('kinds of owners (headroom owners, JSON)', Object.keys(OWNER_KINDS)),
    ...section('names of JSON documents', documentNames()),
    ...Object.entries(ENVIRONMENT_PARSERS).flatMap(([name, parse]) =>
      section(`environment of the function ${name}`, variablesOf(parse)),
    ),
  ].join('\n');
