import * as z from 'zod';
import { isOneOfBoth, keptFields, locationOf, ONE_OF_BOTH } from './destinations.ts';
import { duration, oneOf, percent, section, text, together, wholeNumber, yesOrNo } from './scalars.ts';

/** `metrics` of headroom.yml: where to, and how many. */

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

export const metricsSchema = together(
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
