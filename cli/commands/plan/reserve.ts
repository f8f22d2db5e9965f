import type { Command } from 'commander';
import { count, verb } from '../../../shared/model/base/text/numbers.ts';
import { valueAt } from '../../../shared/model/base/value-at.ts';
import { planDrain } from '../../../shared/model/plan/drain.ts';
import type { ReserveDocument } from '../../../shared/model/plan/plan-documents.ts';
import type { PlanReport } from '../../../shared/model/plan/plan-report.ts';
import { mapsAfter, NO_MAP_CHANGE } from '../../../shared/model/plan/possible-map.ts';
import { planReservations } from '../../../shared/model/plan/reserve.ts';
import { RULES } from '../../../shared/model/plan/rules.ts';
import type { AddressMap } from '../../../shared/model/result/assessment.ts';
import { unseenText } from '../../../shared/report/address-map-svg.ts';
import { checkAll } from '../../base/all-problems.ts';
import { collectValues, type Session, UsageError } from '../../base/command-line.ts';
import { EXIT } from '../../base/exit-codes.ts';
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
import { reservationCommand } from '../../output/plan/commands.ts';
import { reservationTable } from '../../output/plan/reservation-table.ts';

interface Options extends PlanSourceOptions {
  readonly subnet?: readonly string[];
  readonly cluster?: string;
  readonly afterDraining?: string;
  readonly format: PlanFormat;
}

/** How many nodes to drain before; `null`: none. */
const nodesToDrain = ({ subnet, cluster, afterDraining }: Options): number | null => {
  const nodes = optionalNumber('--after-draining', afterDraining, 1);
  if (nodes !== null && subnet !== undefined && cluster === undefined)
    throw new UsageError('--after-draining needs the nodes of a cluster.', 'Name it with --cluster.');
  return nodes;
};

