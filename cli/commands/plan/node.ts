import type { Command } from 'commander';
import { largestOf, smallestOf } from '../../../shared/model/base/extremes.ts';
import { count, number } from '../../../shared/model/base/text/numbers.ts';
import { limitsOf } from '../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, takesPrefixes } from '../../../shared/model/cni/cni-settings.ts';
import { holdingWheneverAfterSwitch } from '../../../shared/model/cni/mode-switch.ts';
import {
  addressesTaken,
  holdingOnTheWayDown,
  holdingsOnTheWayUp,
  type Range,
} from '../../../shared/model/cni/node-holding.ts';
import type { PlanNodeDocument, PlannedHolding } from '../../../shared/model/cni/plan-node-document.ts';
import { settingNotices } from '../../../shared/model/cni/setting-notices.ts';
import type { PlanColumn, PlanReport } from '../../../shared/model/plan/plan-report.ts';
import { RULES } from '../../../shared/model/plan/rules.ts';
import { checkAll } from '../../base/all-problems.ts';
import { type Session, UsageError } from '../../base/command-line.ts';
import { listedValues } from '../../base/listed-values.ts';
import { type CniOptions, checkCniTargets, cniTargetsOf } from '../../input/cni-options.ts';
import { lookUpLimits } from '../../input/instance-limits.ts';
import { addPlanFormatOptions, type PlanFormat } from '../../input/output-options.ts';
import { optionalNumber, wholeNumberOf } from '../../input/whole-number.ts';
import { checkFormat, writePlan } from '../../output/plan/answer.ts';
import { bounds } from '../../output/plan/figures.ts';

interface Options extends CniOptions {
  readonly pods: string;
  readonly mode: string;
  readonly customNetworking?: boolean;
  readonly maxPods?: string;
  readonly peakPods?: string;
  readonly podsAtSwitch?: string;
  readonly format: PlanFormat;
  readonly region?: string;
}

const settingsOf = (options: Options): CniSettings => ({
  prefixDelegation: options.mode === 'prefix',
  customNetworking: options.customNetworking ?? false,
  ...cniTargetsOf(options),
  maxPods: optionalNumber('--max-pods', options.maxPods, 1),
});

const podsOf = ({ pods }: Options): readonly number[] => {
  const parts = pods.split(',').map((part) => part.trim());
  if (parts.includes(''))
    throw new UsageError(
      `--pods "${pods}" has a comma without a number.`,
      'Give numbers with commas between them, such as --pods 0,10,29.',
    );
  return parts.map((part) => wholeNumberOf('--pods', part));
};

const oneOf = (option: string, value: string, allowed: readonly string[]): void => {
  if (allowed.includes(value)) return;
  throw new UsageError(`${option} ${value} is neither ${allowed.join(' nor ')}.`, 'Use one of the two.');
};

/** A figure, and behind it the bounds where it is not exact. */
const figure = (value: number, [least, most]: Range): string =>
  least === most ? number(value) : `${number(value)} (${number(least)}-${number(most)})`;

const nodeReport = (document: PlanNodeDocument): PlanReport => {
  const { instanceType, mode, notices, nodes, peakPods, podsAtSwitch } = document;
  return {
    title: `What the VPC CNI holds on a node of ${instanceType} in ${mode} mode`,
    answer: sentence(document),
    fits: null,
    tables: [
      {
        title: 'For each number of pods',
        columns: [
          ...['PODS', 'INTERFACES', 'ADDRESSES', 'PREFIXES', 'UNUSED', 'TAKEN FROM SUBNETS'].map(
            rightAligned,
          ),
          ...(nodes.some(({ podsWithoutAddress }) => podsWithoutAddress > 0)
            ? [rightAligned('PODS WITHOUT ADDRESS')]
            : []),
          ...(peakPods === null
            ? []
            : ['INTERFACES', mode === 'prefix' ? 'PREFIXES' : 'ADDRESSES'].map((title) =>
                rightAligned(`${title} AFTERWARDS`),
              )),
          ...(podsAtSwitch == null
            ? []
            : ['INTERFACES', 'ADDRESSES', 'PREFIXES'].map((title) =>
                rightAligned(`${title} AFTER THE SWITCH`),
              )),
        ],
        rows: nodes.map((node) => cellsOf(document, node)),
      },
    ],
    notes: notices.map(({ message }) => message),
    unknowns: [],
    commands: [],
    rules: [
      RULES.allocator,
      ...(peakPods === null ? [] : [RULES.wayDown]),
      ...(podsAtSwitch == null ? [] : [RULES.modeSwitch]),
    ],
    subnetIds: [],
  };
};

const rightAligned = (title: string): PlanColumn => ({ title, align: 'right' });

const cellsOf = (
  { mode, nodes, peakPods, podsAtSwitch }: PlanNodeDocument,
  node: PlannedHolding,
): readonly (string | null)[] => {
  const { addresses, afterSwitch, interfaces, onTheWayDown, prefixes, range } = node;
  const held = mode === 'prefix' ? onTheWayDown?.prefixes : onTheWayDown?.addresses;
  return [
    number(node.pods),
    figure(interfaces, range.interfaces),
    figure(addresses, range.addresses),
    figure(prefixes, range.prefixes),
    number(node.unused),
    number(node.addressesTaken),
    ...(nodes.some(({ podsWithoutAddress }) => podsWithoutAddress > 0)
      ? [number(node.podsWithoutAddress)]
      : []),
    ...(peakPods === null ? [] : [bounds(onTheWayDown?.interfaces ?? null), bounds(held ?? null)]),
    ...(podsAtSwitch == null
      ? []
      : [afterSwitch?.interfaces, afterSwitch?.addresses, afterSwitch?.prefixes].map((each) =>
          bounds(each ?? null),
        )),
  ];
};

