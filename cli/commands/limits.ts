import { describeLimits, type LimitsDescription } from '../../shared/model/cluster/max-pods.ts';
import type { AddCommand } from '../base/command-line.ts';
import { lookUpLimits } from '../input/instance-limits.ts';
import { addOutputOptions, type OutputOptions } from '../input/output-options.ts';
import type { ListingColumn } from '../output/listing.ts';
import type { LimitsDocument } from '../output/listing-documents.ts';
import { wholeNumber } from '../output/table.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

interface Options extends OutputOptions {
  readonly live?: boolean;
  readonly region?: string;
}

const COLUMNS: readonly ListingColumn<LimitsDescription>[] = [
  { title: 'TYPE', cell: ({ type }) => type },
  { title: 'INTERFACES', align: 'right', cell: ({ maxEnis }) => wholeNumber(maxEnis) },
  { title: 'IPV4 EACH', align: 'right', leaveOut: 1, cell: ({ ipv4PerEni }) => wholeNumber(ipv4PerEni) },
  { title: 'BRANCH', align: 'right', leaveOut: 6, cell: ({ branchEnis }) => wholeNumber(branchEnis) },
  { title: 'PODS', align: 'right', cell: ({ maxPods }) => wholeNumber(maxPods.secondary) },
  {
    title: 'CUSTOM NETWORKING',
    align: 'right',
    leaveOut: 3,
    cell: ({ maxPods }) => wholeNumber(maxPods.customNetworking),
  },
  {
    title: 'PREFIXES',
    align: 'right',
    leaveOut: 2,
    cell: ({ maxPods }) =>
      maxPods.prefix === null
        ? null
        : `${wholeNumber(maxPods.prefix)} (${wholeNumber(maxPods.prefixRecommended) ?? '-'})`,
  },
  {
    title: 'BOTH',
    align: 'right',
    leaveOut: 4,
    cell: ({ maxPods }) =>
      maxPods.customNetworkingPrefix === null
        ? null
        : `${wholeNumber(maxPods.customNetworkingPrefix)} (${wholeNumber(maxPods.customNetworkingPrefixRecommended) ?? '-'})`,
  },
  { title: 'POD ENI', align: 'right', leaveOut: 5, cell: ({ maxPods }) => wholeNumber(maxPods.podEni) },
  { title: 'WINDOWS', align: 'right', leaveOut: 7, cell: ({ maxPods }) => wholeNumber(maxPods.windows) },
];

/** `headroom limits`: what instance types can hold, from the shipped table, and from EC2 for types that it lacks. */
export const addLimitsCommand: AddCommand = (program, { io }) => {
  addOutputOptions(program.command('limits'), { watch: false })
    .argument('<type...>', 'instance types, such as m5.large')
    .description('interfaces, addresses and pods of instance types in every mode of the VPC CNI')
    .option('--live', 'ask EC2 for all types, not only for those that the built-in table lacks')
    .option('-r, --region <region>', "the Region to ask (default: the profile's Region)")
    .option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE)')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom limits m5.large c5.xlarge
  $ headroom limits m5.large --output json | jq .maxPods.prefixRecommended

PODS is max-pods in secondary mode. PREFIXES is what prefix mode makes possible, and in brackets what is recommended
(110, or 250 above 30 vCPUs). BRANCH interfaces serve security groups for pods. POD ENI is max-pods beside a trunk
interface. WINDOWS is the number of pods with an address on a Windows node. JSON of one type is an object, of several
an array.
`,
    )
    .action(async (given: string[], options: Options) => {
      checkOutputOptions(options, COLUMNS);
      const types = [...new Set(given)];
      const answered = await lookUpLimits(types, { live: options.live === true, region: options.region });
      const found = types.map((type) => describeLimits(type, answered));
      const limits = found.filter((entry) => entry !== null);
      await writeListing(io, options, {
        document: ((limits.length === 1 ? limits[0] : limits) ?? limits) satisfies LimitsDocument,
        listing: { columns: COLUMNS, rows: limits, nameOf: ({ type }) => type },
      });
    });
};
