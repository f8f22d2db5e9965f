import type { Command } from 'commander';
import { printable } from '../../../shared/model/base/invisible-characters.ts';
import { limitsOf } from '../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, takesPrefixes } from '../../../shared/model/cni/cni-settings.ts';
import {
  addressesTaken,
  holdingOnTheWayDown,
  holdingsOnTheWayUp,
  type Range,
} from '../../../shared/model/cni/node-holding.ts';
import type { PlanNodeDocument, PlannedHolding } from '../../../shared/model/cni/plan-node-document.ts';
import { settingNotices } from '../../../shared/model/cni/setting-notices.ts';
import { type Session, UsageError } from '../../base/command-line.ts';
import { type Io, paint } from '../../base/io.ts';
import { type CniOptions, cniTargetsOf, optionalNumber, wholeNumberOf } from '../../input/cni-options.ts';
import { lookUpLimits } from '../../input/instance-limits.ts';
import { jsonText } from '../../output/json.ts';
import { type Column, renderTable, wholeNumber } from '../../output/table.ts';

interface Options extends CniOptions {
  readonly pods: string;
  readonly mode: string;
  readonly customNetworking?: boolean;
  readonly maxPods?: string;
  readonly peakPods?: string;
  readonly format: string;
  readonly region?: string;
}

const settingsOf = (options: Options): CniSettings => ({
  prefixDelegation: options.mode === 'prefix',
  customNetworking: options.customNetworking ?? false,
  ...cniTargetsOf(options),
  maxPods: optionalNumber('--max-pods', options.maxPods, 1),
});

const oneOf = (option: string, value: string, allowed: readonly string[]): void => {
  if (allowed.includes(value)) return;
  throw new UsageError(`${option} ${value} is neither ${allowed.join(' nor ')}.`, 'Use one of the two.');
};

/** A figure, and behind it the bounds where it is not exact. */
const figure = (value: number, [least, most]: Range): string =>
  least === most
    ? `${wholeNumber(value)}`
    : `${wholeNumber(value)} (${wholeNumber(least)}-${wholeNumber(most)})`;

const bounds = (range: Range | undefined): string | null => {
  if (range === undefined) return null;
  const [least, most] = range;
  return least === most ? wholeNumber(least) : `${wholeNumber(least)}-${wholeNumber(most)}`;
};

const columnsFor = ({ mode, peakPods, nodes }: PlanNodeDocument): readonly Column<PlannedHolding>[] => {
  const prefixes = mode === 'prefix';
  return [
    { title: 'PODS', align: 'right', cell: ({ pods }) => wholeNumber(pods) },
    {
      title: 'INTERFACES',
      align: 'right',
      cell: ({ interfaces, range }) => figure(interfaces, range.interfaces),
    },
    {
      title: 'ADDRESSES',
      align: 'right',
      cell: ({ addresses, range }) => figure(addresses, range.addresses),
    },
    { title: 'PREFIXES', align: 'right', cell: ({ prefixes: held, range }) => figure(held, range.prefixes) },
    { title: 'UNUSED', align: 'right', cell: ({ unused }) => wholeNumber(unused) },
    { title: 'TAKEN FROM SUBNETS', align: 'right', cell: (node) => wholeNumber(node.addressesTaken) },
    ...(nodes.some(({ podsWithoutAddress }) => podsWithoutAddress > 0)
      ? [
          {
            title: 'PODS WITHOUT ADDRESS',
            align: 'right',
            cell: ({ podsWithoutAddress }) => wholeNumber(podsWithoutAddress),
          } satisfies Column<PlannedHolding>,
        ]
      : []),
    ...(peakPods === null
      ? []
      : [
          {
            title: 'INTERFACES AFTERWARDS',
            align: 'right',
            cell: ({ onTheWayDown }) => bounds(onTheWayDown?.interfaces),
          } satisfies Column<PlannedHolding>,
          {
            title: prefixes ? 'PREFIXES AFTERWARDS' : 'ADDRESSES AFTERWARDS',
            align: 'right',
            cell: ({ onTheWayDown }) => bounds(prefixes ? onTheWayDown?.prefixes : onTheWayDown?.addresses),
          } satisfies Column<PlannedHolding>,
        ]),
  ];
};

