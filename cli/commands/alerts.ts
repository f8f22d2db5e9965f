import { type KeptAlert, keptAlerts, nameOf } from '../../shared/pipeline/acknowledge.ts';
import { type AddCommand, UsageError } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { addStateOptions, type StateOptions, withStateStore } from '../input/state-store.ts';
import { jsonText } from '../output/json.ts';
import { type Column, renderTable } from '../output/table.ts';

interface Options extends StateOptions {
  readonly format: string;
  readonly all?: boolean;
}

const COLOUR = { critical: 'red', warning: 'yellow', ok: 'dim' } as const;

const COLUMNS: readonly Column<KeptAlert>[] = [
  {
    title: 'LEVEL',
    cell: ({ alert }) => (alert.status === 'pending' ? `(${alert.candidate?.severity})` : alert.severity),
    style: ({ alert }) => COLOUR[alert.severity],
  },
  { title: 'STATUS', cell: ({ alert }) => alert.status },
  { title: 'SINCE', cell: ({ alert }) => alert.since },
  { title: 'ACKNOWLEDGED', cell: ({ alert }) => alert.acknowledged?.by ?? null },
  { title: 'ALERT', cell: (kept) => nameOf(kept) },
  { title: 'WHAT', cell: ({ alert }) => alert.finding.title },
];

/** `headroom alerts`: what fires, and what waits to. */
export const addAlertsCommand: AddCommand = (program, session) => {
  addStateOptions(program.command('alerts'))
    .description('firing and pending alerts, as of the last scans')
    .option('-f, --format <format>', 'table or json', 'table')
    .option('-a, --all', 'also resolved alerts that are still stored')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom alerts --table headroom-prod-state --region eu-west-1
  $ headroom acknowledge 111122223333/eu-west-1/addresses/subnet/subnet-0abc --table headroom-prod-state

Exits with 1 while a critical alert fires.
`,
    )
    .action(async (options: Options) => {
      if (!['table', 'json'].includes(options.format)) {
        throw new UsageError(`--format ${options.format} is neither table nor json.`, 'Use one of the two.');
      }
      const { io } = session;
      const kept = (await withStateStore(options, keptAlerts, { readOnly: true })).filter(
        ({ alert }) => options.all === true || alert.status !== 'resolved',
      );
      if (options.format === 'json') {
        const alerts = kept.map((each) => ({ identity: nameOf(each), target: each.target, ...each.alert }));
        io.out(jsonText({ schema: 'headroom/alerts@1', alerts }));
      } else {
        io.out(kept.length === 0 ? 'No alert fires.\n' : renderTable(io, COLUMNS, kept));
      }
      session.exit(kept.some(({ alert }) => alert.severity === 'critical') ? EXIT.found : EXIT.ok);
    });
};
