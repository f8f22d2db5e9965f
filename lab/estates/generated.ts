import { addressNumber, addressText } from '../cni/ipv4-range.ts';
import { type Estate, type EstateBlueprint, labAccount, ROOT_ID } from '../estate/estate.ts';
import type { EstateView } from '../estate/estate-view.ts';
import type { LabInterface, LabSubnet, LabVpc } from '../estate/records.ts';
import type { Sequence } from '../http/pages.ts';

export const GENERATED_ACCOUNT = '111122223333';
export const GENERATED_REGION = 'eu-west-1';

const SUBNET_SIZE = 4096;
/** /20 subnets in the /8: 10.0.0.0/16 to 10.255.0.0/16, one VPC each. */
const SUBNETS_PER_VPC = 16;
const VPCS = 256;
const AWS_ADDRESSES = 5;
const PREFIX_SIZE = 16;
const FIRST_ADDRESS = addressNumber('10.0.0.0');

export interface GeneratedOptions {
  readonly interfaces: number;
  /** What each interface holds: fifteen addresses, or its primary address and so many prefixes. */
  readonly holds: { readonly addresses: number } | { readonly prefixes: number };
}

interface Placement {
  readonly subnet: number;
  readonly addresses: readonly number[];
  readonly prefixes: readonly number[];
}

/** The first block of a subnet has AWS's own addresses, so a subnet's interfaces begin in the second; the last block stays free. */
const layout = ({ holds }: GeneratedOptions) => {
  const perInterface =
    'addresses' in holds
      ? Math.ceil(holds.addresses / PREFIX_SIZE) * PREFIX_SIZE
      : (holds.prefixes + 1) * PREFIX_SIZE;
  return { perInterface, perSubnet: Math.floor((SUBNET_SIZE - 2 * PREFIX_SIZE) / perInterface) };
};

const placementOf = (options: GeneratedOptions, index: number): Placement => {
  const { perInterface, perSubnet } = layout(options);
  const subnet = Math.floor(index / perSubnet);
  const start = FIRST_ADDRESS + subnet * SUBNET_SIZE + PREFIX_SIZE + (index % perSubnet) * perInterface;
  if ('addresses' in options.holds) {
    return {
      subnet,
      addresses: Array.from({ length: options.holds.addresses }, (_, offset) => start + offset),
      prefixes: [],
    };
  }
  const prefixes = Array.from(
    { length: options.holds.prefixes },
    (_, block) => start + (block + 1) * PREFIX_SIZE,
  );
  return { subnet, addresses: [start], prefixes };
};

const idOf = (kind: string, index: number): string => `${kind}-0${index.toString(16).padStart(16, '0')}`;
const vpcIdOf = (subnet: number): string => idOf('vpc', Math.floor(subnet / SUBNETS_PER_VPC));

/** A sequence that makes each record when it is asked for, and keeps none. */
const sequence = <T>(length: number, make: (index: number) => T): Sequence<T> => ({
  length,
  at: (index) => (index >= 0 && index < length ? make(index) : undefined),
});

const interfaceAt = (options: GeneratedOptions, attachTime: Date, index: number): LabInterface => {
  const { subnet, addresses, prefixes } = placementOf(options, index);
  const instanceId = idOf('i', Math.floor(index / 3));
  return {
    networkInterfaceId: idOf('eni', index),
    subnetId: idOf('subnet', subnet),
    vpcId: vpcIdOf(subnet),
    availabilityZone: `${GENERATED_REGION}${'abc'[subnet % 3]}`,
    ownerId: GENERATED_ACCOUNT,
    interfaceType: 'interface',
    status: 'in-use',
    description: `aws-K8S-${instanceId}`,
    requesterId: null,
    requesterManaged: false,
    operator: null,
    attachment: {
      attachmentId: idOf('eni-attach', index),
      instanceId,
      instanceOwnerId: GENERATED_ACCOUNT,
      deviceIndex: index % 3,
      networkCardIndex: 0,
      deleteOnTermination: true,
      attachTime,
    },
    addresses: addresses.map(addressText),
    prefixes: prefixes.map((base) => `${addressText(base)}/28`),
    ipv6Addresses: [],
    ipv6Prefixes: [],
    tags: {
      'node.k8s.amazonaws.com/instance_id': instanceId,
      'node.k8s.amazonaws.com/createdAt': '2026-01-05T00:00:00Z',
      'cluster.k8s.amazonaws.com/name': `cluster-${subnet % 10}`,
      'eks:eni:owner': 'amazon-vpc-cni',
      'cost-center': `${1000 + (index % 40)}`,
      environment: 'production',
    },
  };
};

