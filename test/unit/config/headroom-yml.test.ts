import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { headroomYmlSchemaJson } from '../../../scripts/docs/headroom-yml-schema.ts';
import { ConfigurationError } from '../../../shared/config/configuration-error.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import {
  DEFAULT_HOT,
  DEFAULT_NAMESPACE,
  DEFAULT_SUBNET_SERIES,
  defaultConfiguration,
  type HeadroomConfiguration,
  parseConfiguration,
} from '../../../shared/config/headroom-yml.ts';
import { DEFAULT_HOT as BUDGET_HOT } from '../../../shared/metrics/budget.ts';
import { DEFAULT_NAMESPACE as CATALOGUE_NAMESPACE } from '../../../shared/metrics/catalogue.ts';

const read = (text: string): HeadroomConfiguration => parseConfiguration(text, 'headroom.yml');

const errorOf = (text: string): ConfigurationError => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

/** Each problem as `line: message`. */
const problemsOf = (text: string): readonly string[] =>
  errorOf(text).problems.map(({ line, message }) => `${line}: ${message}`);

const rule = (name: string, settings: string): string => `alerts:\n  rules:\n    ${name}: ${settings}\n`;
const example = readFileSync(new URL('../../../headroom.example.yml', import.meta.url), 'utf8');

describe('a file that says nothing', () => {
  test.each(['', '# only a comment\n', '---\n', 'alerts:\n  rules:\n', 'targets:\nalerts:\n', '{}'])(
    '%j is a whole configuration',
    (text) => {
      expect(read(text)).toEqual(defaultConfiguration());
    },
  );

  test('means our own account and Region, every VPC, and the defaults', () => {
    expect(defaultConfiguration()).toEqual({
      targets: { accounts: { from: 'self' }, regions: null, role: null },
      scan: { vpcIds: null, concurrency: 4, reading: 'full', quotaShare: 0.25 },
      kubernetes: null,
      links: { page: null, runbooks: null, portal: null, portalRole: null },
      metrics: {
        sink: 'cloudwatch',
        otlp: { endpoint: null, temporality: null, headers: new Map() },
        monthlyDollars: 150,
        namespace: 'VpcHeadroom',
        compat: false,
        subnetSeries: DEFAULT_SUBNET_SERIES,
        hot: DEFAULT_HOT,
      },
      alerts: DEFAULT_POLICY,
      destinations: new Map(),
    });
  });

  test('publishes to the namespace of the metric catalogue, what the budget calls hot first', () => {
    expect(DEFAULT_NAMESPACE).toBe(CATALOGUE_NAMESPACE);
    expect(DEFAULT_HOT).toEqual(BUDGET_HOT);
  });
});

describe('the example', () => {
  test('is valid, and says of the rules what the defaults are', () => {
    expect(parseConfiguration(example, 'headroom.example.yml').alerts.rules).toEqual(DEFAULT_POLICY.rules);
  });

  test('shows every setting that there is', () => {
    const schema: unknown = JSON.parse(headroomYmlSchemaJson());
    const names = new Set<string>();
    const collect = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      const properties: unknown = Reflect.get(node, 'properties');
      if (typeof properties === 'object' && properties !== null)
        for (const name of Object.keys(properties)) names.add(name);
      Object.values(node).forEach(collect);
    };
    collect(schema);
    const missing = [...names].filter((name) => !new RegExp(`\\b${name}:`).test(example));
    expect(names.size).toBeGreaterThan(40);
    expect(missing).toEqual([]);
  });

  test('is valid by the schema that editors use, and a slip in it is not', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(headroomYmlSchemaJson()));
    expect(validate(parse(example))).toBe(true);
    expect(validate(parse(example.replace('staleAfter', 'stale-after')))).toBe(false);
    expect(validate(parse(example.replace('for: 2h', 'for: two hours')))).toBe(false);
    expect(validate(parse('routes: [{ to: [a] }]'))).toBe(true);
    expect(validate(parse('routes: [{ to: a }]'))).toBe(true);
    expect(validate(parse('routes: [{ to: 1 }]'))).toBe(false);
  });
});

