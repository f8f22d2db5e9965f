import { expect, test } from 'vitest';
import type { NetworkInterface, Subnet } from '../../../../shared/model/aws/inventory.ts';
import { SubnetAssessor, type SubnetOutcome } from '../../../../shared/model/subnet/subnet-assessor.ts';
import { summarizeVpc } from '../../../../shared/model/subnet/vpc-summary.ts';
import {
  addresses,
  anInterfaceRecord,
  aSubnetRecord,
  aTarget,
  aVpcRecord,
} from '../../../fixtures/inventory-records.ts';

const outcome = (
  changes: Partial<Subnet>,
  interfaces: readonly NetworkInterface[] = [],
  interfacesVisible = true,
): SubnetOutcome => {
  const assessor = new SubnetAssessor({
    subnet: aSubnetRecord(changes),
    target: aTarget,
    reservations: [],
    interfacesVisible,
  });
  for (const networkInterface of interfaces) assessor.add(networkInterface, { kind: 'instance', name: null });
  return assessor.finish();
};

const quarter = () =>
  outcome({ cidrBlock: '10.0.0.0/24' }, [
    anInterfaceRecord({ privateAddresses: addresses('10.0.0.4'), ipv4Prefixes: ['10.0.0.16/28'] }),
  ]);
const small = () =>
  outcome({ cidrBlock: '10.0.1.0/28' }, [
    anInterfaceRecord({ privateAddresses: addresses('10.0.1.4', '10.0.1.5'), ipv6AddressCount: 1 }),
  ]);
const ipv6Only = () =>
  outcome({ cidrBlock: null, ipv6Native: true }, [anInterfaceRecord({ ipv6AddressCount: 2 })]);
const unseen = () => outcome({ cidrBlock: '10.0.2.0/24' }, [], false);
const rangeless = (ipv6Native: boolean) => outcome({ cidrBlock: ipv6Native ? 'garbled' : null, ipv6Native });

test('a VPC sums its subnets', () => {
  expect(summarizeVpc(aVpcRecord(), aTarget, [quarter(), small()])).toEqual({
    vpcId: 'vpc-01',
    name: 'main',
    accountId: '111111111111',
    region: 'eu-west-1',
    cidrBlocks: ['10.0.0.0/16'],
    subnets: 2,
    usable: 262,
    available: 251 - 17 + 11 - 2,
    networkAddressUsage: 2 + 3,
  });
});

test('an IPv6-only subnet adds to network address usage and nothing to the IPv4 sums', () => {
  expect(summarizeVpc(aVpcRecord(), aTarget, [small(), ipv6Only()])).toMatchObject({
    subnets: 2,
    usable: 11,
    available: 9,
    networkAddressUsage: 5,
  });
});

test('a sum over something unknown is unknown', () => {
  expect(summarizeVpc(aVpcRecord(), aTarget, [unseen(), small()])).toMatchObject({
    subnets: 2,
    usable: 262,
    available: null,
    networkAddressUsage: null,
  });
  for (const ipv6Native of [false, true]) {
    const summary = summarizeVpc(aVpcRecord(), aTarget, [small(), rangeless(ipv6Native)]);
    expect(summary).toMatchObject({ usable: null, available: null });
  }
});

test('of a VPC that another account shares, only the shared subnets are seen: its usage is unknown', () => {
  const shared = aVpcRecord({ ownerId: '999999999999' });
  expect(summarizeVpc(shared, aTarget, [small()]).networkAddressUsage).toBeNull();
  expect(summarizeVpc(aVpcRecord({ ownerId: null }), aTarget, [small()]).networkAddressUsage).toBe(3);
});

test('a VPC without subnets has nothing, and that is known', () => {
  expect(summarizeVpc(aVpcRecord(), aTarget, [])).toMatchObject({
    subnets: 0,
    usable: 0,
    available: 0,
    networkAddressUsage: 0,
  });
});

test('a VPC says its IPv6 blocks where it has some', () => {
  const blocks = ['2001:db8::/56'];
  expect(summarizeVpc(aVpcRecord({ ipv6CidrBlocks: blocks }), aTarget, [])).toMatchObject({
    ipv6CidrBlocks: blocks,
  });
});