/**
 * An account of any size for benchmarks: every record is computed from its index, so that a hundred thousand interfaces
 * take no more memory than ten. Interfaces lie one after another in /20 subnets, sixteen of them in each VPC.
 *
 * @throws RangeError when 10.0.0.0/8 is too small for so many
 */
export const generatedEstate = (options: GeneratedOptions): EstateBlueprint => {
  const { perSubnet } = layout(options);
  const subnetCount = Math.max(1, Math.ceil(options.interfaces / perSubnet));
  const vpcCount = Math.ceil(subnetCount / SUBNETS_PER_VPC);
  if (vpcCount > VPCS) throw new RangeError(`${options.interfaces} interfaces do not fit into 10.0.0.0/8.`);
  const held = (subnet: number): number => {
    const interfaces = Math.min(perSubnet, options.interfaces - subnet * perSubnet);
    return (
      interfaces *
      ('addresses' in options.holds ? options.holds.addresses : 1 + PREFIX_SIZE * options.holds.prefixes)
    );
  };
  const subnetAt = (index: number): LabSubnet => ({
    subnetId: idOf('subnet', index),
    vpcId: vpcIdOf(index),
    ownerId: GENERATED_ACCOUNT,
    region: GENERATED_REGION,
    cidrBlock: `${addressText(FIRST_ADDRESS + index * SUBNET_SIZE)}/20`,
    ipv6CidrBlocks: [],
    availabilityZone: `${GENERATED_REGION}${'abc'[index % 3]}`,
    availabilityZoneId: `euw1-az${(index % 3) + 1}`,
    outpostArn: null,
    mapPublicIpOnLaunch: false,
    sharedWith: [],
    availableIpAddressCount: SUBNET_SIZE - AWS_ADDRESSES - held(index),
    tags: { Name: `generated-${index}` },
  });
  const vpcAt = (index: number): LabVpc => ({
    vpcId: idOf('vpc', index),
    ownerId: GENERATED_ACCOUNT,
    region: GENERATED_REGION,
    isDefault: false,
    cidrBlocks: [
      { associationId: idOf('vpc-cidr-assoc', index), cidrBlock: `10.${index}.0.0/16`, state: 'associated' },
    ],
    ipv6CidrBlocks: [],
    tags: { Name: `generated-${index}` },
  });
  const name = `generated-${options.interfaces}`;
  return {
    name,
    description: `${options.interfaces} interfaces, each made when it is asked for`,
    build: (startsAt): Estate => {
      const account = labAccount(GENERATED_ACCOUNT, 'generated', [GENERATED_REGION]);
      const attachTime = new Date(startsAt);
      const full: EstateView = {
        ...NOTHING,
        vpcs: sequence(vpcCount, vpcAt),
        subnets: sequence(subnetCount, subnetAt),
        interfaces: sequence(options.interfaces, (index) => interfaceAt(options, attachTime, index)),
        reservations: () => [],
      };
      return {
        name,
        accounts: [account],
        organization: { rootId: ROOT_ID, managementAccountId: GENERATED_ACCOUNT, units: [] },
        homeAccountId: GENERATED_ACCOUNT,
        view: (_accountId, region) => (region === GENERATED_REGION ? full : NOTHING),
      };
    },
  };
};

const NOTHING: EstateView = {
  vpcs: [],
  subnets: [],
  interfaces: [],
  instances: [],
  peerings: [],
  transitGatewayAttachments: [],
  routeTables: [],
  elasticAddresses: [],
  quotas: [],
  launchTemplates: [],
  vpcEndpoints: [],
  ipamPools: [],
  clusters: [],
  autoScalingGroups: [],
  ecsServices: [],
  fleets: [],
  spotRequests: [],
  scalingActivities: [],
  reservations: () => null,
};
