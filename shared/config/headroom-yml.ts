import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { AlertPolicy, RulePolicies } from '../model/alert/policy.ts';
import type { TargetSelection } from '../model/target/target-selection.ts';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.ts';
import { contradictionsIn } from './contradictions.ts';
import { DEFAULT_POLICY, RULE_NAMES } from './default-policy.ts';
import type { SecretLocation } from './environment.ts';
import { fieldOf, Locator, problemsOf } from './problems.ts';
import { deliveryTimes } from './schema/delivery.ts';
import type { Destination } from './schema/destinations.ts';
import { accountsOf, type HeadroomFile, headroomSchema, roleOf } from './schema/headroom.ts';

/** Which clusters' Kubernetes APIs are read, and how much of them. */
export interface KubernetesSettings {
  readonly clusters: 'all' | readonly string[];
  /** Also the counters of every node's ipamd. */
  readonly ipamd: boolean;
  /** `null`: the usual ones. */
  readonly labels: readonly string[] | null;
}

/** A headroom.yml, validated, with every default in its place. */
export interface HeadroomConfiguration {
  readonly targets: Omit<TargetSelection, 'regions'> & {
    /** `null`: the Region that Headroom runs in. */
    readonly regions: TargetSelection['regions'] | null;
  };
  readonly scan: {
    /** `null`: every VPC. */
    readonly vpcIds: readonly string[] | null;
    /** Targets that one process scans at the same time. */
    readonly concurrency: number;
    /** `incremental`: the interfaces of quiet subnets are those of an earlier scan, up to six hours old. */
    readonly reading: 'full' | 'incremental';
    /** How much of EC2's request quota scans may take in each account and Region, from 0.01 to 1. */
    readonly quotaShare: number;
  };
  /** `null`: the Kubernetes API of no cluster is read. */
  readonly kubernetes: KubernetesSettings | null;
  readonly metrics: {
    /** `cloudwatch`: PutMetricData. `emf`: lines in the log. `otlp`: CloudWatch's OTLP endpoint, or a collector. */
    readonly sink: 'cloudwatch' | 'emf' | 'otlp';
    readonly otlp: {
      /** `null`: CloudWatch's, in the Region that Headroom runs in. */
      readonly endpoint: string | null;
      /** `null`: what the receiver is known to add up. */
      readonly temporality: 'delta' | 'cumulative' | null;
      /** Headers with a secret, and where it is kept. */
      readonly headers: ReadonlyMap<string, SecretLocation>;
    };
    readonly namespace: string;
    /** Also publish the clusters' gauges as the CNI Metrics Helper does. */
    readonly compat: boolean;
    /** How many series all targets together may have. */
    readonly subnetSeries: number;
    /** The limit of the whole bill, in US dollars a month, which leaves fewer series; `null`: `subnetSeries` alone counts. */
    readonly monthlyDollars: number | null;
    /** Which subnets come first: those with less of a supply free, and those that run out sooner. */
    readonly hot: { readonly belowFreeShare: number; readonly withinHours: number };
  };
  readonly alerts: AlertPolicy;
  /** Where messages link to; `null`: there is no such page. */
  readonly links: {
    readonly page: string | null;
    readonly runbooks: string | null;
    /** The AWS access portal, and the permission set to use there; `null`: people choose one. */
    readonly portal: string | null;
    readonly portalRole: string | null;
  };
  readonly destinations: ReadonlyMap<string, Destination>;
}

const DEFAULT_CONCURRENCY = 4;

/** The nodes' own CNI and everything else in the account keep three quarters. */
const DEFAULT_QUOTA_PERCENT = 25;

/** A deployment can hold 80 KB, in several parameters of SSM. */
export const MAX_CONFIGURATION_CHARACTERS = 96 * 1024;

/** Mappings and lists within each other. The deepest setting has six above it. */
export const MAX_CONFIGURATION_DEPTH = 40;

/** Values, those of aliases counted at each place: ten aliases of ten aliases are a hundred. */
export const MAX_CONFIGURATION_VALUES = 100_000;

/** CloudWatch, us-east-1, the first 10,000 custom metrics: US dollars for one series and month (2026-11). */
const DOLLARS_PER_SERIES = 0.3;

/** $150 a month for the subnets of a deployment, at most: 38 in full. Alerts cover all of them whatever the budget. */
export const DEFAULT_SUBNET_SERIES = 500;

/** What a deployment costs at most, where no budget is given. */
export const DEFAULT_MONTHLY_DOLLARS = 150;

/**
 * Reads a headroom.yml. An empty file is a whole configuration: every setting has a default.
 *
 * @param source what to call it in messages: a path, or the name of a parameter
 * @throws ConfigurationError with all that is wrong with it; nothing of it is used then
 */
