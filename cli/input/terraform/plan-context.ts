import type { InstanceLimits } from '../../../shared/model/aws/inventory.ts';
import type { NodeSettings } from '../../../shared/model/plan/cluster-settings.ts';
import type { NodePlace } from '../../../shared/model/result/cluster.ts';
import type { Change } from './changes.ts';
import { textOf } from './json.ts';
import { type SubnetArgument, subnetsOf } from './subnets.ts';

/** What is known of a cluster that exists; of one that does not, the CNI's defaults. */
export interface KnownCluster {
  readonly settings: NodeSettings;
  /** Where pods take their addresses under custom networking, by zone. */
  readonly podSubnetOfZone: ReadonlyMap<string, readonly string[]>;
  /** Where its nodes start, and where pods of nodes there take their addresses. */
  readonly places: readonly NodePlace[];
}

/** What the scan knows of what a plan names. */
export interface KnownEstate {
  readonly clusterNamed: (clusterName: string | null) => KnownCluster;
  readonly zoneOf: (subnetId: string) => string | null;
  readonly limits: (type: string) => InstanceLimits | null;
}

export interface LeastAndMost {
  readonly least: number;
  readonly most: number;
}

/** What the readers of all kinds of resource share: the changes of the plan, and the list of what it does not say. */
export class PlanContext {
  readonly changes: readonly Change[];
  readonly estate: KnownEstate;
  readonly #unknowns = new Set<string>();

  constructor(changes: readonly Change[], estate: KnownEstate) {
    this.changes = changes;
    this.estate = estate;
  }

  /** The zone of a subnet that exists, or that the plan makes; `null`: not known. */
  zoneOf(subnetId: string): string | null {
    const planned = this.changes.find(({ address, type }) => type === 'aws_subnet' && address === subnetId);
    return this.estate.zoneOf(subnetId) ?? textOf(planned?.after['availability_zone']);
  }

  /** Zones of these subnets. One that is not known counts as a zone of its own. */
  zonesOf(subnetIds: readonly string[]): number {
    return new Set(subnetIds.map((id) => this.zoneOf(id) ?? id)).size;
  }

  /** Sentences, each once. */
  get unknowns(): readonly string[] {
    return [...this.#unknowns];
  }

  /** Notes what is not known of a resource. There is no demand of what is not known. */
  unknown({ address }: Change, what: string): readonly [] {
    this.#unknowns.add(`${address}: ${what}`);
    return [];
  }

  /** The subnets that these arguments name. Those that are known only after apply are noted. */
  subnets(change: Change, arguments_: readonly SubnetArgument[]): readonly string[] {
    const { subnetIds, unknown } = subnetsOf(this.changes, change, arguments_);
    if (unknown)
      this.unknown(
        change,
        subnetIds.length === 0
          ? 'its subnets are known only after apply.'
          : 'some of its subnets are known only after apply.',
      );
    return subnetIds;
  }
}

export const isNewThing = ({ before }: Change): boolean =>
  textOf(before['id']) === null && textOf(before['arn']) === null;
