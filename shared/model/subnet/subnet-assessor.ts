import type { NetworkInterface, Subnet, SubnetCidrReservation, Target } from '../aws/inventory.ts';
import { visibleName } from '../base/text/names.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIpv4 } from '../net/ipv4.ts';
import { type OwnerName, OwnerTally } from '../owners/owner-tally.ts';
import type { AddressMap, SubnetAssessment } from '../result/assessment.ts';
import type { OwnerUsage } from '../result/owner-usage.ts';
import { encodeAddressMap } from './address-map.ts';
import { AddressSpace, parseSubnetCidr } from './address-space.ts';
import { OddAnswers } from './invalid-records.ts';
import { networkAddressUnits } from './network-address-usage.ts';
import { OBSTACLES_KEPT, type Obstacle } from './obstacles.ts';
import {
  ipv6OnlyFigures,
  modelledFigures,
  type Reservation,
  rangelessFigures,
  type SubnetFigures,
  unseenFigures,
} from './subnet-figures.ts';

export interface SubnetAssessorInput {
  readonly subnet: Subnet;
  readonly target: Target;
  /** `null`: they could not be read. */
  readonly reservations: readonly SubnetCidrReservation[] | null;
  /**
   * False where the listing of interfaces failed. A subnet that another account shares with this one through RAM is
   * taken as not visible in any case: only its owner sees everybody's interfaces.
   * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
   */
  readonly interfacesVisible: boolean;
}

export interface SubnetOutcome {
  /** `leakedInterfaces` is `null` and `forecast` empty: they need more than one subnet, or a past, and the caller adds them. */
  readonly assessment: SubnetAssessment;
  /** `null` where there are no IPv4 addresses, or not all interfaces could be seen. */
  readonly map: AddressMap | null;
  /** Single addresses that are no node's, the first of them: a remedy names what is in the way of a block. */
  readonly obstacles: readonly Obstacle[];
  /** Network address usage of the interfaces in this subnet, in units; `null` where not all could be seen. */
  readonly networkAddressUnits: number | null;
  /** Prefixes of interfaces that will ask for more, unless a setting of their cluster says otherwise. */
  readonly askingPrefixes: number;
}

/**
 * Accumulates one subnet's interfaces, as they arrive, into what is known of its addresses. Nothing is kept of an interface
 * but its addresses' bits and its owner's count, and of a few the id, so memory does not grow with interfaces.
 *
 * What EC2 answers that cannot be so (an address outside the subnet, say) is not counted and is named in `unknowns`:
 * one invalid record must not cost the whole scan.
 */
export class SubnetAssessor {
  readonly #input: SubnetAssessorInput;
  /** `null` where there is no IPv4 range to model. */
  readonly #space: AddressSpace | null;
  readonly #reservations: readonly Reservation[] | null;
  readonly #owners = new OwnerTally();
  readonly #oddAddresses = new OddAnswers('used', 'the figures do not include it');
  readonly #oddReservations = new OddAnswers('reservations', 'the figures do not include it');
  readonly #obstacles: Obstacle[] = [];
  #units = 0;
  /** Prefixes of interfaces that will ask for more. */
  #askingPrefixes = 0;

  constructor(input: SubnetAssessorInput) {
    const { cidrBlock } = input.subnet;
    const cidr = cidrBlock === null ? null : parseSubnetCidr(cidrBlock);
    this.#input = input;
    this.#space = cidr === null ? null : new AddressSpace(cidr);
    this.#reservations = input.reservations?.flatMap((reservation) => this.#reserve(reservation)) ?? null;
  }

  #reserve({ reservationId, cidr, type }: SubnetCidrReservation): Reservation[] {
    // IPv6 reservations take nothing from the IPv4 supply.
    if (cidr.includes(':')) return [];
    const range = parseCidr(cidr);
    if (range !== null && this.#space?.reserve(range, type) === 'placed') return [{ range, type }];
    this.#oddReservations.add(`${cidr} of ${reservationId}`);
    return [];
  }