describe('targets', () => {
  test('an account id is a name: leading zeros stay, quoted or not', () => {
    const { targets } = read('targets:\n  accounts: [012345678901, "000000000012"]\n  regions: eu-west-1\n');
    expect(targets).toEqual({
      accounts: { from: 'list', accountIds: ['012345678901', '000000000012'] },
      regions: ['eu-west-1'],
      role: { name: 'HeadroomReader', externalId: null, sessionName: null, sourceIdentity: null },
    });
  });

  test('an empty organization is all of it, and the word enabled all its Regions', () => {
    expect(read('targets: { organization: {}, regions: enabled }').targets).toMatchObject({
      accounts: { from: 'organization', organizationalUnits: [], tags: {}, include: [], exclude: [] },
      regions: 'enabled',
    });
  });

  test('our own account is read through a role only when one is named', () => {
    expect(read('targets: { roleName: headroom/reader, externalId: "a:b" }').targets.role).toEqual({
      name: 'headroom/reader',
      externalId: 'a:b',
      sessionName: null,
      sourceIdentity: null,
    });
  });
});

describe('the sink of metrics', () => {
  test('is any of three, and OTLP has a place, sums, and secrets of headers by where they are kept', () => {
    expect(read('metrics: { sink: emf }').metrics.sink).toBe('emf');
    expect(
      read(
        'metrics: { sink: otlp, otlp: { endpoint: "http://collector:4318/v1/metrics", temporality: delta, headers: { dd-api-key: { parameter: /dd } } } }',
      ).metrics.otlp,
    ).toEqual({
      endpoint: 'http://collector:4318/v1/metrics',
      temporality: 'delta',
      headers: new Map([['dd-api-key', { kind: 'parameter', name: '/dd' }]]),
    });
  });

  test.each([
    'metrics: { sink: statsd }',
    'metrics: { otlp: { endpoint: "http://collector:4318/v1/metrics" } }',
    'metrics: { sink: otlp, otlp: { endpoint: "collector:4318" } }',
    'metrics: { sink: otlp, otlp: { endpoint: "https://user:word@collector/v1/metrics" } }',
    'metrics: { sink: otlp, otlp: { headers: { authorization: "Bearer abc" } } }',
    'metrics: { sink: otlp, otlp: { headers: { "bad name": { secret: a } } } }',
  ])('%s is refused', (text) => {
    expect(() => read(text)).toThrow(/headroom\.yml/);
  });
});

describe('the metric budget', () => {
  test.each([
    ['{ metrics: 13 }', 13],
    ['{ metrics: 0 }', 0],
    ['{ monthlyDollars: 60 }', 200],
    ['{ monthlyDollars: 0.9 }', 3],
    ['{ monthlyDollars: 0.29 }', 0],
    ['{}', DEFAULT_SUBNET_SERIES],
  ])('%s is %i series', (budget, series) => {
    expect(read(`metrics: { budget: ${budget} }`).metrics.subnetSeries).toBe(series);
  });

  test.each([
    ['{ metrics: 13 }', null],
    ['{ monthlyDollars: 60 }', 60],
    ['{}', 150],
  ])('%s limits the whole bill to %s dollars', (budget, dollars) => {
    expect(read(`metrics: { budget: ${budget} }`).metrics.monthlyDollars).toBe(dollars);
  });

  test('may have another idea of what is hot', () => {
    expect(read('metrics: { hot: { below: 25%, within: 36h } }').metrics.hot).toEqual({
      belowFreeShare: 0.25,
      withinHours: 36,
    });
    expect(read('metrics: { hot: { within: 36h } }').metrics.hot.belowFreeShare).toBe(0.4);
  });
});