/** `headroom plan reserve`: which ranges to keep for prefixes, now and after a drain. */
export const addReserveCommand = (plan: Command, session: Session): void => {
  addPlanFormatOptions(addPlanSourceOptions(plan.command('reserve')))
    .description('which ranges to reserve for prefixes, now and after a drain, and what is in the way')
    .option('--subnet <subnet...>', 'the subnets, by id or name', collectValues)
    .option('--cluster <name>', 'all subnets of its nodes and pods')
    .option(
      '--after-draining <nodes>',
      'also the ranges after the best drain of this many nodes of the cluster',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ headroom plan reserve --subnet subnet-0abc
  $ headroom plan reserve --cluster shop --after-draining 3 --output markdown

A reservation takes no address away that is in use. It keeps new single addresses out of the range.
`,
    )
    .action(async (options: Options) => {
      const [mostDrained] = checkAll(
        () => nodesToDrain(options),
        () => checkFormat(options.format),
        () => checkPlanSource(options),
      );
      const sources = await readPlanSources(options, session);
      const ofCluster = options.subnet === undefined || mostDrained !== null;
      const chosen = ofCluster ? clusterNamed(sources, options.cluster) : null;
      const named = (options.subnet ?? chosen?.cluster.nodeSubnetIds ?? []).map((subnet) =>
        subnetNamed(sources, subnet),
      );
      const found = [...new Map(named.map((each) => [each.subnetId, each])).values()];
      const subnetIds = found.map(({ subnetId }) => subnetId);
      const regionOf = new Map(found.map(({ source, subnetId }) => [subnetId, source.estate.target.region]));
      const drain =
        chosen === null || mostDrained === null
          ? null
          : planned(() =>
              planDrain(chosen.source.plan, chosen.cluster, {
                subnetIds,
                supply: 'prefixes',
                most: mostDrained,
                win: null,
              }),
            );
      const drained = drain?.plan.steps.map(({ instanceId }) => instanceId) ?? [];
      const gone = new Set(drained);
      const maps = new Map<string, AddressMap>();
      const subnets = found.map(({ source, subnetId }) => {
        const map = source.plan.maps.get(subnetId);
        const after = drain?.mapsBeforeReserving.get(subnetId);
        if (map !== undefined) maps.set(subnetId, map);
        const { name = null, cidrBlock = null } = source.plan.subnets.get(subnetId) ?? {};
        return {
          subnetId,
          name,
          cidrBlock,
          now: map === undefined ? [] : planReservations(source.plan, map),
          afterDrain: after === undefined ? [] : planReservations(source.plan, after, gone),
        };
      });
      const document: ReserveDocument = {
        schema: 'headroom/plan-reserve@1',
        subnets,
        drained,
        commands: subnets.flatMap(({ now, afterDrain }) =>
          (drained.length > 0 ? afterDrain : now).map(({ subnetId, cidr }) =>
            reservationCommand(valueAt(regionOf, subnetId), subnetId, cidr),
          ),
        ),
        unknowns: subnetIds.flatMap((subnetId) => unknownOf(subnetId, maps.get(subnetId)) ?? []),
        rules: [RULES.reserve, RULES.reserved, RULES.placement],
      };
      await writePlan(session, options.format, document, reserveReport(document), {
        before: maps,
        after: () => drain?.mapsAfter ?? reservedMaps(maps, subnets),
        caption:
          drain === null
            ? 'With the ranges reserved.'
            : `With the ranges reserved, after the drain. ${ONE_POSSIBLE_PLACE}`,
      });
      session.exit(document.commands.length > 0 ? EXIT.ok : EXIT.found);
    });
};

/** Why ranges of a subnet may be missing; `null`: none are. */
const unknownOf = (subnetId: string, map: AddressMap | undefined): string | null => {
  if (map === undefined) return `The addresses of ${subnetId} are not known.`;
  if (map.reserved.includes('?')) return `The reservations of ${subnetId} are not known.`;
  const unseen = unseenText(map);
  return unseen === null ? null : `${subnetId}: ${unseen} A range may give fewer prefixes.`;
};

/** The maps with the ranges of `now` reserved. */
const reservedMaps = (
  maps: ReadonlyMap<string, AddressMap>,
  subnets: ReserveDocument['subnets'],
): ReadonlyMap<string, AddressMap> =>
  mapsAfter(
    maps,
    new Map(
      subnets.map(({ subnetId, now }) => [
        subnetId,
        { ...NO_MAP_CHANGE, reservations: now.map(({ cidr }) => cidr) },
      ]),
    ),
  );

const reserveReport = (answer: ReserveDocument): PlanReport => {
  const now = answer.subnets.flatMap((subnet) => subnet.now);
  const later = answer.subnets.flatMap((subnet) => subnet.afterDrain);
  const prefixes = now.reduce((sum, { prefixesNow }) => sum + prefixesNow, 0);
  return {
    title: `Ranges to reserve for prefixes in ${count(answer.subnets.length, 'subnet')}`,
    answer:
      now.length === 0 && answer.unknowns.length > 0
        ? 'It is not known which ranges are worth reserving: what is missing is listed below.'
        : now.length === 0
          ? 'No range is worth reserving: none holds a free address that enough others would be left beside.'
          : `${count(now.length, 'range')} ${verb(now.length, 'keeps')} ${count(prefixes, 'prefix')} free at once.${
              answer.drained.length === 0
                ? ''
                : ` After draining ${count(answer.drained.length, 'node')}: ${count(
                    later.reduce((sum, { prefixesNow }) => sum + prefixesNow, 0),
                    'prefix',
                  )}.`
            }${answer.unknowns.length === 0 ? '' : ' Not all subnets are known: what is missing is listed below.'}`,
    fits: null,
    tables: [reservationTable('Now', now), reservationTable('After the drain', later)],
    listing: reservationTable('To reserve', answer.drained.length > 0 ? later : now),
    notes:
      answer.drained.length === 0
        ? []
        : [`To be drained: ${answer.drained.join(', ')}. Reserve before you drain.`],
    unknowns: answer.unknowns,
    commands: answer.commands,
    rules: answer.rules,
    subnetIds: answer.subnets.map(({ subnetId }) => subnetId),
  };
};
