import { CLUSTER_METRICS } from '../../../shared/metrics/catalogue.ts';
import {
  type BoardNames,
  below,
  boardLinks,
  type DashboardBody,
  inRows,
  type Placement,
  rankingWidget,
  text,
} from './body.ts';

/** Stands for the cluster until one is chosen. EKS lets no name begin with a hyphen, so no cluster is called this. */
const CHOSEN = '-cluster-to-be-chosen-';

/** Clusters of the same name in several accounts and Regions. */
const NAMESAKES = 25;

/** One cluster: what its nodes hold, what they could hold, and what would find no room. */
export const clusterDashboard = ({
  namespace,
  boards,
}: {
  readonly namespace: string;
  readonly boards: BoardNames;
}): DashboardBody => {
  const links = boardLinks('cluster', boards);
  const head = text(
    '## Cluster\nThe gauges of the CNI have the names of the CNI Metrics Helper and come from EC2. Unplaceable nodes would not fit if every group scaled to its maximum.',
    below([links]),
    2,
  );
  const widgets = inRows(
    below([head]),
    { width: 12, height: 6 },
    CLUSTER_METRICS.metrics.map(
      ({ name: metric }) =>
        (placement: Placement) =>
          rankingWidget(
            metric,
            {
              namespace,
              family: CLUSTER_METRICS,
              metric,
              worst: 'highest',
              groupBy: 'AccountId, Region',
              limit: NAMESAKES,
              where: { ClusterName: CHOSEN },
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
        id: 'cluster',
        label: 'Cluster',
        visible: true,
        search: `{${namespace},AccountId,ClusterName,Region} MetricName="Nodes"`,
        populateFrom: 'ClusterName',
      },
    ],
    widgets: [links, head, ...widgets],
  };
};