describe('rules', () => {
  const low = (settings: string) => read(rule('addresses-low', settings)).alerts.rules['addresses-low'];

  test.each([
    ['{ warning: { below: 20% } }', { percent: 20 }],
    ['{ warning: { below: 16 } }', { count: 16 }],
    ['{ warning: { below: [16, 12.5%] } }', { percent: 12.5, count: 16 }],
    ['{ warning: { below: [100%] }, critical: { below: off } }', { percent: 100 }],
    ['{ warning: { below: off } }', null],
  ])('%s sets the warning', (settings, warning) => {
    expect(low(settings).warning).toEqual(warning);
  });

  test('what is not given stays as it is by default', () => {
    expect(low('{ for: 5m, repeat: never, clearMargin: 10% }')).toEqual({
      ...DEFAULT_POLICY.rules['addresses-low'],
      pendingFor: 300,
      repeatEvery: 0,
      clearMargin: 0.1,
    });
  });

  test.each([
    ['0s', 0],
    ['30s', 30],
    ['10m', 600],
    ['24h', 86_400],
    ['7d', 604_800],
    ['366d', 31_622_400],
  ])('%s is %i seconds', (text, seconds) => {
    expect(low(`{ for: ${text} }`).pendingFor).toBe(seconds);
  });

  test('lead times become hours, and a level may be left out', () => {
    expect(
      read(rule('prefixes-exhaustion', '{ warning: { within: 90m }, critical: { within: off } }')).alerts
        .rules['prefixes-exhaustion'],
    ).toMatchObject({
      warningWithin: 1.5,
      criticalWithin: null,
    });
  });

  test('every rule can be set', () => {
    const { rules } = read(`alerts:
  rules:
    addresses-surge: { enabled: false, clearFor: 10m, repeat: 1h }
    fragmented: { severity: warning, minimumAvailable: 64, for: 1h, clearFor: 2h }
    findings: { minimumSeverity: warning, for: 0s, clearFor: 1d }
    scan-failed: { severity: critical, clearFor: 15m }
    coverage: { staleAfter: 2h, clearFor: 5m }
    addresses-low: { clearFor: 30m }
    prefixes-exhaustion: { clearFor: 0s }
`).alerts;
    expect(rules['addresses-surge']).toEqual({
      enabled: false,
      pendingFor: 300,
      clearFor: 600,
      repeatEvery: 3600,
    });
    expect(rules.fragmented).toMatchObject({ severity: 'warning', minimumAvailable: 64, pendingFor: 3600 });
    const clearFor = (['fragmented', 'findings', 'scan-failed', 'coverage', 'addresses-low'] as const).map(
      (name) => rules[name].clearFor,
    );
    expect(clearFor).toEqual([7200, 86_400, 900, 300, 1800]);
    expect(rules['prefixes-exhaustion'].clearFor).toBe(0);
    expect(rules.findings).toMatchObject({ minimumSeverity: 'warning', pendingFor: 0 });
    expect(rules['scan-failed'].severity).toBe('critical');
    expect(rules.coverage.staleAfter).toBe(7200);
  });
});

describe('overrides, mutes and routes', () => {
  test('become the policy; a single value stands for a list of one', () => {
    const { alerts } = read(`alerts:
  overrides:
    - match: { cidr: 10.0.0.0/8, tags: { team: "pay*" } }
      rules: { addresses-low: { warning: { below: 30% } } }
  mutes:
    - match: { account: 012345678901 }
      reason: Moving house
      weekly: { days: [sunday, saturday], start: "22:00", end: "04:00" }
routes:
  - to: default
  - match: { severity: [critical] }
    to: [default]
    continue: true
`);
    expect(alerts.overrides).toEqual([
      {
        match: { cidr: ['10.0.0.0/8'], tags: { team: 'pay*' } },
        rules: { 'addresses-low': { warning: { percent: 30 } } },
      },
    ]);
    expect(alerts.mutes).toEqual([
      {
        match: { account: ['012345678901'] },
        reason: 'Moving house',
        from: null,
        until: null,
        weekly: { days: [0, 6], start: '22:00', end: '04:00', timeZone: 'UTC' },
      },
    ]);
    expect(alerts.routes).toEqual([
      { match: {}, to: ['default'], continue: false },
      { match: { severity: ['critical'] }, to: ['default'], continue: true },
    ]);
  });

  test('destinations say where their secrets are kept', () => {
    const { destinations } = parseConfiguration(example, 'headroom.example.yml');
    expect([...destinations]).toEqual([
      ['payments', { kind: 'slack', webhook: { kind: 'secret', secretId: 'headroom/slack/payments' } }],
      ['platform', { kind: 'slack', webhook: { kind: 'parameter', name: '/headroom/slack/platform' } }],
      [
        'network',
        {
          kind: 'slack-app',
          channel: 'C0123456789',
          token: { kind: 'secret', secretId: 'headroom/slack/bot-token' },
          signingSecret: { kind: 'parameter', name: '/headroom/slack/signing-secret' },
          timeZone: 'Europe/Berlin',
        },
      ],
      [
        'on-call',
        {
          kind: 'pagerduty',
          routingKey: { kind: 'secret', secretId: 'headroom/pagerduty' },
          serviceRegion: 'us',
        },
      ],
      [
        'audit',
        { kind: 'sns', topicArn: 'arn:aws:sns:eu-west-1:111122223333:network-audit', format: 'document' },
      ],
      ['chat', { kind: 'amazon-q', topicArn: 'arn:aws:sns:eu-west-1:111122223333:headroom-chat' }],
      ['teams', { kind: 'teams', webhook: { kind: 'secret', secretId: 'headroom/teams' } }],
      [
        'tickets',
        {
          kind: 'webhook',
          url: 'https://tickets.example.com/headroom',
          signingSecret: { kind: 'secret', secretId: 'headroom/tickets' },
        },
      ],
      [
        'prometheus',
        {
          kind: 'alertmanager',
          urls: ['http://alertmanager:9093'],
          token: { kind: 'secret', secretId: 'headroom/alertmanager' },
        },
      ],
      ['events', { kind: 'event-bridge', busArn: 'arn:aws:events:eu-west-1:111122223333:event-bus/network' }],
      [
        'mail',
        {
          kind: 'email',
          from: 'headroom@example.com',
          to: ['network@example.com', 'ops@example.com'],
          region: 'eu-west-1',
        },
      ],
    ]);
  });
});

