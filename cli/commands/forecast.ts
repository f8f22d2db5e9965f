import { largestOf, smallestOf } from '../../shared/model/base/extremes.ts';
import { count, percent } from '../../shared/model/base/text/numbers.ts';
import { utcMinute } from '../../shared/model/base/text/times.ts';
import { forecast } from '../../shared/model/forecast/forecast.ts';
import { HistoryBuilder } from '../../shared/model/forecast/supply-history.ts';
import type { Sample } from '../../shared/model/result/forecast.ts';
import { type AlarmReview, type Review, review } from '../../shared/pipeline/review.ts';
import { checkAll } from '../base/all-problems.ts';
import { type AddCommand, collectValues, UsageError } from '../base/command-line.ts';
import { readConfiguration } from '../input/configuration.ts';
import {
  aboveCapacity,
  parseCapacity,
  type RecordedHistory,
  readReviewedHistory,
} from '../input/history-file.ts';
import { parseTime } from '../input/history-measurements.ts';
import { addOutputOptions, type OutputFormat, type OutputOptions } from '../input/output-options.ts';
import { addStateOptions, type StateOptions } from '../input/state-store.ts';
import { readStoredHistory, subnetOf } from '../input/stored-history.ts';
import { checkPlotFile, plotHistory } from '../output/history-plot.ts';
import type { ListingColumn } from '../output/listing.ts';
import type {
  ForecastDocument,
  ForecastReviewDocument,
  OutlookDocument,
} from '../output/listing-documents.ts';
import { writeOutputFile } from '../output/output-file.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

interface Options extends StateOptions {
  readonly history?: string;
  readonly subnet?: string;
  readonly account?: string;
  readonly targetRegion?: string;
  readonly capacity: string;
  readonly prefixes?: boolean;
  readonly at?: readonly string[];
  readonly review?: boolean;
  readonly policy?: string;
  /** `text`: the name that `table` had. */
  readonly format: OutputFormat | 'text';
  readonly sortBy?: string;
  readonly headers: boolean;
  readonly plot?: string;
}

/** @throws UsageError for what is not a time */
const momentOf = (text: string): number => {
  const at = parseTime(text);
  if (at === null)
    throw new UsageError(
      `--at ${JSON.stringify(text)} is not an ISO 8601 time.`,
      'Write it as in 2026-01-31T12:00:00Z.',
    );
  return at;
};

const withoutTime = ({ at: _at, ...outlook }: { readonly at: string } & OutlookDocument): OutlookDocument =>
  outlook;

/** The outlook at each moment, looking at nothing later than it. */
const outlooksAt = (
  moments: readonly number[],
  samples: readonly Sample[],
  capacity: number,
): Map<number, OutlookDocument> => {
  const outlooks = new Map<number, OutlookDocument>();
  const ordered = samples.toSorted((a, b) => a.at - b.at);
  const history = new HistoryBuilder();
  let read = 0;
  for (const now of moments.toSorted((a, b) => a - b)) {
    for (let next = ordered[read]; next !== undefined && next.at <= now; next = ordered[++read])
      history.add(next);
    const { exhaustionAt, earliest, latest, probabilityWithin, method, reason } = forecast(
      history.history(),
      capacity,
      now,
    );
    outlooks.set(now, { exhaustionAt, earliest, latest, probabilityWithin, method, reason });
  }
  return outlooks;
};

/** A time in a text; listings of other formats have it as ISO 8601. */
const moment = (time: string | null): string | null => (time === null ? null : utcMinute(time));

const outlookLines = ({
  exhaustionAt,
  earliest,
  latest,
  probabilityWithin,
  reason,
}: OutlookDocument): string[] => [
  `expected   ${exhaustionAt === null ? (probabilityWithin === null ? 'not known' : 'not within 30 days') : utcMinute(exhaustionAt)}`,
  probabilityWithin === null
    ? 'interval   not known'
    : `interval   ${moment(earliest) ?? 'open'} to ${moment(latest) ?? 'open'}`,
  probabilityWithin === null
    ? 'within     not known'
    : `within     24 h ${percent(probabilityWithin['24h'])}, 72 h ${percent(probabilityWithin['72h'])}, 7 d ${percent(probabilityWithin['7d'])}`,
  `because    ${reason}`,
];

/** Days where hours are hard to read. */
const hoursText = (hours: number): string =>
  hours < 72 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;

const alarmLine = (
  name: string,
  { hits, misses, tooEarly, falseAlarms, undecided, hoursOn, leadHours }: AlarmReview,
): string => {
  const leads = leadHours.map((lead) => (lead === null ? 'missed' : hoursText(lead)));
  const early = tooEarly === 0 ? '' : ` (${tooEarly} more than 16 days ahead)`;
  const ahead = leads.length === 0 ? '' : `; lead ${leads.join(', ')}`;
  const open = undecided === 0 ? '' : `, ${undecided} still on at the end of the record`;
  return `${name.padEnd(21)}${count(hits, 'hit')}${early}, ${count(misses, 'miss')}, ${count(falseAlarms, 'false alarm')}${open}; on for ${hoursText(hoursOn)}${ahead}`;
};

