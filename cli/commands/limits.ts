import { CallMeter } from '../../shared/aws/call-meter.ts';
import { createAwsClients } from '../../shared/aws/clients.ts';
import { UNKNOWN_ACCOUNT } from '../../shared/aws/reachable-targets.ts';
import { didYouMean } from '../../shared/config/nearest-word.ts';
import { createEc2Inventory } from '../../shared/inventory/ec2-inventory.ts';
import type { InstanceLimits } from '../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { knownInstanceTypes, limitsOf } from '../../shared/model/cluster/instance-limits.ts';
import { describeLimits, type LimitsDescription } from '../../shared/model/cluster/max-pods.ts';
import { type AddCommand, UsageError } from '../base/command-line.ts';
import { type Column, renderTable, wholeNumber } from '../output/table.ts';

interface Options {
  readonly format: string;
  readonly live?: boolean;
  readonly region?: string;
}

const COLUMNS: readonly Column<LimitsDescription>[] = [
  { title: 'TYPE', cell: ({ type }) => type },
  { title: 'INTERFACES', align: 'right', cell: ({ maxEnis }) => wholeNumber(maxEnis) },
  { title: 'IPV4 EACH', align: 'right', cell: ({ ipv4PerEni }) => wholeNumber(ipv4PerEni) },
  { title: 'BRANCH', align: 'right', cell: ({ branchEnis }) => wholeNumber(branchEnis) },
  { title: 'PODS', align: 'right', cell: ({ maxPods }) => wholeNumber(maxPods.secondary) },
  {
    title: 'CUSTOM NETWORKING',
    align: 'right',
    cell: ({ maxPods }) => wholeNumber(maxPods.customNetworking),
  },
  {
    title: 'PREFIXES',
    align: 'right',
    cell: ({ maxPods }) =>
      maxPods.prefix === null
        ? null
        : `${wholeNumber(maxPods.prefix)} (${wholeNumber(maxPods.prefixRecommended) ?? '-'})`,
  },
  {
    title: 'BOTH',
    align: 'right',
    cell: ({ maxPods }) =>
      maxPods.customNetworkingPrefix === null
        ? null
        : `${wholeNumber(maxPods.customNetworkingPrefix)} (${wholeNumber(maxPods.customNetworkingPrefixRecommended) ?? '-'})`,
  },
];

/** What EC2 itself says of the types. */
const askEc2 = async (
  types: readonly string[],
  region: string | undefined,
): Promise<Map<string, InstanceLimits>> => {
  const clients = createAwsClients({ region, meter: new CallMeter() });
  const inventory = createEc2Inventory({
    client: clients.ec2,
    target: { accountId: UNKNOWN_ACCOUNT, region: region ?? 'default' },
  });
  try {
    return new Map((await inventory.instanceTypes(types)).map((limits) => [limits.type, limits]));
  } finally {
    clients.destroy();
  }
};

/** `headroom limits`: what instance types can hold, from the shipped table, and from EC2 for types that it lacks. */
export const addLimitsCommand: AddCommand = (program, { io }) => {
  program
    .command('limits')
    .argument('<type...>', 'instance types, such as m5.large')
    .description(
      'how many interfaces, addresses and pods instance types can hold, in every mode of the VPC CNI',
    )
    .option('-f, --format <format>', 'table or json', 'table')
    .option('--live', 'ask EC2 for all of them, not only for those that the shipped table lacks')
    .option('-r, --region <region>', "where to ask (default: the profile's Region)")
    .addHelpText(
      'after',
      `
Examples:
  $ headroom limits m5.large c5.xlarge
  $ headroom limits m5.large --format json | jq .maxPods.prefixRecommended

PODS is max-pods in secondary-address mode; PREFIXES what /28 prefixes make possible, and in brackets what is recommended
(110, or 250 above 30 vCPUs). BRANCH interfaces serve security groups for pods. JSON of one type is an object, of
several an array.
`,
    )
    .action(async (types: string[], options: Options) => {
      if (!['table', 'json'].includes(options.format)) {
        throw new UsageError(`--format ${options.format} is neither table nor json.`, 'Use one of the two.');
      }
      const toAsk = options.live === true ? types : types.filter((type) => limitsOf(type) === null);
      let answered = new Map<string, InstanceLimits>();
      let failure: HeadroomError | null = null;
      if (toAsk.length > 0) {
        try {
          answered = await askEc2(toAsk, options.region);
        } catch (error) {
          if (!(error instanceof HeadroomError) || options.live === true) throw error;
          failure = error;
        }
      }
      const found = types.map((type) => describeLimits(type, answered));
      const unknown = types.filter((_, index) => found[index] === null);
      if (unknown.length > 0) {
        const guesses = unknown.map((type) => `${type}.${didYouMean(type, knownInstanceTypes())}`).join(' ');
        const asked =
          failure === null ? 'EC2 does not know it either' : `EC2 could not be asked: ${failure.message}`;
        throw new UsageError(
          `The shipped table has no instance type ${guesses} (${asked})`,
          'Check the spelling, or run it again where EC2 can be reached.',
          failure === null ? undefined : { cause: failure },
        );
      }
      const limits = found.filter((entry) => entry !== null);
      io.out(
        options.format === 'json'
          ? `${JSON.stringify(limits.length === 1 ? limits[0] : limits, null, 2)}\n`
          : renderTable(io, COLUMNS, limits),
      );
    });
};