describe('bad input', () => {
  test('all problems of a file are reported at once, in its order, each with its line', () => {
    const text = `targets:
  accounts: [11112222333]
scna: {}
alerts:
  rules:
    addresses-low:
      critical: { below: 120% }
      fro: 10m
    prefixes-low:
      warning: { below: 3% }
      critical: { below: 10% }
  overrides:
    - match: { cidr: 10.0.0.7/24 }
      rules: {}
  mutes:
    - match: { rule: addreses-low }
      until: tomorrow
destinations:
  chat: { slack: {} }
routes:
  - to: nowhere
`;
    expect(problemsOf(text)).toEqual([
      '2: targets.accounts[0] is 11112222333; it must be an AWS account id of 12 digits.',
      '3: scna is not a setting. Did you mean "scan"?',
      '7: alerts.rules.addresses-low.critical.below is "120%"; it must be a count from 0 to 65536 (16), a share from 0% to 100% (10%), a list of one of each ([10%, 16]), or off.',
      '8: alerts.rules.addresses-low.fro is not a setting. Did you mean "for"?',
      '11: alerts.rules.prefixes-low.critical contradicts the other level: warning below 3% is less than critical below 10%; give both levels, warning the larger.',
      '13: alerts.overrides[0].match.cidr is "10.0.0.7/24"; it must be an IPv4 range without host bits, such as 10.0.0.0/16.',
      '16: alerts.mutes[0].match.rule names "addreses-low", which is not a rule. Did you mean "addresses-low"?',
      '16: alerts.mutes[0].reason is missing; it must be a short reason.',
      '17: alerts.mutes[0].until is "tomorrow"; it must be a time with its zone, such as 2026-12-24T18:00:00Z or 2026-12-24T18:00:00+01:00.',
      '19: destinations.chat.slack is {}; it must be a mapping with either "secret" or "parameter", which name where it is kept.',
      '21: routes[0].to names "nowhere", which is not a destination; there are default, chat.',
    ]);
  });

  test('the error says which file, has a stable code, says what to do, and carries the fields', () => {
    const error = errorOf('scna: {}\nmetrics: { compat: yes }\n');
    expect(error).toMatchObject({
      code: 'configuration-invalid',
      name: 'ConfigurationError',
      source: 'headroom.yml',
    });
    expect(error.message).toBe(
      'The configuration headroom.yml has 2 problems, so Headroom does not use it:\n  headroom.yml:1: scna is not a setting. Did you mean "scan"?\n  headroom.yml:2: metrics.compat is "yes"; it must be true or false.',
    );
    expect(error.problems.map(({ field }) => field)).toEqual(['scna', 'metrics.compat']);
    expect(errorOf('x: 1').message).toContain('has a problem');
  });

  test.each([
    ['{ below: 120% }', 'over a hundred percent'],
    ['{ below: 100.5% }', 'a little over'],
    ['{ below: -1 }', 'less than nothing'],
    ['{ below: 0.1 }', 'a fraction of an address'],
    ['{ below: 65537 }', 'one more than the largest subnet holds'],
    ['{ below: ten }', 'a word'],
    ['{ below: [10%, 20%] }', 'two of a kind'],
    ['{ below: [] }', 'nothing'],
    ['{ below: [10%, 16, 4] }', 'three'],
    ['{ below: true }', 'yes'],
  ])('a threshold of %s is refused: %s', (threshold) => {
    expect(
      problemsOf(rule('addresses-low', `{ warning: ${threshold}, critical: { below: off } }`)),
    ).toHaveLength(1);
  });

  test('the largest subnet is the largest count', () => {
    expect(
      read(rule('addresses-low', '{ warning: { below: 65536 } }')).alerts.rules['addresses-low'].warning,
    ).toEqual({ count: 65_536 });
  });

  test.each(['10', '10 m', '1.5h', '-5m', '367d', 'never', '5w', 'PT5M', '10M'])(
    '"%s" is not a duration',
    (text) => {
      expect(problemsOf(rule('addresses-low', `{ for: "${text}" }`))).toEqual([
        `3: alerts.rules.addresses-low.for is "${text}"; it must be a duration such as 30s, 10m, 24h or 7d, at most 366d.`,
      ]);
    },
  );

  test('a warning that would come after its critical level is a contradiction, also against a default or in an override', () => {
    expect(problemsOf(rule('addresses-low', '{ critical: { below: 10% } }'))).toEqual([
      '3: alerts.rules.addresses-low.critical contradicts the other level: warning below 5% is less than critical below 10%; give both levels, warning the larger.',
    ]);
    expect(problemsOf(rule('addresses-low', '{ warning: { below: [5%, 2] } }'))).toEqual([
      '3: alerts.rules.addresses-low.warning contradicts the other level: warning below 2 is less than critical below 3; give both levels, warning the larger.',
    ]);
    expect(problemsOf(rule('addresses-exhaustion', '{ warning: { within: 12h } }'))).toEqual([
      '3: alerts.rules.addresses-exhaustion.warning contradicts the other level: warning within 12h is shorter than critical within 24h; give both levels, warning the longer.',
    ]);
    const override =
      'alerts:\n  overrides:\n    - match: {}\n      rules: { addresses-low: { warning: { below: 1% } } }\n';
    expect(problemsOf(override)).toEqual([
      '4: alerts.overrides[0].rules.addresses-low.warning contradicts the other level: warning below 1% is less than critical below 2%; give both levels, warning the larger.',
    ]);
  });

  test('an override that only the general settings make right is right', () => {
    const text = `alerts:
  rules: { addresses-low: { warning: { below: 40% } } }
  overrides:
    - match: {}
      rules: { addresses-low: { critical: { below: 30% } }, fragmented: { enabled: false } }
`;
    expect(read(text).alerts.overrides).toHaveLength(1);
  });

  test('equal levels, and levels that cannot be compared, are accepted', () => {
    expect(
      read(rule('addresses-low', '{ warning: { below: 10% }, critical: { below: 10% } }')),
    ).toBeDefined();
    expect(read(rule('addresses-low', '{ warning: { below: 1% }, critical: { below: 50 } }'))).toBeDefined();
  });

  test('two ways to say one thing are one too many', () => {
    expect(
      problemsOf('targets: { accounts: ["111122223333"], organization: {}, regions: [enabled, eu-west-1] }'),
    ).toEqual([
      '1: targets.accounts and targets.organization are both given; keep one of them.',
      '1: targets.regions has the word enabled and Regions by name; keep one or the other.',
    ]);
    expect(problemsOf('metrics: { budget: { metrics: 1, monthlyDollars: 1 } }')).toEqual([
      '1: metrics.budget.metrics and metrics.budget.monthlyDollars are both given; keep one of them.',
    ]);
  });

  test('a slip beside a contradiction hides neither', () => {
    expect(problemsOf('metrics: { budget: { metrics: 1, monthlyDollars: many } }')).toEqual([
      '1: metrics.budget.monthlyDollars is "many"; it must be a sum in US dollars, 0 or more.',
      '1: metrics.budget.metrics and metrics.budget.monthlyDollars are both given; keep one of them.',
    ]);
  });

  test('a contradiction is reported at its field and line', () => {
    const text = `targets:
  accounts: ["111122223333"]
  organization: {}
  regions:
    - enabled
    - eu-west-1
metrics:
  budget:
    metrics: 1
    monthlyDollars: 1
alerts:
  rules:
    prefixes-exhaustion:
      warning: { within: 1h }
  mutes:
    - match: {}
      reason: x
      from: 2026-02-02T00:00:00Z
      until: 2026-02-01T00:00:00Z
      weekly:
        days: [monday]
        start: "09:00"
        end: "09:00"
routes:
  - match: { rule: fragmentd }
    to: [default, nobody]
`;
    expect(errorOf(text).problems.map(({ line, field }) => `${line} ${field}`)).toEqual([
      '2 targets.accounts',
      '4 targets.regions',
      '9 metrics.budget.metrics',
      '14 alerts.rules.prefixes-exhaustion.warning',
      '19 alerts.mutes[0].until',
      '23 alerts.mutes[0].weekly.end',
      '25 routes[0].match.rule',
      '26 routes[0].to',
    ]);
  });

  test('what goes together is no contradiction', () => {
    const settings = (name: string, given: string) => read(rule(name, given)).alerts.rules;
    expect(settings('addresses-low', '{ warning: { below: off }, critical: { below: 50% } }')).toBeDefined();
    expect(settings('addresses-low', '{ warning: { below: 1% }, critical: { below: off } }')).toBeDefined();
    expect(settings('addresses-exhaustion', '{ warning: { within: 24h } }')).toBeDefined();
    expect(
      settings('addresses-exhaustion', '{ warning: { within: 1h }, critical: { within: off } }'),
    ).toBeDefined();
    expect(settings('addresses-exhaustion', '{ warning: { within: off } }')).toBeDefined();
    const mute =
      'from: 2026-02-01T00:00:00Z, until: 2026-02-01T01:00:00Z, weekly: { days: monday, start: "09:00", end: "10:00" }';
    expect(read(`alerts: { mutes: [{ match: {}, reason: x, ${mute} }] }`).alerts.mutes[0]).toMatchObject({
      from: '2026-02-01T00:00:00Z',
      until: '2026-02-01T01:00:00Z',
    });
  });

  test('a destination is one channel, no more and no less', () => {
    const one =
      'it must be a mapping with exactly one of sns, amazonQ, slack, slackApp, pagerduty, teams, webhook, alertmanager, eventBridge, email.';
    expect(
      problemsOf('destinations: { a: {}, b: { slack: { secret: x }, pagerduty: { secret: y } } }'),
    ).toEqual([
      `1: destinations.a is {}; ${one}`,
      `1: destinations.b is {"slack":{"secret":"x"},"pagerduty":{"secret":"y"}}; ${one}`,
    ]);
    expect(problemsOf('destinations: { "a b": { slack: { secret: x } } }')).toEqual([
      '1: destinations.a b has the wrong name; it must be a name of letters, digits, "-" and "_", at most 64.',
    ]);
  });

  test('a secret that was written where its name belongs is refused and never repeated', () => {
    const url = 'https://hooks.slack.com/services/T000/B000/verysecret';
    const error = errorOf(
      `destinations: { a: { slack: { secret: "${url}" } }, b: { slack: { parameter: "${url}" } } }`,
    );
    expect(error.problems).toHaveLength(2);
    expect(error.message).not.toContain('verysecret');
    expect(error.message).toContain(
      'destinations.a.slack.secret is something else; it must be the name or ARN of a Secrets Manager secret',
    );
  });

  test('times, days and time zones are checked', () => {
    const mute = (settings: string): readonly string[] =>
      problemsOf(`alerts: { mutes: [{ match: {}, reason: x, ${settings} }] }`);
    expect(mute('until: 2026-02-30T00:00:00Z')).toHaveLength(1);
    expect(mute('until: 2026-02-28T00:00:00')).toHaveLength(1);
    expect(mute('until: 2026-02-28')).toHaveLength(1);
    expect(mute('from: 2026-02-02T00:00:00Z, until: 2026-02-02T00:00:00Z')[0]).toContain(
      'which is not after its from',
    );
    expect(mute('weekly: { days: [someday], start: "24:00", end: "9:00", timeZone: Mars/Olympus }')).toEqual([
      '1: alerts.mutes[0].weekly.days[0] is "someday"; it must be one of sunday, monday, tuesday, wednesday, thursday, friday, saturday.',
      '1: alerts.mutes[0].weekly.start is "24:00"; it must be a time of day from 00:00 to 23:59.',
      '1: alerts.mutes[0].weekly.end is "9:00"; it must be a time of day from 00:00 to 23:59.',
      '1: alerts.mutes[0].weekly.timeZone is "Mars/Olympus"; it must be an IANA time zone, such as Europe/Berlin or UTC.',
    ]);
    expect(mute('weekly: { days: [monday], start: "09:00", end: "09:00" }')).toEqual([
      '1: alerts.mutes[0].weekly.end is the same as its start, so the window is empty; leave "weekly" out to mute around the clock.',
    ]);
  });

  test('a rule word with wildcards, or of a finding, is not called a slip', () => {
    expect(
      read('routes: [{ match: { rule: ["*-low", "leaked-interfaces", "fragmentation"] }, to: default }]')
        .alerts.routes,
    ).toHaveLength(1);
  });

  test.each([
    ['metrics: { namespace: AWS/EC2 }', 'metrics.namespace'],
    ['metrics: { namespace: ":x" }', 'metrics.namespace'],
    ['targets: { regions: [eu-west] }', 'targets.regions[0]'],
    [
      'targets: { organization: { organizationalUnits: [root] } }',
      'targets.organization.organizationalUnits[0]',
    ],
    ['targets: { externalId: x }', 'targets.externalId'],
    ['scan: { vpcs: [main] }', 'scan.vpcs[0]'],
    ['scan: { concurrency: 101 }', 'scan.concurrency'],
    ['scan: { concurrency: 0 }', 'scan.concurrency'],
    ['scan: { concurrency: 1.5 }', 'scan.concurrency'],
    ['scan: { quotaShare: 0.25 }', 'scan.quotaShare'],
    ['scan: { reading: some }', 'scan.reading'],
    ['scan: { quotaShare: 0% }', 'scan.quotaShare'],
    ['scan: { quotaShare: 101% }', 'scan.quotaShare'],
    ['alerts: []', 'alerts'],
    [
      'alerts: { rules: { fragmented: { minimumAvailable: 0 } } }',
      'alerts.rules.fragmented.minimumAvailable',
    ],
    [
      'alerts: { overrides: [{ match: { severity: critical }, rules: {} }] }',
      'alerts.overrides[0].match.severity',
    ],
    ['alerts: { overrides: { a: b } }', 'alerts.overrides'],
    ['routes: [{ match: { account: prod }, to: default }]', 'routes[0].match.account'],
    ['routes: [{ to: [] }]', 'routes[0].to'],
    ['routes: [null]', 'routes[0]'],
    ['destinations: [a]', 'destinations'],
    ['destinations: { a: { sns: { topicArn: topic } } }', 'destinations.a.sns.topicArn'],
  ])('%s is refused at %s', (text, field) => {
    expect(errorOf(text).problems.map((problem) => problem.field)).toEqual([field]);
  });

  test('keys that there are are listed where no near one can be guessed', () => {
    expect(problemsOf('metrics: { colour: red }')).toEqual([
      '1: metrics.colour is not a setting. The allowed keys are sink, otlp, namespace, compat, budget, hot.',
    ]);
    expect(problemsOf(rule('addresses-low', '{ warning: { below: 5%, unless: 1 } }'))[0]).toContain(
      'The only allowed key is below.',
    );
  });

  test('invalid YAML is reported by line, and nothing more is guessed from it', () => {
    expect(problemsOf('targets: {}\nroutes: [\n  to: x\n')).toEqual([
      expect.stringMatching(/^\d: This is not valid YAML: .+\.$/),
    ]);
    expect(problemsOf('a: 1\n---\nb: 2\n')[0]).toContain(
      'This is not valid YAML: The file has several documents.',
    );
  });

  test('a duplicate key is reported beside everything else', () => {
    expect(problemsOf('scan: {}\nscan: { concurrency: none }\n')).toEqual([
      expect.stringContaining('This mapping has the same key twice.'),
      expect.stringContaining('scan.concurrency is "none"'),
    ]);
  });

  test('an alias to nothing, and aliases that would fill the memory, are refused', () => {
    expect(problemsOf('scan: *nothing')[0]).toContain('This is not valid YAML');
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]',
      'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
      'd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]',
    ];
    expect(problemsOf(bomb.join('\n'))[0]).toContain('Excessive alias count');
  });

  test('a file that is no mapping is refused', () => {
    expect(problemsOf('- 1')).toEqual(['1: The file is [1]; it must be a mapping.']);
    expect(problemsOf('just words')).toEqual(['1: The file is "just words"; it must be a mapping.']);
  });
});

