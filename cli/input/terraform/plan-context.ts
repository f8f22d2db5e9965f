import type { NewNodeSettings } from '../../../shared/model/result/cluster.ts';
import type { Change } from './changes.ts';
import { textOf } from './json.ts';
import { type SubnetArgument, subnetsOf } from './subnets.ts';

/** What is known of a cluster that exists; of one that does not, the CNI's defaults. */
export interface KnownCluster {
  readonly settings: NewNodeSettings;
  /** Where pods take their addresses under custom networking, by zone. */
  readonly podSubnetOfZone: ReadonlyMap<string, readonly string[]>;
}

export interface LeastAndMost {
  readonly least: number;
  readonly most: number;
}

/** What the readers of all kinds of resource share: the changes of the plan, and the list of what it does not say. */
export class PlanContext {
  readonly changes: readonly Change[];
  readonly clusterNamed: (clusterName: string | null) => KnownCluster;
  readonly #unknowns = new Set<string>();

  constructor(changes: readonly Change[], clusterNamed: (clusterName: string | null) => KnownCluster) {
    this.changes = changes;
    this.clusterNamed = clusterNamed;
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
