/**
 * Refusals that AWS services met when they asked for an address: they are not a forecast, something did not start. Other parts of
 * AWS report them, so no agent in a cluster is needed to see them.
 */

import { elementAt } from '../base/element-at.ts';

/** What was short. `interface`: not the subnet, but the network interface or the instance type holds no more. */
export type ShortSupply = 'addresses' | 'prefixes' | 'interface';

/** Who asked for the address. `ec2-calls`: EC2 itself was asked, as CloudTrail wrote down. */
export type AllocationService = 'auto-scaling' | 'ec2-calls' | 'ec2-fleet' | 'ecs' | 'eks' | 'spot';

/** One refusal. */
export interface AllocationFailure {
  /** ISO 8601; `null`: the service says that it is so now, and not since when. */
  readonly at: string | null;
  readonly service: AllocationService;
  /** The group, fleet, service or cluster that asked, by the name that its API takes. */
  readonly resource: string;
  /** EC2's error code. */
  readonly code: string;
  /** `null`: the service does not name it. */
  readonly subnetId: string | null;
  readonly availabilityZone: string | null;
  /** What the service wrote. */
  readonly text: string;
  /** Failures of the same kind before it that are counted already; absent: none. */
  readonly earlier?: { readonly count: number; readonly firstAt: string };
}

/** A service that did not answer. */
export interface UnreadService {
  readonly service: AllocationService;
  readonly reason: string;
  /** The role may not ask it: it is not watched at all, so its silence holds no alert. */
  readonly isDenied: boolean;
}

/** What could be read of all services, and what could not. */
export interface AllocationFailures {
  readonly failures: readonly AllocationFailure[];
  /** ISO 8601: from when on failures were asked for. */
  readonly since: string;
  /** Services that did not answer: they may have failed to get addresses as well. */
  readonly unread: readonly UnreadService[];
  /** When each service was asked, ISO 8601: one without failures is not asked in every scan. Absent: in this scan. */
  readonly readAt?: Readonly<Partial<Record<AllocationService, string>>>;
}

/** All refusals of one resource with one code in one subnet. */
export interface FailedAllocations {
  readonly service: AllocationService;
  readonly resource: string;
  readonly code: string;
  readonly supply: ShortSupply;
  readonly subnetId: string | null;
  readonly availabilityZone: string | null;
  readonly count: number;
  /** ISO 8601; `null`: not known. */
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** The latest of them, as the service wrote it. */
  readonly text: string;
}

/**
 * EC2's codes. Sources: EC2 API reference, error codes; EKS API reference, Issue and ErrorDetail; EFS API reference, CreateMountTarget. Codes about the
 * configuration of a subnet, such as `Ec2SubnetInvalidConfiguration` (no public address is assigned), are no shortage.
 */
const SUPPLY_OF_CODE: Readonly<Record<string, ShortSupply>> = {
  InsufficientFreeAddressesInSubnet: 'addresses',
  InsufficientFreeAddresses: 'addresses',
  IpNotAvailable: 'addresses',
  NoFreeAddressesInSubnet: 'addresses',
  InsufficientCidrBlocks: 'prefixes',
  PrivateIpAddressLimitExceeded: 'interface',
  AttachmentLimitExceeded: 'interface',
  // ECS on instances of its own: the instance takes no more interfaces of tasks. Amazon ECS developer guide, service event messages.
  'RESOURCE:ENI': 'interface',
};

/** The same in words: Auto Scaling and Spot fleets pass on the message of EC2 without its code. */
const CODE_OF_PHRASE: readonly (readonly [RegExp, string])[] = [
  [/not enough free addresses in (?:the )?subnet/i, 'InsufficientFreeAddressesInSubnet'],
  [/(?:subnet|it) does not have (?:enough|sufficient) free addresses/i, 'InsufficientFreeAddressesInSubnet'],
  [/(?:not|does not) have enough free cidr blocks|not enough free cidr blocks/i, 'InsufficientCidrBlocks'],
  // EC2's InvalidParameterValue, which says more than its code: cilium/cilium#31016.
  [/sufficient free ipv4 addresses/i, 'InsufficientFreeAddressesInSubnet'],
];

/** AWS's own limit on a message is far below; more is not read. */
const LONGEST_TEXT = 4_096;

const CODE = new RegExp(`\\b(?:${Object.keys(SUPPLY_OF_CODE).join('|')})\\b`);
const SUBNET_ID = /\bsubnet-[0-9a-f]{8}(?:[0-9a-f]{9})?\b/;

/** What a text of AWS says about a refused address; `null`: it is about something else. */
export const refusalIn = (
  text: string,
): { readonly code: string; readonly supply: ShortSupply; readonly subnetId: string | null } | null => {
  const read = text.slice(0, LONGEST_TEXT);
  const code = CODE.exec(read)?.[0] ?? CODE_OF_PHRASE.find(([phrase]) => phrase.test(read))?.[1];
  const supply = code === undefined ? undefined : SUPPLY_OF_CODE[code];
  if (code === undefined || supply === undefined) return null;
  return { code, supply, subnetId: SUBNET_ID.exec(read)?.[0] ?? null };
};

/** What a code says is short. */
export const supplyOfCode = (code: string): ShortSupply | null => SUPPLY_OF_CODE[code] ?? null;

/** Failures of one resource, code and subnet as one record, those that failed most recently first. */
export const groupFailures = (failures: readonly AllocationFailure[]): readonly FailedAllocations[] =>
  [
    ...Map.groupBy(failures, ({ service, resource, code, subnetId }) =>
      [service, resource, code, subnetId].join(' '),
    ).values(),
  ]
    .flatMap((group) => grouped(group) ?? [])
    .toSorted((a, b) => compareText(b.lastAt ?? '', a.lastAt ?? '') || compareText(a.resource, b.resource));

const grouped = (group: readonly AllocationFailure[]): FailedAllocations | null => {
  const last = elementAt(
    group.toSorted((a, b) => compareText(b.at ?? '', a.at ?? '')),
    0,
  );
  const { service, resource, code, subnetId, availabilityZone, text } = last;
  const supply = supplyOfCode(code);
  if (supply === null) return null;
  const times = group
    .flatMap(({ at, earlier }) => [at ?? [], earlier?.firstAt ?? []].flat())
    .toSorted(compareText);
  return {
    service,
    resource,
    code,
    supply,
    subnetId,
    availabilityZone,
    count: group.reduce((sum, { earlier }) => sum + 1 + (earlier?.count ?? 0), 0),
    firstAt: times.at(0) ?? null,
    lastAt: times.at(-1) ?? null,
    text,
  };
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
