import type { NetworkInterface, PrivateAddress, Subnet, Tags } from '../aws/inventory.ts';
import { elementAt } from '../base/element-at.ts';
import { HeadroomError } from '../base/errors.ts';
import { type Cidr, cidrContains, cidrContainsAddress, formatCidr, parseCidr } from '../net/cidr.ts';
import { formatIpv4, parseIpv4 } from '../net/ipv4.ts';
import { ADDRESSES_PER_PREFIX, PREFIX_LENGTH } from '../net/prefix.ts';
import { CNI_CREATED_AT_TAG, CNI_INSTANCE_TAG } from '../owners/cluster-membership.ts';
import { isInterfaceTag } from '../owners/tags-of-interest.ts';

/**
 * What an assessment needs to know of one subnet's interfaces, small enough to keep from scan to scan: which places are
 * taken, and by what. Interfaces of one kind share all but an id, an instance and their places. A node's interface with ten
 * addresses takes about 70 characters, and half of it once compressed. All that no assessment looks at is left out.
 */
export interface PackedInterfaces {
  /** JSON of what interfaces have in common. */
  readonly kinds: readonly string[];
  /** One line for each interface, in the order of their arrival. */
  readonly lines: string;
}

/** What is the same for many interfaces of a subnet. */
type Kind = Omit<
  NetworkInterface,
  'networkInterfaceId' | 'subnetId' | 'privateAddresses' | 'ipv4Prefixes' | 'ipv6Prefixes'
> & { readonly ipv6Prefixes: number };

const RADIX = 36;
/** Before a text that is not a place in the subnet. */
const ELSEWHERE = '=';
/** After the place of a primary address. */
const PRIMARY = '!';
const NOTHING = '';

/**
 * The interface without what no assessment looks at. The CNI writes the id of the instance into descriptions and tags: of an
 * interface that is attached to it, they say no more than that the CNI made it.
 */
export const assessedParts = (networkInterface: NetworkInterface): NetworkInterface => {
  const { attachment, description, ipv6Prefixes, status, tags } = networkInterface;
  const attached = status !== 'available' && attachment?.instanceId != null;
  return {
    ...networkInterface,
    description: attached ? withoutInstance(description) : description,
    attachment:
      attachment === null
        ? null
        : { ...attachment, attachmentId: null, instanceOwnerId: null, deleteOnTermination: null },
    ipv6Prefixes: ipv6Prefixes.map(() => NOTHING),
    tags: assessedTags(tags, attached),
  };
};

const withoutInstance = (description: string): string =>
  /^(?:aws-K8S-|Cilium-CNI \()i-/.exec(description)?.[0] ?? description;

const assessedTags = (tags: Tags, attached: boolean): Tags => {
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(tags)) {
    if (!isInterfaceTag(key) || (attached && key === CNI_CREATED_AT_TAG)) continue;
    kept[key] = attached && key === CNI_INSTANCE_TAG ? NOTHING : value;
  }
  return kept;
};

const kindOf = (parts: NetworkInterface): Kind => {
  const { networkInterfaceId, subnetId, privateAddresses, ipv4Prefixes, ipv6Prefixes, ...kind } = parts;
  const { attachment } = kind;
  return {
    ...kind,
    attachment: attachment === null ? null : { ...attachment, instanceId: null },
    ipv6Prefixes: ipv6Prefixes.length,
  };
};

/** Packs the interfaces of one subnet, as they arrive. */
export class InterfacePacker {
  readonly #cidr: Cidr | null;
  readonly #kinds = new Map<string, number>();
  readonly #lines: string[] = [];

  constructor({ cidrBlock }: Pick<Subnet, 'cidrBlock'>) {
    this.#cidr = cidrBlock === null ? null : parseCidr(cidrBlock);
  }