test('merge keys take settings from another mapping', () => {
  const { alerts } = parseConfiguration(
    `
alerts:
  rules:
    addresses-low: &often { repeat: 1h }
    prefixes-low: { <<: *often, for: 1m }
`,
    'headroom.yml',
  );
  expect(alerts.rules['prefixes-low']).toMatchObject({ repeatEvery: 3_600, pendingFor: 60 });
});

test('an account or a Region that is named twice is one', () => {
  const { targets } = parseConfiguration(
    'targets: { accounts: ["111122223333", "111122223333"], regions: [eu-west-1, us-east-1, eu-west-1] }',
    'headroom.yml',
  );
  expect(targets.accounts).toEqual({ from: 'list', accountIds: ['111122223333'] });
  expect(targets.regions).toEqual(['eu-west-1', 'us-east-1']);
});

test('a PagerDuty account is in the US unless it says otherwise', () => {
  const { destinations } = parseConfiguration(
    'destinations: { us: { pagerduty: { secret: a } }, eu: { pagerduty: { parameter: /b, serviceRegion: eu } } }',
    'headroom.yml',
  );
  expect([...destinations.values()]).toEqual([
    { kind: 'pagerduty', routingKey: { kind: 'secret', secretId: 'a' }, serviceRegion: 'us' },
    { kind: 'pagerduty', routingKey: { kind: 'parameter', name: '/b' }, serviceRegion: 'eu' },
  ]);
});