const FEWEST_HOURS = 48;
const MILLISECONDS_PER_HOUR = 3_600_000;

/** Says why there is no forecast to judge; nothing where there is one. */
const shortHistory = (samples: readonly Sample[]): string[] => {
  const times = samples.map(({ at }) => at);
  const hours = (largestOf(times) - smallestOf(times)) / MILLISECONDS_PER_HOUR;
  return hours >= FEWEST_HOURS
    ? []
    : [
        `too short            The history covers ${count(Math.floor(hours), 'hour')}, and a forecast needs ${FEWEST_HOURS}.`,
      ];
};

const refusedLine = (refusals: Review['refusals']): string => {
  if (refusals === null) return 'refused              not known';
  const { hours, exhaustions } = refusals;
  if (hours === 0) return 'refused              no request';
  return `refused              requests in ${count(hours, 'hour')}; ${count(exhaustions, 'exhaustion')} without a measurement of zero`;
};

const reviewLines = ({ exhaustions, refusals, headroom, usedAlarm, calibration }: Review): string[] => [
  exhaustions.length === 0
    ? 'ran out              never'
    : `ran out              ${exhaustions.map(utcMinute).join(', ')}`,
  refusedLine(refusals),
  alarmLine('Headroom', headroom),
  alarmLine('80 % used for 15 min', usedAlarm),
  ...Object.entries(calibration).map(([horizon, { forecasts, happened, brierSkill, error, reliability }]) => {
    if (forecasts === 0) return `within ${horizon.padEnd(14)}no forecast whose outcome is known`;
    const skill = brierSkill === null ? '' : `, Brier skill ${brierSkill.toFixed(2)}`;
    const classes = reliability.map(
      (one) => `${percent(one.said)} -> ${percent(one.happened)} (${one.forecasts})`,
    );
    return `within ${horizon.padEnd(14)}${forecasts} forecasts, ${happened} came true, calibration error ${(error ?? 0).toFixed(2)}${skill}; said -> happened: ${classes.join(', ')}`;
  }),
];

type Moment = OutlookDocument & { readonly at: string };

const within = (horizon: '24h' | '72h' | '7d'): ListingColumn<Moment> => ({
  title: `IN ${horizon === '7d' ? '7 D' : `${horizon.slice(0, 2)} H`}`,
  align: 'right',
  cell: ({ probabilityWithin }) => (probabilityWithin === null ? null : percent(probabilityWithin[horizon])),
  value: ({ probabilityWithin }) => probabilityWithin?.[horizon] ?? null,
});

const COLUMNS: readonly ListingColumn<Moment>[] = [
  { title: 'AT', cell: ({ at }) => utcMinute(at), value: ({ at }) => at },
  {
    title: 'EXPECTED',
    cell: ({ exhaustionAt }) => moment(exhaustionAt),
    value: ({ exhaustionAt }) => exhaustionAt,
  },
  {
    title: 'EARLIEST',
    leaveOut: 3,
    cell: ({ earliest }) => moment(earliest),
    value: ({ earliest }) => earliest,
  },
  { title: 'LATEST', leaveOut: 4, cell: ({ latest }) => moment(latest), value: ({ latest }) => latest },
  within('24h'),
  within('72h'),
  within('7d'),
  { title: 'BECAUSE', leaveOut: 2, shortest: 20, cell: ({ reason }) => reason },
  { title: 'METHOD', wide: true, cell: ({ method }) => method },
];

type Reviewed = AlarmReview & { readonly name: string };

const REVIEW_COLUMNS: readonly ListingColumn<Reviewed>[] = [
  { title: 'ALARM', cell: ({ name }) => name },
  { title: 'HITS', align: 'right', cell: ({ hits }) => `${hits}`, value: ({ hits }) => hits },
  { title: 'MISSES', align: 'right', cell: ({ misses }) => `${misses}`, value: ({ misses }) => misses },
  {
    title: 'FALSE ALARMS',
    align: 'right',
    cell: ({ falseAlarms }) => `${falseAlarms}`,
    value: ({ falseAlarms }) => falseAlarms,
  },
  {
    title: 'HOURS ON',
    align: 'right',
    cell: ({ hoursOn }) => hoursOn.toFixed(1),
    value: ({ hoursOn }) => Math.round(10 * hoursOn) / 10,
  },
];

const checkReview = ({ review: isReview, at }: Options): void => {
  if (isReview === true && at !== undefined)
    throw new UsageError(
      '--review covers the whole past, and --at only some moments of it.',
      'Use one of the two.',
    );
};

type Source = { readonly file: string } | { readonly subnet: string };

/** @throws UsageError unless one source is given */
const sourceOf = ({ history, subnet }: Options): Source => {
  if ((history === undefined) === (subnet === undefined))
    throw new UsageError(
      history === undefined
        ? 'The source of the history is missing.'
        : '--history and --subnet are both given.',
      'Give one of --history and --subnet.',
    );
  return subnet === undefined ? { file: history ?? '' } : { subnet: subnetOf(subnet) };
};

