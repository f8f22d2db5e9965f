import { SUBNET_METRICS, VPC_METRICS } from '../../../shared/metrics/catalogue.ts';
import {
  addressMap,
  type BoardNames,
  below,
  boardLinks,
  type DashboardBody,
  inRows,
  type Placement,
  rankingWidget,
  text,
  type Widget,
} from './body.ts';

/** Stands for the VPC until one is chosen. It is no VPC's id, so that the map shows all of them till then. */
const CHOSEN = 'vpc-to-be-chosen';

/** Subnets of one VPC whose series are shown. */
const SUBNETS = 25;

/** Of these, more is worse. */
const MORE_IS_WORSE: ReadonlySet<string> = new Set([
  'UsedAddresses',
  'UtilizationPercent',
  'AssignedPrefixes',
  'FragmentationIndex',
  'StrandedAddresses',
  'UnaccountedAddresses',
  'LeakedInterfaces',
  'NetworkAddressUsage',
]);

const worstOf = (metric: string) => (MORE_IS_WORSE.has(metric) ? 'highest' : 'lowest');

interface Chapter {
  readonly title: string;
  readonly words: string;
  readonly vpc: readonly string[];
  readonly subnets: readonly string[];
}

/** What a reader asks of a VPC, one after the other. */
const STORY: readonly Chapter[] = [
  {
    title: 'When does it run out?',
    words: 'Hours until nothing is left, by subnet. No line: no exhaustion is expected.',
    vpc: [],
    subnets: ['HoursToExhaustion', 'HoursToPrefixExhaustion'],
  },
  {
    title: 'How much is left?',
    words: 'The whole VPC, then its subnets. The lines are the usual thresholds.',
    vpc: ['AvailableAddresses', 'UsableAddresses'],
    subnets: ['AvailableAddresses', 'FreePrefixes', 'UtilizationPercent'],
  },
  {
    title: 'Who takes it?',
    words: 'Addresses in use, and the prefixes among them. The map above has the owners of each subnet.',
    vpc: ['NetworkAddressUsage'],
    subnets: ['UsedAddresses', 'AssignedPrefixes'],
  },
  {
    title: 'What is wasted?',
    words: 'Free addresses that cannot become a prefix, and interfaces that no controller cleans up.',
    vpc: [],
    subnets: ['FragmentationIndex', 'StrandedAddresses', 'LeakedInterfaces'],
  },
  {
    title: 'What is not seen, and how large is it?',
    words: 'Addresses that AWS counts and no interface explains. The sizes change only with the subnet.',
    vpc: [],
    subnets: ['UnaccountedAddresses', 'UsableAddresses', 'TotalAddresses'],
  },
];

/** One VPC, as a story: when it runs out, how much is left, who takes it, what is wasted, what is not seen. */
export const vpcDashboard = ({
  namespace,
  boards,
}: {
  readonly namespace: string;
  readonly boards: BoardNames;
}): DashboardBody => {
  const where = { VpcId: CHOSEN };
  const widgets: Widget[] = [
    boardLinks('vpc', boards),
    addressMap('Subnets of the VPC', { vpcId: CHOSEN }, 1, 14),
    addressMap('The last 60 days of its worst subnets', { vpcId: CHOSEN, view: 'history' }, 15, 14),
    addressMap('The names of the subnets in the graphs', { vpcId: CHOSEN, view: 'names' }, 29, 6),
  ];
  for (const { title, words, vpc, subnets } of STORY) {
    widgets.push(text(`## ${title}\n${words}`, below(widgets), 2));
    const ofVpc = vpc.map(
      (metric) => (placement: Placement) =>
        rankingWidget(
          `${metric} of the VPC`,
          {
            namespace,
            family: VPC_METRICS,
            metric,
            worst: worstOf(metric),
            groupBy: 'AccountId',
            limit: SUBNETS,
            where,
          },
          placement,
        ),
    );
    const ofSubnets = subnets.map(
      (metric) => (placement: Placement) =>
        rankingWidget(
          metric,
          {
            namespace,
            family: SUBNET_METRICS,
            metric,
            worst: worstOf(metric),
            groupBy: 'SubnetId',
            limit: SUBNETS,
            where,
          },
          placement,
        ),
    );
    widgets.push(...inRows(below(widgets), { width: 8, height: 6 }, [...ofVpc, ...ofSubnets]));
  }
  return {
    variables: [
      {
        type: 'pattern',
        pattern: CHOSEN,
        inputType: 'select',
        id: 'vpc',
        label: 'VPC',
        visible: true,
        search: `{${namespace},AccountId,Region,VpcId} MetricName="AvailableAddresses"`,
        populateFrom: 'VpcId',
      },
    ],
    widgets,
  };
};
