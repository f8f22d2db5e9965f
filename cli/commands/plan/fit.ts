import type { Command } from 'commander';
import { smallestOf } from '../../../shared/model/base/extremes.ts';
import { count, number, verb } from '../../../shared/model/base/text/numbers.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../shared/model/cni/cni-settings.ts';
import { settingsOf, settingsUnknowns } from '../../../shared/model/plan/cluster-settings.ts';
import { type FitAnswer, type FitQuestion, planFit } from '../../../shared/model/plan/fit.ts';
import { NodeDemands } from '../../../shared/model/plan/node-demands.ts';
import { usualType } from '../../../shared/model/plan/node-plan.ts';
import type { FitDocument } from '../../../shared/model/plan/plan-documents.ts';
import { PlanEstate } from '../../../shared/model/plan/plan-estate.ts';
import type { PlanReport } from '../../../shared/model/plan/plan-report.ts';
import { refuseOtherNetworks, refuseWithoutPlaces } from '../../../shared/model/plan/what-if-refusals.ts';
import type { ClusterAssessment, NewNodeSettings, NodePlace } from '../../../shared/model/result/cluster.ts';
import { checkAll } from '../../base/all-problems.ts';
import { type Session, UsageError } from '../../base/command-line.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { listedValues } from '../../base/listed-values.ts';
import { addPlanFormatOptions, type PlanFormat } from '../../input/output-options.ts';
import type { PlanSource, PlanSourceOptions } from '../../input/plan-estates.ts';
import {
  addPlanSourceOptions,
  checkPlanSource,
  clusterNamed,
  planned,
  readPlanSources,
} from '../../input/plan-source.ts';
import { readTerraformPlan } from '../../input/terraform/plan.ts';
import type { KnownCluster } from '../../input/terraform/plan-context.ts';
import { optionalNumber } from '../../input/whole-number.ts';
import { checkFormat, ONE_POSSIBLE_PLACE, writePlan } from '../../output/plan/answer.ts';

interface Options extends PlanSourceOptions {
  readonly terraform?: string;
  readonly cluster?: string;
  readonly nodes?: string;
  readonly pods?: string;
  readonly type?: string;
  readonly require: string;
  readonly format: PlanFormat;
}

