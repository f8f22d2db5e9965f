import { SUBNET_METRICS, VPC_METRICS } from '../../../shared/metrics/catalogue.ts';
import { addressMap, below, type DashboardBody, inRows, type Placement, rankingWidget } from './body.ts';

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

/** One VPC: its roll-ups and every measure of its subnets. */
export const vpcDashboard = ({ namespace }: { readonly namespace: string }): DashboardBody => {
  const where = { VpcId: CHOSEN };
  const map = addressMap('Subnets of the VPC', { vpcId: CHOSEN }, 0, 14);
  const rollUps = inRows(
    below([map]),
    { width: 8, height: 6 },
    VPC_METRICS.metrics.map(
      ({ name: metric }) =>
        (placement: Placement) =>
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
    ),
  );
  const subnets = inRows(
    below(rollUps),
    { width: 8, height: 6 },
    SUBNET_METRICS.metrics.map(
      ({ name: metric }) =>
        (placement: Placement) =>
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
    ),
  );
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
    widgets: [map, ...rollUps, ...subnets],
  };
};