  add(networkInterface: NetworkInterface): void {
    const parts = assessedParts(networkInterface);
    const kind = JSON.stringify(kindOf(parts));
    let number = this.#kinds.get(kind);
    if (number === undefined) {
      number = this.#kinds.size;
      this.#kinds.set(kind, number);
    }
    const { attachment, ipv4Prefixes, networkInterfaceId, privateAddresses } = parts;
    this.#lines.push(
      [
        number.toString(RADIX),
        networkInterfaceId,
        attachment?.instanceId ?? NOTHING,
        privateAddresses.map((each) => this.#address(each)).join(' '),
        ipv4Prefixes.map((each) => this.#prefix(each)).join(' '),
      ].join('|'),
    );
  }

  finish(): PackedInterfaces {
    return { kinds: [...this.#kinds.keys()], lines: this.#lines.join('\n') };
  }

  #address({ address: text, primary }: PrivateAddress): string {
    const address = parseIpv4(text);
    const place =
      address !== null && this.#cidr !== null && cidrContainsAddress(this.#cidr, address)
        ? (address - this.#cidr.base).toString(RADIX)
        : elsewhere(text);
    return primary ? `${place}${PRIMARY}` : place;
  }

  #prefix(text: string): string {
    const prefix = parseCidr(text);
    if (prefix?.length !== PREFIX_LENGTH || this.#cidr === null || !cidrContains(this.#cidr, prefix))
      return elsewhere(text);
    return ((prefix.base - this.#cidr.base) / ADDRESSES_PER_PREFIX).toString(RADIX);
  }
}

/** Texts of EC2 that cannot be so are kept as they are, for the message that names them. */
const elsewhere = (text: string): string => `${ELSEWHERE}${encodeURIComponent(text).replaceAll('!', '%21')}`;

/**
 * Hands over the interfaces of a subnet as they were packed.
 *
 * @throws HeadroomError `kept-interfaces-damaged` for lines that `InterfacePacker` cannot have written
 */
export const eachPacked = (
  { cidrBlock, subnetId }: Pick<Subnet, 'cidrBlock' | 'subnetId'>,
  { kinds, lines }: PackedInterfaces,
  receive: (networkInterface: NetworkInterface) => void,
): void => {
  if (lines === '') return;
  const base = (cidrBlock === null ? null : parseCidr(cidrBlock))?.base ?? 0;
  const known = kinds.map((kind) => JSON.parse(kind) as Kind);
  for (const line of lines.split('\n')) {
    const [number = '', networkInterfaceId = '', instanceId = '', addresses = '', prefixes = ''] =
      line.split('|');
    const kind = known[Number.parseInt(number, RADIX)];
    if (kind === undefined) throw damaged(subnetId);
    const { attachment, ipv6Prefixes, ...shared } = kind;
    receive({
      ...shared,
      networkInterfaceId,
      subnetId,
      attachment: attachment === null ? null : { ...attachment, instanceId: instanceId || null },
      privateAddresses: words(addresses).map((word) => addressOf(word, base)),
      ipv4Prefixes: words(prefixes).map((word) => prefixOf(word, base)),
      ipv6Prefixes: Array.from({ length: ipv6Prefixes }, () => NOTHING),
    });
  }
};

/** How many interfaces are packed. */
export const countPacked = ({ lines }: PackedInterfaces): number =>
  lines === '' ? 0 : lines.split('\n').length;

/** The ids of packed interfaces, without the rest of them. */
export const interfaceIdsIn = ({ lines }: PackedInterfaces): readonly string[] =>
  lines === '' ? [] : lines.split('\n').map((line) => elementAt(line.split('|', 2), 1));

const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));

const addressOf = (word: string, base: number): PrivateAddress => {
  const primary = word.endsWith(PRIMARY);
  const place = primary ? word.slice(0, -1) : word;
  const address = place.startsWith(ELSEWHERE)
    ? decodeURIComponent(place.slice(1))
    : formatIpv4(base + Number.parseInt(place, RADIX));
  return { address, primary };
};

const prefixOf = (word: string, base: number): string =>
  word.startsWith(ELSEWHERE)
    ? decodeURIComponent(word.slice(1))
    : formatCidr({
        base: base + Number.parseInt(word, RADIX) * ADDRESSES_PER_PREFIX,
        length: PREFIX_LENGTH,
      });

const damaged = (subnetId: string): HeadroomError =>
  new HeadroomError(
    'kept-interfaces-damaged',
    `What was kept of the interfaces in ${subnetId} is damaged`,
    'Nothing to do: the next scan reads the subnet again.',
  );
