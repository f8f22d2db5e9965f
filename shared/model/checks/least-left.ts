import type { SubnetAssessment } from '../result/assessment.ts';
import { addressSupply } from '../subnet/address-supply.ts';
import type { SupplyName } from './subnet-supply.ts';

/** What a subnet has left of a supply; `null`: not known. */
export const leftIn = (subnet: SubnetAssessment, supply: SupplyName): number | null =>
  (supply === 'prefixes' ? subnet.prefixes?.free : addressSupply(subnet)?.available) ?? null;

/** Subnets in the order in which to help them: the one with least left of a supply first. What is not known comes last. */
export const leastLeftFirst = (
  subnets: readonly SubnetAssessment[],
  supply: SupplyName,
): readonly SubnetAssessment[] => subnets.toSorted((a, b) => rankOf(a, supply) - rankOf(b, supply));

/** More than any subnet has, and finite: two of them have a difference. */
const UNKNOWN = Number.MAX_SAFE_INTEGER;

const rankOf = (subnet: SubnetAssessment, supply: SupplyName): number => leftIn(subnet, supply) ?? UNKNOWN;