const render = (io: Io, document: PlanNodeDocument): string => {
  const dye = paint(io);
  const notices = document.notices
    .map(({ message }) => `${dye('yellow', 'note')}  ${printable(message)}\n`)
    .join('');
  return `${renderTable(io, columnsFor(document), document.nodes)}${notices === '' ? '' : `\n${notices}`}`;
};

/** `headroom plan node`: what the VPC CNI holds on a node for any number of pods. */
export const addPlanNodeCommand = (plan: Command, { io }: Session): void => {
  plan
    .command('node')
    .argument('<type>', 'an instance type, such as m5.large')
    .requiredOption('--pods <number,...>', 'how many pods with an address of their own the node runs')
    .description('what the VPC CNI holds on a node for any number of pods')
    .option('--mode <mode>', 'secondary or prefix', 'secondary')
    .option('--custom-networking', 'pods take their addresses from subnets of their own')
    .option('--pod-eni', 'security groups for pods: a slot is kept for the trunk interface')
    .option('--warm-eni-target <number>', 'WARM_ENI_TARGET (default: 1)')
    .option('--warm-ip-target <number>', 'WARM_IP_TARGET (default: not set)')
    .option('--minimum-ip-target <number>', 'MINIMUM_IP_TARGET (default: not set)')
    .option('--warm-prefix-target <number>', 'WARM_PREFIX_TARGET (default: 1)')
    .option('--max-eni <number>', 'MAX_ENI, primary interface and trunk included (default: not set)')
    .option('--max-pods <number>', "the kubelet's limit (default: what the interfaces hold)")
    .option('--peak-pods <number>', 'how many pods the node ran before: shows what it may still hold')
    .option('-f, --format <format>', 'table or json', 'table')
    .option('-r, --region <region>', 'where to ask EC2 for a type that the shipped table lacks')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom plan node m5.large --pods 0,10,20
  $ headroom plan node c5.4xlarge --mode prefix --pods 110 --format json | jq .nodes[0].prefixes
  $ headroom plan node m5.xlarge --warm-ip-target 2 --minimum-ip-target 12 --pods 5 --peak-pods 50

The figures are the steady states on the way up, one pod after the other, as the VPC CNI v1.23 decides. Brackets show
bounds where it picks at random or never settles. ADDRESSES are secondary addresses. INTERFACES include the primary one
and the trunk. Subnets are taken to have plenty.
`,
    )
    .action(async (type: string, options: Options) => {
      oneOf('--format', options.format, ['table', 'json']);
      oneOf('--mode', options.mode, ['secondary', 'prefix']);
      const pods = options.pods.split(',').map((part) => wholeNumberOf('--pods', part.trim()));
      const settings = settingsOf(options);
      const peakPods = optionalNumber('--peak-pods', options.peakPods);
      const answered = await lookUpLimits([type], { live: false, region: options.region });
      const limits = limitsOf(type, answered);
      if (limits === null) throw new UsageError(`No instance type is called ${type}.`, 'Check the spelling.');
      const document: PlanNodeDocument = {
        schema: 'headroom/plan-node@1',
        instanceType: type,
        mode: takesPrefixes(limits, settings) ? 'prefix' : 'secondary',
        settings,
        peakPods,
        nodes: holdingsOnTheWayUp(limits, settings, pods).map((holding) => ({
          ...holding,
          addressesTaken: addressesTaken(holding),
          onTheWayDown:
            peakPods === null ? null : holdingOnTheWayDown(limits, settings, holding.pods, peakPods),
        })),
        notices: settingNotices(limits, settings),
      };
      io.out(options.format === 'json' ? jsonText(document) : render(io, document));
    });
};