/** What is known of the supply: from the file, or from what a deployment remembers. */
const pastOf = async (source: Source, options: Options, now: number): Promise<RecordedHistory> =>
  'file' in source
    ? readReviewedHistory(source.file)
    : readStoredHistory({ ...options, supply: supplyOf(options), subnet: source.subnet }, now);

const supplyOf = ({ prefixes }: Options): 'addresses' | 'prefixes' =>
  prefixes === true ? 'prefixes' : 'addresses';

/** `headroom forecast`: when a recorded supply will run out, as seen at one moment. */
export const addForecastCommand: AddCommand = (program, { io }) => {
  addOutputOptions(addStateOptions(program.command('forecast')), { watch: false })
    .description('forecast when a recorded supply runs out, as seen at one point in time')
    .option(
      '--history <file>',
      'CSV or JSON with timestamp and available, and for --review also refused; - for standard input',
    )
    .option('--subnet <id>', 'in place of --history: what the state remembers of this subnet')
    .option('--account <id>', 'the account that the subnet was scanned in')
    .option('--target-region <region>', 'the Region that the subnet is in')
    .requiredOption('--capacity <n>', 'how many the subnet can have: 251 addresses for a /24')
    .option('--prefixes', 'the history counts free /28 prefixes, not addresses')
    .option(
      '--at <time>',
      'the time in ISO 8601, repeatable; later measurements are ignored (default: the last one)',
      collectValues,
    )
    .option('--review', 'report how good the forecast and the alerts would have been on this past')
    .option(
      '--policy <file>',
      'for --review: the alert rules of a headroom.yml (default: headroom.yml here, or the defaults)',
    )
    .option('--plot <file>', 'also draw the series and the forecast: .svg, or .html')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom forecast --history subnet-0a1b.csv --capacity 251
  $ headroom forecast --history subnet-0a1b.csv --capacity 251 --at 2026-01-31T12:00:00Z --output json
  $ headroom forecast --history subnet-0a1b.csv --capacity 251 --review
  $ headroom forecast --state headroom.sqlite --account 111122223333 --target-region eu-west-1 \\
      --subnet subnet-0a1b2c3d4e5f67890 --capacity 251 --review
`,
    )
    .action(async (options: Options) => {
      const output: OutputOptions = {
        ...options,
        format: options.format === 'text' ? 'table' : options.format,
      };
      const [, , capacity, , asked, source] = checkAll(
        () => checkOutputOptions(output, options.review === true ? REVIEW_COLUMNS : COLUMNS),
        () => checkReview(options),
        () => parseCapacity(options.capacity),
        () => checkPlotFile(options.plot),
        () => checkAll(...(options.at ?? []).map((text) => () => momentOf(text))),
        () => sourceOf(options),
      );
      const { samples: all, refusals } = await pastOf(source, options, io.now());
      const supply = supplyOf(options);
      io.err(aboveCapacity(all, capacity));
      if (options.review === true) {
        const outcome = review({
          samples: all,
          capacity,
          supply,
          policy: (await readConfiguration(options.policy, '--policy')).alerts,
          ...(refusals === null ? {} : { refusals }),
        });
        return writeListing(io, output, {
          document: outcome satisfies ForecastReviewDocument,
          listing: {
            columns: REVIEW_COLUMNS,
            rows: [
              { name: 'Headroom', ...outcome.headroom },
              { name: '80 % used for 15 min', ...outcome.usedAlarm },
            ],
            nameOf: ({ name }) => name,
          },
          text: () => `${[...shortHistory(all), ...reviewLines(outcome)].join('\n')}\n`,
        });
      }
      const moments = asked.length > 0 ? asked : [largestOf(all.map(({ at }) => at))];
      const outlooks = outlooksAt(moments, all, capacity);
      const documents = moments.flatMap((at) => {
        const outlook = outlooks.get(at);
        return outlook === undefined ? [] : [{ at: new Date(at).toISOString(), ...outlook }];
      });
      if (options.plot !== undefined) {
        const now = largestOf(moments);
        const samples = all.filter(({ at }) => at <= now);
        const plotted = { samples, capacity, supply, transitions: [] };
        await writeOutputFile(options.plot, [plotHistory(options.plot, plotted)]);
      }
      const [first, ...others] = documents;
      // One moment is one object, as it was before several could be asked for.
      const document = others.length === 0 && first !== undefined ? withoutTime(first) : documents;
      const paragraphs = documents.map((document) =>
        [
          ...(others.length === 0 ? [] : [`at         ${utcMinute(document.at)}`]),
          ...outlookLines(document),
          '',
        ].join('\n'),
      );
      await writeListing(io, output, {
        document: document satisfies ForecastDocument,
        listing: { columns: COLUMNS, rows: documents, nameOf: ({ at }) => at },
        text: () => paragraphs.join('\n'),
      });
    });
};
