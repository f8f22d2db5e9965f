import { aws, keep, kubectl, type ShellVariable } from '../../../shared/model/base/commands.ts';
import { quoted } from '../../../shared/model/base/shell-words.ts';
import { Estate } from '../../../shared/model/checks/estate.ts';
import { routeTableOf } from '../../../shared/model/checks/remedies/routes.ts';
import { cniEnvironmentCommand } from '../../../shared/model/checks/remedies/warm-targets.ts';
import type { PlanAction } from '../../../shared/model/plan/plan-action.ts';
import type { SubnetAssessment } from '../../../shared/model/result/assessment.ts';
import type { PlannedCluster } from '../../input/plan-source.ts';

/** The commands of a plan, in its order. Lines that begin with # are for people: AWS has no single command for them. */
export const commandsOf = (planned: PlannedCluster, actions: readonly PlanAction[]): readonly string[] => {
  const estate = new Estate(planned.source.estate);
  let made = 0;
  return actions.flatMap((action): readonly string[] => {
    if (action.kind === 'create-subnet') {
      made += 1;
      return subnetCommands(planned, estate, action, { variable: `SUBNET_ID_${made}` });
    }
    return commandsFor(planned, estate, action);
  });
};

const commandsFor = (
  { cluster }: PlannedCluster,
  estate: Estate,
  action: Exclude<PlanAction, { kind: 'create-subnet' }>,
): readonly string[] => {
  const { region, clusterName, vpcId } = cluster;
  switch (action.kind) {
    case 'associate-range':
      return [
        aws('ec2', 'associate-vpc-cidr-block', region, {
          'vpc-id': vpcId ?? '',
          'cidr-block': action.cidr,
        }),
      ];
    case 'reserve':
      return [reservationCommand(region, action.subnetId, action.cidr)];
    case 'set-cni':
      return [
        cniEnvironmentCommand(cluster, estate.eksClusters.get(clusterName), {
          ...action.environment,
          ...(action.environment['AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG'] === 'true'
            ? { ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone' }
            : {}),
        }),
      ];
    case 'replace-nodes':
      return replaceCommands(cluster.nodes, action);
    case 'scale':
      return scaleCommands(estate, cluster, action.nodes);
  }
};

export const reservationCommand = (region: string, subnetId: string, cidr: string): string =>
  aws('ec2', 'create-subnet-cidr-reservation', region, {
    'subnet-id': subnetId,
    'reservation-type': 'prefix',
    cidr,
  });

const subnetCommands = (
  { cluster }: PlannedCluster,
  estate: Estate,
  { cidr, use, zone }: Extract<PlanAction, { kind: 'create-subnet' }>,
  variable: ShellVariable,
): readonly string[] => {
  const beside: SubnetAssessment | undefined = estate
    .subnetsIn(cluster.nodeSubnetIds)
    .find(({ availabilityZone }) => availabilityZone === zone);
  const table = beside === undefined ? null : routeTableOf(estate, beside);
  const tags = [
    { Key: 'Name', Value: `${cluster.clusterName}-pods-${zone}` },
    ...(use === 'discovery' ? [{ Key: 'kubernetes.io/role/cni', Value: '1' }] : []),
  ];
  return [
    keep(
      variable,
      'ec2',
      'create-subnet',
      cluster.region,
      {
        'vpc-id': cluster.vpcId ?? '',
        'cidr-block': cidr,
        'availability-zone': zone,
        'tag-specifications': JSON.stringify([{ ResourceType: 'subnet', Tags: tags }]),
      },
      'Subnet.SubnetId',
    ),
    ...(table === null || table.main
      ? []
      : [
          aws('ec2', 'associate-route-table', cluster.region, {
            'route-table-id': table.routeTableId,
            'subnet-id': variable,
          }),
        ]),
    ...(use === 'custom-networking' ? [eniConfig(zone, variable)] : []),
  ];
};

/** An ENIConfig that is named after its zone. Its security groups are those of the node's primary interface. */
const eniConfig = (zone: string, { variable }: ShellVariable): string => {
  const manifest = {
    apiVersion: 'crd.k8s.amazonaws.com/v1alpha1',
    kind: 'ENIConfig',
    metadata: { name: zone },
    spec: { subnet: 'SUBNET' },
  };
  const [before = '', after = ''] = JSON.stringify(manifest).split('SUBNET');
  return `printf '%s' '${before}'"$${variable}"'${after}' | kubectl apply --filename -`;
};

const NODE_GROUP_LABEL = 'eks.amazonaws.com/nodegroup';
const NODE_POOL_LABEL = 'karpenter.sh/nodepool';

const replaceCommands = (
  nodes: PlannedCluster['cluster']['nodes'],
  { order, type }: Extract<PlanAction, { kind: 'replace-nodes' }>,
): readonly string[] => {
  const selectors = new Set(
    nodes.flatMap(({ nodeGroup, nodePool, windows = false }) =>
      // A change of the CNI's settings leaves nodes that run Windows as they are.
      windows && type === null
        ? []
        : [
            ...(nodeGroup === null ? [] : [`${NODE_GROUP_LABEL}=${nodeGroup}`]),
            ...(nodePool === null ? [] : [`${NODE_POOL_LABEL}=${nodePool}`]),
          ],
    ),
  );
  return [
    type === null
      ? `# Replace the nodes: ${order}. Start new nodes in each group, then drain the old ones.`
      : `# Create a group of ${type} beside each group, then drain the old one: ${order}.`,
    ...[...selectors].map((selector) =>
      kubectl('drain', '--selector', selector, '--ignore-daemonsets', '--delete-emptydir-data'),
    ),
  ];
};

/** The group with most nodes takes the change. */
const scaleCommands = (
  estate: Estate,
  { clusterName, region, committed }: PlannedCluster['cluster'],
  nodes: number,
): readonly string[] => {
  const [group] = committed
    .filter(({ outsideCluster }) => !outsideCluster)
    .toSorted((a, b) => b.currentNodes - a.currentNodes);
  if (group === undefined) return [`# Start ${nodes} nodes more.`];
  if (group.kind === 'node-pool')
    return [`# Nodes of the pool ${group.group} come and go with the pods: no command starts them.`];
  if (group.weighted === true)
    return [`# Change the capacity of ${group.group} by what its weights count for ${nodes} nodes.`];
  const managed =
    group.kind === 'node-group'
      ? estate.eksClusters.get(clusterName)?.nodeGroups.find(({ name }) => name === group.group)
      : undefined;
  // The nodes and the maximum of a group with a warm pool are with those of the pool, which its own sizes do not count.
  const now = managed?.warmPool == null ? group.currentNodes : managed.desiredSize;
  const desired = Math.max(0, now + nodes);
  const maximum = Math.max(managed?.maxSize ?? group.maximumNodes, desired);
  return [
    managed === undefined
      ? aws('autoscaling', 'update-auto-scaling-group', region, {
          'auto-scaling-group-name': group.group,
          'desired-capacity': desired,
          'max-size': maximum,
        })
      : aws('eks', 'update-nodegroup-config', region, {
          'cluster-name': clusterName,
          'nodegroup-name': group.group,
          // EKS refuses a desired size below the minimum.
          'scaling-config': `${desired < managed.minSize ? `minSize=${desired},` : ''}desiredSize=${desired},maxSize=${maximum}`,
        }),
  ];
};

/** The node of an instance: its name is the one whose provider ID ends with the instance's. */
const nodeOf = (instanceId: string): string =>
  `"$(kubectl get nodes --output json | jq --raw-output --arg id ${quoted(instanceId)} '.items[] | select(.spec.providerID | endswith("/" + $id)) | .metadata.name')"`;

/** All nodes are cordoned first, so that no pod moves to one that is drained later; then each is drained and ended. */
export const drainCommands = (region: string, instanceIds: readonly string[]): readonly string[] => [
  ...instanceIds.map((instanceId) => ['kubectl cordon', nodeOf(instanceId)].join(' ')),
  ...instanceIds.flatMap((instanceId) => [
    ['kubectl drain', nodeOf(instanceId), '--ignore-daemonsets --delete-emptydir-data'].join(' '),
    aws('autoscaling', 'terminate-instance-in-auto-scaling-group', region, {
      'instance-id': instanceId,
      'should-decrement-desired-capacity': [],
    }),
  ]),
];
