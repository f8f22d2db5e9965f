import { cidrContainsAddress } from '../net/cidr.ts';
import type { AddressMap } from '../result/assessment.ts';
import { bestReservation } from '../subnet/reservation-range.ts';
import { changedMap } from './changed-map.ts';
import { rangesAmong, singlesOf } from './held-addresses.ts';
import type { PlanEstate } from './plan-estate.ts';

/** A range that is worth reserving for prefixes. */
export interface PlannedReservation {
  readonly subnetId: string;
  readonly cidr: string;
  /** Prefixes that it gives at once, and when the addresses in the way are gone. */
  readonly prefixesNow: number;
  readonly prefixesLater: number;
  /** Single addresses in the way; `null` where only their number is known. */
  readonly inTheWay:
    | readonly {
        readonly address: string;
        readonly networkInterfaceId: string;
        readonly instanceId: string | null;
        readonly description: string;
      }[]
    | null;
  readonly singlesInTheWay: number;
}

/** No more ranges for one subnet: later ones are small, and each is a call and a line in the console. */
const MOST_RANGES = 4;

/**
 * The ranges of a subnet to reserve, the one that gives most first. Enough single addresses stay outside all of them.
 *
 * @param gone instances that have ended when `map` holds
 */
export const planReservations = (
  estate: PlanEstate,
  map: AddressMap,
  gone: ReadonlySet<string> = new Set(),
): readonly PlannedReservation[] => {
  const found: PlannedReservation[] = [];
  let current = map;
  while (found.length < MOST_RANGES) {
    const best = bestReservation(current);
    // A second range is worth it only where it gives prefixes at once.
    if (best === null || (found.length > 0 && best.freeBlocks === 0)) break;
    found.push({
      subnetId: map.subnetId,
      cidr: best.cidr,
      prefixesNow: best.freeBlocks,
      prefixesLater: best.blocks,
      inTheWay: inTheWay(estate, map.subnetId, best.cidr, gone),
      singlesInTheWay: best.singles,
    });
    current = changedMap(current, { singles: new Map(), prefixes: [] }, [best.cidr]);
  }
  return found;
};

const inTheWay = (
  estate: PlanEstate,
  subnetId: string,
  cidr: string,
  gone: ReadonlySet<string>,
): PlannedReservation['inTheWay'] => {
  const { interfaces } = estate.input;
  if (interfaces === null) return null;
  const ranges = rangesAmong([cidr]);
  return interfaces
    .filter((each) => each.subnetId === subnetId && !gone.has(each.attachment?.instanceId ?? ''))
    .flatMap((each) => {
      const { networkInterfaceId, attachment, description } = each;
      return singlesOf(each)
        .filter(({ number }) => ranges.some((range) => cidrContainsAddress(range, number)))
        .map(({ address }) => ({
          address,
          networkInterfaceId,
          instanceId: attachment?.instanceId ?? null,
          description,
        }));
    });
};