const sentence = ({ nodes }: PlanNodeDocument): string => {
  const taken = nodes.map(({ addressesTaken: each }) => each);
  const [least, most] = [smallestOf(taken), largestOf(taken)];
  const some = least === most ? count(most, 'address') : `${number(least)} to ${number(most)} addresses`;
  const without = nodes.filter(({ podsWithoutAddress }) => podsWithoutAddress > 0);
  const [first] = without.toSorted((a, b) => a.pods - b.pods);
  const short =
    first === undefined
      ? ''
      : ` Of ${count(first.pods, 'pod')}, ${number(first.podsWithoutAddress)} get${first.podsWithoutAddress === 1 ? 's' : ''} no address.`;
  return `The node takes ${some} of its subnets.${short}`;
};

/** `headroom plan node`: what the VPC CNI holds on a node for any number of pods. */
export const addPlanNodeCommand = (plan: Command, session: Session): void => {
  addPlanFormatOptions(plan.command('node'))
    .argument('<type>', 'an instance type, such as m5.large')
    .requiredOption('--pods <number,...>', 'how many pods with an address of their own the node runs')
    .description('what the VPC CNI holds on a node for any number of pods')
    .addOption(
      listedValues('--mode <mode>', 'the mode of the CNI', ['secondary', 'prefix']).default('secondary'),
    )
    .option('--custom-networking', 'pods take their addresses from subnets of their own')
    .option('--pod-eni', 'security groups for pods: a slot is kept for the trunk interface')
    .option('--warm-eni-target <number>', 'WARM_ENI_TARGET (default: 1)')
    .option('--warm-ip-target <number>', 'WARM_IP_TARGET (default: not set)')
    .option('--minimum-ip-target <number>', 'MINIMUM_IP_TARGET (default: not set)')
    .option('--warm-prefix-target <number>', 'WARM_PREFIX_TARGET (default: 1)')
    .option('--max-eni <number>', 'MAX_ENI, primary interface and trunk included (default: not set)')
    .option('--max-pods <number>', "the kubelet's limit (default: what the interfaces hold)")
    .option('--peak-pods <number>', 'how many pods the node ran before: shows what it may still hold')
    .option(
      '--pods-at-switch <number>',
      'how many pods ran when the node was switched from the other mode: shows what may be left of it',
    )
    .option('-r, --region <region>', 'where to ask EC2 for a type that the shipped table lacks')
    .option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE)')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom plan node m5.large --pods 0,10,20
  $ headroom plan node c5.4xlarge --mode prefix --pods 110 --output json | jq .nodes[0].prefixes
  $ headroom plan node m5.xlarge --warm-ip-target 2 --minimum-ip-target 12 --pods 5 --peak-pods 50
  $ headroom plan node t3.small --mode prefix --pods 0,5,9 --pods-at-switch 9

The figures are the steady states on the way up, one pod after the other, as the VPC CNI v1.23 decides. Brackets show
bounds where it picks at random or never settles. ADDRESSES are secondary addresses. INTERFACES include the primary one
and the trunk. Subnets are taken to have plenty.
`,
    )
    .action(async (type: string, options: Options) => {
      checkAll(
        () => checkFormat(options.format),
        () => oneOf('--mode', options.mode, ['secondary', 'prefix']),
        () => podsOf(options),
        () => checkCniTargets(options),
        () => optionalNumber('--max-pods', options.maxPods, 1),
        () => optionalNumber('--peak-pods', options.peakPods),
        () => optionalNumber('--pods-at-switch', options.podsAtSwitch),
      );
      const pods = podsOf(options);
      const settings = settingsOf(options);
      const peakPods = optionalNumber('--peak-pods', options.peakPods);
      const podsAtSwitch = optionalNumber('--pods-at-switch', options.podsAtSwitch);
      const answered = await lookUpLimits([type], { live: false, region: options.region });
      const limits = limitsOf(type, answered);
      if (limits === null) throw new UsageError(`No instance type is called ${type}.`, 'Check the spelling.');
      const document: PlanNodeDocument = {
        schema: 'headroom/plan-node@1',
        instanceType: type,
        mode: takesPrefixes(limits, settings) ? 'prefix' : 'secondary',
        settings,
        peakPods,
        podsAtSwitch,
        nodes: holdingsOnTheWayUp(limits, settings, pods).map((holding) => ({
          ...holding,
          addressesTaken: addressesTaken(holding),
          onTheWayDown:
            peakPods === null ? null : holdingOnTheWayDown(limits, settings, holding.pods, peakPods),
          afterSwitch:
            podsAtSwitch === null
              ? null
              : holdingWheneverAfterSwitch(
                  limits,
                  {
                    before: { ...settings, prefixDelegation: !settings.prefixDelegation },
                    after: settings,
                    podsBefore: podsAtSwitch,
                  },
                  holding.pods,
                ),
        })),
        notices: settingNotices(limits, settings),
      };
      await writePlan(session, options.format, document, nodeReport(document));
    });
};
