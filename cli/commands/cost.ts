import {
  type CostLine,
  type EstateSize,
  type MetricsBy,
  monthlyCost,
  scanSecondsOf,
} from '../../shared/metrics/monthly-cost.ts';
import { ASSUMED_OTLP_GIGABYTE, PRICES_AS_OF } from '../../shared/metrics/prices.ts';
import { count, number } from '../../shared/model/base/text/numbers.ts';
import type { SubnetAssessment } from '../../shared/model/result/assessment.ts';
import { addressSupply } from '../../shared/model/subnet/address-supply.ts';
import { checkAll } from '../base/all-problems.ts';
import { type AddCommand, UsageError } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { paint } from '../base/io.ts';
import { readConfiguration } from '../input/configuration.ts';
import { addFilterOptions, type Filters, filterDocument } from '../input/filters.ts';
import type { OutputOptions } from '../input/output-options.ts';
import {
  addTargetOptions,
  checkTargetOptions,
  coverageExit,
  type ScanOptions,
} from '../input/scan-options.ts';
import { optionalNumber, wholeNumberOf } from '../input/whole-number.ts';
import { type ListingColumn, listingTable } from '../output/listing.ts';
import type { CostDocument } from '../output/listing-documents.ts';
import { renderProblems } from '../output/scan-table.ts';
import { watching } from '../output/watch.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

interface Options extends ScanOptions, OutputOptions, Omit<Filters, 'severity'> {
  readonly subnets?: string;
  readonly targets?: string;
  readonly vpcs?: string;
  readonly clusters?: string;
  readonly activeAddresses?: string;
  readonly interval: string;
  readonly scanSeconds?: string;
  readonly sink?: MetricsBy;
  readonly otlpGigabyte: string;
}

/** An estate may be larger than any plan. */
const MOST = 999_999_999;

const SINKS: readonly MetricsBy[] = ['cloudwatch', 'emf', 'otlp'];

/** `null`: the sink of headroom.yml. */
const sinkOf = (given: string | undefined): MetricsBy | null => {
  if (given === undefined) return null;
  const sink = SINKS.find((known) => known === given);
  if (sink === undefined)
    throw new UsageError(`--sink ${given} is not a sink.`, `Give one of ${SINKS.join(', ')}.`);
  return sink;
};

const priceOf = (option: string, given: string): number => {
  if (!/^\d{1,5}(\.\d{1,6})?$/.test(given))
    throw new UsageError(`${option} ${given} is not a price.`, 'Give US dollars, such as 0.5.');
  return Number(given);
};

const dollars = (amount: number): string =>
  `$${amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

/** Addresses in use, or else those that AWS does not have left; `null`: neither is known. */
const takenIn = (subnet: SubnetAssessment): number | null => {
  if (subnet.used !== null || subnet.cidrBlock === null) return subnet.used ?? 0;
  const supply = addressSupply(subnet);
  return supply === null ? null : supply.usable - supply.available;
};

const COLUMNS: readonly ListingColumn<CostLine>[] = [
  { title: 'A MONTH', cell: ({ item }) => item },
  {
    title: 'US DOLLARS',
    align: 'right',
    cell: ({ dollars: amount }) => dollars(amount),
    value: ({ dollars: amount }) => amount,
  },
  { title: 'FOR', shortest: 20, cell: ({ basis }) => basis },
];

/** `headroom cost`: the monthly bill of a deployment, before there is one. */
export const addCostCommand: AddCommand = (program, session) => {
  addFilterOptions(addTargetOptions(program.command('cost'), { format: 'rows' }))
    .description('the monthly cost of a deployment, compared with AWS VPC IPAM')
    .option('--subnets <n>', 'number of subnets; without it, your account is scanned')
    .option('--targets <n>', 'accounts x Regions (default: 1)')
    .option('--vpcs <n>', 'number of VPCs (default: one for each target)')
    .option('--clusters <n>', 'number of EKS clusters (default: 0)')
    .option('--active-addresses <n>', 'addresses in use (default: 100 for each subnet)')
    .option('--interval <minutes>', 'minutes between scans', '5')
    .option('--scan-seconds <n>', 'seconds of the scan of one target (default: by its subnets, at least 3)')
    .option('--sink <sink>', "cloudwatch, emf or otlp (default: the file's, or cloudwatch)")
    .option('--otlp-gigabyte <dollars>', 'the price of a GB of OTLP metrics', String(ASSUMED_OTLP_GIGABYTE))
    .addHelpText(
      'after',
      `
