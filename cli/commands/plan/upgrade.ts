import type { Command } from 'commander';
import { count, number, verb } from '../../../shared/model/base/text/numbers.ts';
import type { UpgradeDocument } from '../../../shared/model/plan/plan-documents.ts';
import type { PlanReport } from '../../../shared/model/plan/plan-report.ts';
import { planUpgrade, type UpgradeAnswer } from '../../../shared/model/plan/upgrade.ts';
import { checkAll } from '../../base/all-problems.ts';
import type { Session } from '../../base/command-line.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { addPlanFormatOptions, type PlanFormat } from '../../input/output-options.ts';
import type { PlanSourceOptions } from '../../input/plan-estates.ts';
import {
  addPlanSourceOptions,
  checkPlanSource,
  clusterNamed,
  readPlanSources,
} from '../../input/plan-source.ts';
import { optionalNumber } from '../../input/whole-number.ts';
import { checkFormat, ONE_POSSIBLE_PLACE, writePlan } from '../../output/plan/answer.ts';

interface Options extends PlanSourceOptions {
  readonly cluster?: string;
  readonly surge?: string;
  readonly format: PlanFormat;
}

/** `headroom plan upgrade`: whether an update of the cluster's version fits. */
export const addUpgradeCommand = (plan: Command, session: Session): void => {
  addPlanFormatOptions(addPlanSourceOptions(plan.command('upgrade')))
    .description("whether an update of a cluster's version fits: control plane and surge nodes, by zone")
    .option('--cluster <name>', 'the cluster')
    .option(
      '--surge <number>',
      "new nodes of a group at once (default: twice the group's zones, as EKS does)",
    )
    .addHelpText(
      'after',
      `
Examples:
  $ headroom plan upgrade --cluster shop
  $ headroom plan upgrade --cluster shop --surge 10 --output json | jq '.groups[] | select(.fits < .nodes)'

The control plane needs 5 free addresses in two of its zones. The exit code is 1 if it does not have them, or if a node
does not fit.
`,
    )
    .action(async (options: Options) => {
      const [surge] = checkAll(
        () => optionalNumber('--surge', options.surge, 1),
        () => checkFormat(options.format),
        () => checkPlanSource(options),
      );
      const { source, cluster } = clusterNamed(await readPlanSources(options, session), options.cluster);
      const eks = source.estate.eksClusters?.find(({ name }) => name === cluster.clusterName) ?? null;
      const { answer, mapsDuring } = planUpgrade(source.plan, cluster, eks, surge);
      const document: UpgradeDocument = { schema: 'headroom/plan-upgrade@1', ...answer };
      await writePlan(
        session,
        options.format,
        document,
        upgradeReport(document, [
          ...new Set([...answer.controlPlane.map(({ subnetId }) => subnetId), ...cluster.nodeSubnetIds]),
        ]),
        {
          before: source.plan.maps,
          after: mapsDuring,
          caption: `While the group that takes most here is updated. ${ONE_POSSIBLE_PLACE}`,
        },
      );
      session.exit(answer.fits === true ? EXIT.ok : EXIT.found);
    });
};

const upgradeReport = (answer: UpgradeDocument, subnetIds: readonly string[]): PlanReport => ({
  title: `${answer.clusterName}: an update of its version${answer.version === null ? '' : ` from ${answer.version}`}`,
  answer: sentence(answer),
  fits: answer.fits,
  tables: [
    {
      title: 'Control plane',
      columns: [
        { title: 'SUBNET' },
        { title: 'ZONE' },
        { title: 'FREE ADDRESSES', align: 'right' },
        { title: 'NEEDED', align: 'right' },
        { title: 'FITS' },
      ],
      rows: answer.controlPlane.map(({ subnetId, availabilityZone, freeAddresses, needed, fits }) => [
        subnetId,
        availabilityZone,
        freeAddresses === null ? null : number(freeAddresses),
        number(needed),
        fits === null ? null : fits ? 'yes' : 'no',
      ]),
    },
    {
      title: 'New nodes beside the old ones',
      columns: [
        { title: 'GROUP' },
        { title: 'ZONE' },
        { title: 'NEW NODES', align: 'right' },
        { title: 'FIT', align: 'right' },
        { title: 'ERROR' },
      ],
      rows: answer.groups.map(({ group, availabilityZone, nodes, fits, error }) => [
        group,
        availabilityZone,
        number(nodes),
        fits === null ? null : number(fits),
        error ?? '',
      ]),
    },
  ],
  notes: answer.notices,
  unknowns: answer.unknowns,
  commands: [],
  rules: answer.rules,
  subnetIds,
});

const sentence = ({ fits, controlPlane, groups }: UpgradeAnswer): string => {
  if (fits === null) return 'It is not known whether the update fits.';
  if (fits)
    return groups.length === 0
      ? 'The update fits: the control plane finds its addresses. No node group starts new nodes first.'
      : 'The update fits: the control plane finds its addresses, and every new node starts.';
  const short = controlPlane.filter((subnet) => subnet.fits === false);
  const nodes = groups.reduce((sum, group) => sum + group.nodes - (group.fits ?? group.nodes), 0);
  const beside = groups.reduce((sum, group) => sum + (group.fits === null ? group.nodes : 0), 0);
  return [
    'The update does not fit.',
    ...(short.length === 0
      ? []
      : [
          `${count(short.length, 'subnet')} of the control plane ${verb(short.length, 'has')} fewer than 5 free addresses.`,
        ]),
    ...(nodes === 0 ? [] : [`${count(nodes, 'new node')} ${verb(nodes, 'finds')} no room.`]),
    ...(beside === 0 ? [] : [`It is not known of ${count(beside, 'other node')}.`]),
  ].join(' ');
};
