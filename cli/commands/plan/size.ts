import type { Command } from 'commander';
import type { IpamPool } from '../../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../../shared/model/base/errors.ts';
import { listOf } from '../../../shared/model/base/text/names.ts';
import { count, number, verb } from '../../../shared/model/base/text/numbers.ts';
import { limitsOf } from '../../../shared/model/cluster/instance-limits.ts';
import { parseCidr } from '../../../shared/model/net/cidr.ts';
import { servesVpcs } from '../../../shared/model/plan/ipam-pools.ts';
import type { SizeDocument } from '../../../shared/model/plan/plan-documents.ts';
import type { PlanReport } from '../../../shared/model/plan/plan-report.ts';
import { planSize } from '../../../shared/model/plan/size.ts';
import {
  SIZE_MODES,
  type SizedMode,
  type SizeMode,
  type SizeQuestion,
} from '../../../shared/model/plan/size-plan.ts';
import { unreadNeighbours } from '../../../shared/model/plan/unread-neighbours.ts';
import { checkAll } from '../../base/all-problems.ts';
import { collectValues, type Session, UsageError } from '../../base/command-line.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { type CniOptions, checkCniTargets, cniTargetsOf } from '../../input/cni-options.ts';
import { lookUpLimits } from '../../input/instance-limits.ts';
import { ipamPools } from '../../input/ipam-pools.ts';
import { addPlanFormatOptions, type PlanFormat } from '../../input/output-options.ts';
import type { PlanSource, PlanSourceOptions } from '../../input/plan-estates.ts';
import { addPlanSourceOptions, readPlanSources } from '../../input/plan-source.ts';
import { optionalNumber, wholeNumberOf } from '../../input/whole-number.ts';
import { checkFormat, writePlan } from '../../output/plan/answer.ts';

interface Options extends PlanSourceOptions, CniOptions {
  readonly nodes: string;
  readonly type: string;
  readonly podsPerNode: string;
  readonly zones: string;
  readonly survive?: string;
  readonly growth: string;
  readonly surge: string;
  readonly services: string;
  readonly loadBalancers: string;
  readonly mode?: readonly string[];
  readonly within?: readonly string[];
  readonly taken?: readonly string[];
  readonly vpc?: string;
  readonly ipamPool?: readonly string[];
  readonly format: PlanFormat;
}