Examples:
  $ headroom cost                                          for what a scan of this account finds
  $ headroom cost --subnets 1000 --targets 80 --active-addresses 50000
  $ headroom cost --subnets 1000 --config headroom.yml     with the metric budget of that file
  $ headroom cost --subnets 1000 --sink otlp               every metric of every subnet, charged by the GB
`,
    )
    .action(async (options: Options) => {
      const [
        ,
        ,
        scanIntervalMinutes,
        sink,
        otlpGigabyte,
        given,
        subnets,
        targets,
        vpcs,
        clusters,
        addresses,
      ] = checkAll(
        () => checkTargetOptions(options),
        () => checkOutputOptions(options, COLUMNS),
        () => wholeNumberOf('--interval', options.interval, 1, MOST),
        () => sinkOf(options.sink),
        () => priceOf('--otlp-gigabyte', options.otlpGigabyte),
        () => optionalNumber('--scan-seconds', options.scanSeconds, 0, MOST),
        () => optionalNumber('--subnets', options.subnets, 0, MOST),
        () => optionalNumber('--targets', options.targets, 0, MOST) ?? 1,
        () => optionalNumber('--vpcs', options.vpcs, 0, MOST),
        () => optionalNumber('--clusters', options.clusters, 0, MOST) ?? 0,
        () => optionalNumber('--active-addresses', options.activeAddresses, 0, MOST),
      );
      const { metrics } = await readConfiguration(options.config);
      const shape = {
        scanIntervalMinutes,
        subnetSeries: metrics.subnetSeries,
        monthlyDollars: metrics.monthlyDollars,
        sink: sink ?? metrics.sink,
        otlpGigabyte,
      };
      const { io } = session;
      await watching(session, options, async () => {
        let size: Omit<EstateSize, 'scanSeconds'>;
        let uncounted = 0;
        if (subnets !== null) {
          size = {
            ...shape,
            subnets,
            targets,
            vpcs: vpcs ?? targets,
            clusters,
            activeAddresses: addresses ?? 100 * subnets,
          };
        } else {
          const { scanToDocument } = await import('../input/scanned-estate.ts');
          const { document: whole, assessments } = await scanToDocument(options, session);
          const document = filterDocument(whole, options);
          const failed = coverageExit(assessments);
          if (failed !== null) {
            // What was not seen is not in the bill.
            io.err(renderProblems(io, document));
            session.exit(failed);
          }
          size = {
            ...shape,
            targets: document.targets.length,
            subnets: document.subnets.length,
            vpcs: document.vpcs.length,
            clusters: document.clusters.length,
            activeAddresses: document.subnets.reduce((sum, subnet) => sum + (takenIn(subnet) ?? 0), 0),
          };
          uncounted = document.subnets.filter((subnet) => takenIn(subnet) === null).length;
          if (failed === EXIT.nothingScanned) return;
        }
        const estate = { ...size, scanSeconds: given ?? scanSecondsOf(size) };
        const cost = monthlyCost(estate);
        if (options.format !== 'json' && options.format !== 'yaml')
          for (const warning of cost.warnings) io.err(`warning  ${warning}\n`);
        const dye = paint(io);
        const total: CostLine = { item: dye('bold', 'Headroom'), dollars: cost.total, basis: '' };
        const notes = (): string =>
          `\n${dollars(cost.withoutBudget)} with all metrics of every subnet; ${dollars(cost.ipamAdvanced)} for the ` +
          `advanced tier of VPC IPAM with ${number(size.activeAddresses)} active addresses` +
          `${uncounted === 0 ? '' : `, without those of ${count(uncounted, 'subnet')} that could not be counted`}.\n` +
          `${dye('dim', `Prices of us-east-1, ${PRICES_AS_OF}, without free tiers.`)}\n`;
        await writeListing(io, options, {
          document: {
            schema: 'headroom/cost@1',
            pricesAsOf: PRICES_AS_OF,
            currency: 'USD',
            estate,
            ...cost,
          } satisfies CostDocument,
          listing: { columns: COLUMNS, rows: cost.lines, nameOf: ({ item }) => item },
          text: () =>
            `${listingTable(io, { columns: COLUMNS, rows: [...cost.lines, total] }, { wide: false, headers: true })}${notes()}`,
          notes,
        });
      });
    });
};
