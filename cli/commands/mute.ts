import type { Command } from 'commander';
import type { Selector } from '../../shared/model/alert/policy.ts';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { count } from '../../shared/model/base/text/numbers.ts';
import { utcMinute } from '../../shared/model/base/text/times.ts';
import { alertNamed } from '../../shared/pipeline/acknowledge.ts';
import { muteAndShow, unmuteAndShow } from '../../shared/pipeline/acts-of-people.ts';
import { keptAlerts } from '../../shared/pipeline/kept-alerts.ts';
import { selectorsOf } from '../../shared/pipeline/mute-selectors.ts';
import { type StoredMute, storedMutes } from '../../shared/pipeline/stored-mutes.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { checkAll } from '../base/all-problems.ts';
import { type AddCommand, collectValues, UsageError } from '../base/command-line.ts';
import { eachName } from '../base/each-name.ts';
import { listedValues } from '../base/listed-values.ts';
import { type Caller, callerOf } from '../input/caller.ts';
import { isCovered } from '../input/mute-coverage.ts';
import { type MuteOptions, muteEnd, muteSelector } from '../input/mute-options.ts';
import {
  addDocumentOptions,
  addOutputOptions,
  checkDocumentFormat,
  type OutputOptions,
} from '../input/output-options.ts';
import { addStateOptions, type StateOptions, withStateStore } from '../input/state-store.ts';
import type { AddedMute, MuteDocument, UnmuteDocument } from '../output/act-documents.ts';
import { outputOf } from '../output/document.ts';
import type { ListingColumn } from '../output/listing.ts';
import type { MutesDocument } from '../output/listing-documents.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

interface Options extends StateOptions, MuteOptions, Pick<OutputOptions, 'format'> {
  readonly reason?: string;
  readonly by?: string;
}

const addSelectorOptions = (command: Command): Command =>
  command
    .option('--subnet <subnet...>', 'subnets, by id or name', collectValues)
    .option('--vpc <id...>', 'VPCs', collectValues)
    .option('--cluster <name...>', 'clusters', collectValues)
    .option('--account <id...>', 'accounts', collectValues)
    .option('--in-region <region...>', 'Regions of the alerts', collectValues)
    .option('--rule <rule...>', 'rules', collectValues)
    .addOption(listedValues('--severity <severity>', 'only alerts of this severity', ['warning', 'critical']))
    .option('--tag <key=value...>', 'tags of the subnet, all of them', (tag: string, before?: string[]) => [
      ...(before ?? []),
      tag,
    ]);

/** `headroom mute`: no notifications for a time, without a change of headroom.yml. */
export const addMuteCommand: AddCommand = (program, { io }) => {
  addSelectorOptions(addDocumentOptions(addStateOptions(program.command('mute'))))
    .argument('[alert...]', 'numbers of alerts in `headroom alerts`, or their keys: all that they are about')
    .description('send no notifications for a time; alerts that still fire when it ends are sent then')
    .option('--for <time>', 'how long, such as 30m, 4h or 7d')
    .option(
      '--until <time>',
      'when it ends: a weekday, at 09:00 by your clock, or a time such as 2026-12-24T18:00:00Z',
    )
    .option('--reason <text>', 'why; it is shown with the mute')
    .option('-b, --by <name>', 'who mutes (default: your AWS identity, else your user name)')
    .addHelpText(
      'after',
      `
All given options must match an alert; of the values of one option any one. * and ? are wildcards.

Examples:
  $ headroom mute 3 --for 4h --reason 'new subnet is on its way'
  $ headroom mute --subnet payments-nodes-a --for 4h --reason 'load test'
  $ headroom mute --cluster 'stage-*' --severity warning --until 2026-12-24T18:00:00Z
  $ headroom mute 3 --until monday --reason 'bigger subnet comes with the next release'
  $ headroom mutes                                    the mutes in force, with their numbers
  $ headroom unmute 1
`,
    )
    .action(async (names: readonly string[], options: Options) => {
      const [until, reason] = checkAll(
        () => muteEnd(options, io.now()),
        () => reasonOf(options),
        () => checkDocumentFormat(options.format),
      );
      const given = await muteSelector(options);
      if (names.length > 0 && given !== null)
        throw new UsageError(
          'Alerts and options that select alerts are both given.',
          'Name the alerts, or select them by options.',
        );
      if (names.length === 0 && given === null)
        throw new UsageError(
          'Nothing says what is to be muted.',
          'Name alerts, as in `headroom mute 3 --for 4h`, or select them: --subnet, --vpc, --cluster, --account, --in-region, --rule, --severity, --tag.',
        );
      const caller = await callerOf(options, io);
      const mutes: AddedMute[] = [];
      try {
        await withStateStore(options, async (store) => {
          const now = io.now();
          const selectors = given === null ? await selectorsOfNamed(store, names, now) : [given];
          for (const match of selectors) {
            const mute = await muteAndShow(store, { match, reason, until, by: caller.name }, now);
            const covered = (await keptAlerts(store)).filter((kept) => isCovered(kept, mute, now));
            mutes.push({ ...mute, coveredAlerts: covered.length });
          }
        });
      } finally {
        // Those before one that failed are in force.
        if (mutes.length > 0)
          io.out(
            await outputOf(options.format, { schema: 'headroom/mute@1', mutes } satisfies MuteDocument, () =>
              mutes.map((mute) => addedText(mute, caller)).join(''),
            ),
          );
      }
    });
};

