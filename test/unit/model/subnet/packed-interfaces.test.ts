import { describe, expect, test } from 'vitest';
import type { NetworkInterface } from '../../../../shared/model/aws/inventory.ts';
import {
  assessedParts,
  countPacked,
  eachPacked,
  InterfacePacker,
  interfaceIdsIn,
} from '../../../../shared/model/subnet/packed-interfaces.ts';
import { anInterfaceRecord } from '../../../fixtures/inventory-records.ts';

const SUBNET = { subnetId: 'subnet-0a', cidrBlock: '10.0.0.0/24' };

const roundTrip = (
  interfaces: readonly NetworkInterface[],
  subnet: { subnetId: string; cidrBlock: string | null } = SUBNET,
): readonly NetworkInterface[] => {
  const packer = new InterfacePacker(subnet);
  for (const each of interfaces) packer.add(each);
  const unpacked: NetworkInterface[] = [];
  eachPacked(subnet, packer.finish(), (each) => unpacked.push(each));
  return unpacked;
};

const ATTACHED = {
  attachmentId: 'eni-attach-01',
  instanceId: 'i-01',
  instanceOwnerId: '111111111111',
  deviceIndex: 1,
  networkCardIndex: 0,
  deleteOnTermination: true,
};

const withAddresses = (...addresses: readonly string[]) =>
  anInterfaceRecord({
    subnetId: SUBNET.subnetId,
    privateAddresses: addresses.map((address, index) => ({ address, primary: index === 0 })),
  });

describe('the packed interfaces of a subnet', () => {
  test('are what an assessment looks at, in the order of their arrival', () => {
    const interfaces = [
      { ...withAddresses('10.0.0.4', '10.0.0.255'), ipv4Prefixes: ['10.0.0.16/28', '10.0.0.240/28'] },
      { ...withAddresses('10.0.0.5'), ipv6Prefixes: ['2001:db8::/80', '2001:db8:1::/80'] },
      { ...withAddresses('10.0.0.6'), attachment: ATTACHED },
      { ...withAddresses('10.0.0.7'), attachment: { ...ATTACHED, instanceId: null } },
    ];
    expect(roundTrip(interfaces)).toEqual(interfaces.map(assessedParts));
  });

  test('tell their ids without the rest', () => {
    const packer = new InterfacePacker(SUBNET);
    for (const networkInterfaceId of ['eni-01', 'eni-02'])
      packer.add({ ...withAddresses('10.0.0.4'), networkInterfaceId });
    expect(interfaceIdsIn(packer.finish())).toEqual(['eni-01', 'eni-02']);
    expect(countPacked(packer.finish())).toBe(2);
  });

  test.each([
    ['an address of another subnet', withAddresses('10.9.0.4')],
    ['a text that is no address', withAddresses('10.0.0', 'a b|c!\n')],
    ['a prefix of another subnet', { ...withAddresses('10.0.0.4'), ipv4Prefixes: ['10.9.0.16/28'] }],
    ['a prefix of another length', { ...withAddresses('10.0.0.4'), ipv4Prefixes: ['10.0.0.32/27'] }],
    ['a text that is no prefix', { ...withAddresses('10.0.0.4'), ipv4Prefixes: ['a|b c'] }],
  ])('keep %s as it is, for the message that names it', (_, odd) => {
    expect(roundTrip([odd])).toEqual([assessedParts(odd)]);
  });

  test('of a subnet without an IPv4 range keep their texts', () => {
    const odd = { ...withAddresses('10.0.0.4'), ipv4Prefixes: ['10.0.0.16/28'] };
    expect(roundTrip([odd], { ...SUBNET, cidrBlock: null })).toEqual([assessedParts(odd)]);
  });

  test('of an empty subnet are none', () => {
    expect(roundTrip([])).toEqual([]);
    expect(interfaceIdsIn(new InterfacePacker(SUBNET).finish())).toEqual([]);
    expect(countPacked(new InterfacePacker(SUBNET).finish())).toBe(0);
  });

  test('keep the tags that are looked at, without what the CNI says of an attached interface', () => {
    const tags = {
      'node.k8s.amazonaws.com/instance_id': 'i-01',
      'node.k8s.amazonaws.com/createdAt': '2026-01-01T00:00:00Z',
      colour: 'blue',
    };
    const attached = assessedParts({ ...withAddresses('10.0.0.4'), attachment: ATTACHED, tags });
    expect(attached.tags).toEqual({ 'node.k8s.amazonaws.com/instance_id': '' });
    const detached = assessedParts({
      ...withAddresses('10.0.0.4'),
      status: 'available',
      attachment: null,
      tags,
    });
    expect(detached.tags).toEqual({
      'node.k8s.amazonaws.com/instance_id': 'i-01',
      'node.k8s.amazonaws.com/createdAt': '2026-01-01T00:00:00Z',
    });
  });
});

test('interfaces of a kind that was not kept are damaged, and the message names the subnet', () => {
  expect(() => eachPacked(SUBNET, { kinds: [], lines: '0|eni-01|||' }, () => {})).toThrow(
    expect.objectContaining({
      code: 'kept-interfaces-damaged',
      message: expect.stringContaining(SUBNET.subnetId),
    }),
  );
});

test('a subnet without interfaces has none, packed or not', () => {
  expect(roundTrip([])).toEqual([]);
  expect(interfaceIdsIn(new InterfacePacker(SUBNET).finish())).toEqual([]);
});
