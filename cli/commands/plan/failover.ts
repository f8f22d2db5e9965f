import type { Command } from 'commander';
import { listOf } from '../../../shared/model/base/text/names.ts';
import { count, number, verb } from '../../../shared/model/base/text/numbers.ts';
import { type FailoverAnswer, planFailover } from '../../../shared/model/plan/failover.ts';
import type { FailoverDocument } from '../../../shared/model/plan/plan-documents.ts';
import type { PlanReport } from '../../../shared/model/plan/plan-report.ts';
import { checkAll } from '../../base/all-problems.ts';
import { collectValues, type Session, UsageError } from '../../base/command-line.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { addPlanFormatOptions, type PlanFormat } from '../../input/output-options.ts';
import type { PlanSourceOptions } from '../../input/plan-estates.ts';
import {
  addPlanSourceOptions,
  checkPlanSource,
  clusterNamed,
  readPlanSources,
} from '../../input/plan-source.ts';
import { checkFormat, ONE_POSSIBLE_PLACE, writePlan } from '../../output/plan/answer.ts';

interface Options extends PlanSourceOptions {
  readonly cluster?: string;
  readonly lose?: readonly string[];
  readonly format: PlanFormat;
}

/** Every scan computes the loss of each zone, and of each two. */
const MOST_LOST = 2;

/** `headroom plan failover`: what does not fit where if one zone fails, or two, and what would make it fit. */
export const addFailoverCommand = (plan: Command, session: Session): void => {
  addPlanFormatOptions(addPlanSourceOptions(plan.command('failover')))
    .description('what does not fit if one zone fails, or two, and what would make it fit')
    .option('--cluster <name>', 'the cluster')
    .option(
      '--lose <zone...>',
      'the zones that fail together (default: each one, and each two)',
      collectValues,
    )
    .addHelpText(
      'after',
      `
Examples:
  $ headroom plan failover --cluster shop
  $ headroom plan failover --cluster shop --lose eu-west-1a,eu-west-1b --output markdown

All clusters of the account lose the zone at once. The exit code is 1 if the nodes that run now do not fit, or if that
is not known.
`,
    )
    .action(async (options: Options) => {
      checkAll(
        () => checkFormat(options.format),
        () => checkPlanSource(options),
      );
      const { source, cluster } = clusterNamed(await readPlanSources(options, session), options.cluster);
      const lost = [...new Set(options.lose)];
      const zones = [
        ...new Set(cluster.nodes.flatMap(({ availabilityZone }) => availabilityZone ?? [])),
      ].sort();
      const unknown = lost.filter((zone) => !zones.includes(zone));
      if (unknown.length > 0)
        throw new UsageError(
          `Nothing matches --lose ${unknown.join(', ')}. ${cluster.clusterName} has nodes in ${listOf(zones)}.`,
          'Name zones in which its nodes run.',
        );
      if (lost.length > 0 && lost.length === zones.length)
        throw new UsageError(
          `--lose names every zone in which ${cluster.clusterName} has nodes.`,
          'Leave out a zone: its nodes have to find room somewhere.',
        );
      if (lost.length > MOST_LOST)
        throw new UsageError(
          `--lose names ${lost.length} zones.`,
          'Name one zone or two: plans answer the loss of one zone, and of two together.',
        );
      const { answer, drawn, mapsAfter } = planFailover(source.plan, cluster, lost);
      const document: FailoverDocument = { schema: 'headroom/plan-failover@1', ...answer };
      await writePlan(
        session,
        options.format,
        document,
        failoverReport(
          document,
          cluster.nodeSubnetIds.filter(
            (id) => !(drawn?.lostZones ?? []).includes(source.plan.zoneOf(id) ?? ''),
          ),
        ),
        {
          before: source.plan.maps,
          after: mapsAfter,
          caption: `Without ${drawn?.lostZones.join(' and ') ?? 'a zone'}, with every lost node that fits here. ${ONE_POSSIBLE_PLACE}`,
        },
      );
      session.exit(answer.fits === true ? EXIT.ok : EXIT.found);
    });
};

const failoverReport = (answer: FailoverDocument, subnetIds: readonly string[]): PlanReport => ({
  title: `${answer.clusterName}: if zones fail`,
  answer: sentence(answer),
  fits: answer.fits,
  tables: [
    {
      title: 'Losses',
      columns: [
        { title: 'LOST ZONES' },
        { title: 'NODES LOST', align: 'right' },
        { title: 'FIT ELSEWHERE', align: 'right' },
        { title: 'ERROR' },
        { title: 'SHORT AT THE MAXIMUM', align: 'right' },
      ],
      rows: answer.losses.map(({ lostZones, lostNodes, fits, error, atMaximum }) => [
        lostZones.join(', '),
        number(lostNodes),
        fits === null ? null : number(fits),
        error ?? '',
        atMaximum === null ? null : number(atMaximum.shortfall),
      ]),
    },
    {
      title: 'It would fit with these subnets',
      columns: [
        { title: 'IF LOST' },
        { title: 'IN ZONE' },
        { title: 'NODES', align: 'right' },
        { title: 'SIZE', align: 'right' },
        { title: 'FREE RANGE OF THE VPC' },
        { title: 'RESERVE FOR PREFIXES' },
      ],
      rows: answer.losses.flatMap(({ lostZones, wouldFitWith }) =>
        wouldFitWith.map(({ availabilityZone, nodes, length, cidr, reservations }) => [
          lostZones.join(', '),
          availabilityZone,
          number(nodes),
          length === null ? 'none is large enough' : `/${length}`,
          cidr,
          reservations.join(' '),
        ]),
      ),
    },
  ],
  notes: answer.notices,
  unknowns: answer.unknowns,
  commands: [],
  rules: answer.rules,
  subnetIds,
});

const sentence = ({ fits, losses }: FailoverAnswer): string => {
  const short = losses.flatMap(({ lostNodes, lostZones, shortfall }) =>
    shortfall === null || shortfall === 0 ? [] : [{ lostNodes, lostZones, shortfall }],
  );
  const [worst] = short.toSorted(
    (a, b) => a.lostZones.length - b.lostZones.length || b.shortfall - a.shortfall,
  );
  if (worst !== undefined)
    return `Without ${worst.lostZones.join(' and ')}, ${count(worst.shortfall, 'node')} of ${number(worst.lostNodes)} ${verb(worst.shortfall, 'finds')} no room in the other zones.`;
  return fits === true
    ? 'The nodes that run now fit in the zones that remain.'
    : 'It is not known whether the nodes that run now fit in the zones that remain.';
};