const LONGEST_REASON = 500;

/** @throws UsageError for one that is too long for the messages that show it */
const reasonOf = ({ reason }: Options): string => {
  const given = reason?.trim() ?? '';
  if (given.length > LONGEST_REASON)
    throw new UsageError(
      `--reason has ${given.length} characters.`,
      `Give at most ${LONGEST_REASON}: lists and posts show it.`,
    );
  return given === '' ? 'no reason given' : given;
};

const addedText = ({ number, until, match, coveredAlerts }: AddedMute, caller: Caller): string =>
  `${printable(`Mute ${number} by ${caller.name} (${caller.known}) until ${utcMinute(until)}: ${selectorText(match)}. ${coverageText(coveredAlerts)}`)}\n`;

const coverageText = (covered: number): string =>
  covered === 0
    ? 'No alert that fires or waits matches it now. Check the names if one should.'
    : `It keeps ${count(covered, 'alert')} quiet now.`;

const selectorsOfNamed = async (
  store: StateStore,
  names: readonly string[],
  now: number,
): Promise<readonly Selector[]> => {
  const { done, failure } = await eachName(names, (name) => alertNamed(store, name, now));
  if (failure !== null) throw failure;
  return selectorsOf(done.map(({ alert }) => alert));
};

/** `subnet a or b, severity warning`. */
export const selectorText = (selector: Selector): string =>
  Object.entries(selector)
    .map(([field, wanted]) =>
      field === 'tags'
        ? `tags ${Object.entries(wanted as object)
            .map(([key, value]) => `${key}=${String(value)}`)
            .join(' and ')}`
        : `${field} ${(wanted as readonly string[]).join(' or ')}`,
    )
    .join(', ');

interface UnmuteOptions extends StateOptions, Pick<OutputOptions, 'format'> {
  readonly by?: string;
}

const checkNumbers = (numbers: readonly string[]): void => {
  const wrong = numbers.filter((number) => !/^#?\d{1,6}$/.test(number));
  if (wrong.length > 0)
    throw new UsageError(
      `${wrong.join(', ')} is not the number of a mute.`,
      'List them with `headroom mutes`.',
    );
};

/** `headroom unmute`: ends a mute before its time. */
export const addUnmuteCommand: AddCommand = (program, { io }) => {
  addDocumentOptions(addStateOptions(program.command('unmute')))
    .argument('<mute...>', 'numbers of mutes in `headroom mutes`')
    .description('end mutes before their time; the next scan sends the alerts that still fire')
    .option('-b, --by <name>', 'who ends them (default: your AWS identity, else your user name)')
    .action(async (numbers: readonly string[], options: UnmuteOptions) => {
      checkAll(
        () => checkNumbers(numbers),
        () => checkDocumentFormat(options.format),
      );
      const { name: by } = await callerOf(options, io);
      const { done: mutes, failure } = await withStateStore(options, (store) =>
        eachName(
          numbers.map((number) => number.replace('#', '')),
          (number) => unmuteAndShow(store, Number(number), by, io.now()),
        ),
      );
      if (mutes.length > 0)
        io.out(
          await outputOf(
            options.format,
            { schema: 'headroom/unmute@1', by, mutes } satisfies UnmuteDocument,
            () => mutes.map(endedText).join(''),
          ),
        );
      if (failure !== null) throw failure;
    });
};

const endedText = ({ number, match }: StoredMute): string =>
  `${printable(`Mute ${number} has ended: ${selectorText(match)}. ${AFTERWARDS}`)}\n`;

const AFTERWARDS = 'The next scan sends the alerts that still fire.';

const COLUMNS: readonly ListingColumn<StoredMute>[] = [
  { title: '#', align: 'right', cell: ({ number }) => String(number), value: ({ number }) => number },
  { title: 'UNTIL', cell: ({ until }) => utcMinute(until), value: ({ until }) => until },
  { title: 'WHAT', shortest: 20, cell: ({ match }) => selectorText(match) },
  { title: 'BY', shortest: 12, leaveOut: 2, cell: ({ by }) => by },
  { title: 'REASON', shortest: 12, leaveOut: 1, cell: ({ reason }) => reason },
  { title: 'SINCE', wide: true, cell: ({ at }) => utcMinute(at), value: ({ at }) => at },
];

/** `headroom mutes`: the mutes that people made, by command or in Slack. */
export const addMutesCommand: AddCommand = (program, { io }) => {
  addOutputOptions(addStateOptions(program.command('mutes')), { watch: false })
    .description(
      'mutes in force that people made, by command or in Slack; those of headroom.yml are in the file',
    )
    .action(async (options: StateOptions & OutputOptions) => {
      checkOutputOptions(options, COLUMNS);
      const rows = (
        await withStateStore(options, (store) => storedMutes(store.cache, io.now()), { readOnly: true })
      ).toSorted((a, b) => (a.until < b.until ? -1 : 1));
      await writeListing(io, options, {
        document: { schema: 'headroom/mutes@1', mutes: rows } satisfies MutesDocument,
        listing: { columns: COLUMNS, rows, nameOf: ({ number }) => String(number) },
        ...(rows.length === 0 ? { text: () => 'Nothing is muted.\n' } : {}),
      });
    });
};
