import type { Command } from 'commander';
import { count, number, verb } from '../../../shared/model/base/text/numbers.ts';
import { settingsOf } from '../../../shared/model/plan/cluster-settings.ts';
import { planDrain } from '../../../shared/model/plan/drain.ts';
import type { DrainPlan } from '../../../shared/model/plan/drain-plan.ts';
import type { DrainDocument } from '../../../shared/model/plan/plan-documents.ts';
import type { PlanReport } from '../../../shared/model/plan/plan-report.ts';
import { checkAll } from '../../base/all-problems.ts';
import { collectValues, type Session, UsageError } from '../../base/command-line.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { listedValues } from '../../base/listed-values.ts';
import { addPlanFormatOptions, type PlanFormat } from '../../input/output-options.ts';
import type { PlanSourceOptions } from '../../input/plan-estates.ts';
import {
  addPlanSourceOptions,
  checkPlanSource,
  clusterNamed,
  planned,
  readPlanSources,
  subnetNamed,
} from '../../input/plan-source.ts';
import { optionalNumber } from '../../input/whole-number.ts';
import { checkFormat, ONE_POSSIBLE_PLACE, writePlan } from '../../output/plan/answer.ts';
import { drainCommands, reservationCommand } from '../../output/plan/commands.ts';
import { reservationTable } from '../../output/plan/reservation-table.ts';

interface Options extends PlanSourceOptions {
  readonly cluster?: string;
  readonly subnet?: readonly string[];
  readonly supply: string;
  readonly nodes?: string;
  readonly win?: string;
  readonly format: PlanFormat;
}

const supplyOf = (supply: string): 'prefixes' | 'addresses' => {
  if (supply !== 'prefixes' && supply !== 'addresses')
    throw new UsageError(`--supply ${supply} is neither prefixes nor addresses.`, 'Use one of the two.');
  return supply;
};

/** `headroom plan drain`: which nodes to drain, in which order, to win back most prefixes or addresses. */
export const addDrainCommand = (plan: Command, session: Session): void => {
  addPlanFormatOptions(addPlanSourceOptions(plan.command('drain')))
    .description('which nodes to drain, in which order, to win back most prefixes or addresses')
    .option('--cluster <name>', 'the cluster whose nodes may be drained')
    .option(
      '--subnet <subnet...>',
      'where addresses are to be won, by id or name (default: all of its subnets)',
      collectValues,
    )
    .addOption(
      listedValues('--supply <supply>', 'what is to be won', ['prefixes', 'addresses']).default('prefixes'),
    )
    .option('--nodes <number>', 'drain this many nodes at most (default: as many as win something)')
    .option('--win <number>', 'stop when this many are won (default: as many as can be)')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom plan drain --cluster shop --subnet subnet-0abc --nodes 3
  $ headroom plan drain --from estate.json.gz --cluster shop --win 8 --output html > drain.html

The pods of drained nodes must fit on the nodes that stay. Make the reservations first: they keep single addresses out
of what is won. The exit code is 1 if nothing can be won, or less than --win.
`,
    )
    .action(async (options: Options) => {
      const [supply, most, win] = checkAll(
        () => supplyOf(options.supply),
        () => optionalNumber('--nodes', options.nodes, 1),
        () => optionalNumber('--win', options.win, 1),
        () => checkFormat(options.format),
        () => checkPlanSource(options),
      );
      const sources = await readPlanSources(options, session);
      const subnetIds = (options.subnet ?? []).map((subnet) => subnetNamed(sources, subnet).subnetId);
      const { source, cluster } = clusterNamed(sources, options.cluster);
      const { plan: answer, mapsAfter } = planned(() =>
        planDrain(source.plan, cluster, { subnetIds, supply, most, win }),
      );
      const document: DrainDocument = {
        schema: 'headroom/plan-drain@1',
        ...answer,
        commands: [
          ...answer.reservations.map(({ subnetId, cidr }) =>
            reservationCommand(answer.region, subnetId, cidr),
          ),
          ...drainCommands(
            answer.region,
            answer.steps.map(({ instanceId }) => instanceId),
          ),
        ],
      };
      await writePlan(
        session,
        options.format,
        document,
        drainReport(document, settingsOf(cluster).prefixDelegation),
        {
          before: source.plan.maps,
          after: () => mapsAfter,
          caption: `After the reservations and drains. ${ONE_POSSIBLE_PLACE}`,
        },
      );
      session.exit(isEnough(answer) ? EXIT.ok : EXIT.found);
    });
};

const isEnough = ({ steps, wins, question: { win } }: DrainPlan): boolean =>
  steps.length > 0 && wins >= (win ?? 1);

const drainReport = (answer: DrainDocument, takesPrefixes: boolean): PlanReport => ({
  title: `${answer.clusterName}: nodes to drain for ${answer.question.supply}`,
  answer: sentence(answer),
  fits: isEnough(answer),
  tables: [
    {
      title: 'Drain in this order',
      columns: [
        { title: 'NODE' },
        { title: 'TYPE' },
        { title: 'ZONE' },
        { title: 'PODS AT MOST', align: 'right' },
        { title: 'WINS', align: 'right' },
        { title: 'SO FAR', align: 'right' },
      ],
      rows: answer.steps.map(({ instanceId, type, availabilityZone, pods, wins, winsSoFar }) => [
        instanceId,
        type,
        availabilityZone,
        number(pods),
        number(wins),
        number(winsSoFar),
      ]),
    },
    reservationTable('Reserve first', answer.reservations),
  ],
  notes: [
    ...(answer.question.supply === 'prefixes' && !takesPrefixes
      ? ['New nodes of the cluster take single addresses. For those, use --supply addresses.']
      : []),
    ...(answer.steps.length === 0
      ? []
      : [
          `The pods that move take ${number(answer.takenByMovedPods)} of it on the other nodes, if they spread evenly. ${answer.unknowns.length === 0 ? '' : 'At least '}${count(answer.podsThatStillFit, 'more pod')} still ${verb(answer.podsThatStillFit, 'finds')} a node.`,
        ]),
  ],
  unknowns: answer.unknowns,
  commands: answer.commands,
  rules: answer.rules,
  subnetIds: answer.question.subnetIds,
});

const sentence = ({ steps, unknowns, wins, winsAtLeast, question: { supply, win } }: DrainPlan): string => {
  if (steps.length === 0 && unknowns.length > 0)
    return `It is not known whether draining wins ${supply}: what is missing is listed below.`;
  if (steps.length === 0)
    return `Draining wins no ${supply}: no node can end whose pods fit elsewhere, or what it frees is taken again.`;
  const won = supply === 'prefixes' ? count(wins, 'prefix') : count(wins, 'address');
  const worst =
    winsAtLeast >= 0
      ? `, and at least ${number(winsAtLeast)}`
      : `, or takes ${number(-winsAtLeast)} where nodes are as full as they can be`;
  const short = win !== null && wins < win ? ` That is less than the ${number(win)} asked for.` : '';
  const known = unknowns.length === 0 ? '' : ' Not all is known: what is missing is listed below.';
  return `Draining ${count(steps.length, 'node')} wins about ${won}${worst}.${short}${known}`;
};