/** `headroom plan size`: how large the subnets of a cluster have to be, and where they can lie. */
export const addSizeCommand = (plan: Command, session: Session): void => {
  addPlanFormatOptions(addPlanSourceOptions(plan.command('size')))
    .description('how large the subnets of a cluster have to be, by mode, and where they can lie')
    .requiredOption('--nodes <number>', 'how many nodes run')
    .requiredOption('--type <type>', 'their instance type, such as m5.2xlarge')
    .requiredOption('--pods-per-node <number>', 'pods with an address of their own on each node')
    .option('--zones <number>', 'in how many zones', '3')
    .option('--survive <number>', 'this many of the zones must hold everything (default: all of them)')
    .option('--growth <percent>', 'growth to leave room for', '0')
    .option('--surge <number>', 'nodes that an update adds in each zone', '2')
    .option('--services <number>', 'Kubernetes services', '1000')
    .option('--load-balancers <number>', 'load balancers', '2')
    .option('--mode <mode...>', `${SIZE_MODES.join(', ')} (default: all four)`, collectValues)
    .option('--within <range...>', 'find places in these ranges', collectValues)
    .option('--taken <range...>', 'ranges that must stay free', collectValues)
    .option('--vpc <vpc-id>', 'find places in this VPC, apart from all that is scanned')
    .option(
      '--ipam-pool <pool-id...>',
      'find places in what these pools of IPAM have free; all: every pool that can be read',
      collectValues,
    )
    .option('--pod-eni', 'security groups for pods: each node has a trunk interface')
    .option('--warm-eni-target <number>', 'WARM_ENI_TARGET (default: 1)')
    .option('--warm-ip-target <number>', 'WARM_IP_TARGET (default: not set)')
    .option('--minimum-ip-target <number>', 'MINIMUM_IP_TARGET (default: not set)')
    .option('--warm-prefix-target <number>', 'WARM_PREFIX_TARGET (default: 1)')
    .option('--max-eni <number>', 'MAX_ENI (default: not set)')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom plan size --nodes 40 --type m5.2xlarge --pods-per-node 30 --zones 3 --survive 2 --growth 30
  $ headroom plan size --nodes 40 --type m5.2xlarge --pods-per-node 30 --mode custom-prefix --within 172.16.0.0/16
  $ headroom plan size --nodes 10 --type m5.large --pods-per-node 20 --vpc vpc-0abc --from estate.json.gz
  $ headroom plan size --nodes 10 --type m5.large --pods-per-node 20 --ipam-pool all --region eu-west-1

With --vpc, --from, --state or --table, ranges stay clear of every VPC that was scanned, and of VPCs connected to them.
With --vpc alone they stay clear of what pools of IPAM have allocated as well, where these can be read.
The exit code is 1 where no mode fits.
`,
    )
    .action(async (options: Options) => {
      const question = await questionOf(options, session);
      const answered = await lookUpLimits([options.type], { live: false, region: options.region?.[0] });
      const answer = planSize(question, (type) => limitsOf(type, answered));
      const document: SizeDocument = { schema: 'headroom/plan-size@1', ...answer };
      await writePlan(session, options.format, document, sizeReport(document));
      session.exit(answer.modes.some(({ fits }) => fits) ? EXIT.ok : EXIT.found);
    });
};

const checkRanges = ({ within = [], taken = [] }: Options): void => {
  const wrong = [...within.map((range) => ['--within', range]), ...taken.map((range) => ['--taken', range])]
    .filter(([, range = '']) => (parseCidr(range)?.length ?? 0) < LARGEST_RANGE)
    .map((each) => each.join(' '));
  if (wrong.length > 0)
    throw new UsageError(
      `${wrong.join(', ')} is not an IPv4 range.`,
      `Give a range of /${LARGEST_RANGE} or smaller, such as 172.16.0.0/16.`,
    );
};

const questionOf = async (options: Options, session: Session): Promise<SizeQuestion> => {
  checkAll(
    () => wholeNumberOf('--nodes', options.nodes, 1),
    () => wholeNumberOf('--pods-per-node', options.podsPerNode, 1, 1000),
    () => wholeNumberOf('--zones', options.zones, 1, 26),
    () => optionalNumber('--survive', options.survive, 1),
    () => wholeNumberOf('--growth', options.growth, 0, 1000),
    () => wholeNumberOf('--surge', options.surge, 0, 1000),
    () => wholeNumberOf('--services', options.services),
    () => wholeNumberOf('--load-balancers', options.loadBalancers),
    () => options.mode?.map(modeOf),
    () => checkCniTargets(options),
    () => checkFormat(options.format),
    () => checkRanges(options),
  );
  const zones = wholeNumberOf('--zones', options.zones, 1, 26);
  const survive = optionalNumber('--survive', options.survive, 1) ?? zones;
  if (survive > zones)
    throw new UsageError(`--survive ${survive} is more than --zones ${zones}.`, 'Give at most all zones.');
  const modes = (options.mode ?? SIZE_MODES).map(modeOf);
  return {
    nodes: wholeNumberOf('--nodes', options.nodes, 1),
    type: options.type,
    podsPerNode: wholeNumberOf('--pods-per-node', options.podsPerNode, 1, 1000),
    zones,
    zonesThatHoldAll: survive,
    growthPercent: wholeNumberOf('--growth', options.growth, 0, 1000),
    surgePerZone: wholeNumberOf('--surge', options.surge, 0, 1000),
    services: wholeNumberOf('--services', options.services),
    loadBalancers: wholeNumberOf('--load-balancers', options.loadBalancers),
    settings: { prefixDelegation: false, customNetworking: false, ...cniTargetsOf(options) },
    modes,
    ...(await placesOf(options, session)),
  };
};

/** The largest private range. */
const LARGEST_RANGE = 8;

const modeOf = (text: string): SizeMode => {
  const mode = SIZE_MODES.find((each) => each === text);
  if (mode === undefined)
    throw new UsageError(`--mode ${text} is none of ${SIZE_MODES.join(', ')}.`, 'Use one of them.');
  return mode;
};

const placesOf = async (
  options: Options,
  session: Session,
): Promise<Pick<SizeQuestion, 'within' | 'taken' | 'vpcRanges' | 'ipamPools' | 'unknowns'>> => {
  const given = (options.taken ?? []).map((range) => ({ range, owner: '--taken' }));
  const { from, ipamPool, state, table, vpc } = options;
  const isStored = from !== undefined || state !== undefined || table !== undefined;
  if (ipamPool !== undefined) {
    if (isStored || vpc !== undefined)
      throw new UsageError(
        `--ipam-pool is given together with ${vpc === undefined ? 'stored scans' : '--vpc'}.`,
        'Plan in pools, or in what is scanned.',
      );
    const { pools, region } = await poolsOf(options, ipamPool.includes('all') ? [] : ipamPool);
    const usable = poolsOfOneRegion(pools, region);
    return {
      within: options.within ?? usable.flatMap(({ cidrs }) => cidrs),
      taken: [...given, ...allocatedIn(usable, null)],
      ipamPools: pools,
    };
  }
  if (vpc === undefined && !isStored) return { within: options.within ?? [], taken: given };
  const sources = await readPlanSources(options, session);
  const vpcs = sources.flatMap(({ plan }) => plan.input.vpcs);
  const chosen = vpcs.find(({ vpcId }) => vpcId === vpc);
  if (vpc !== undefined && chosen === undefined)
    throw new UsageError(`Nothing matches --vpc ${vpc}.`, '`headroom scan` lists the VPCs.');
  const within = options.within ?? chosen?.cidrBlocks ?? [];
  const ofVpc = chosen === undefined ? {} : { vpcRanges: chosen.cidrBlocks };
  const taken = [...given, ...takenIn(sources, chosen?.vpcId ?? null)];
  const neighbours = neighbourUnknowns(sources, chosen?.vpcId ?? null);
  if (isStored)
    return {
      ...ofVpc,
      within,
      taken,
      unknowns: ['Pools of IPAM are read from AWS alone, and not from stored scans.', ...neighbours],
    };
  try {
    const { pools } = await poolsOf(options, []);
    return {
      ...ofVpc,
      within,
      taken: [...taken, ...allocatedIn(pools, vpc ?? null)],
      ipamPools: pools,
      unknowns: neighbours,
    };
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return {
      ...ofVpc,
      within,
      taken,
      unknowns: [`The pools of IPAM could not be read: ${error.message}`, ...neighbours],
    };
  }
};

/** Of the VPC that is planned in; without one, only whether connections were read at all. */
const neighbourUnknowns = (sources: readonly PlanSource[], chosen: string | null): readonly string[] => {
  const unread = sources
    .filter(({ plan }) => chosen === null || plan.input.vpcs.some(({ vpcId }) => vpcId === chosen))
    .flatMap(({ plan }) => unreadNeighbours(plan.input.vpcConnections, chosen) ?? []);
  return [...new Set(unread)].map(
    (reason) => `${reason} A connected network may use a range that is called free.`,
  );
};

const poolsOf = ({ externalId, region, roleArn }: Options, wanted: readonly string[]) =>
  ipamPools({ region: region?.[0], roleArn: roleArn?.[0], externalId }, wanted);

/**
 * The pools that a VPC can take its ranges from: of one Region, because a VPC is in one. That of the question comes first.
 *
 * @throws UsageError where there is none, or where they are of several Regions
 */
const poolsOfOneRegion = (pools: readonly IpamPool[], region: string): readonly IpamPool[] => {
  const usable = pools.filter(servesVpcs);
  const here = usable.filter(({ locale }) => locale === region);
  if (here.length > 0) return here;
  const regions = [...new Set(usable.flatMap(({ locale }) => locale ?? []))].sort();
  if (regions.length === 1) return usable;
  throw new UsageError(
    regions.length === 0
      ? 'No VPC can take a range of these pools: they have no locale, or hold public addresses.'
      : `The pools of IPAM are of several Regions: ${listOf(regions)}.`,
    'Name pools of one Region with --ipam-pool. `aws ec2 describe-ipam-pools` lists them with their locale.',
  );
};

/** What the pools gave away, but for the VPC that is planned in and what a pool gave to another one: that has its own list. */
const allocatedIn = (pools: readonly IpamPool[], vpcId: string | null): SizeQuestion['taken'] => {
  const ids = new Set(pools.map(({ ipamPoolId }) => ipamPoolId));
  return pools.flatMap(({ allocations }) =>
    allocations
      .filter(({ resource }) => resource !== vpcId && !ids.has(resource))
      .map(({ cidr, resource }) => ({ range: cidr, owner: resource })),
  );
};

/** The subnets of the chosen VPC, and every other VPC that is scanned or connected to one that is. */
const takenIn = (sources: readonly PlanSource[], chosen: string | null): SizeQuestion['taken'] =>
  sources.flatMap(({ plan }) => [
    ...plan.input.subnets.flatMap(({ vpcId, cidrBlock, subnetId }) =>
      vpcId === chosen && cidrBlock !== null ? [{ range: cidrBlock, owner: subnetId }] : [],
    ),
    ...[...plan.input.vpcs, ...(plan.input.vpcConnections ?? []).flatMap(({ vpcs }) => vpcs)].flatMap(
      ({ vpcId, cidrBlocks }) =>
        vpcId === chosen ? [] : (cidrBlocks ?? []).map((range) => ({ range, owner: vpcId })),
    ),
  ]);

const RANGE_COLUMNS = [
  { title: 'FOR' },
  { title: 'ZONE', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'RANGE', names: true },
  { title: 'ARITHMETIC' },
  { title: 'RESERVE FOR PREFIXES' },
] as const;

const rangeCells = ({
  purpose,
  zone,
  length,
  cidr,
  arithmetic,
  reservations,
}: SizedMode['ranges'][number]): readonly (string | null)[] => [
  purpose,
  zone === null ? 'all' : number(zone),
  length === null ? 'none is large enough' : `/${length}`,
  cidr,
  arithmetic,
  reservations.join(' '),
];

const sizeReport = ({ ipamPools: pools, modes, question, rules, unknowns }: SizeDocument): PlanReport => ({
  title: `${count(question.nodes, 'node')} of ${question.type}, ${count(question.podsPerNode, 'pod')} each, in ${count(question.zones, 'zone')}`,
  answer: sentence(question, modes),
  fits: modes.some(({ fits }) => fits),
  tables: [
    {
      title: 'Modes',
      columns: [
        { title: 'MODE' },
        { title: 'NODES', align: 'right' },
        { title: 'PER ZONE', align: 'right' },
        { title: 'ADDRESSES A NODE', align: 'right' },
        { title: 'PREFIXES A NODE', align: 'right' },
        { title: 'ADDRESSES OF ALL SUBNETS', align: 'right' },
        { title: 'FITS' },
        { title: 'VPC BLOCK' },
      ],
      rows: modes.map(({ mode, nodes, nodesPerZone, perNode, addresses, fits, vpcBlock }) => [
        mode,
        number(nodes),
        number(nodesPerZone),
        number(perNode.addresses),
        number(perNode.prefixes),
        number(addresses),
        fits ? 'yes' : 'no',
        vpcBlock ?? '',
      ]),
    },
    {
      title: 'Free in pools of IPAM',
      columns: [
        { title: 'POOL' },
        { title: 'REGION' },
        { title: 'RANGES' },
        { title: 'ALLOCATIONS', align: 'right' },
        { title: 'LARGEST FREE RANGES' },
        { title: 'GIVES' },
        ...modes.map(({ mode }) => ({ title: `BLOCK FOR ${mode.toUpperCase()}` })),
      ],
      rows: pools.map(
        ({ allocations, cidrs, description, fits, freeRanges, ipamPoolId, limits = [], locale }) => [
          description === null ? ipamPoolId : `${ipamPoolId} (${description})`,
          locale,
          cidrs.join(' '),
          number(allocations),
          freeRanges.join(' '),
          limits.join(', '),
          ...fits.map(({ cidr }) => cidr ?? 'none'),
        ],
      ),
    },
    ...modes.map(({ mode, ranges }) => ({
      title: `Ranges in mode ${mode}`,
      columns: RANGE_COLUMNS,
      rows: ranges.map(rangeCells),
    })),
  ],
  listing: {
    title: 'Ranges',
    columns: [{ title: 'MODE' }, ...RANGE_COLUMNS],
    rows: modes.flatMap(({ mode, ranges }) => ranges.map((range) => [mode, ...rangeCells(range)])),
  },
  notes: [...new Set(modes.flatMap(({ notices }) => notices))],
  unknowns,
  commands: [],
  rules,
  subnetIds: [],
});

const sentence = (question: SizeQuestion, modes: readonly SizedMode[]): string => {
  const fitting = modes.filter(({ fits }) => fits).toSorted((a, b) => a.addresses - b.addresses);
  const [least] = fitting;
  const where = question.within.length === 0 ? '' : ` in ${question.within.join(', ')}`;
  return least === undefined
    ? `No mode fits${where}.`
    : `The mode ${least.mode} needs least: ${count(least.addresses, 'address')} in all subnets${where}. ${count(question.zonesThatHoldAll, 'zone')} ${verb(question.zonesThatHoldAll, 'holds')} everything.`;
};