export const parseConfiguration = (text: string, source: string): HeadroomConfiguration => {
  const tooMuch = (message: string) => new ConfigurationError(source, [{ line: 1, field: '', message }]);
  if (text.length > MAX_CONFIGURATION_CHARACTERS)
    throw tooMuch(`The file has more than ${MAX_CONFIGURATION_CHARACTERS} characters.`);
  const lines = new LineCounter();
  const document = parsedDocument(text, lines);
  if (document === null || document.errors.some(isTooDeep)) throw tooMuch(TOO_DEEP);
  const locator = new Locator(document, lines);
  const invalid = (offset: number, what: string): ConfigurationProblem => ({
    line: locator.lineAt(offset),
    field: '',
    message: `This is not valid YAML: ${what}.`,
  });
  const twice = repeatedKeys(document).map((at) => invalid(at, 'This mapping has the same key twice'));
  // Half a structure would only be complained about for what its other half holds.
  if (document.errors.length > 0) {
    const unreadable = document.errors.map(({ code, message, pos }) =>
      // The parser's own sentence is advice to programmers.
      invalid(pos[0], code === 'MULTIPLE_DOCS' ? 'The file has several documents' : message),
    );
    throw new ConfigurationError(source, inOrder([...unreadable, ...twice]));
  }
  const plain: unknown = plainContent(document, source);
  const excess = excessIn(plain);
  if (excess !== null) throw tooMuch(excess);
  const content = withoutNulls(plain) ?? {};
  const parsed = headroomSchema.safeParse(content);
  const contradictions = contradictionsIn(content).map(
    ({ path, message }): ConfigurationProblem => ({
      line: locator.lineOf(path),
      field: fieldOf(path),
      message,
    }),
  );
  const problems = [
    ...twice,
    ...(parsed.success ? [] : problemsOf(parsed.error.issues, content, locator)),
    ...contradictions,
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(source, inOrder(problems));
  return configurationOf(parsed.data);
};

/** What an absent headroom.yml means. */
export const defaultConfiguration = (): HeadroomConfiguration => configurationOf({});

const configurationOf = (file: HeadroomFile): HeadroomConfiguration => ({
  targets: { accounts: accountsOf(file), regions: regionsOf(file), role: roleOf(file) },
  scan: {
    vpcIds: file.scan?.vpcs ?? null,
    concurrency: file.scan?.concurrency ?? DEFAULT_CONCURRENCY,
    reading: file.scan?.reading ?? 'full',
    quotaShare: (file.scan?.quotaShare ?? DEFAULT_QUOTA_PERCENT) / 100,
  },
  kubernetes:
    file.kubernetes === undefined
      ? null
      : {
          clusters: file.kubernetes.clusters.includes('all') ? 'all' : file.kubernetes.clusters,
          ipamd: file.kubernetes.ipamd ?? false,
          labels: file.kubernetes.labels ?? null,
        },
  metrics: {
    sink: file.metrics?.sink ?? 'cloudwatch',
    otlp: {
      endpoint: file.metrics?.otlp?.endpoint ?? null,
      temporality: file.metrics?.otlp?.temporality ?? null,
      headers: new Map(Object.entries(file.metrics?.otlp?.headers ?? {})),
    },
    namespace: file.metrics?.namespace ?? DEFAULT_NAMESPACE,
    compat: file.metrics?.compat ?? false,
    subnetSeries: subnetSeriesOf(file),
    monthlyDollars: dollarsOf(file),
    hot: {
      belowFreeShare:
        file.metrics?.hot?.below === undefined ? DEFAULT_HOT.belowFreeShare : file.metrics.hot.below / 100,
      withinHours:
        file.metrics?.hot?.within === undefined ? DEFAULT_HOT.withinHours : file.metrics.hot.within / 3600,
    },
  },
  alerts: {
    rules: rulesOf(file),
    overrides: file.alerts?.overrides ?? DEFAULT_POLICY.overrides,
    mutes: file.alerts?.mutes ?? DEFAULT_POLICY.mutes,
    routes: file.routes ?? DEFAULT_POLICY.routes,
    ...(file.digests === undefined
      ? {}
      : { digests: Object.entries(file.digests).map(([name, digest]) => ({ name, ...digest })) }),
    delivery: deliveryOf(file),
  },
  links: {
    page: file.links?.page ?? null,
    runbooks: file.links?.runbooks ?? null,
    portal: file.links?.portal ?? null,
    portalRole: file.links?.portalRole ?? null,
  },
  destinations: new Map(
    Object.entries(file.destinations ?? {}).map(([name, { channel }]) => [name, channel]),
  ),
});

const deliveryOf = ({ alerts, destinations = {} }: HeadroomFile): AlertPolicy['delivery'] => {
  const otherwise = deliveryTimes(alerts?.delivery ?? {});
  return {
    otherwise,
    byDestination: new Map(
      Object.entries(destinations).map(([name, times]) => [name, deliveryTimes(times, otherwise)]),
    ),
  };
};

/** As `shared/metrics/` has them; a test holds them together, since capability folders do not import each other. */
export const DEFAULT_NAMESPACE = 'VpcHeadroom';
export const DEFAULT_HOT = { belowFreeShare: 0.4, withinHours: 16 * 24 };

const regionsOf = ({ targets }: HeadroomFile): HeadroomConfiguration['targets']['regions'] => {
  if (targets?.regions === undefined) return null;
  return targets.regions.includes('enabled') ? 'enabled' : [...new Set(targets.regions)];
};

/** Without a budget, the default one is of the whole bill. */
const dollarsOf = ({ metrics }: HeadroomFile): number | null => {
  const { metrics: series, monthlyDollars } = metrics?.budget ?? {};
  return series === undefined ? (monthlyDollars ?? DEFAULT_MONTHLY_DOLLARS) : null;
};

const subnetSeriesOf = ({ metrics }: HeadroomFile): number => {
  const { metrics: series, monthlyDollars } = metrics?.budget ?? {};
  if (series !== undefined) return series;
  return monthlyDollars === undefined
    ? DEFAULT_SUBNET_SERIES
    : Math.floor(Math.round((monthlyDollars / DOLLARS_PER_SERIES) * 1000) / 1000);
};

const rulesOf = ({ alerts }: HeadroomFile): RulePolicies =>
  Object.fromEntries(
    RULE_NAMES.map((rule) => [rule, { ...DEFAULT_POLICY.rules[rule], ...alerts?.rules?.[rule] }]),
  ) as unknown as RulePolicies;

const TOO_DEEP = `The file has more than ${MAX_CONFIGURATION_DEPTH} levels within each other.`;

/** The parser ran out of room for levels. It reports that as it reports any other error of a file, or throws it. */
const isTooDeep = (error: unknown): boolean => error instanceof Error && error.message.includes('call stack');

/** `null`: it has thousands of levels within each other, for which the parser has no room. */
const parsedDocument = (text: string, lineCounter: LineCounter): Document | null => {
  try {
    return parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      // YAML 1.1's << takes settings from another mapping; people who have written Compose files expect it.
      merge: true,
      logLevel: 'error',
      // The parser compares each key with all before it: 10,000 keys take it 9 s.
      uniqueKeys: false,
    });
  } catch (error) {
    if (isTooDeep(error)) return null;
    throw error;
  }
};

