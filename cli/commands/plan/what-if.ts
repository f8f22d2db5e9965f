import type { Command } from 'commander';
import { count, number, verb } from '../../../shared/model/base/text/numbers.ts';
import type { WhatIfDocument } from '../../../shared/model/plan/plan-documents.ts';
import type { PlanReport } from '../../../shared/model/plan/plan-report.ts';
import type { PlanState, SubnetFigures, SupplyFigures } from '../../../shared/model/plan/state-figures.ts';
import { planWhatIf, type WhatIf } from '../../../shared/model/plan/what-if.ts';
import { checkAll } from '../../base/all-problems.ts';
import { collectValues, type Session } from '../../base/command-line.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { addPlanFormatOptions, type PlanFormat } from '../../input/output-options.ts';
import { type ChangeOptions, changesOf } from '../../input/plan-changes.ts';
import type { PlanSourceOptions } from '../../input/plan-estates.ts';
import {
  addPlanSourceOptions,
  checkPlanSource,
  clusterNamed,
  planned,
  readPlanSources,
} from '../../input/plan-source.ts';
import { checkFormat, ONE_POSSIBLE_PLACE, writePlan } from '../../output/plan/answer.ts';
import { commandsOf } from '../../output/plan/commands.ts';
import { bounds, fromTo } from '../../output/plan/figures.ts';

interface Options extends PlanSourceOptions, ChangeOptions {
  readonly cluster?: string;
  readonly format: PlanFormat;
}

/** `headroom plan what-if`: a cluster before and after a change, and the order in which it can be made. */
export const addWhatIfCommand = (plan: Command, session: Session): void => {
  addPlanFormatOptions(addPlanSourceOptions(plan.command('what-if')))
    .description('a cluster before and after a change, and the order in which it can be made')
    .option('--cluster <name>', 'the cluster that changes')
    .option('--set <name=value...>', 'mode=prefix, mode=secondary, or a variable of the CNI', collectValues)
    .option('--type <type>', 'replace all nodes by nodes of this type')
    .option('--nodes <change>', 'nodes more or fewer, such as +20')
    .option('--pods <change>', 'pods with an address of their own more or fewer, such as +300')
    .option('--custom-networking <range>', 'pods take their addresses from this new range')
    .option('--add-subnet <range@zone...>', 'a new subnet that the CNI may use', collectValues)
    .option('--reserve <range...>', 'a range that becomes a prefix reservation', collectValues)
    .addHelpText(
      'after',
      `
Examples:
  $ headroom plan what-if --cluster shop --nodes +20
  $ headroom plan what-if --cluster shop --set mode=prefix --reserve 10.0.8.0/22
  $ headroom plan what-if --from estate.json.gz --cluster shop --custom-networking 100.64.0.0/16 --output markdown

Two figures such as 8-12 are bounds: EC2 places addresses at random. The exit code is 1 if the change does not fit, or
if that is not known.
`,
    )
    .action(async (options: Options) => {
      const [changes] = checkAll(
        () => changesOf(options),
        () => checkFormat(options.format),
        () => checkPlanSource(options),
      );
      const chosen = clusterNamed(await readPlanSources(options, session), options.cluster);
      const { answer, mapsAfter } = planned(() => planWhatIf(chosen.source.plan, chosen.cluster, changes));
      const document: WhatIfDocument = {
        schema: 'headroom/plan-what-if@1',
        ...answer,
        commands: commandsOf(chosen, answer.actions),
      };
      await writePlan(session, options.format, document, whatIfReport(document), {
        before: chosen.source.plan.maps,
        after: mapsAfter,
        caption: `After the change. ${ONE_POSSIBLE_PLACE}`,
      });
      session.exit(answer.fits === true ? EXIT.ok : EXIT.found);
    });
};

