import type {
  EksCluster,
  Instance,
  InstanceLimits,
  RouteTable,
  Target,
  VpcConnection,
} from '../aws/inventory.ts';
import type { AddressMap, LeakedInterface, SubnetAssessment, VpcAssessment } from '../result/assessment.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import type { Evidence, Finding, Remedy, Severity, Subject } from '../result/finding.ts';
import { findingId } from '../result/finding.ts';
import type { Obstacle } from '../subnet/obstacles.ts';
import { RangePlan } from './remedies/range-plan.ts';

/** What one scan of a target found: what findings are looked for in. `null`: could not be read. */
export interface FindingsInput {
  readonly target: Target;
  readonly vpcs: readonly VpcAssessment[];
  readonly subnets: readonly SubnetAssessment[];
  readonly maps: readonly AddressMap[];
  readonly clusters: readonly ClusterAssessment[];
  readonly leakedInterfaces: readonly LeakedInterface[];
  readonly eksClusters: readonly EksCluster[] | null;
  readonly instances: ReadonlyMap<string, Instance> | null;
  readonly vpcConnections: readonly VpcConnection[] | null;
  /** Absent or `null`: not read. */
  readonly routeTables?: readonly RouteTable[] | null;
  /** By subnet: single addresses of interfaces that are no node's, some of them. They stay when nodes are drained. */
  readonly obstacles?: ReadonlyMap<string, readonly Obstacle[]>;
  readonly limits: (type: string) => InstanceLimits | null;
}

/** The same, with what every rule looks up. */
export class Estate {
  readonly input: FindingsInput;
  readonly subnets: ReadonlyMap<string, SubnetAssessment>;
  readonly vpcs: ReadonlyMap<string, VpcAssessment>;
  readonly maps: ReadonlyMap<string, AddressMap>;
  readonly eksClusters: ReadonlyMap<string, EksCluster>;
  /** The ranges that this run's remedies give out. */
  readonly ranges = new RangePlan();
  readonly #clustersOfSubnet = new Map<string, string[]>();

  constructor(input: FindingsInput) {
    this.input = input;
    this.subnets = new Map(input.subnets.map((subnet) => [subnet.subnetId, subnet]));
    this.vpcs = new Map(input.vpcs.map((vpc) => [vpc.vpcId, vpc]));
    this.maps = new Map(input.maps.map((map) => [map.subnetId, map]));
    this.eksClusters = new Map((input.eksClusters ?? []).map((cluster) => [cluster.name, cluster]));
    for (const { clusterName, subnetIds } of input.clusters) {
      for (const subnetId of subnetIds) {
        this.#clustersOfSubnet.set(subnetId, [...(this.#clustersOfSubnet.get(subnetId) ?? []), clusterName]);
      }
    }
  }

  clustersOf(subnetId: string): readonly string[] {
    return this.#clustersOfSubnet.get(subnetId) ?? [];
  }

  subnetsIn(subnetIds: readonly string[]): readonly SubnetAssessment[] {
    return subnetIds.flatMap((subnetId) => this.subnets.get(subnetId) ?? []);
  }

  /** Other subnets of the same VPC and zone that have IPv4 addresses. */
  siblingsOf(subnet: SubnetAssessment): readonly SubnetAssessment[] {
    return this.input.subnets.filter(
      (other) =>
        other.subnetId !== subnet.subnetId &&
        other.vpcId === subnet.vpcId &&
        other.availabilityZone === subnet.availabilityZone &&
        other.cidrBlock !== null,
    );
  }

  subnetsOfVpc(vpcId: string): readonly SubnetAssessment[] {
    return this.input.subnets.filter((subnet) => subnet.vpcId === vpcId);
  }

  /** The IPv4 ranges that a VPC's subnets take. */
  rangesTaken(vpcId: string): readonly string[] {
    return this.subnetsOfVpc(vpcId)
      .map(({ cidrBlock }) => cidrBlock)
      .filter((range) => range !== null);
  }

  /** VPCs that are this account's own: of a shared one a participant sees shared subnets alone, and its owner is told. */
  get ownVpcs(): readonly VpcAssessment[] {
    return this.input.vpcs.filter(({ vpcId }) => {
      const subnets = this.subnetsOfVpc(vpcId);
      return subnets.length === 0 || subnets.some(({ ownerId }) => ownerId === null);
    });
  }

  subnetSubject(subnet: SubnetAssessment): Subject {
    const clusterNames = this.clustersOf(subnet.subnetId);
    const [first = null, ...others] = clusterNames;
    return {
      type: 'subnet',
      id: subnet.subnetId,
      name: subnet.name,
      accountId: subnet.accountId,
      region: subnet.region,
      vpcId: subnet.vpcId,
      clusterName: others.length === 0 ? first : null,
      subnetIds: [subnet.subnetId],
      cidrBlocks: subnet.cidrBlock === null ? [] : [subnet.cidrBlock],
      clusterNames,
    };
  }

  clusterSubject(cluster: ClusterAssessment, subnetIds: readonly string[] = cluster.nodeSubnetIds): Subject {
    return {
      type: 'cluster',
      id: cluster.clusterName,
      name: cluster.clusterName,
      accountId: cluster.accountId,
      region: cluster.region,
      vpcId: cluster.vpcId,
      clusterName: cluster.clusterName,
      subnetIds,
    };
  }

  vpcSubject(vpc: VpcAssessment): Subject {
    return {
      type: 'vpc',
      id: vpc.vpcId,
      name: vpc.name,
      accountId: vpc.accountId,
      region: vpc.region,
      vpcId: vpc.vpcId,
      clusterName: null,
      subnetIds: this.subnetsOfVpc(vpc.vpcId).map(({ subnetId }) => subnetId),
      cidrBlocks: vpc.cidrBlocks,
    };
  }
}

/** One kind of finding: what it is, for the reference page, and how it is found. */
export interface FindingRule {
  /** Stable: people write rules on it. */
  readonly kind: string;
  readonly label: string;
  /** When it appears, with the figures that decide. */
  readonly appears: string;
  readonly why: string;
  readonly find: (estate: Estate) => readonly Finding[];
}

/** Puts a finding together; its identity follows from its kind and subject. */
export const finding = (
  kind: string,
  severity: Severity,
  subject: Subject,
  parts: {
    readonly title: string;
    readonly explanation: string;
    readonly evidence: readonly Evidence[];
    /** Asked when findings are in order of severity: the worst is served first when ranges are short. */
    readonly remedies: () => readonly Remedy[];
    readonly owners?: SubnetAssessment['owners'];
  },
): Finding => {
  const { owners, remedies, ...rest } = parts;
  let known: readonly Remedy[] | null = null;
  return {
    id: findingId(kind, subject),
    kind,
    severity,
    subject,
    ...rest,
    get remedies(): readonly Remedy[] {
      known ??= remedies();
      return known;
    },
    ...(owners === undefined || owners === null ? {} : { owners: owners.slice(0, OWNERS_SHOWN) }),
  };
};

/** Messages show no more. */
const OWNERS_SHOWN = 5;
