import type { EksCluster } from '../aws/inventory.ts';
import type { AddressingMode } from '../result/cluster.ts';
import type { CniConfiguration } from './cni-configuration.ts';
import type { PlannedKind } from './node-assessment.ts';

/** How a cluster's nodes take addresses, those that run and those that may start: what is set decides, else what nodes show. */
export class AddressingModes {
  readonly #eks: EksCluster | null;
  readonly #configuration: CniConfiguration;
  readonly #kinds: readonly PlannedKind[];

  constructor(eks: EksCluster | null, configuration: CniConfiguration, kinds: readonly PlannedKind[]) {
    this.#eks = eks;
    this.#configuration = configuration;
    this.#kinds = kinds;
  }

  /** What live nodes show; the setting where none does. */
  get shown(): AddressingMode {
    return this.#shownBy(this.#kinds);
  }

  #shownBy(kinds: readonly PlannedKind[]): AddressingMode {
    const ipFamily = this.#eks?.ipFamily ?? null;
    const modes = new Set(kinds.filter(({ node }) => node.isLive).map(({ mode }) => mode));
    modes.delete('unknown');
    const [only] = modes;
    if (only !== undefined) return modes.size === 1 ? only : 'mixed';
    if (ipFamily === 'ipv6') return 'ipv6';
    if (this.#configuration.prefixDelegation === null) return 'unknown';
    return this.#configuration.prefixDelegation ? 'prefix' : 'secondary';
  }

  /** A setting that is known decides for new nodes, whatever those that run hold. */
  get ofNewNodes(): AddressingMode {
    if (this.#eks?.ipFamily === 'ipv6') return 'ipv6';
    const { prefixDelegation } = this.#configuration;
    if (prefixDelegation === null) return this.shown;
    return prefixDelegation ? 'prefix' : 'secondary';
  }

  /** Nodes of EKS Auto Mode have a CNI of their own: they show nothing of that of a group. */
  get ofGroups(): AddressingMode {
    return this.#configuration.prefixDelegation === null
      ? this.#shownBy(this.#kinds.filter(({ autoMode }) => !autoMode))
      : this.ofNewNodes;
  }

  /** EKS Auto Mode uses prefixes unless its nodes show that a node class says otherwise. */
  get ofPools(): AddressingMode {
    const mode = this.ofNewNodes;
    if (this.#eks?.autoMode !== true || mode === 'ipv6') return mode;
    const shown = new Set(
      this.#kinds.filter(({ autoMode, node }) => autoMode && node.isLive).map((kind) => kind.mode),
    );
    shown.delete('unknown');
    const [only] = shown;
    return only !== undefined && shown.size === 1 ? only : 'prefix';
  }
}

/** How a node that runs takes more: its CNI was started again when the setting changed, so the setting decides. */
export const growthMode = (
  { prefixDelegation, windowsPrefixDelegation }: CniConfiguration,
  mode: AddressingMode,
  windows: boolean,
): AddressingMode => {
  const setting = windows ? windowsPrefixDelegation : prefixDelegation;
  if (mode === 'ipv6' || setting === null) return mode;
  return setting ? 'prefix' : 'secondary';
};
