import { count, number, rounded } from '../base/text/numbers.ts';
import { isLittleLeft } from '../forecast/little-left.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { Evidence, Remedy, Subject } from '../result/finding.ts';
import type { Forecast } from '../result/forecast.ts';
import { LEAST_LOSS_PER_DAY } from '../result/growth.ts';
import { type AddressSupply, addressSupply } from '../subnet/address-supply.ts';
import { possibleBlocks } from '../subnet/fragmentation.ts';
import type { Check, Suppression } from './check.ts';
import type { Estate } from './estate.ts';
import { clustersUsing } from './remedies/cluster-subnets.ts';
import { remediesForAddresses, remediesForPrefixes } from './remedies/subnet-remedies.ts';
import { mayHaveNodes } from './remedies/who-uses-it.ts';

/**
 * Without addresses there are no prefixes: a critical alert about the addresses of a subnet suppresses a warning about its
 * prefixes.
 */
export const PREFIX_ALERTS: Suppression = { of: 'same-subject', supplies: ['prefixes'], when: 'more-severe' };

/**
 * One of the two supplies of a subnet, as the checks see it. Surge, exhausted, low and will-run-out ask the same questions
 * of single addresses and of prefixes.
 */
export type SubnetSupply = SupplyOfSubnet & (Singles | UnknownSingles | Prefixes);

/** Single addresses are counted together with how many there could be. */
interface Singles {
  readonly name: 'addresses';
  readonly left: number;
  readonly capacity: number;
  readonly source: AddressSupply['source'];
}

interface UnknownSingles {
  readonly name: 'addresses';
  readonly left: null;
  readonly capacity: null;
}

interface Prefixes {
  readonly name: 'prefixes';
  /** How many are left, and how many there could ever be; `null`: not known. */
  readonly left: number | null;
  readonly capacity: number | null;
}

export type MeasuredSingles = SupplyOfSubnet & Singles;

interface SupplyOfSubnet {
  readonly subnet: SubnetAssessment;
  readonly subject: Subject;
  /** Whether anything takes from it; `null`: not known. */
  readonly isUsed: boolean | null;
  /** Whether a cluster's nodes or pods are in the subnet, or may be. */
  readonly hasNodes: boolean;
  readonly forecast: Forecast | undefined;
  readonly remedies: () => readonly Remedy[];
}

export type SupplyName = SubnetSupply['name'];

/** The given supply of every subnet that has IPv4 addresses: an IPv6-only subnet cannot run out of them. */
export const suppliesOf = (estate: Estate, name: SupplyName): readonly SubnetSupply[] =>
  estate.input.subnets
    .filter(({ cidrBlock }) => cidrBlock !== null)
    .map((subnet) => (name === 'addresses' ? addressesOf(estate, subnet) : prefixesOf(estate, subnet)));

const addressesOf = (estate: Estate, subnet: SubnetAssessment): SubnetSupply => {
  const supply = addressSupply(subnet);
  return {
    name: 'addresses',
    subnet,
    subject: estate.subnetSubject(subnet),
    // Where reservations cover everything, no single address was ever to be had.
    isUsed: supply?.usable !== 0,
    hasNodes: mayHaveNodes(subnet, clustersUsing(estate, subnet)),
    ...(supply === null
      ? { left: null, capacity: null }
      : { left: supply.available, capacity: supply.usable, source: supply.source }),
    forecast: subnet.forecast.addresses,
    remedies: () => remediesForAddresses(estate, subnet),
  };
};

const prefixesOf = (estate: Estate, subnet: SubnetAssessment): SubnetSupply => ({
  name: 'prefixes',
  subnet,
  subject: estate.subnetSubject(subnet),
  isUsed: subnet.usesPrefixes,
  hasNodes: true,
  left: subnet.prefixes?.free ?? null,
  capacity: possibleBlocks(subnet),
  forecast: subnet.forecast.prefixes,
  remedies: () => remediesForPrefixes(estate, subnet),
});

/** Why a supply that could not be measured has no figure. */
export const reasonOf = ({ name, isUsed }: SubnetSupply): string => {
  if (name === 'addresses') return "Neither the interfaces nor AWS's own count could be read.";
  return isUsed === null
    ? 'It is not known whether prefixes are taken here.'
    : 'The interfaces or the reservations of the subnet could not be read.';
};

/** The number that is left, under the name that each supply has in the JSON. */
export const leftEvidence = ({ name, left }: SubnetSupply): Evidence => ({
  name: name === 'addresses' ? 'available' : 'freePrefixes',
  value: left,
  unit: name,
});

/** Whether so little is left that a warning cannot wait. */
export const isPressing = ({ left, capacity }: SubnetSupply): boolean =>
  left !== null && capacity !== null && isLittleLeft(left, capacity);

/** `3 addresses`, `1 prefix`. */
export const amount = (name: SupplyName, value: number): string =>
  count(value, name === 'addresses' ? 'address' : 'prefix');

/** What is left when no check finds anything, as the rest of a title. */
export const clearOf =
  (name: SupplyName): Check['clear'] =>
  (figure) => {
    const left = figure(name === 'addresses' ? 'available' : 'freePrefixes');
    const capacity = figure(name === 'addresses' ? 'usable' : 'possiblePrefixes');
    if (left === null) return name === 'addresses' ? 'not short of addresses' : 'no longer short of prefixes';
    return capacity === null
      ? `${amount(name, left)} available`
      : `${number(left)} of ${amount(name, capacity)} available`;
  };

/** What fails once no prefix is left, as the rest of a sentence. */
export const PREFIX_FAILURE =
  'nodes that take prefixes fail with InsufficientCidrBlocks, and their new pods get no addresses';

/** What fails once nothing is left, as the rest of a sentence. Pods and nodes are named where there may be any. */
export const failureAtZero = ({ name, hasNodes }: Pick<SubnetSupply, 'name' | 'hasNodes'>): string => {
  if (name === 'prefixes') return PREFIX_FAILURE;
  return `${hasNodes ? 'new pods, nodes and load balancers' : 'new instances, load balancers and other interfaces'} fail with InsufficientFreeAddressesInSubnet`;
};

/** Where the count comes from, if not from our own model alone. */
export const sourceNote = (source: AddressSupply['source']): string => {
  const note: Readonly<Record<AddressSupply['source'], string>> = {
    model: '',
    aws: " The count is AWS's own, because this account cannot see every interface in the subnet.",
    'model-less-unaccounted':
      ' AWS counts fewer than the visible interfaces explain, and the lower count is used.',
  };
  return note[source];
};

/** `Usage has grown by about 14 addresses a day for the last 3 days.` Empty where no forecast was made. */
export const trendText = ({ name, forecast }: SubnetSupply): string => {
  const { lossPerDay = null, trendDays = null } = forecast?.basis ?? {};
  if (lossPerDay === null || trendDays === null) return '';
  const span = trendDays < 1.5 ? 'day' : `${number(trendDays, 0)} days`;
  return lossPerDay < LEAST_LOSS_PER_DAY
    ? ` Usage has not grown over the last ${span}${forecast?.exhaustionAt == null ? '' : ', but it jumped before'}.`
    : ` Usage has grown by about ${amount(name, rounded(lossPerDay))} a day over the last ${span}.`;
};
