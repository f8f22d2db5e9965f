import { CNI_ROLE_TAG } from '../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { ClusterContext } from './cluster-context.ts';
import { type CniConfiguration, knowsExclusion } from './cni-configuration.ts';
import type { NodeAccumulator } from './node-accumulator.ts';

/** Where the pods of a node get their addresses. */
export interface PodPlace {
  /** False under custom networking, and where tags shut the node's own subnet out: its primary interface then gives none. */
  readonly primaryServesPods: boolean;
  /** The subnets that its further interfaces may go to; `null` where that is not known. */
  readonly subnetIds: readonly string[] | null;
}

/** Keeps a tagged subnet to the clusters that it names (amazon-vpc-cni-k8s, 1.22.1). */
const CLUSTER_TAG_PREFIX = 'cni.networking.k8s.aws/cluster/';

export interface PodSubnetsInput extends Pick<ClusterContext, 'subnets' | 'subnetsOfVpc'> {
  readonly clusterName: string;
  readonly configuration: CniConfiguration;
  /** One of each kind: what they show does not depend on how many there are. */
  readonly nodes: readonly NodeAccumulator[];
}

/**
 * Answers for a subnet, and a group of nodes, where pods get their addresses. A setting that is known decides for new nodes;
 * what nodes show decides where it is not. Nodes that disagree make the answer unknown: it never depends on their order.
 */
export class PodSubnets {
  readonly #input: PodSubnetsInput;
  /** Nodes with custom networking: they show where pods get their addresses. */
  readonly #customNodes: readonly NodeAccumulator[];
  /** By group and subnet: the nodes of a group ask the same, and each answer looks at all subnets of the VPC. */
  readonly #places = new Map<string | null, Map<string, PodPlace>>();

  constructor(input: PodSubnetsInput) {
    this.#input = input;
    this.#customNodes = input.nodes.filter((node) => node.usesCustomNetworking(input.configuration));
  }

  /** For a new node in this subnet; `group`: the node group or node pool that starts it, `null` for any. */
  of(subnetId: string, group: string | null): PodPlace {
    const bySubnet = this.#places.get(group) ?? new Map<string, PodPlace>();
    const place = bySubnet.get(subnetId) ?? this.#placeOf(subnetId, group);
    this.#places.set(group, bySubnet.set(subnetId, place));
    return place;
  }

  #placeOf(subnetId: string, group: string | null): PodPlace {
    if (this.#usesCustomNetworking(subnetId)) {
      return { primaryServesPods: false, subnetIds: this.#customSubnets(subnetId, group) };
    }
    const subnetIds = this.#discovered(subnetId);
    const own = this.#input.subnets.get(subnetId);
    if (own !== undefined && !this.#isOpenToItsNodes(own)) return { primaryServesPods: false, subnetIds };
    return { primaryServesPods: true, subnetIds: [subnetId, ...subnetIds] };
  }

  /** Whether tagged subnets count although it is unknown whether discovery is on. */
  get restsOnDefault(): boolean {
    const { configuration, nodes } = this.#input;
    if (configuration.subnetDiscovery !== null) return false;
    const subnetIds = new Set(nodes.flatMap(({ subnetId }) => subnetId ?? []));
    return [...subnetIds].some((subnetId) => this.#discovered(subnetId).length > 0);
  }

  #usesCustomNetworking(subnetId: string): boolean {
    const { customNetworking } = this.#input.configuration;
    return customNetworking ?? this.#neighbours(subnetId).length > 0;
  }

  #zoneOf(subnetId: string): string | null {
    return this.#input.subnets.get(subnetId)?.availabilityZone ?? null;
  }

  #neighbours(subnetId: string): readonly NodeAccumulator[] {
    const zone = this.#zoneOf(subnetId);
    return this.#customNodes.filter(
      (node) => node.subnetId === subnetId || (zone !== null && node.instance.availabilityZone === zone),
    );
  }

  #customSubnets(subnetId: string, group: string | null): readonly string[] | null {
    const zone = this.#zoneOf(subnetId);
    const configured = zone === null ? null : this.#configured(zone);
    if (configured !== null) return [configured];
    const neighbours = this.#neighbours(subnetId);
    const ofGroup = neighbours.filter(
      ({ membership }) => group !== null && (membership.nodeGroup ?? membership.nodePool) === group,
    );
    const shown = new Set(
      (ofGroup.length > 0 ? ofGroup : neighbours).flatMap(({ secondarySubnetId }) => secondarySubnetId ?? []),
    );
    return shown.size === 1 ? [...shown] : null;
  }

  /**
   * The subnet that the add-on's ENIConfigs name for a zone. By whatever label nodes choose, an interface must be in the zone of
   * its node (EC2): the only ENIConfig with a subnet of the zone is then the one that works.
   */
  #configured(zone: string): string | null {
    const { eniConfigByZone, eniConfigSubnets } = this.#input.configuration;
    const named = eniConfigByZone ? eniConfigSubnets.get(zone) : undefined;
    if (named !== undefined) return named;
    const inZone = new Set(
      [...eniConfigSubnets.values()].filter((subnetId) => this.#zoneOf(subnetId) === zone),
    );
    const [only] = inZone;
    return only !== undefined && inZone.size === 1 ? only : null;
  }

  /** Other subnets of the zone that subnet discovery may use, by name: the CNI sorts them by what they have left. */
  #discovered(subnetId: string): readonly string[] {
    const { configuration, subnets, subnetsOfVpc } = this.#input;
    const own = subnets.get(subnetId);
    if (configuration.subnetDiscovery === false || own === undefined) return [];
    return subnetsOfVpc(own.vpcId)
      .filter(
        (subnet) =>
          subnet.subnetId !== subnetId &&
          subnet.availabilityZone === own.availabilityZone &&
          this.#isOpenToAll(subnet),
      )
      .map((subnet) => subnet.subnetId)
      .sort();
  }

  /** A tag that says neither yes nor no, an empty one, opens nothing. */
  #isOpenToAll({ tags }: SubnetAssessment): boolean {
    const role = tags[CNI_ROLE_TAG] ?? '';
    return role !== '' && role !== '0' && this.#namesCluster(tags);
  }

  /**
   * Without the role tag a node's own subnet is open, whatever clusters its other tags name
   * (github.com/aws/amazon-vpc-cni-k8s/pull/3647). An empty tag counts as none.
   */
  #isOpenToItsNodes({ tags }: SubnetAssessment): boolean {
    if (!knowsExclusion(this.#input.configuration)) return true;
    const role = tags[CNI_ROLE_TAG] ?? '';
    return role === '' || (role !== '0' && this.#namesCluster(tags));
  }

  #namesCluster(tags: SubnetAssessment['tags']): boolean {
    if (!knowsExclusion(this.#input.configuration)) return true;
    const named = Object.keys(tags).filter((key) => key.startsWith(CLUSTER_TAG_PREFIX));
    return named.length === 0 || named.includes(`${CLUSTER_TAG_PREFIX}${this.#input.clusterName}`);
  }
}