  /** Takes an interface of this subnet, in any status: one that is not attached holds its addresses anyway. */
  add(networkInterface: NetworkInterface, owner: OwnerName): void {
    const { networkInterfaceId, ipv4Prefixes, privateAddresses } = networkInterface;
    this.#units += networkAddressUnits(networkInterface);
    const number = this.#owners.add(owner);
    if (asksForMore(networkInterface)) this.#askingPrefixes += ipv4Prefixes.length;
    for (const text of ipv4Prefixes) {
      const prefix = parseCidr(text);
      if (prefix === null || this.#space?.takePrefix(prefix, number) !== 'placed') {
        this.#oddAddresses.add(`${text} of ${networkInterfaceId}`);
      }
    }
    for (const { address: text } of privateAddresses) {
      const address = parseIpv4(text);
      if (address === null || this.#space?.takeAddress(address, number) !== 'placed') {
        this.#oddAddresses.add(`${text} of ${networkInterfaceId}`);
      } else if (owner.kind !== 'cluster-nodes' && this.#obstacles.length < OBSTACLES_KEPT) {
        this.#obstacles.push({ address: text, networkInterfaceId, ...owner });
      }
    }
  }

  /** Whether an interface that was added holds this prefix. */
  holdsPrefix(text: string): boolean {
    const range = parseCidr(text);
    return range !== null && this.#space?.isPrefix(range) === true;
  }

  finish(): SubnetOutcome {
    const { subnet, target } = this.#input;
    const unseen = this.#unseen();
    const owners = this.#owners.ranked(this.#space?.addressesByOwner(this.#owners.size) ?? []);
    const figures = this.#figures(
      owners.map(({ kind, name, interfaces, addresses }) => ({ kind, name, interfaces, addresses })),
      unseen,
    );
    const { unaccounted } = figures;
    return {
      assessment: {
        subnetId: subnet.subnetId,
        name: visibleName(subnet.name),
        accountId: target.accountId,
        region: target.region,
        vpcId: subnet.vpcId,
        ownerId: subnet.ownerId === target.accountId ? null : subnet.ownerId,
        availabilityZone: subnet.availabilityZone,
        availabilityZoneId: subnet.availabilityZoneId,
        outpostArn: subnet.outpostArn,
        ...(subnet.mapPublicIpOnLaunch === true && { mapPublicIpOnLaunch: true }),
        cidrBlock: subnet.cidrBlock,
        ipv6CidrBlocks: subnet.ipv6CidrBlocks,
        ipv6Native: subnet.ipv6Native,
        tags: subnet.tags,
        ...figures,
        leakedInterfaces: null,
        forecast: {},
      },
      map:
        this.#space === null || unseen !== null
          ? null
          : {
              ...encodeAddressMap(subnet.subnetId, this.#space, owners, this.#reservations !== null),
              ...(unaccounted !== null && unaccounted > 0 && { unseen: unaccounted }),
            },
      obstacles: this.#obstacles,
      networkAddressUnits: unseen === null ? this.#units : null,
      askingPrefixes: this.#askingPrefixes,
    };
  }

  /** Why not every interface in the subnet could be seen; `null` where every one was. */
  #unseen(): string | null {
    const { subnet, target, interfacesVisible } = this.#input;
    if (subnet.ownerId !== null && subnet.ownerId !== target.accountId) {
      return `Account ${subnet.ownerId} owns this subnet and shares it; only a scan of that account sees every interface in it.`;
    }
    return interfacesVisible
      ? null
      : 'The network interfaces could not be listed; the errors of the target give the reason.';
  }

  #figures(owners: readonly OwnerUsage[], unseen: string | null): SubnetFigures {
    const { cidrBlock, ipv6Native, awsAvailable } = this.#input.subnet;
    const space = this.#space;
    const oddities = [...this.#oddAddresses.unknowns(), ...this.#oddReservations.unknowns()];
    if (space === null) {
      return cidrBlock === null && ipv6Native
        ? ipv6OnlyFigures(owners, unseen, oddities)
        : rangelessFigures(cidrBlock, awsAvailable);
    }
    return unseen === null
      ? modelledFigures({
          space,
          reservations: this.#reservations,
          owners,
          awsAvailable,
          oddities,
          asksForPrefixes: this.#askingPrefixes > 0,
        })
      : unseenFigures(space.cidr, this.#reservations, awsAvailable, unseen);
  }
}

/**
 * Whether the holder of a prefix will ask for more of them. A service's interface, such as one of a VPC Lattice service network
 * endpoint, gets its prefix once, when it is made. Nodes of EKS Auto Mode fall back to single addresses.
 */
const asksForMore = ({
  attachment,
  interfaceType,
  operatorPrincipal,
  requesterManaged,
}: NetworkInterface): boolean =>
  interfaceType === 'interface' &&
  operatorPrincipal === null &&
  !(requesterManaged && attachment?.instanceId == null);
