import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EKSClient } from '@aws-sdk/client-eks';
import { afterEach, expect, test } from 'vitest';
import type { ClusterSource } from '../../../shared/clusters/cluster-source.ts';
import { createEksClusterSource } from '../../../shared/clusters/eks-cluster-source.ts';
import {
  type CannedAws,
  type CannedReply,
  type CannedRequest,
  startCannedAws,
} from '../../fixtures/canned-aws.ts';
import { element } from '../../fixtures/ec2-xml.ts';

let server: CannedAws | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const sourceOver = async (reply: (request: CannedRequest) => CannedReply): Promise<ClusterSource> => {
  server = await startCannedAws(reply);
  const settings = {
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
  return createEksClusterSource({
    eks: new EKSClient(settings),
    autoScaling: new AutoScalingClient(settings),
    target: { accountId: '111111111111', region: 'eu-west-1' },
    roleArn: 'arn:aws:iam::111111111111:role/headroom-reader',
  });
};

const json = (content: object): CannedReply => ({
  body: JSON.stringify(content),
  headers: { 'content-type': 'application/json' },
});

const refused = (status: number, type: string, message: string): CannedReply => ({
  ...json({ message }),
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
});

const notFound = refused(404, 'ResourceNotFoundException', 'Not found');

const production = {
  name: 'production',
  arn: 'arn:aws:eks:eu-west-1:111111111111:cluster/production',
  version: '1.34',
  status: 'ACTIVE',
  resourcesVpcConfig: { vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2'] },
  kubernetesNetworkConfig: { ipFamily: 'ipv4', serviceIpv4Cidr: '10.100.0.0/16' },
  remoteNetworkConfig: {
    remoteNodeNetworks: [{ cidrs: ['10.80.0.0/16'] }],
    remotePodNetworks: [{ cidrs: ['10.81.0.0/16', '10.82.0.0/16'] }],
  },
  computeConfig: { enabled: false },
  controlPlaneScalingConfig: { tier: 'tier-xl' },
  health: {
    issues: [{ code: 'InsufficientFreeAddresses', message: 'not enough', resourceIds: ['subnet-1'] }],
  },
};

const eks: Record<string, object> = {
  'GET /clusters': { clusters: ['production'], nextToken: null },
  'GET /clusters/production': { cluster: production },
  'GET /clusters/production/node-groups': { nodegroups: ['general', 'deleted-meanwhile'] },
  'GET /clusters/production/node-groups/general': {
    nodegroup: {
      nodegroupName: 'general',
      status: 'ACTIVE',
      scalingConfig: { minSize: 1, maxSize: 20, desiredSize: 3 },
      subnets: ['subnet-1'],
      instanceTypes: ['m5.large'],
      resources: { autoScalingGroups: [{ name: 'eks-general-1' }] },
      health: { issues: [] },
    },
  },
  'GET /clusters/production/fargate-profiles': { fargateProfileNames: ['batch'] },
  'GET /clusters/production/fargate-profiles/batch': {
    fargateProfile: { fargateProfileName: 'batch', subnets: ['subnet-2'] },
  },
  'GET /clusters/production/addons/vpc-cni': {
    addon: { addonVersion: 'v1.21.0', configurationValues: '{"env":{"WARM_IP_TARGET":"5"}}' },
  },
};

const answering =
  (answers: Record<string, object>) =>
  ({ action }: CannedRequest): CannedReply =>
    action in answers ? json(answers[action] ?? {}) : notFound;

test('a cluster comes with its node groups, profiles, health and CNI add-on, without what was deleted meanwhile', async () => {
  const source = await sourceOver(answering(eks));
  const { described, refused: none } = await source.eksClusters();
  expect(none).toEqual([]);
  expect(described).toEqual([
    {
      name: 'production',
      arn: 'arn:aws:eks:eu-west-1:111111111111:cluster/production',
      version: '1.34',
      status: 'ACTIVE',
      vpcId: 'vpc-1',
      subnetIds: ['subnet-1', 'subnet-2'],
      ipFamily: 'ipv4',
      serviceIpv4Cidr: '10.100.0.0/16',
      serviceIpv6Cidr: null,
      autoMode: false,
      controlPlaneTier: 'tier-xl',
      healthIssues: [{ code: 'InsufficientFreeAddresses', message: 'not enough', resourceIds: ['subnet-1'] }],
      nodeGroups: [
        {
          name: 'general',
          status: 'ACTIVE',
          minSize: 1,
          maxSize: 20,
          desiredSize: 3,
          subnetIds: ['subnet-1'],
          instanceTypes: ['m5.large'],
          amiType: null,
          autoScalingGroups: ['eks-general-1'],
          update: null,
          warmPool: null,
          healthIssues: [],
        },
      ],
      fargateProfiles: [{ name: 'batch', subnetIds: ['subnet-2'] }],
      vpcCni: { version: 'v1.21.0', configuration: '{"env":{"WARM_IP_TARGET":"5"}}' },
      outsideRanges: ['10.100.0.0/16', '10.80.0.0/16', '10.81.0.0/16', '10.82.0.0/16'],
    },
  ]);
});

test('a cluster without the managed add-on, or in Auto Mode, is reported as such', async () => {
  const { 'GET /clusters/production/addons/vpc-cni': _, ...withoutAddon } = eks;
  const source = await sourceOver(
    answering({
      ...withoutAddon,
      'GET /clusters/production': {
        cluster: { ...production, computeConfig: { enabled: true }, kubernetesNetworkConfig: {} },
      },
    }),
  );
  expect((await source.eksClusters()).described).toMatchObject([
    { vpcCni: null, autoMode: true, ipFamily: null },
  ]);
});

test('ranges outside the VPC are none where a cluster has none, and unknown where EKS does not tell its network', async () => {
  const withNetwork = async (changes: object) => {
    const source = await sourceOver(
      answering({
        ...eks,
        'GET /clusters/production': {
          cluster: { ...production, remoteNetworkConfig: undefined, ...changes },
        },
      }),
    );
    const [cluster] = (await source.eksClusters()).described;
    await server?.close();
    return cluster?.outsideRanges;
  };
  expect(await withNetwork({ kubernetesNetworkConfig: { ipFamily: 'ipv6' } })).toEqual([]);
  expect(await withNetwork({ kubernetesNetworkConfig: undefined })).toBeUndefined();
});

test('pages are followed to the end, also over empty ones', async () => {
  const source = await sourceOver((request) => {
    if (request.action !== 'GET /clusters') return answering(eks)(request);
    const pages = [
      { clusters: [], nextToken: 'a' },
      { clusters: ['gone'], nextToken: 'b' },
      { clusters: ['production'] },
    ];
    return json(pages[request.nth] ?? {});
  });
  expect((await source.eksClusters()).described.map(({ name }) => name)).toEqual(['production']);
});

test('a page token that comes back is refused, and no list is shortened', async () => {
  const source = await sourceOver(({ nth }) =>
    json({ clusters: [`cluster-${nth}`], nextToken: nth % 2 === 0 ? 'a' : 'b' }),
  );
  await expect(source.eksClusters()).rejects.toMatchObject({
    name: 'RepeatedPageTokenError',
    code: 'repeated-page-token',
    message: expect.stringContaining('eks:ListClusters in account 111111111111, eu-west-1,'),
  });
});

test('a denied permission refuses the cluster and is named', async () => {
  const identity = 'arn:aws:sts::111111111111:assumed-role/headroom-reader/headroom';
  const source = await sourceOver((request) =>
    request.action.endsWith('/fargate-profiles')
      ? refused(
          403,
          'AccessDeniedException',
          `User: ${identity} is not authorized to perform: eks:ListFargateProfiles on resource: ${production.arn}`,
        )
      : answering(eks)(request),
  );
  expect(await source.eksClusters()).toMatchObject({
    described: [],
    refused: [
      {
        name: 'production',
        problem: {
          code: 'access-denied',
          message: `${identity} is not allowed to call eks:ListFargateProfiles for cluster production in account 111111111111, eu-west-1`,
        },
      },
    ],
  });
});

test.each([
  ['GET /clusters/production', 'eks:DescribeCluster for cluster production'],
  ['GET /clusters/production/node-groups', 'eks:ListNodegroups for cluster production'],
  [
    'GET /clusters/production/node-groups/general',
    'eks:DescribeNodegroup for node group general of cluster production',
  ],
  ['GET /clusters/production/addons/vpc-cni', 'eks:DescribeAddon for add-on vpc-cni of cluster production'],
])('a call for one resource names it, since others may be answered: %s', async (action, named) => {
  const source = await sourceOver((request) =>
    request.action === action
      ? refused(500, 'InternalFailure', 'An internal error has occurred')
      : answering(eks)(request),
  );
  expect(await source.eksClusters()).toMatchObject({
    described: [],
    refused: [
      { problem: { message: expect.stringContaining(`${named} in account 111111111111, eu-west-1,`) } },
    ],
  });
});

test('a refused cluster does not hide the others', async () => {
  const source = await sourceOver((request) => {
    if (request.action === 'GET /clusters') return json({ clusters: ['staging', 'production'] });
    return request.action === 'GET /clusters/staging'
      ? refused(403, 'AccessDeniedException', 'User: x is not authorized to perform: eks:DescribeCluster')
      : answering(eks)(request);
  });
  expect(await source.eksClusters()).toMatchObject({
    described: [{ name: 'production' }],
    refused: [{ name: 'staging', problem: { code: 'access-denied' } }],
  });
});

test('a node group without its sizes is refused, not taken for an empty one', async () => {
  const source = await sourceOver(
    answering({
      ...eks,
      'GET /clusters/production/node-groups/general': { nodegroup: { nodegroupName: 'general' } },
    }),
  );
  expect(await source.eksClusters()).toMatchObject({
    refused: [
      {
        problem: {
          code: 'malformed-answer',
          message: expect.stringContaining('node group general without scalingConfig.minSize'),
        },
      },
    ],
  });
});

const autoScalingAnswer = (
  groups: readonly (readonly string[])[],
  nextToken: string | null,
): CannedReply => ({
  body: element('DescribeAutoScalingGroupsResponse', [
    element('DescribeAutoScalingGroupsResult', [
      element(
        'AutoScalingGroups',
        groups.map((group) => element('member', group)),
      ),
      element('NextToken', nextToken),
    ]),
  ]),
});

const member = (name: string, fields: readonly (readonly string[])[]): string =>
  element(
    name,
    fields.map((each) => element('member', each)),
  );

test('Auto Scaling groups come with their subnets, sizes and types: overrides first, else what runs', async () => {
  const group = (name: string, rest: readonly string[]): readonly string[] => [
    element('AutoScalingGroupName', name),
    element('MinSize', 0),
    element('MaxSize', 10),
    element('DesiredCapacity', 2),
    ...rest,
  ];
  const mixed = group('mixed', [
    element('VPCZoneIdentifier', 'subnet-1,subnet-2'),
    element('MixedInstancesPolicy', [
      element('LaunchTemplate', [
        element('LaunchTemplateSpecification', [
          element('LaunchTemplateId', 'lt-1'),
          element('Version', '7'),
        ]),
        member('Overrides', [
          [element('InstanceType', 'm5.large'), element('WeightedCapacity', '2')],
          [
            element('InstanceType', 'm6i.large'),
            element('LaunchTemplateSpecification', [element('LaunchTemplateId', 'lt-2')]),
          ],
        ]),
      ]),
    ]),
    member('Instances', [[element('InstanceId', 'i-1'), element('InstanceType', 'm5.large')]]),
    member('Tags', [[element('Key', 'eks:cluster-name'), element('Value', 'production')]]),
  ]);
  const plain = group('plain', [
    element('DesiredCapacityType', 'vcpu'),
    element('VPCZoneIdentifier', 'subnet-3'),
    member('Instances', [
      [element('InstanceId', 'i-2'), element('InstanceType', 'c5.xlarge')],
      [element('InstanceId', 'i-3'), element('InstanceType', 'c5.xlarge')],
    ]),
  ]);
  const source = await sourceOver(({ nth }) =>
    nth === 0 ? autoScalingAnswer([mixed], 'more') : autoScalingAnswer([plain], null),
  );
  const sizes = { minSize: 0, maxSize: 10, desiredCapacity: 2 };
  expect(await source.autoScalingGroups()).toEqual([
    {
      ...sizes,
      name: 'mixed',
      subnetIds: ['subnet-1', 'subnet-2'],
      instanceTypes: ['m5.large', 'm6i.large'],
      instanceIds: ['i-1'],
      weights: { 'm5.large': 2 },
      launchTemplates: [
        { launchTemplateId: 'lt-1', version: '7' },
        { launchTemplateId: 'lt-2', version: '$Default' },
      ],
      tags: { 'eks:cluster-name': 'production' },
    },
    {
      ...sizes,
      name: 'plain',
      subnetIds: ['subnet-3'],
      instanceTypes: ['c5.xlarge'],
      instanceIds: ['i-2', 'i-3'],
      weights: null,
      launchTemplates: [],
      tags: {},
    },
  ]);
  expect(server?.requests.map(({ parameters }) => parameters.get('MaxRecords'))).toEqual(['100', '100']);
});
