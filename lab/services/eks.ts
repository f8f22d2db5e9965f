import type { ClusterController } from '../estate/cluster-controller.ts';
import type { LabEksCluster, LabHealthIssue } from '../estate/records.ts';
import type { World } from '../estate/world.ts';
import { LabError } from '../http/lab-error.ts';
import { type PageLimits, pageOf } from '../http/pages.ts';
import { isRecord, requiredText, textList } from '../http/parameters.ts';
import { type Route, restJson } from '../http/protocol.ts';
import type { XmlRecord } from '../http/xml.ts';
import type { Action, ActionContext, LabService } from '../service.ts';
import { eachOf } from './ec2/each-of.ts';
import { kubernetesPath } from './kubernetes/lab-kubernetes.ts';

/** EKS API reference: `maxResults` of every list is 1 to 100. */
const PAGE: PageLimits = {
  parameter: 'maxResults',
  token: 'nextToken',
  minimum: 1,
  maximum: 100,
  otherwise: 100,
};

const ROUTES: readonly Route[] = [
  { action: 'ListClusters', method: 'GET', path: '/clusters' },
  { action: 'DescribeCluster', method: 'GET', path: '/clusters/{name}' },
  { action: 'ListNodegroups', method: 'GET', path: '/clusters/{clusterName}/node-groups' },
  { action: 'DescribeNodegroup', method: 'GET', path: '/clusters/{clusterName}/node-groups/{nodegroupName}' },
  { action: 'ListFargateProfiles', method: 'GET', path: '/clusters/{clusterName}/fargate-profiles' },
  {
    action: 'DescribeFargateProfile',
    method: 'GET',
    path: '/clusters/{clusterName}/fargate-profiles/{fargateProfileName}',
  },
  { action: 'ListAddons', method: 'GET', path: '/clusters/{clusterName}/addons' },
  { action: 'DescribeAddon', method: 'GET', path: '/clusters/{clusterName}/addons/{addonName}' },
  { action: 'UpdateAddon', method: 'POST', path: '/clusters/{clusterName}/addons/{addonName}/update' },
  { action: 'UpdateClusterConfig', method: 'POST', path: '/clusters/{name}/update-config' },
  {
    action: 'UpdateNodegroupConfig',
    method: 'POST',
    path: '/clusters/{clusterName}/node-groups/{nodegroupName}/update-config',
  },
];

const notFound = (message: string): LabError => new LabError('ResourceNotFoundException', message, 404);

const clusterOf = ({ parameters, view }: ActionContext, parameter = 'clusterName'): LabEksCluster => {
  const name = requiredText(parameters, parameter);
  for (const cluster of eachOf(view().clusters)) {
    if (cluster.name === name) return cluster;
  }
  throw notFound(`No cluster found for name: ${name}.`);
};

const arnOf = ({ region, ownerId, name }: LabEksCluster, kind = 'cluster', rest = ''): string =>
  `arn:aws:eks:${region}:${ownerId}:${kind}/${name}${rest}`;

const health = (issues: readonly LabHealthIssue[]): XmlRecord => ({
  issues: issues.map(({ code, message, resourceIds }) => ({ code, message, resourceIds })),
});

const listClusters: Action = ({ parameters, view }) => {
  const page = pageOf(view().clusters, 'ListClusters', parameters, PAGE);
  return { clusters: page.map(({ name }) => name), nextToken: page.nextToken };
};

const describeCluster: Action = (context) => {
  const cluster = clusterOf(context, 'name');
  return {
    cluster: {
      name: cluster.name,
      arn: arnOf(cluster),
      version: cluster.version,
      status: cluster.status,
      platformVersion: 'eks.1',
      endpoint: cluster.endpoint?.url ?? `${context.url}${kubernetesPath(cluster.name)}`,
      ...(cluster.endpoint === undefined
        ? {}
        : {
            certificateAuthority: {
              data: Buffer.from(cluster.endpoint.certificateAuthority).toString('base64'),
            },
          }),
      resourcesVpcConfig: {
        subnetIds: cluster.subnetIds,
        securityGroupIds: [],
        vpcId: cluster.vpcId,
        endpointPublicAccess: true,
      },
      kubernetesNetworkConfig: {
        ipFamily: cluster.ipFamily,
        ...(cluster.ipFamily === 'ipv6'
          ? { serviceIpv6Cidr: 'fd30:1c53:5f8a::/108' }
          : { serviceIpv4Cidr: cluster.serviceIpv4Cidr ?? '172.20.0.0/16' }),
      },
      computeConfig: { enabled: cluster.autoMode },
      health: health(cluster.healthIssues),
      tags: {},
    },
  };
};

const listNodegroups: Action = (context) => {
  const page = pageOf(clusterOf(context).nodeGroups, 'ListNodegroups', context.parameters, PAGE);
  return { nodegroups: page.map(({ name }) => name), nextToken: page.nextToken };
};

const describeNodegroup: Action = (context) => {
  const cluster = clusterOf(context);
  const name = requiredText(context.parameters, 'nodegroupName');
  const group = cluster.nodeGroups.find((each) => each.name === name);
  if (group === undefined) throw notFound('No node group found for name: '.concat(name));
  return {
    nodegroup: {
      nodegroupName: name,
      nodegroupArn: arnOf(cluster, 'nodegroup', `/${name}/0a1b2c3d`),
      clusterName: cluster.name,
      version: cluster.version,
      status: group.status,
      capacityType: 'ON_DEMAND',
      scalingConfig: { minSize: group.minSize, maxSize: group.maxSize, desiredSize: group.desiredSize },
      instanceTypes: group.instanceTypes,
      subnets: group.subnetIds,
      amiType: 'AL2023_x86_64_STANDARD',
      resources: { autoScalingGroups: [{ name: group.autoScalingGroup }] },
      health: health(group.healthIssues),
      tags: {},
    },
  };
};

