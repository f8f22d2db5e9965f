import * as z from 'zod';
import {
  DAYS,
  type Mute,
  type PolicyOverride,
  type Route,
  type WeeklyWindow,
} from '../model/alert/policy.ts';
import { withoutEndSlashes } from '../model/base/text/end-slashes.ts';
import type { AccountSelection, ScanRole } from '../model/target/target-selection.ts';
import { dayNumbers, daysOfTheWeek, deliverySchema, WORKING_DAYS } from './delivery-schema.ts';
import {
  destinationsSchema,
  isOneOfBoth,
  keptFields,
  locationOf,
  ONE_OF_BOTH,
} from './destinations-schema.ts';
import { LINK_TARGET } from './link-target.ts';
import { rulesByName, rulesSchema } from './rules-schema.ts';
import {
  accountId,
  clock,
  duration,
  listOf,
  moment,
  NAME,
  NAME_WORDS,
  oneOf,
  percent,
  section,
  text,
  timeZone,
  together,
  vpcId,
  wholeNumber,
  yesOrNo,
} from './scalars.ts';
import { alertSelector, subjectSelector } from './selector-schema.ts';

/** The shape of headroom.yml. What the parts of it have to do with each other is checked in `contradictions.ts`. */

// AWS Organizations: ou-<4 to 32>-<8 to 32>, r-<4 to 32>.
const organizationalUnit = text(
  'an organizational unit or root, such as ou-ab12-11111111 or r-ab12',
  /^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$/,
);
const accountOrUnit = text(
  'an account id of 12 digits, or an organizational unit such as ou-ab12-11111111',
  /^(\d{12}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$/,
);

const organization = section({
  organizationalUnits: listOf(organizationalUnit, 'an organizational unit, or a list of them')
    .optional()
    .describe(
      'Organizational units or roots, including all units below them. Default: the whole organization.',
    ),
  tags: z
    .record(z.string().min(1).max(128), text('the value of a tag as text; empty: any', /^[\s\S]{0,256}$/), {
      error: 'a mapping from tag keys to values',
    })
    .optional()
    .describe('Only accounts with all these tags. An empty value matches any value.'),
  include: listOf(accountId, 'an account id, or a list of them')
    .optional()
    .describe('Accounts that are always scanned, regardless of unit and tags.'),
  exclude: listOf(accountOrUnit, 'an account id or organizational unit, or a list of them')
    .optional()
    .describe('Accounts, or units including all units below them, that are not scanned.'),
}).transform(
  (given): AccountSelection => ({
    from: 'organization',
    organizationalUnits: given.organizationalUnits ?? [],
    tags: given.tags ?? {},
    include: given.include ?? [],
    exclude: given.exclude ?? [],
  }),
);

/** The role that `infra/lambda/spoke-role.yml` makes. */
export const DEFAULT_ROLE_NAME = 'HeadroomReader';

// STS AssumeRole: 2 to 64 of \w+=,.@- for session name and source identity, 2 to 1,224 of \w+=,.@:/- for the external ID.
const sessionWord = text('2 to 64 letters, digits and +=,.@_-', /^[\w+=,.@-]{2,64}$/);

const targets = together(
  section({
    accounts: listOf(accountId, 'an account id, or a list of them')
      .optional()
      .describe('The IDs of the accounts to scan.'),
    organization: organization
      .optional()
      .describe('The accounts of an AWS organization, looked up in every run.'),
    regions: listOf(
      text('a Region, such as eu-west-1, or the word enabled', /^(enabled|[a-z]{2,}(-[a-z]+)+-\d+)$/),
      'a Region, a list of them, or the word enabled',
    )
      .optional()
      .describe(
        'The Regions to scan, or all that each account has enabled. Default: the Region that Headroom runs in.',
      ),
    roleName: text(
      'the name of an IAM role, with its path if it has one, such as HeadroomReader or headroom/reader',
      /^([\w+=,.@-]{1,128}\/){0,4}[\w+=,.@-]{1,64}$/,
    )
      .optional()
      .describe('The role that Headroom assumes in each account.'),
    externalId: text('2 to 1,224 letters, digits and +=,.@:/_-', /^[\w+=,.@:/-]{2,1224}$/)
      .optional()
      .describe('The external ID that the trust policy of the role asks for.'),
    sessionName: sessionWord.optional().describe('Appears in CloudTrail of the scanned account.'),
    sourceIdentity: sessionWord
      .optional()
      .describe('Appears in CloudTrail. A user of the session cannot change it.'),
  }),
  ({ accounts, organization: given, regions }) => [
    ...(accounts !== undefined && given !== undefined
      ? [
          {
            path: ['accounts'],
            message: 'and targets.organization are both given; keep one of them.',
          },
        ]
      : []),
    ...(Array.isArray(regions) && regions.length > 1 && regions.includes('enabled')
      ? [
          {
            path: ['regions'],
            message: 'has the word enabled and Regions by name; keep one or the other.',
          },
        ]
      : []),
  ],
);

const scan = section({
  vpcs: listOf(vpcId, 'a VPC id, or a list of them').optional().describe('Only these VPCs. Default: all.'),
  concurrency: wholeNumber(1, 100).optional().describe('Targets that one process scans at the same time.'),
  reading: oneOf(['full', 'incremental'])
    .optional()
    .describe(
      'Whether each scan reads every network interface and instance, or only those of subnets that changed, and the others in turn.',
    ),
  quotaShare: percent
    .refine((share) => share >= 1, { error: 'a share from 1% to 100%, such as 25%' })
    .optional()
    .describe(
      "The share of EC2's request quota that scans may take in each account and Region. The CNI of your nodes needs the rest.",
    ),
});

// CloudWatch PutMetricData: 1 to 255 of 0-9A-Za-z.-_/#: and space; AWS/ and a leading colon are kept for AWS.
const namespace = text(
  'a CloudWatch namespace that does not begin with AWS/ or a colon, such as VpcHeadroom',
  /^(?!AWS\/|:)[\w.\-/#: ]{1,255}$/,
);

const OTLP_ENDPOINT =
  'the whole http:// or https:// URL of an OTLP endpoint for metrics, such as http://collector:4318/v1/metrics';

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

const otlp = section({
  endpoint: text(OTLP_ENDPOINT, /^https?:\/\/[^\s/@?#]{1,253}\/[^\s?#]{1,1500}$/)
    .optional()
    .describe('Where metrics are sent. Default: the OTLP endpoint of CloudWatch in the Region of Headroom.'),
  temporality: oneOf(['delta', 'cumulative'])
    .optional()
    .describe('How counts of events add up. Default: delta for CloudWatch, cumulative for others.'),
  headers: z
    .record(
      z.string().regex(HEADER_NAME, { error: 'the name of an HTTP header' }),
      section(keptFields).refine(isOneOfBoth, ONE_OF_BOTH).transform(locationOf),
      { error: 'a mapping from names of HTTP headers to the places of their values' },
    )
    .optional()
    .describe('Headers with a secret, such as authorization, and the place of each value.'),
});

const metrics = together(
  section({
    sink: oneOf(['cloudwatch', 'emf', 'otlp'])
      .optional()
      .describe(
        'How metrics are published: by the API of CloudWatch, by lines in the log (EMF), or by OTLP, which has no price for a series. Default: cloudwatch.',
      ),
    otlp: otlp.optional().describe('The receiver of metrics, with `sink: otlp`.'),
    namespace: namespace.optional().describe('The CloudWatch namespace.'),
    compat: yesOrNo
      .optional()
      .describe('Also publish the cluster gauges under the names of the CNI Metrics Helper.'),
    budget: together(
      section({
        metrics: wholeNumber(0, 1_000_000)
          .optional()
          .describe(
            'The maximum number of series of all targets together: clusters and VPCs first, then subnets.',
          ),
        monthlyDollars: z
          .number({ error: 'a sum in US dollars, 0 or more' })
          .min(0, { error: 'a sum in US dollars, 0 or more' })
          .max(1_000_000, { error: 'a sum in US dollars, at most 1000000' })
          .optional()
          .describe(
            'The limit of the whole bill in US dollars a month: metrics get what other services leave. Default: 150.',
          ),
      }),
      ({ metrics: series, monthlyDollars }) =>
        series === undefined || monthlyDollars === undefined
          ? []
          : [
              {
                path: ['metrics'],
                message: 'and metrics.budget.monthlyDollars are both given; keep one of them.',
              },
            ],
    )
      .optional()
      .describe('The limit for metrics that have a price for each series. Give one of its two keys.'),
    hot: section({
      below: percent.optional().describe('Subnets with less than this share of a supply free.'),
      within: duration.optional().describe('Subnets that are expected to run out within this time.'),
    })
      .optional()
      .describe('Subnets that are published first within the budget.'),
  }),
  ({ sink, otlp: receiver }) =>
    receiver === undefined || sink === 'otlp'
      ? []
      : [{ path: ['otlp'], message: 'is given, and metrics.sink is not otlp, so nothing is sent there.' }],
);

const weekly = together(
  section({
    days: daysOfTheWeek.describe('The days on which the window starts.'),
    start: clock.describe('The start of the window.'),
    end: clock.describe('The end of the window, on the next day if it is earlier than the start.'),
    timeZone: timeZone.optional().describe('The time zone of both.'),
  }),
  ({ start, end }) =>
    start === undefined || start !== end
      ? []
      : [
          {
            path: ['end'],
            message:
              'is the same as its start, so the window is empty; leave "weekly" out to mute around the clock.',
          },
        ],
).transform((window) => ({
  days: dayNumbers(window.days),
  start: window.start,
  end: window.end,
  timeZone: window.timeZone ?? 'UTC',
}));

const mute = together(
  section({
    match: alertSelector.describe('The alerts to mute.'),
    reason: text('a short reason', /\S/).describe('The reason, for people who find the mute later.'),
    from: moment.optional().describe('The start. Default: at once.'),
    until: moment.optional().describe('The end. Default: never.'),
    weekly: weekly.optional().describe('A window that repeats every week.'),
  }),
  ({ from, until }) =>
    typeof from !== 'string' || typeof until !== 'string' || !(Date.parse(from) >= Date.parse(until))
      ? []
      : [{ path: ['until'], message: `is ${until}, which is not after its from, ${from}.` }],
).transform(
  ({ match, reason, from, until, weekly: window }): Mute => ({
    match,
    reason,
    from: from ?? null,
    until: until ?? null,
    weekly: window ?? null,
  }),
);

const override = section({
  match: subjectSelector.describe('The subjects with other settings.'),
  rules: rulesSchema.transform(rulesByName).describe('The other settings, with the keys of alerts.rules.'),
}).transform(({ match, rules }): PolicyOverride => ({ match, rules: rules as PolicyOverride['rules'] }));

const alerts = section({
  rules: rulesSchema.transform(rulesByName).optional().describe('Settings of the rules for all subjects.'),
  overrides: z
    .array(override, { error: 'a list of overrides' })
    .optional()
    .describe('Other settings for the subjects that match. Later overrides win.'),
  mutes: z
    .array(mute, { error: 'a list of mutes' })
    .optional()
    .describe('Subjects without notifications, for a time.'),
  delivery: deliverySchema
    .optional()
    .describe('When destinations get what can wait. A destination may have settings of its own.'),
});

const routeHours = together(
  section({
    start: clock.describe('The start of the hours.'),
    end: clock.describe('Their end, on the next day if it is earlier than the start.'),
    days: daysOfTheWeek.optional().describe('The days on which they start. Default: every day.'),
    timeZone: timeZone.optional().describe('The time zone of both. Default: UTC.'),
  }),
  ({ start, end }) =>
    start === undefined || start !== end
      ? []
      : [{ path: ['end'], message: 'is the same as its start; leave the hours out for the whole day.' }],
).transform(
  ({ start, end, days = [...DAYS], timeZone: zone = 'UTC' }): WeeklyWindow => ({
    start,
    end,
    days: dayNumbers(days),
    timeZone: zone,
  }),
);

const route = section({
  match: alertSelector.optional().describe('The alerts of this route. Default: all alerts.'),
  to: listOf(text(NAME_WORDS, NAME), 'the name of a destination, or a list of them').describe(
    'The destinations of this route.',
  ),
  continue: yesOrNo.optional().describe('Whether later routes are evaluated as well.'),
  hours: routeHours
    .optional()
    .describe('Hours of the week in which this route applies to what is announced. Default: always.'),
}).transform(
  (given): Route => ({
    match: given.match ?? {},
    to: given.to,
    continue: given.continue ?? false,
    ...(given.hours === undefined ? {} : { hours: given.hours }),
  }),
);

// EKS CreateCluster: 1 to 100 letters, digits, hyphens and underscores, a letter or digit first.
const clusterName = text('the name of an EKS cluster, or the word all', /^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/);

// A prefix of at most 253 characters, a slash, and a name of at most 63 (Kubernetes, "Labels and Selectors").
const labelName = text(
  'the name of a label, such as team or app.kubernetes.io/name',
  /^(?:[0-9a-z.-]{1,253}\/)?[0-9A-Za-z][\w.-]{0,62}$/,
);

const kubernetes = together(
  section({
    clusters: listOf(clusterName, 'the name of a cluster, a list of them, or the word all').describe(
      'The EKS clusters whose Kubernetes API is read, or the word all.',
    ),
    ipamd: yesOrNo
      .optional()
      .describe('Also read the counters of ipamd on every node, which needs get pods/proxy in kube-system.'),
    labels: listOf(labelName, 'the name of a label, or a list of them')
      .optional()
      .describe('Labels of pods, namespaces and workloads that name a team or an application.'),
  }),
  ({ clusters }) =>
    Array.isArray(clusters) && clusters.length > 1 && clusters.includes('all')
      ? [{ path: ['clusters'], message: 'has the word all and clusters by name; keep one or the other.' }]
      : [],
);

const digest = section({
  to: listOf(text(NAME_WORDS, NAME), 'the name of a destination, or a list of them').describe(
    'The destinations of this digest.',
  ),
  every: oneOf(['daily', 'weekly'])
    .optional()
    .describe('How often: daily is on working days. Default: weekly.'),
  day: oneOf(DAYS).optional().describe('The day of a weekly digest. Default: monday.'),
  at: clock.optional().describe('The time of day. Default: 09:00.'),
  timeZone: timeZone.optional().describe('The time zone of day and time. Default: UTC.'),
  match: alertSelector.optional().describe('The scope: a team by its tag, accounts, clusters. Default: all.'),
}).transform(
  ({ to, every = 'weekly', day = 'monday', at = '09:00', timeZone: zone = 'UTC', match = {} }) => ({
    to,
    at,
    timeZone: zone,
    match,
    days: dayNumbers(every === 'weekly' ? [day] : WORKING_DAYS),
  }),
);

const digests = z.record(text(NAME_WORDS, NAME), digest, { error: 'a mapping from names to digests' });

/** See `LINK_TARGET`. */
const linkTarget = (words: string) =>
  text(words, LINK_TARGET).refine(
    (given) => given.length <= 500 && URL.canParse(given.replaceAll('{check}', 'check')),
    { error: words },
  );

const links = section({
  portal: linkTarget('the address of an AWS access portal, such as https://example.awsapps.com/start')
    .transform(withoutEndSlashes)
    .optional()
    .describe(
      'The AWS access portal of IAM Identity Center: links to the AWS console go through it, and open the right account.',
    ),
  portalRole: text('the name of a permission set, such as ReadOnlyAccess', /^[\w+=,.@-]{1,32}$/)
    .optional()
    .describe('The permission set that these links use. Default: the portal lets people choose.'),
  page: linkTarget('the address of the live page, such as https://headroom.example.com')
    .transform(withoutEndSlashes)
    .optional()
    .describe(
      'Where people reach the live page of `headroom serve`: messages link to map and history there.',
    ),
  runbooks: linkTarget(
    'the address of the runbooks, such as https://wiki.example.com/headroom or https://wiki.example.com/{check}.md',
  )
    .optional()
    .describe(
      'Where docs/runbooks is published: messages link to the page of their check. Default: on the live page.',
    ),
});

export const headroomSchema = section({
  targets: targets
    .optional()
    .describe('The accounts and Regions to scan. Default: those that Headroom runs in.'),
  scan: scan.optional().describe('Settings of a scan.'),
  kubernetes: kubernetes
    .optional()
    .describe('The Kubernetes API of clusters, read in every scan. Default: not read.'),
  metrics: metrics.optional().describe('Metrics: where to, and how many.'),
  alerts: alerts.optional().describe('Alert rules, overrides and mutes.'),
  links: links.optional().describe('Pages of yours that messages link to.'),
  destinations: destinationsSchema.optional().describe('The places that alerts can go to, by name.'),
  digests: digests
    .optional()
    .describe('Daily or weekly digests of a team, an account or everything, by name.'),
  routes: z
    .array(route, { error: 'a list of routes' })
    .optional()
    .describe('The destinations of alerts. The first route that matches decides.'),
});

export type HeadroomFile = z.output<typeof headroomSchema>;

/** Reads `targets`; how it relates to the Region that Headroom runs in is left to the caller, who knows that Region. */
export const accountsOf = ({ targets: given }: HeadroomFile): AccountSelection => {
  if (given?.organization !== undefined) return given.organization;
  return given?.accounts === undefined
    ? { from: 'self' }
    : { from: 'list', accountIds: [...new Set(given.accounts)] };
};

export const roleOf = (file: HeadroomFile): ScanRole | null => {
  const given = file.targets;
  if (given?.roleName === undefined && accountsOf(file).from === 'self') return null;
  return {
    name: given?.roleName ?? DEFAULT_ROLE_NAME,
    externalId: given?.externalId ?? null,
    sessionName: given?.sessionName ?? null,
    sourceIdentity: given?.sourceIdentity ?? null,
  };
};