/** Where keys stand that their mapping has already. `<<` may be in it several times. */
const repeatedKeys = (document: Document): readonly number[] => {
  const repeated: number[] = [];
  visit(document, {
    Map: (_key, { items }) => {
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key) || key.value === '<<') continue;
        if (known.has(key.value)) repeated.push(key.range?.[0] ?? 0);
        known.add(key.value);
      }
    },
  });
  return repeated;
};

/** What is too much about the content; `null`: nothing. An alias within its own anchor has no end of levels. */
const excessIn = (content: unknown): string | null => {
  const rest: { readonly value: unknown; readonly depth: number }[] = [{ value: content, depth: 0 }];
  let values = 0;
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { value, depth } = next;
    values += 1;
    if (values > MAX_CONFIGURATION_VALUES)
      return `The file has more than ${MAX_CONFIGURATION_VALUES} values, those of aliases counted at each place.`;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_CONFIGURATION_DEPTH) return TOO_DEEP;
    for (const item of Object.values(value)) rest.push({ value: item, depth: depth + 1 });
  }
  return null;
};

const plainContent = (document: Document, source: string): unknown => {
  // An account id is a name and no number: as a number it would lose its leading zeros.
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'number' && /^\d{12}$/.test(node.source ?? '')) node.value = node.source;
    },
  });
  try {
    return document.toJS();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(source, [
      { line: 1, field: '', message: `This is not valid YAML: ${reason}.` },
    ]);
  }
};

/** A key with nothing behind it, as left when all below it is commented out, is as good as absent. */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => (item === null ? item : withoutNulls(item)));
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, withoutNulls(item)]])),
  );
};

/** In the order of the file. Two checks of one value may have the same thing to say: it is said once. */
const inOrder = (problems: readonly ConfigurationProblem[]): readonly ConfigurationProblem[] => [
  ...new Map(
    problems
      .toSorted((a, b) => a.line - b.line)
      .map((problem) => [`${problem.line} ${problem.message}`, problem]),
  ).values(),
];