describe('destinations', () => {
  test('are Teams, webhooks, Alertmanager, event buses and e-mail as well', () => {
    const { destinations } = parseConfiguration(
      `destinations:
  teams: { teams: { secret: headroom/teams } }
  hook: { webhook: { url: https://hooks.example.com/headroom, signingSecret: { parameter: /headroom/hook } } }
  secret-hook: { webhook: { secret: headroom/url, signingSecret: { secret: headroom/hook } } }
  prometheus: { alertmanager: { url: [http://am-0:9093, http://am-1:9093] } }
  bus: { eventBridge: { busArn: "arn:aws:events:eu-west-1:111122223333:event-bus/alerts" } }
  mail: { email: { from: headroom@example.com, to: network@example.com, region: eu-west-1 } }
`,
      'headroom.yml',
    );
    expect([...destinations.values()]).toEqual([
      { kind: 'teams', webhook: { kind: 'secret', secretId: 'headroom/teams' } },
      {
        kind: 'webhook',
        url: 'https://hooks.example.com/headroom',
        signingSecret: { kind: 'parameter', name: '/headroom/hook' },
      },
      {
        kind: 'webhook',
        url: { kind: 'secret', secretId: 'headroom/url' },
        signingSecret: { kind: 'secret', secretId: 'headroom/hook' },
      },
      { kind: 'alertmanager', urls: ['http://am-0:9093', 'http://am-1:9093'], token: null },
      { kind: 'event-bridge', busArn: 'arn:aws:events:eu-west-1:111122223333:event-bus/alerts' },
      { kind: 'email', from: 'headroom@example.com', to: ['network@example.com'], region: 'eu-west-1' },
    ]);
  });

  test.each([
    ['{ teams: { secret: "https://example.webhook.office.com/secret" } }', 'never the secret itself'],
    ['{ webhook: { url: https://a.example, secret: x, signingSecret: { secret: y } } }', 'with one of "url"'],
    ['{ webhook: { url: http://a.example, signingSecret: { secret: y } } }', 'an https:// URL'],
    ['{ webhook: { url: "https://user:pass@a.example", signingSecret: { secret: y } } }', 'an https:// URL'],
    ['{ webhook: { url: https://a.example } }', 'signingSecret'],
    ['{ alertmanager: { url: "am:9093" } }', 'an http:// or https:// URL'],
    ['{ eventBridge: { busArn: default } }', 'the ARN of an event bus'],
    ['{ email: { from: nobody, to: a@example.com } }', 'an e-mail address'],
  ])('%s is refused with what is allowed', (given, allowed) => {
    expect(() => parseConfiguration(`destinations: { a: ${given} }`, 'headroom.yml')).toThrow(allowed);
  });
});

