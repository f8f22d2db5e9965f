import { printable } from '../../shared/model/base/invisible-characters.ts';
import { acknowledgeAndShow } from '../../shared/pipeline/acts-of-people.ts';
import { type KeptAlert, nameOf } from '../../shared/pipeline/kept-alerts.ts';
import type { AddCommand } from '../base/command-line.ts';
import { eachName } from '../base/each-name.ts';
import { type Caller, callerOf } from '../input/caller.ts';
import { addDocumentOptions, checkDocumentFormat, type OutputOptions } from '../input/output-options.ts';
import { addStateOptions, type StateOptions, withStateStore } from '../input/state-store.ts';
import type { AcknowledgeDocument } from '../output/act-documents.ts';
import { outputOf } from '../output/document.ts';

interface Options extends StateOptions, Pick<OutputOptions, 'format'> {
  readonly by?: string;
  readonly withdraw?: boolean;
}

/** `headroom ack`: a person has seen it, so its notifications are not repeated. */
export const addAcknowledgeCommand: AddCommand = (program, { io }) => {
  addDocumentOptions(addStateOptions(program.command('acknowledge').alias('ack')))
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
  $ headroom ack 3 --output json | jq '.alerts[].acknowledged'

Posts of a Slack app and incidents of PagerDuty show it after the next run of scans, within minutes.
`,
    )
    .action(async (names: readonly string[], options: Options) => {
      checkDocumentFormat(options.format);
      const isWithdrawn = options.withdraw === true;
      const caller = await callerOf(options, io);
      const { done, failure } = await withStateStore(options, (store) =>
        eachName(names, (name) =>
          acknowledgeAndShow(store, name, { by: caller.name, isWithdrawn }, io.now()),
        ),
      );
      if (done.length > 0)
        io.out(
          await outputOf(options.format, documentOf(done, caller.name, isWithdrawn), () =>
            done.map((kept) => lineOf(kept, caller, isWithdrawn)).join(''),
          ),
        );
      if (failure !== null) throw failure;
    });
};

const documentOf = (done: readonly KeptAlert[], by: string, withdrawn: boolean): AcknowledgeDocument => ({
  schema: 'headroom/acknowledge@1',
  by,
  withdrawn,
  alerts: done.map((kept) => {
    const { rule, subject, status, severity, since, acknowledged, finding } = kept.alert;
    return {
      identity: nameOf(kept),
      target: kept.target,
      rule,
      subject,
      status,
      severity,
      since,
      title: finding.title,
      acknowledged,
    };
  }),
});

const lineOf = (kept: KeptAlert, caller: Caller, isWithdrawn: boolean): string => {
  const what = isWithdrawn
    ? 'is repeated from now on'
    : `is acknowledged by ${caller.name} (${caller.known})`;
  return `${printable(`${nameOf(kept)} ${what}. It is: ${kept.alert.finding.title}`)}.\n`;
};
