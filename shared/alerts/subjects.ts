import type { Tags } from '../model/aws/inventory.ts';
import type {
  SubnetAssessment,
  TargetAssessment,
  TargetStatus,
  VpcAssessment,
} from '../model/result/assessment.ts';
import type { Subject } from '../model/result/finding.ts';

/** Makes the subjects of one assessment's alerts, with what selectors need to know of them and no more. */
export class Subjects {
  readonly #tagKeys: ReadonlySet<string>;
  readonly #clustersBySubnet = new Map<string, string[]>();
  readonly #subnets = new Map<string, SubnetAssessment>();

  /** @param tagKeys the tags that some selector asks for: an alert record must not grow with tags that nobody reads. */
  constructor(assessment: TargetAssessment, tagKeys: ReadonlySet<string>) {
    this.#tagKeys = tagKeys;
    for (const subnet of assessment.subnets) this.#subnets.set(subnet.subnetId, subnet);
    for (const cluster of assessment.clusters) {
      for (const subnetId of new Set(cluster.subnetIds)) {
        this.#clustersBySubnet.set(subnetId, [...this.clustersOf(subnetId), cluster.clusterName]);
      }
    }
  }

  /** The clusters that use a subnet, in the order of the assessment. */
  clustersOf(subnetId: string): readonly string[] {
    return this.#clustersBySubnet.get(subnetId) ?? [];
  }

  subnet(subnet: SubnetAssessment): Subject {
    const clusterNames = this.clustersOf(subnet.subnetId);
    return {
      type: 'subnet',
      id: subnet.subnetId,
      name: subnet.name,
      accountId: subnet.accountId,
      region: subnet.region,
      vpcId: subnet.vpcId,
      clusterName: clusterNames.length === 1 ? (clusterNames[0] ?? null) : null,
      subnetIds: [subnet.subnetId],
      cidrBlocks: subnet.cidrBlock === null ? [] : [subnet.cidrBlock],
      tags: this.#selected(subnet.tags),
      clusterNames,
    };
  }

  /**
   * A selector on one of its subnets is not about the VPC as a whole, so the subject names none of them. Its tags are what all
   * of its subnets say: it belongs to an owner when they all do.
   */
  vpc(vpc: VpcAssessment): Subject {
    const subnets = [...this.#subnets.values()].filter(({ vpcId }) => vpcId === vpc.vpcId);
    return {
      type: 'vpc',
      id: vpc.vpcId,
      name: vpc.name,
      accountId: vpc.accountId,
      region: vpc.region,
      vpcId: vpc.vpcId,
      clusterName: null,
      subnetIds: [],
      cidrBlocks: vpc.cidrBlocks,
      tags: commonTags(subnets.map(({ tags }) => this.#selected(tags))),
    };
  }

  target(target: TargetStatus): Subject {
    return {
      type: 'target',
      id: `${target.accountId}/${target.region}`,
      name: null,
      accountId: target.accountId,
      region: target.region,
      vpcId: null,
      clusterName: null,
      subnetIds: [],
    };
  }

  /** A finding's subject, with what the assessment knows of its subnets. */
  enriched(subject: Subject): Subject {
    const subnets = subject.subnetIds.flatMap((subnetId) => this.#subnets.get(subnetId) ?? []);
    const clusterNames =
      subject.clusterName === null
        ? [...new Set(subject.subnetIds.flatMap((subnetId) => this.clustersOf(subnetId)))]
        : [subject.clusterName];
    return {
      ...subject,
      cidrBlocks: subnets.flatMap(({ cidrBlock }) => cidrBlock ?? []),
      tags: commonTags(subnets.map(({ tags }) => this.#selected(tags))),
      clusterNames,
    };
  }

  #selected(tags: Tags): Tags {
    return Object.fromEntries(Object.entries(tags).filter(([key]) => this.#tagKeys.has(key)));
  }
}

/** What all of them say: a cluster over subnets of two owners belongs to neither. */
const commonTags = ([first, ...others]: readonly Tags[]): Tags =>
  Object.fromEntries(
    Object.entries(first ?? {}).filter(([key, value]) => others.every((tags) => tags[key] === value)),
  );