/** `headroom plan fit`: a gate before a change, for a Terraform plan or for plain numbers. */
export const addFitCommand = (plan: Command, session: Session): void => {
  addPlanFormatOptions(addPlanSourceOptions(plan.command('fit')))
    .description('whether a change fits: a gate for a Terraform plan, or for plain numbers')
    .option('--terraform <file>', 'the output of terraform show -json of a plan')
    .option('--cluster <name>', 'the cluster that nodes and pods are for')
    .option('--nodes <number>', 'how many nodes more')
    .option(
      '--pods <number>',
      'how many pods with an address of their own on all of these nodes; without --nodes, as few nodes as run them',
    )
    .option('--type <type>', 'their instance type')
    .addOption(
      listedValues('--require <bound>', 'which of the two must fit', ['least', 'most']).default('least'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ terraform show -json plan > plan.json
  $ headroom plan fit --terraform plan.json --output markdown >> "$GITHUB_STEP_SUMMARY"
  $ headroom plan fit --cluster shop --nodes 20 --type m5.large --pods 400 --require most
  $ headroom plan fit --cluster shop --pods 400 --output csv

The least: new nodes without pods, one address for each interface. The most: groups at their maximum, nodes full of
pods, load balancers with 8 addresses. The exit code is 1 if the bound does not fit, or if that is not known: with
--require most, nothing may be unknown. A list names everything that is known only after apply.
`,
    )
    .action(async (options: Options) => {
      const [bound, numbers] = checkAll(
        () => boundOf(options.require),
        () => numbersOf(options),
        () => checkFormat(options.format),
        () => checkPlanSource(options),
      );
      const sources = await readPlanSources(options, session);
      const [estate, question] = questionOf(options, numbers, sources);
      const { answer, mapsAfter } = planFit(estate, question);
      const document: FitDocument = { schema: 'headroom/plan-fit@1', required: bound, ...answer };
      await writePlan(session, options.format, document, fitReport(document), {
        before: estate.maps,
        after: () => mapsAfter(bound),
        caption: `After the ${bound} that the change takes. ${ONE_POSSIBLE_PLACE}`,
      });
      session.exit(answer.fits[bound] === true ? EXIT.ok : EXIT.found);
    });
};

const boundOf = (bound: string): 'least' | 'most' => {
  if (bound !== 'least' && bound !== 'most')
    throw new UsageError(`--require ${bound} is neither least nor most.`, 'Use one of the two.');
  return bound;
};

/** The numbers of a question; they are `null` for a Terraform plan. */
const numbersOf = ({
  nodes,
  pods,
  terraform,
  type,
}: Options): Readonly<Record<'nodes' | 'pods', number | null>> => {
  if (terraform !== undefined && (nodes !== undefined || pods !== undefined || type !== undefined))
    throw new UsageError(
      '--terraform is given together with --nodes, --pods or --type.',
      'Ask for a Terraform plan, or for plain numbers.',
    );
  if (terraform === undefined && nodes === undefined && pods === undefined)
    throw new UsageError('Nothing is asked.', 'Give --terraform, --nodes or --pods.');
  const [wantedNodes, wantedPods] = checkAll(
    () => optionalNumber('--nodes', nodes, 1),
    () => optionalNumber('--pods', pods, nodes === undefined ? 1 : 0),
  );
  return { nodes: wantedNodes, pods: wantedPods };
};

const questionOf = (
  { cluster: name, terraform, type }: Options,
  { nodes, pods }: Readonly<Record<'nodes' | 'pods', number | null>>,
  sources: readonly PlanSource[],
): readonly [PlanEstate, FitQuestion] => {
  if (terraform !== undefined) {
    const estate = joined(sources);
    const question = readTerraformPlan(terraform, {
      clusterNamed: (clusterName) => knownCluster(sources, clusterName),
      zoneOf: (subnetId) => estate.zoneOf(subnetId),
      limits: estate.input.limits,
    });
    return [estate, question];
  }
  const { source, cluster } = clusterNamed(sources, name);
  planned(() => refuseWithoutPlaces(source.plan, cluster));
  const places = source.plan.placesOf(cluster);
  const usual = type ?? usualType(source.plan, cluster, source.plan.nodesOf(cluster));
  const limits = usual === null ? null : source.plan.input.limits(usual);
  if (usual === null || limits === null)
    throw new UsageError(
      usual === null
        ? `${cluster.clusterName} has no node of a known type.`
        : `No instance type is called ${usual}.`,
      'Give one with --type.',
    );
  const settings = settingsOf(cluster);
  planned(() => (settings.podAddresses === 'unknown' ? refuseOtherNetworks(cluster) : undefined));
  const wanted = nodes ?? nodesFor(pods ?? 0, source.plan, settings, usual, places);
  return [
    source.plan,
    {
      newSubnets: [],
      podsWithoutNode: Math.max(0, (pods ?? 0) - wanted * podsOnOne(source.plan, settings, usual, places)),
      unknowns: places.flatMap(({ podSubnetIds, subnetId }) =>
        podSubnetIds === null ? [`It is not known where pods of nodes in ${subnetId} take addresses.`] : [],
      ),
      notices: settingsUnknowns(cluster),
      demands: [
        {
          kind: 'nodes',
          address: `${cluster.clusterName}: ${count(wanted, 'node')} of ${usual}`,
          nodes: { least: wanted, most: wanted },
          type: { least: usual, most: usual },
          pods: pods === null ? null : Math.ceil(pods / wanted),
          subnetIds: places
            .filter(({ podSubnetIds }) => podSubnetIds !== null)
            .map(({ subnetId }) => subnetId),
          podSubnetOfZone: podSubnetsIn(places),
          places,
          settings,
          ...(cluster.autoMode && !isLaunchedByGroup(cluster, usual) && { fallsBack: true }),
        },
      ],
    },
  ];
};

/** Groups of a cluster of EKS Auto Mode run the VPC CNI. */
const isLaunchedByGroup = ({ committed }: ClusterAssessment, type: string): boolean =>
  committed.some(({ instanceType, kind }) => kind !== 'node-pool' && instanceType === type);

const podSubnetsIn = (places: readonly NodePlace[]): ReadonlyMap<string, readonly string[]> =>
  new Map(
    places.flatMap(({ availabilityZone, podSubnetIds, primaryServesPods }) =>
      primaryServesPods || podSubnetIds === null ? [] : [[availabilityZone ?? '', podSubnetIds]],
    ),
  );

/** Pods that each node may run, wherever it starts; 0 where that is not known. */
const podsOnOne = (
  plan: PlanEstate,
  settings: NewNodeSettings,
  type: string,
  places: readonly NodePlace[],
): number => {
  const demands = new NodeDemands(plan.input.limits, settings);
  const most = smallestOf(places.map(({ primaryServesPods }) => demands.podsAtMost(type, primaryServesPods)));
  return Number.isFinite(most) ? most : 0;
};

/** As few nodes as run so many pods, each as many as it may. */
const nodesFor = (
  pods: number,
  plan: PlanEstate,
  settings: NewNodeSettings,
  type: string,
  places: readonly NodePlace[],
): number => {
  const onOne = podsOnOne(plan, settings, type, places);
  if (onOne > 0) return Math.ceil(pods / onOne);
  throw new UsageError(
    `No node of ${type} runs a pod with an address of its own with the settings of this cluster.`,
    'Give another type with --type, or the number of nodes with --nodes.',
  );
};

const knownCluster = (sources: readonly PlanSource[], name: string | null): KnownCluster => {
  for (const { plan } of sources) {
    const cluster = plan.input.clusters.find(({ clusterName }) => clusterName === name);
    if (cluster !== undefined) {
      const { slotsTaken: _slots, ...settings } = settingsOf(cluster);
      return {
        settings,
        podSubnetOfZone: podSubnetsIn(plan.placesOf(cluster)),
        // A group of the plan has a launch template of its own: what others add says nothing of it.
        places: plan.placesOf(cluster).map(({ extras: _extras, ...place }) => place),
      };
    }
  }
  return { settings: DEFAULT_CNI_SETTINGS, podSubnetOfZone: new Map(), places: [] };
};

/** All targets together: a Terraform plan names its subnets by their ids. */
const joined = (sources: readonly PlanSource[]): PlanEstate => {
  const inputs = sources.map(({ plan }) => plan.input);
  return new PlanEstate({
    subnets: inputs.flatMap(({ subnets }) => subnets),
    vpcs: inputs.flatMap(({ vpcs }) => vpcs),
    clusters: inputs.flatMap(({ clusters }) => clusters),
    maps: inputs.flatMap(({ maps }) => maps),
    limits: (type) => inputs.map(({ limits }) => limits(type)).find((limits) => limits !== null) ?? null,
    interfaces: null,
    vpcConnections: null,
    reservations: new Map(),
  });
};

const range = ({ least, most }: { readonly least: number; readonly most: number }): string =>
  least === most ? number(least) : `${number(least)} to ${number(most)}`;

const fitReport = (answer: FitDocument): PlanReport => ({
  title: 'Does the change fit?',
  answer: sentence(answer),
  fits: answer.fits[answer.required],
  tables: [
    {
      title: 'What the change takes, from the least to the most',
      columns: [
        { title: 'RESOURCE' },
        { title: 'OF' },
        { title: 'WANTED', align: 'right' },
        { title: 'FITS', align: 'right' },
        { title: 'ERROR' },
        { title: 'SUBNETS', wide: true },
      ],
      rows: answer.demands.map(({ address, kind, wanted, fits, error, subnetIds }) => [
        address,
        kind,
        range(wanted),
        range(fits),
        error ?? '',
        subnetIds.join(' '),
      ]),
    },
    {
      title: 'Subnets, before -> after the least to the most',
      columns: [
        { title: 'SUBNET' },
        { title: 'SUBNET ID', wide: true, names: true },
        { title: 'ZONE' },
        { title: 'FREE ADDRESSES', align: 'right' },
        { title: 'FREE PREFIXES', align: 'right' },
      ],
      rows: answer.subnets.map((subnet) => [
        subnet.name ?? subnet.subnetId,
        subnet.subnetId,
        subnet.availabilityZone,
        `${number(subnet.freeAddresses)} -> ${range(subnet.freeAddressesAfter)}`,
        `${number(subnet.freePrefixes)} -> ${range(subnet.freePrefixesAfter)}`,
      ]),
    },
  ],
  notes: answer.notices,
  unknowns: answer.unknowns,
  commands: [],
  rules: answer.rules,
  subnetIds: answer.subnets.map(({ subnetId }) => subnetId),
});

/** `1 node`, `6 nodes`, `2 addresses`. */
const wantedText = (demand: FitAnswer['demands'][number] | undefined, bound: 'least' | 'most'): string =>
  count(demand?.wanted[bound] ?? 0, demand?.kind === 'nodes' ? 'node' : 'address');

const sentence = ({ fits, demands, podsWithoutNode, unknowns }: FitAnswer): string => {
  const left =
    unknowns.length === 0
      ? ''
      : ` ${count(unknowns.length, 'thing')} ${verb(unknowns.length, 'is')} not known, and listed below.`;
  if (podsWithoutNode > 0)
    return `It does not fit: ${count(podsWithoutNode, 'pod')} ${verb(podsWithoutNode, 'exceeds')} what so many nodes may run.${left}`;
  if (demands.length === 0 && fits.least === true)
    return `The change takes no address that is known before apply.${left}`;
  if (fits.least === false) {
    const [first] = demands.filter(({ wanted, fits: each }) => each.least < wanted.least);
    return `It does not fit, not even at the least: ${first?.address ?? ''} gets ${number(first?.fits.least ?? 0)} of ${wantedText(first, 'least')}, then ${first?.error ?? ''}.${left}`;
  }
  if (fits.least === null) return `All that is known fits. Whether the rest does is not known.${left}`;
  if (fits.most === true) return 'It fits, even at the most that it can take.';
  if (fits.most === null)
    return `It fits at the least. At the most all that is known fits, and the rest is not known.${left}`;
  const [first] = demands.filter(({ wanted, fits: each }) => each.most < wanted.most);
  return `It fits at the least, but not at the most: ${first?.address ?? ''} gets ${number(first?.fits.most ?? 0)} of ${wantedText(first, 'most')}, then ${first?.error ?? ''}.${left}`;
};
