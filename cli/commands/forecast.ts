import { writeFileSync } from 'node:fs';
import { forecast } from '../../shared/model/forecast/forecast.ts';
import { historyOf } from '../../shared/model/forecast/supply-history.ts';
import type { Sample } from '../../shared/model/result/forecast.ts';
import { type AddCommand, UsageError } from '../base/command-line.ts';
import { parseCapacity, parseTime, readHistory } from '../input/history-csv.ts';
import { plotHistory } from '../output/history-plot.ts';

interface Options {
  readonly history: string;
  readonly capacity: string;
  readonly at?: string;
  readonly format: string;
  readonly plot?: string;
}

const momentOf = (text: string | undefined, samples: readonly Sample[]): number => {
  if (text === undefined) return Math.max(...samples.map(({ at }) => at));
  const at = parseTime(text);
  if (at === null)
    throw new UsageError(
      `--at ${JSON.stringify(text)} is not an ISO 8601 time.`,
      'Write it as in 2026-01-31T12:00:00Z.',
    );
  return at;
};

/** `headroom forecast`: when a recorded supply will run out, as seen at one moment. */
export const addForecastCommand: AddCommand = (program, { io }) => {
  program
    .command('forecast')
    .description('forecast when a recorded supply runs out, as seen at one point in time')
    .requiredOption('--history <file>', 'CSV with the columns timestamp and available; - for standard input')
    .requiredOption('--capacity <n>', 'how many the subnet can have: 251 addresses for a /24')
    .option('--at <time>', 'the time in ISO 8601; later measurements are ignored (default: the last one)')
    .option('-f, --format <format>', 'text or json', 'text')
    .option('--plot <file>', 'also draw the series and the forecast: .svg, or .html')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom forecast --history subnet-0a1b.csv --capacity 251
  $ headroom forecast --history subnet-0a1b.csv --capacity 251 --at 2026-01-31T12:00:00Z --format json
`,
    )
    .action((options: Options) => {
      if (!['text', 'json'].includes(options.format))
        throw new UsageError(`--format ${options.format} is neither text nor json.`, 'Use one of the two.');
      const capacity = parseCapacity(options.capacity);
      const all = readHistory(options.history);
      const now = momentOf(options.at, all);
      const samples = all.filter(({ at }) => at <= now);
      const { exhaustionAt, earliest, latest, probabilityWithin, method, reason } = forecast(
        historyOf(samples),
        capacity,
        now,
      );
      if (options.plot !== undefined)
        writeFileSync(
          options.plot,
          plotHistory(options.plot, { samples, capacity, supply: 'addresses', transitions: [] }),
        );
      const document = { exhaustionAt, earliest, latest, probabilityWithin, method, reason };
      if (options.format === 'json') return io.out(`${JSON.stringify(document, null, 2)}\n`);
      const chance = (share: number): string => `${Math.round(100 * share)} %`;
      io.out(
        [
          `expected   ${exhaustionAt ?? (probabilityWithin === null ? 'not known' : 'not within 30 days')}`,
          `interval   ${earliest ?? 'open'} to ${latest ?? 'open'}`,
          probabilityWithin === null
            ? 'within     not known'
            : `within     24 h ${chance(probabilityWithin['24h'])}, 72 h ${chance(probabilityWithin['72h'])}, 7 d ${chance(probabilityWithin['7d'])}`,
          `because    ${reason}`,
          '',
        ].join('\n'),
      );
    });
};
