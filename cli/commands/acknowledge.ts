import { printable } from '../../shared/model/base/invisible-characters.ts';
import { acknowledgeAlert, nameOf } from '../../shared/pipeline/acknowledge.ts';
import type { AddCommand } from '../base/command-line.ts';
import { addStateOptions, type StateOptions, withStateStore } from '../input/state-store.ts';

interface Options extends StateOptions {
  readonly by?: string;
  readonly withdraw?: boolean;
}

/** `headroom acknowledge`: a person has seen it, so its notifications are not repeated. */
export const addAcknowledgeCommand: AddCommand = (program, { io }) => {
  addStateOptions(program.command('acknowledge'))
    .argument(
      '<key...>',
      'alerts, as `headroom alerts` names them: 111122223333/eu-west-1/addresses/subnet/subnet-0abc',
    )
    .description('stop the repeated notifications of alerts; escalations and ends are still sent')
    .option('-b, --by <name>', 'who acknowledges them (default: your login name)')
    .option('--withdraw', 'remove the acknowledgement: notifications are repeated again')
    .action(async (keys: readonly string[], options: Options) => {
      const by = options.by ?? io.env['USER'] ?? 'unknown user';
      await withStateStore(options, async (store) => {
        for (const key of keys) {
          const kept = await acknowledgeAlert(store, key, options.withdraw === true ? null : by, io.now());
          const what =
            kept.alert.acknowledged === null ? 'is repeated from now on' : `is acknowledged by ${by}`;
          io.out(`${printable(`${nameOf(kept)} ${what}`)}.\n`);
        }
      });
    });
};
