import { readInterfacePage } from '../../shared/inventory/page-reader/interface-page.ts';
import type { PageReader } from '../../shared/inventory/page-reader/page-element.ts';
import type { AlertLevel } from '../../shared/model/alert/alert.ts';
import { eachItem } from '../../shared/model/aws/aws-pages.ts';
import type { NetworkInterface, Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';

/** Listings of subnets and interfaces as EC2 writes them, and the reader of the product: what a scan sees comes over this wire. */

/** A subnet has so many addresses, and is at these levels with so few of them left. */
const CAPACITY = 20;
const IN_USE: Readonly<Record<AlertLevel, number>> = { ok: 8, warning: 17, critical: 19 };

/** The level of a subnet by how many of its addresses interfaces have. */
export const levelOf = (used: number): AlertLevel => {
  const free = CAPACITY - used;
  if (free <= CAPACITY - IN_USE.critical) return 'critical';
  return free <= CAPACITY - IN_USE.warning ? 'warning' : 'ok';
};

export interface WireSubnet {
  readonly subnetId: string;
  readonly level: AlertLevel;
}

const interfaceXml = (subnetId: string, number: number): string =>
  `<item><networkInterfaceId>eni-${subnetId.slice(7)}${number}</networkInterfaceId><subnetId>${subnetId}</subnetId><vpcId>vpc-01</vpcId><description>a &lt;node&gt; &amp; more</description><status>in-use</status><tagSet><item><key>Name</key><value>n\u00F6de ${number}</value></item></tagSet><privateIpAddressesSet><item><privateIpAddress>10.0.0.${number + 4}</privateIpAddress><primary>true</primary></item></privateIpAddressesSet></item>`;

const subnetXml = ({ subnetId, level }: WireSubnet): string =>
  `<item><subnetId>${subnetId}</subnetId><state>available</state><ownerId>111111111111</ownerId><vpcId>vpc-01</vpcId><cidrBlock>10.0.0.0/27</cidrBlock><ipv6CidrBlockAssociationSet/><ipv6Native>false</ipv6Native><availableIpAddressCount>${CAPACITY - IN_USE[level]}</availableIpAddressCount><availabilityZone>eu-west-1a</availabilityZone><availabilityZoneId>euw1-az1</availabilityZoneId><tagSet><item><key>Name</key><value>a &lt;subnet&gt;</value></item></tagSet></item>`;

/** A listing as EC2 answers it: its action, the name of its list, and its items. */
interface Listing {
  readonly action: string;
  readonly set: string;
  readonly items: readonly string[];
}

export const interfaceListing = (subnets: readonly WireSubnet[]): Listing => ({
  action: 'DescribeNetworkInterfaces',
  set: 'networkInterfaceSet',
  items: subnets.flatMap(({ subnetId, level }) =>
    Array.from({ length: IN_USE[level] }, (_, number) => interfaceXml(subnetId, number)),
  ),
});

export const subnetListing = (subnets: readonly WireSubnet[]): Listing => ({
  action: 'DescribeSubnets',
  set: 'subnetSet',
  items: subnets.map(subnetXml),
});

const pageXml = ({ action, set }: Listing, items: readonly string[], nextToken: string | null): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${items.length === 0 ? `<${set}/>` : `<${set}>${items.join('')}</${set}>`}${nextToken === null ? '' : `<nextToken>${nextToken}</nextToken>`}</${action}Response>`;

/** The pages of a listing by their tokens; the first has none. */
export const pagesOf = (listing: Listing): ReadonlyMap<string, string> => {
  const half = Math.ceil(listing.items.length / 2);
  return new Map([
    ['', pageXml(listing, listing.items.slice(0, half), 'second')],
    ['second', pageXml(listing, listing.items.slice(half), null)],
  ]);
};

/** What a proxy or a service that fails does to an answer with status 200. */
export const DAMAGES: readonly ((page: string, shape: number) => string)[] = [
  // It ends early, at the latest within the last tag.
  (page, shape) => page.slice(0, Math.floor(shape * (page.length - 1))),
  () => '<html><body>Sign in to the network</body></html>',
  () => '',
  () => '<Response><Errors><Error><Code>InternalError</Code></Error></Errors></Response>',
  // Its successor is the second page, again and again. Of the first page that would be no damage, so that one is cut.
  (page) =>
    page.includes('<nextToken>')
      ? page.slice(0, page.indexOf('<nextToken>'))
      : page.replace(/(?=<\/\w+Response>$)/, '<nextToken>second</nextToken>'),
];

/** The bytes of a page, in pieces of a size that cuts tags, entities and characters in two. */
export async function* inPieces(page: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(page);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export interface WireReading {
  readonly target: Target;
  readonly subnets: readonly WireSubnet[];
  /** In [0, 1): which page is damaged, and how; `null`: none is. */
  readonly damage: number | null;
  /** Bytes in one piece. */
  readonly pieces: number;
  /** The reader of the product, unless a defect is planted. */
  readonly read?: PageReader<NetworkInterface>;
}

/** The level of each subnet by what the reader handed over; `null`: the listing could not be read to its end. */
export const levelsByWire = async ({
  target,
  subnets,
  damage,
  pieces,
  read = readInterfacePage,
}: WireReading): Promise<ReadonlyMap<string, AlertLevel> | null> => {
  const pages = pagesOf(interfaceListing(subnets));
  const damaged = damage === null ? null : damage < 0.5 ? '' : 'second';
  const used = new Map(subnets.map(({ subnetId }) => [subnetId, 0]));
  try {
    await eachItem<NetworkInterface>(
      { action: 'ec2:DescribeNetworkInterfaces', target, roleArn: null },
      async (token = '') => {
        const page = pages.get(token) ?? '';
        const how = DAMAGES[Math.floor((damage ?? 0) * 1_000) % DAMAGES.length];
        const shape = ((damage ?? 0) * 7_919) % 1;
        const body = token === damaged && how !== undefined ? how(page, shape) : page;
        const nextToken = await read(inPieces(body, pieces), ({ subnetId, privateAddresses }) => {
          used.set(subnetId, (used.get(subnetId) ?? 0) + privateAddresses.length);
        });
        return { items: [], nextToken };
      },
      () => {},
    );
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return null;
  }
  return new Map([...used].map(([subnetId, count]) => [subnetId, levelOf(count)]));
};
