import { number } from '../../shared/model/base/text/numbers.ts';
import { utcMinute } from '../../shared/model/base/text/times.ts';
import { type ReplayTransition, replay } from '../../shared/pipeline/replay.ts';
import { checkAll } from '../base/all-problems.ts';
import type { AddCommand } from '../base/command-line.ts';
import { readConfiguration } from '../input/configuration.ts';
import { aboveCapacity, parseCapacity, readHistory } from '../input/history-file.ts';
import {
  addReplayFormatOptions,
  checkOutputFormat,
  REPLAY_FORMATS,
  type ReplayFormat,
} from '../input/output-options.ts';
import type { ReplayDocument } from '../output/act-documents.ts';
import { outputOf } from '../output/document.ts';
import { checkPlotFile, plotHistory } from '../output/history-plot.ts';
import { jsonLine } from '../output/json.ts';
import { writeOutputFile } from '../output/output-file.ts';
import { type Column, renderTable } from '../output/table.ts';

interface Options {
  readonly history: string;
  readonly capacity: string;
  readonly prefixes?: boolean;
  readonly policy?: string;
  readonly format: ReplayFormat;
  readonly plot?: string;
}

const minutes = (time: string | null): string | null => (time === null ? null : utcMinute(time));

const COLUMNS: readonly Column<ReplayTransition>[] = [
  { title: 'AT', cell: ({ at }) => minutes(at) },
  { title: 'RULE', cell: ({ rule }) => rule },
  { title: 'TRANSITION', cell: ({ transition }) => transition },
  { title: 'SEVERITY', cell: ({ severity }) => severity },
  { title: 'AVAILABLE', align: 'right', cell: ({ available }) => number(available) },
  { title: 'EXPECTED', cell: ({ exhaustionAt }) => minutes(exhaustionAt) },
  { title: 'EARLIEST', cell: ({ earliest }) => minutes(earliest) },
  { title: 'LATEST', cell: ({ latest }) => minutes(latest) },
];

/** `headroom replay`: what would have been said, and when, had Headroom watched a recorded past. */
export const addReplayCommand: AddCommand = (program, { io }) => {
  addReplayFormatOptions(program.command('replay'))
    .description('run recorded history through forecasts and alert rules, and list every alert')
    .requiredOption('--history <file>', 'CSV or JSON with timestamp and available; - for standard input')
    .requiredOption('--capacity <n>', 'how many the subnet can have: 251 addresses for a /24')
    .option('--prefixes', 'the file counts free /28 prefixes, not addresses')
    .option(
      '--policy <file>',
      'the headroom.yml with the alert rules (default: headroom.yml in this folder, or the defaults)',
    )
    .option('--plot <file>', 'also draw the series, the last forecast and the alerts: .svg, or .html')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom replay --history subnet-0a1b.csv --capacity 251
  $ headroom replay --history prefixes.csv --capacity 14 --prefixes --policy headroom.yml --output ndjson
  $ headroom replay --history subnet-0a1b.csv --capacity 251 --plot replay.html

To tune a policy, change a threshold or a lead time in headroom.yml and run it again.
`,
    )
    .action(async (options: Options) => {
      const { format } = options;
      const [, capacity, , samples] = checkAll(
        () => checkOutputFormat(format, REPLAY_FORMATS),
        () => parseCapacity(options.capacity),
        () => checkPlotFile(options.plot),
        () => readHistory(options.history),
      );
      io.err(aboveCapacity(samples, capacity));
      const { alerts } = await readConfiguration(options.policy, '--policy');
      const supply = options.prefixes === true ? 'prefixes' : 'addresses';
      const transitions = replay({ samples, capacity, supply, policy: alerts });
      if (options.plot !== undefined)
        await writeOutputFile(options.plot, [
          plotHistory(options.plot, { samples, capacity, supply, transitions }),
        ]);
      const document: ReplayDocument = { schema: 'headroom/replay@1', transitions };
      io.out(
        format === 'ndjson'
          ? transitions.map((transition) => jsonLine(transition)).join('')
          : await outputOf(format, document, () =>
              transitions.length === 0 ? 'No alert.\n' : renderTable(io, COLUMNS, transitions),
            ),
      );
    });
};
