import type { TargetAssessment, TargetStatus } from './assessment.ts';
import type { SubnetHistory } from './forecast.ts';
import type {
  AutoScalingGroup,
  EksCluster,
  Instance,
  InstanceLimits,
  NetworkInterface,
  Subnet,
  SubnetCidrReservation,
  Target,
  Vpc,
  VpcConnection,
} from './inventory.ts';
import { ownerOf } from './owners.ts';
import { SubnetFold } from './subnet-fold.ts';
import { summarizeVpc } from './vpc-summary.ts';

/** Everything known of a target before its interfaces are read. `null`: could not be read. */
export interface TargetFoldInput {
  readonly target: Target;
  readonly facts: {
    readonly vpcs: readonly Vpc[];
    readonly subnets: readonly Subnet[];
    readonly reservations: ReadonlyMap<string, readonly SubnetCidrReservation[] | null>;
    readonly instances: ReadonlyMap<string, Instance> | null;
    readonly eksClusters: readonly EksCluster[] | null;
    readonly autoScalingGroups: readonly AutoScalingGroup[] | null;
    readonly vpcConnections: readonly VpcConnection[] | null;
    readonly limits: ReadonlyMap<string, InstanceLimits>;
  };
  /** False: the listing of interfaces failed, and nothing that depends on it is known. */
  readonly interfacesListed: boolean;
}

/** What is known beside this scan. */
export interface TargetFoldFinish {
  readonly target: TargetStatus;
  readonly previous: TargetAssessment | null;
  readonly histories: ReadonlyMap<string, SubnetHistory>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Folds a target's interfaces, as they arrive, into an assessment of its subnets, clusters and VPCs. What is kept
 * grows with subnets and nodes, never with interfaces.
 */
export class TargetFold {
  readonly #input: TargetFoldInput;
  readonly #subnets = new Map<string, SubnetFold>();

  constructor(input: TargetFoldInput) {
    this.#input = input;
    const { target, facts, interfacesListed } = input;
    for (const subnet of facts.subnets) {
      // In a subnet that another account shares through RAM, only its owner sees everybody's interfaces.
      const ours = subnet.ownerId === null || subnet.ownerId === target.accountId;
      this.#subnets.set(
        subnet.subnetId,
        new SubnetFold({
          subnet,
          target,
          reservations: facts.reservations.get(subnet.subnetId) ?? null,
          interfacesVisible: interfacesListed && ours,
        }),
      );
    }
  }

  /** Takes one interface. One in a subnet that was created after subnets were listed waits for the next scan. */
  add(networkInterface: NetworkInterface): void {
    const { target, facts } = this.#input;
    const owner = ownerOf(networkInterface, {
      accountId: target.accountId,
      instances: facts.instances ?? new Map(),
    });
    this.#subnets.get(networkInterface.subnetId)?.add(networkInterface, owner);
  }

  finish({ target, now }: TargetFoldFinish): TargetAssessment {
    const outcomes = [...this.#subnets.values()].map((fold) => fold.finish());
    return {
      target,
      scannedAt: new Date(now).toISOString(),
      vpcs: this.#input.facts.vpcs.map((vpc) =>
        summarizeVpc(
          vpc,
          target,
          outcomes.filter(({ assessment }) => assessment.vpcId === vpc.vpcId),
        ),
      ),
      subnets: outcomes.map(({ assessment }) => assessment),
      clusters: [],
      leakedInterfaces: [],
      findings: [],
      maps: outcomes.flatMap(({ map }) => (map === null ? [] : [map])),
    };
  }
}