describe('the Kubernetes API of clusters', () => {
  test('is read for all clusters or for those that are named', () => {
    expect(parseConfiguration('kubernetes: { clusters: all }', 'headroom.yml').kubernetes).toEqual({
      clusters: 'all',
      ipamd: false,
      labels: null,
    });
    expect(
      parseConfiguration(
        'kubernetes: { clusters: [payments, shop], ipamd: true, labels: [team] }',
        'headroom.yml',
      ).kubernetes,
    ).toEqual({ clusters: ['payments', 'shop'], ipamd: true, labels: ['team'] });
  });

  test.each([
    ['kubernetes: { clusters: [all, payments] }', /has the word all and clusters by name/],
    ['kubernetes: { ipamd: true }', /kubernetes\.clusters/],
    ['kubernetes: { clusters: "a b" }', /the name of an EKS cluster/],
    ['kubernetes: { clusters: all, labels: ["no label"] }', /the name of a label/],
  ])('refuses %s', (text, message) => {
    expect(() => parseConfiguration(text, 'headroom.yml')).toThrow(message);
  });
});

describe('links of messages', () => {
  const linksOf = (text: string) => parseConfiguration(text, 'a test').links;

  test('lead to the live page and to published runbooks', () => {
    expect(
      linksOf('links: { page: "https://headroom.example.com/", runbooks: "https://w.example.com/{check}" }'),
    ).toEqual({
      page: 'https://headroom.example.com',
      runbooks: 'https://w.example.com/{check}',
      portal: null,
      portalRole: null,
    });
  });

  test('lead through an access portal', () => {
    expect(
      linksOf('links: { portal: "https://example.awsapps.com/start/", portalRole: ReadOnlyAccess }'),
    ).toMatchObject({ portal: 'https://example.awsapps.com/start', portalRole: 'ReadOnlyAccess' });
    expect(() => linksOf('links: { portal: "https://example.awsapps.com/start/#/" }')).toThrow(
      /links\.portal/,
    );
    expect(() => linksOf('links: { portalRole: "a&destination=b" }')).toThrow(/links\.portalRole/);
  });

  test.each([
    'javascript:alert(1)',
    'https://user:password@example.com',
    'https://example.com/?a=b',
    'https://example.com/#a',
    'headroom.example.com',
    'https://',
  ])('refuses %s', (page) => {
    expect(() => linksOf(`links: { page: "${page}" }`)).toThrow(/links\.page/);
  });
});
