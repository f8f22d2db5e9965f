import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NetworkInterface } from '../../../shared/model/aws/inventory.ts';
import { known } from '../../../shared/model/kubernetes/observed.ts';
import { PodJoin } from '../../../shared/model/kubernetes/pod-join.ts';
import { formatIpv4, parseIpv4 } from '../../../shared/model/net/ipv4.ts';
import { anInterfaceRecord } from '../../fixtures/inventory-records.ts';
import { aKubernetesNode, aPod, aReading } from '../../fixtures/kubernetes-reading.ts';

/**
 * The oracle: sets of addresses as texts, made of the whole estate at once. The join sees interfaces one by one, in any order.
 */

const BASE = parseIpv4('10.0.0.0') ?? 0;
const NODES = ['i-1', 'i-2', 'i-3'];
const NAMESPACES = ['shop', 'search'];

const prefixAddresses = (block: number): string[] =>
  Array.from({ length: 16 }, (_, index) => formatIpv4(BASE + block * 16 + index));

interface Held {
  readonly instanceId: string | null;
  readonly subnetId: string;
  readonly branch: boolean;
  readonly singles: readonly number[];
  readonly prefixes: readonly number[];
}

/** Blocks 0 to 3 are for prefixes, addresses from 64 to 127 for single ones: EC2 gives none of them twice. */
const estates = fc
  .record({
    singles: fc.uniqueArray(fc.integer({ min: 64, max: 127 }), { maxLength: 24 }),
    prefixes: fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
    holders: fc.array(
      fc.record({
        instanceId: fc.constantFrom<(string | null)[]>(...NODES, null, 'i-of-no-cluster'),
        subnetId: fc.constantFrom('subnet-a', 'subnet-b'),
        branch: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    pods: fc.uniqueArray(
      fc.record({
        address: fc.integer({ min: 0, max: 140 }),
        namespace: fc.constantFrom(...NAMESPACES),
        ownInterface: fc.constantFrom(true, false, null),
      }),
      { selector: ({ address }) => address, maxLength: 40 },
    ),
    order: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
  })
  .map(({ singles, prefixes, holders, pods, order }) => ({
    pods,
    order,
    held: holders.map(
      (holder, index): Held => ({
        ...holder,
        singles: singles.filter((each) => each % holders.length === index),
        prefixes: prefixes.filter((each) => each % holders.length === index),
      }),
    ),
  }));

const interfaceOf = ({ branch, instanceId, prefixes, singles, subnetId }: Held): NetworkInterface =>
  anInterfaceRecord({
    subnetId,
    interfaceType: branch && instanceId === null ? 'branch' : 'interface',
    attachment:
      instanceId === null
        ? null
        : {
            attachmentId: null,
            instanceId,
            instanceOwnerId: null,
            deviceIndex: 1,
            networkCardIndex: 0,
            deleteOnTermination: true,
          },
    privateAddresses: [
      { address: '10.9.9.9', primary: true },
      ...singles.map((each) => ({ address: formatIpv4(BASE + each), primary: false })),
    ],
    ipv4Prefixes: prefixes.map((block) => `${formatIpv4(BASE + block * 16)}/28`),
  });

test('every held address is used or warm, and every pod has a place or is unexplained, as sets say', () => {
  fc.assert(
    fc.property(estates, ({ held, order, pods }) => {
      const reading = aReading({
        nodes: known(NODES.map((id) => aKubernetesNode({ name: id, instanceId: id }))),
        pods: known(
          pods.map(({ address, namespace, ownInterface }) =>
            aPod({
              name: `pod-${address}`,
              namespace,
              ownInterface,
              addresses: [formatIpv4(BASE + address)],
            }),
          ),
        ),
      });
      const join = PodJoin.of(reading);
      const shuffled = held
        .map((each, index) => ({ each, key: order[index] ?? 0 }))
        .toSorted((a, b) => a.key - b.key);
      for (const { each } of shuffled) join?.add(interfaceOf(each));
      const found = join?.finish(null);

      const texts = new Map(pods.map((pod) => [formatIpv4(BASE + pod.address), pod]));
      const onNodes = held.filter(({ instanceId }) => NODES.includes(instanceId ?? ''));
      const addressesOf = ({ prefixes, singles }: Held): string[] => [
        ...singles.map((each) => formatIpv4(BASE + each)),
        ...prefixes.flatMap(prefixAddresses),
      ];
      const heldOnNodes = new Set(onNodes.flatMap(addressesOf));
      const used = [...heldOnNodes].filter((address) => texts.has(address));
      const onBranches = new Set(
        held
          .filter(({ branch, instanceId }) => branch && instanceId === null)
          .flatMap(({ singles }) => singles.map((each) => formatIpv4(BASE + each))),
      );
      const elsewhere = [...texts].filter(([address]) => !heldOnNodes.has(address));
      const own = elsewhere.filter(([address, pod]) => onBranches.has(address) || pod.ownInterface === true);

      expect(found?.used).toBe(used.length);
      expect(found?.warm).toBe(heldOnNodes.size - used.length);
      expect(found?.ownInterface).toBe(own.length);
      expect(found?.unexplained).toBe(elsewhere.length - own.length);
      for (const id of NODES) {
        const own = new Set(onNodes.filter((each) => each.instanceId === id).flatMap(addressesOf));
        const usedHere = [...own].filter((address) => texts.has(address)).length;
        expect(found?.nodes.find(({ instanceId }) => instanceId === id)).toMatchObject({
          used: usedHere,
          warm: own.size - usedHere,
        });
      }
      for (const name of NAMESPACES) {
        const placed = [...texts].filter(
          ([address, pod]) => pod.namespace === name && (heldOnNodes.has(address) || onBranches.has(address)),
        );
        expect(found?.namespaces.find((each) => each.name === name)?.addresses ?? 0).toBe(placed.length);
      }
    }),
    { numRuns: 2_000 },
  );
});
