import { printable } from '../../shared/model/base/invisible-characters.ts';
import { type KeptAlert, keptAlerts, nameOf } from '../../shared/pipeline/acknowledge.ts';
import { type AddCommand, UsageError } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { type Io, paint } from '../base/io.ts';
import { addStateOptions, type StateOptions, withStateStore } from '../input/state-store.ts';
import { type Column, renderTable } from '../output/table.ts';

interface Options extends StateOptions {
  readonly format: string;
  readonly all?: boolean;
}

const COLOUR = { critical: 'red', warning: 'yellow', ok: 'dim' } as const;

const columns = (io: Io): readonly Column<KeptAlert>[] => [
  {
    title: 'LEVEL',
    cell: ({ alert }) => {
      const level = alert.status === 'pending' ? `(${alert.candidate?.severity})` : alert.severity;
      return paint(io)(COLOUR[alert.severity], level);
    },
  },
  { title: 'STATUS', cell: ({ alert }) => alert.status },
  { title: 'SINCE', cell: ({ alert }) => alert.since },
  { title: 'ACKNOWLEDGED', cell: ({ alert }) => alert.acknowledged?.by ?? null },
  { title: 'ALERT', cell: (kept) => printable(nameOf(kept)) },
  { title: 'WHAT', cell: ({ alert }) => printable(alert.finding.title) },
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
        const alerts = kept.map(({ target, alert }) => ({ target, ...alert }));
        io.out(`${JSON.stringify({ schema: 'headroom/alerts@1', alerts }, null, 2)}\n`);
      } else {
        io.out(kept.length === 0 ? 'No alert fires.\n' : renderTable(io, columns(io), kept));
      }
      session.exit(kept.some(({ alert }) => alert.severity === 'critical') ? EXIT.found : EXIT.ok);
    });
};
