import { printable } from '../../shared/model/base/invisible-characters.ts';
import { acknowledgeAndShow } from '../../shared/pipeline/acts-of-people.ts';
import { nameOf } from '../../shared/pipeline/kept-alerts.ts';
import type { AddCommand } from '../base/command-line.ts';
import { callerOf } from '../input/caller.ts';
import { addStateOptions, type StateOptions, withStateStore } from '../input/state-store.ts';

interface Options extends StateOptions {
  readonly by?: string;
  readonly withdraw?: boolean;
}

/** `headroom ack`: a person has seen it, so its notifications are not repeated. */
export const addAcknowledgeCommand: AddCommand = (program, { io }) => {
  addStateOptions(program.command('acknowledge').alias('ack'))
    .argument(
      '<alert...>',
      'numbers of alerts in `headroom alerts`, or their keys: 111122223333/eu-west-1/addresses/subnet/subnet-0abc',
    )
    .description('stop the repeated notifications of alerts; escalations and ends are still sent')
    .option('-b, --by <name>', 'who acknowledges them (default: your AWS identity, else your user name)')
    .option('--withdraw', 'remove the acknowledgement: notifications are repeated again')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom ack 3
  $ headroom ack 3 5 --table headroom-prod-state --region eu-west-1
  $ headroom ack 3 --withdraw

Posts of a Slack app and incidents of PagerDuty show it after the next run of scans, within minutes.
`,
    )
    .action(async (names: readonly string[], options: Options) => {
      const isWithdrawn = options.withdraw === true;
      const caller = await callerOf(options, io);
      await withStateStore(options, async (store) => {
        for (const name of names) {
          const kept = await acknowledgeAndShow(store, name, { by: caller.name, isWithdrawn }, io.now());
          const what = isWithdrawn
            ? 'is repeated from now on'
            : `is acknowledged by ${caller.name} (${caller.known})`;
          io.out(`${printable(`${nameOf(kept)} ${what}. It is: ${kept.alert.finding.title}`)}.\n`);
        }
      });
    });
};
