import { DEFAULT_DESTINATION } from '../model/alert/default-destination.ts';
import type { RuleName, RulePolicies, Threshold } from '../model/alert/policy.ts';
import { DEFAULT_POLICY, RULE_NAMES } from './default-policy.ts';
import { fieldOf, type Path } from './problems.ts';
import { rulesSchema } from './schema/rules.ts';

/** One setting that does not go together with another. */
export interface Contradiction {
  readonly path: Path;
  readonly message: string;
}

/**
 * What is wrong between distant parts of a file, each of which may be right by itself. A wrong value within one mapping is
 * found by its schema (`together`). This reads the file as it stands and not what the schema made of it, so that a slip in
 * one place does not hide a contradiction in another. What cannot be understood is passed over, since the schema says so.
 */
export const contradictionsIn = (file: unknown): readonly Contradiction[] => [
  ...inRules(member(file, 'alerts')),
  ...inRoutes(file),
  ...inDigests(file),
];

const inRules = (alerts: unknown): readonly Contradiction[] => {
  const general = RULE_NAMES.flatMap((rule) =>
    disorder(rule, ['alerts', 'rules', rule], [member(member(alerts, 'rules'), rule)]),
  );
  const particular = listed(member(alerts, 'overrides')).flatMap((override, index) =>
    RULE_NAMES.filter((rule) => isThere(member(override, 'rules'), rule)).flatMap((rule) =>
      disorder(
        rule,
        ['alerts', 'overrides', index, 'rules', rule],
        [member(member(alerts, 'rules'), rule), member(member(override, 'rules'), rule)],
      ),
    ),
  );
  return [...general, ...particular];
};

/** A rule whose critical level is reached before its warning, when the given settings are laid over the defaults in turn. */
const disorder = (rule: RuleName, path: Path, layers: readonly unknown[]): readonly Contradiction[] => {
  const schema = rulesSchema.shape[rule];
  let settings: Partial<RulePolicies[RuleName]> = DEFAULT_POLICY.rules[rule];
  for (const layer of layers) {
    const parsed = schema.safeParse(layer);
    if (!parsed.success) return [];
    settings = { ...settings, ...parsed.data };
  }
  const last = layers.at(-1);
  const level = isThere(last, 'critical') ? 'critical' : 'warning';
  if (!isThere(last, level)) return [];
  const conflict = thresholdConflict(settings) ?? leadTimeConflict(settings);
  if (conflict === null) return [];
  const at = [...path, level];
  return [{ path: at, message: `${fieldOf(at)} contradicts the other level: ${conflict}` }];
};

const thresholdConflict = (settings: object): string | null => {
  const { warning, critical } = settings as { warning?: Threshold | null; critical?: Threshold | null };
  if (warning == null || critical == null) return null;
  for (const [unit, sign] of [
    ['percent', '%'],
    ['count', ''],
  ] as const) {
    const [mild, bad] = [warning[unit], critical[unit]];
    if (mild !== undefined && bad !== undefined && mild < bad) {
      return `warning below ${mild}${sign} is less than critical below ${bad}${sign}; give both levels, warning the larger.`;
    }
  }
  return null;
};

const leadTimeConflict = (settings: object): string | null => {
  const { warningWithin, criticalWithin } = settings as Partial<RulePolicies['addresses-exhaustion']>;
  if (warningWithin == null || criticalWithin == null || warningWithin >= criticalWithin) return null;
  return `warning within ${warningWithin}h is shorter than critical within ${criticalWithin}h; give both levels, warning the longer.`;
};

const inRoutes = (file: unknown): readonly Contradiction[] => {
  const names = [DEFAULT_DESTINATION, ...Object.keys(mapping(member(file, 'destinations')))];
  return listed(member(file, 'routes')).flatMap((route, index) => {
    const path: Path = ['routes', index, 'to'];
    return listed(member(route, 'to')).flatMap((name) =>
      typeof name !== 'string' || names.includes(name)
        ? []
        : [
            {
              path,
              message: `${fieldOf(path)} names "${name}", which is not a destination; there are ${names.join(', ')}.`,
            },
          ],
    );
  });
};

/** Destinations that know alerts alone: a digest is none, and must not page anybody. */
const FOR_ALERTS_ALONE = ['pagerduty', 'alertmanager'] as const;

const inDigests = (file: unknown): readonly Contradiction[] => {
  const destinations = mapping(member(file, 'destinations'));
  const names = [DEFAULT_DESTINATION, ...Object.keys(destinations)];
  return Object.entries(mapping(member(file, 'digests'))).flatMap(([digest, settings]) => {
    const path: Path = ['digests', digest, 'to'];
    return listed(member(settings, 'to')).flatMap((name): readonly Contradiction[] => {
      if (typeof name !== 'string') return [];
      if (!names.includes(name))
        return [
          {
            path,
            message: `${fieldOf(path)} names "${name}", which is not a destination; there are ${names.join(', ')}.`,
          },
        ];
      const kind = FOR_ALERTS_ALONE.find((each) => isThere(destinations[name], each));
      return kind === undefined
        ? []
        : [
            {
              path,
              message: `${fieldOf(path)} names "${name}", which is for alerts alone (${kind}); name another destination.`,
            },
          ];
    });
  });
};

const mapping = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

const member = (value: unknown, key: string): unknown => mapping(value)[key];

const isThere = (value: unknown, key: string): boolean => member(value, key) !== undefined;

/** A single value stands for a list of one. */
const listed = (value: unknown): readonly unknown[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
};