const whatIfReport = (answer: WhatIfDocument): PlanReport => ({
  title: `${answer.clusterName}: ${answer.changes.length === 0 ? 'as it is' : answer.changes.join(', ')}`,
  answer: sentence(answer),
  fits: answer.fits,
  tables: [
    {
      title: 'Subnets, before -> after',
      columns: [
        { title: 'SUBNET' },
        { title: 'SUBNET ID', wide: true, names: true },
        { title: 'ZONE' },
        ...FIGURE_COLUMNS,
        { title: 'RUNWAY DAYS', align: 'right' },
      ],
      rows: answer.after.subnets.map((after) => {
        const before = answer.before.subnets.find(({ subnetId }) => subnetId === after.subnetId) ?? null;
        return [
          after.name ?? after.subnetId,
          after.subnetId,
          after.availabilityZone,
          ...figureCells(before, after),
          fromTo(runway(before), runway(after)),
        ];
      }),
    },
    {
      title: 'Zones, before -> after',
      columns: [{ title: 'ZONE' }, ...FIGURE_COLUMNS],
      rows: answer.after.zones.map((after) => {
        const before = answer.before.zones.find(
          ({ availabilityZone }) => availabilityZone === after.availabilityZone,
        );
        return [after.availabilityZone, ...figureCells(before ?? null, after)];
      }),
    },
    {
      title: `Order: ${answer.order.name}`,
      columns: [
        { title: 'STEP' },
        { title: 'TIGHTEST SUBNET' },
        { title: 'ADDRESSES LEFT', align: 'right' },
        { title: 'PREFIXES LEFT', align: 'right' },
        { title: 'NODES SHORT', align: 'right' },
      ],
      rows: answer.order.steps.map(({ title, tightest, short }) => [
        title,
        tightest === null ? null : nameOf(answer.after, tightest.subnetId),
        tightest === null ? null : number(tightest.freeAddresses),
        tightest === null ? null : number(tightest.freePrefixes),
        number(short),
      ]),
    },
    {
      title: 'Orders that run dry',
      columns: [
        { title: 'ORDER' },
        { title: 'STEP' },
        { title: 'NODES SHORT', align: 'right' },
        { title: 'ERROR' },
      ],
      rows: answer.triedOrders.flatMap(({ name, failure }) =>
        failure === null ? [] : [[name, failure.step, number(failure.nodes), failure.error]],
      ),
    },
  ],
  notes: answer.notices,
  unknowns: answer.unknowns,
  commands: answer.commands,
  rules: answer.rules,
  subnetIds: answer.after.subnets.map(({ subnetId }) => subnetId),
});

const nameOf = ({ subnets }: PlanState, id: string): string =>
  subnets.find(({ subnetId }) => subnetId === id)?.name ?? id;

const FIGURE_COLUMNS = [
  { title: 'USED', align: 'right' },
  { title: 'FREE ADDRESSES', align: 'right' },
  { title: 'FREE PREFIXES', align: 'right' },
  { title: 'MORE NODES', align: 'right' },
  { title: 'MORE PODS ON ITS NODES', align: 'right' },
] as const;

const figureCells = (before: SupplyFigures | null, after: SupplyFigures): readonly (string | null)[] => [
  fromTo(bounds(before?.used ?? null), bounds(after.used)),
  fromTo(bounds(before?.freeAddresses ?? null), bounds(after.freeAddresses)),
  fromTo(bounds(before?.freePrefixes ?? null), bounds(after.freePrefixes)),
  fromTo(bounds(before?.moreNodes?.nodes ?? null), bounds(after.moreNodes?.nodes ?? null)),
  fromTo(pods(before), pods(after)),
];

const pods = (figures: SupplyFigures | null): string | null =>
  figures?.morePods == null ? null : number(figures.morePods);

const runway = (figures: SubnetFigures | null): string | null =>
  figures?.runwayDays == null ? null : number(figures.runwayDays, 1);

const total = ({ zones }: PlanState): string => {
  const known = zones.flatMap(({ moreNodes }) => (moreNodes === null ? [] : [moreNodes.nodes[0]]));
  if (known.length === 0) return 'It is not known how many nodes fit after it.';
  const nodes = known.reduce((sum, each) => sum + each, 0);
  return nodes === 0
    ? 'After it, no further node is sure to fit.'
    : `After it, at least ${count(nodes, 'more node')} ${verb(nodes, 'fits')}.`;
};

const sentence = ({ fits, order, podsWithoutNode, nodesForPods, breaksFirst, after }: WhatIf): string => {
  const first =
    breaksFirst === null
      ? ''
      : ` ${breaksFirst.availabilityZone ?? 'The unknown zone'} ends first, with ${breaksFirst.error}.`;
  if (fits) return `It fits, with this order: ${order.name}. ${total(after)}${first}`;
  const failed =
    order.failure === null
      ? ''
      : ` ${count(order.failure.nodes, 'node')} ${verb(order.failure.nodes, 'finds')} no room: ${order.failure.error} in ${order.failure.subnetIds.map((id) => nameOf(after, id)).join(', ')}.`;
  const left =
    podsWithoutNode === 0
      ? ''
      : ` ${count(podsWithoutNode, 'pod')} ${verb(podsWithoutNode, 'exceeds')} what the nodes may run.${
          nodesForPods === null
            ? ''
            : ` ${count(nodesForPods, 'more node')} ${verb(nodesForPods, 'runs')} them.`
        }`;
  return fits === null
    ? `It is not known whether it fits: what is missing is listed below. ${total(after)}${first}`
    : `It does not fit.${failed}${left}`;
};