const listFargateProfiles: Action = (context) => {
  const page = pageOf(clusterOf(context).fargateProfiles, 'ListFargateProfiles', context.parameters, PAGE);
  return { fargateProfileNames: page.map(({ name }) => name), nextToken: page.nextToken };
};

const describeFargateProfile: Action = (context) => {
  const cluster = clusterOf(context);
  const name = requiredText(context.parameters, 'fargateProfileName');
  const profile = cluster.fargateProfiles.find((each) => each.name === name);
  if (profile === undefined) throw notFound(`No Fargate Profile found with name: ${name}.`);
  return {
    fargateProfile: {
      fargateProfileName: name,
      fargateProfileArn: arnOf(cluster, 'fargateprofile', `/${name}/0a1b2c3d`),
      clusterName: cluster.name,
      subnets: profile.subnetIds,
      selectors: [{ namespace: 'default' }],
      status: 'ACTIVE',
    },
  };
};

const listAddons: Action = (context) => {
  const { vpcCni } = clusterOf(context);
  const page = pageOf(vpcCni === null ? [] : ['vpc-cni'], 'ListAddons', context.parameters, PAGE);
  return { addons: page.map((name) => name), nextToken: page.nextToken };
};

const describeAddon: Action = (context) => {
  const cluster = clusterOf(context);
  const addonName = requiredText(context.parameters, 'addonName');
  if (addonName !== 'vpc-cni' || cluster.vpcCni === null) {
    throw notFound(`No addon: ${addonName} found in cluster: ${cluster.name}`);
  }
  return {
    addon: {
      addonName,
      clusterName: cluster.name,
      status: 'ACTIVE',
      addonVersion: cluster.vpcCni.version,
      addonArn: arnOf(cluster, 'addon', '/vpc-cni/0a1b2c3d'),
      configurationValues: cluster.vpcCni.configuration,
      health: { issues: [] },
    },
  };
};

const controllerOf = (world: World, { name }: LabEksCluster): ClusterController => {
  const controller = world.controllers.get(name);
  if (controller === undefined) throw notFound(`No cluster found for name: ${name}.`);
  return controller;
};

const UPDATE = { update: { id: '0a1b2c3d-0000-4000-8000-000000000001', status: 'InProgress' } };

const updateAddon: Action = (context) => {
  const cluster = clusterOf(context);
  const values = JSON.parse(requiredText(context.parameters, 'configurationValues')) as {
    readonly env?: Readonly<Record<string, string>>;
  };
  context.change((world) => controllerOf(world, cluster).configure(values.env ?? {}));
  return UPDATE;
};

/** EKS API reference: new subnets are of the same VPC and the same set of zones. */
const updateClusterConfig: Action = (context) => {
  const cluster = clusterOf(context, 'name');
  const { resourcesVpcConfig } = context.parameters;
  const subnetIds = isRecord(resourcesVpcConfig) ? textList(resourcesVpcConfig, 'subnetIds') : [];
  const subnets = [...eachOf(context.view().subnets)];
  const zones = (ids: readonly string[]): string =>
    [
      ...new Set(
        subnets
          .filter(({ subnetId, vpcId }) => vpcId === cluster.vpcId && ids.includes(subnetId))
          .map(({ availabilityZone }) => availabilityZone),
      ),
    ]
      .toSorted()
      .join(',');
  if (zones(subnetIds) !== zones(cluster.subnetIds)) {
    throw new LabError('InvalidParameterException', 'Provided subnets are not in the zones of the cluster.');
  }
  context.change((world) => controllerOf(world, cluster).moveControlPlane(subnetIds));
  return UPDATE;
};

const SIZES = ['minSize', 'maxSize', 'desiredSize'] as const;

const updateNodegroupConfig: Action = (context) => {
  const cluster = clusterOf(context);
  const name = requiredText(context.parameters, 'nodegroupName');
  const group = cluster.nodeGroups.find((each) => each.name === name);
  if (group === undefined) throw notFound('No node group found for name: '.concat(name));
  const { scalingConfig } = context.parameters;
  const given = isRecord(scalingConfig) ? scalingConfig : {};
  const changes = Object.fromEntries(
    SIZES.flatMap((size) => (given[size] === undefined ? [] : [[size, Number(given[size])]])),
  );
  const { minSize, maxSize, desiredSize } = { ...group, ...changes };
  if (desiredSize < minSize || desiredSize > maxSize) {
    throw new LabError('InvalidParameterException', 'desiredSize is not between minSize and maxSize.');
  }
  context.change((world) => controllerOf(world, cluster).resize(name, changes));
  return UPDATE;
};

export const eks: LabService = {
  name: 'eks',
  signingName: 'eks',
  iamPrefix: 'eks',
  protocols: [restJson(ROUTES)],
  actions: {
    DescribeAddon: describeAddon,
    DescribeCluster: describeCluster,
    DescribeFargateProfile: describeFargateProfile,
    DescribeNodegroup: describeNodegroup,
    ListAddons: listAddons,
    ListClusters: listClusters,
    ListFargateProfiles: listFargateProfiles,
    ListNodegroups: listNodegroups,
    UpdateAddon: updateAddon,
    UpdateClusterConfig: updateClusterConfig,
    UpdateNodegroupConfig: updateNodegroupConfig,
  },
};
