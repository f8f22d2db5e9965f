import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkInterface } from '../../../shared/model/aws/inventory.ts';
import { splitByNodes } from '../../../shared/model/owners/owner-parts.ts';
import { TargetAssessor } from '../../../shared/model/target/target-assessor.ts';
import { byId } from '../../fixtures/cluster-records.ts';
import { anInterfaceRecord, aSubnetRecord, aTarget, aVpcRecord } from '../../fixtures/inventory-records.ts';
import { INSTANCES, OWNED_INTERFACES } from '../../fixtures/owned-interfaces.ts';

const SUBNETS = ['10.0.0.0/24', '10.0.1.0/25', '10.0.4.0/22'].map((cidrBlock, index) =>
  aSubnetRecord({ subnetId: `subnet-${index}`, cidrBlock }),
);

/** Blocks and first octets of the three, in the same order. */
const BLOCKS = [16, 8, 64];
const BASES = ['10.0.0', '10.0.1', '10.0.4'];

/** The address at an offset of a subnet. */
const addressAt = (subnet: number, offset: number): string => {
  const [a, b, c] = (BASES[subnet] ?? '').split('.').map(Number);
  return `${a}.${b}.${(c ?? 0) + (offset >> 8)}.${offset & 255}`;
};

interface Draw {
  readonly template: number;
  readonly subnet: number;
  readonly secondaries: number;
  readonly prefixes: number;
}

/** A random estate as AWS could make it: no address and no block has two owners. */
const lay = (draws: readonly Draw[]): NetworkInterface[] => {
  const nextBlock = [1, 1, 1];
  const nextAddress = [4, 4, 4];
  return draws.flatMap((draw, index): NetworkInterface[] => {
    const template =
      OWNED_INTERFACES[draw.template % OWNED_INTERFACES.length]?.networkInterface ?? anInterfaceRecord();
    // Prefixes are laid from the end of the subnet, addresses from its start, until they meet.
    const held: string[] = [];
    const prefixes: string[] = [];
    const last = (BLOCKS[draw.subnet] ?? 0) - 1;
    const room = (): boolean => (nextAddress[draw.subnet] ?? 0) < (last - (nextBlock[draw.subnet] ?? 0)) * 16;
    for (let count = 0; count < draw.prefixes && room(); count += 1) {
      prefixes.push(`${addressAt(draw.subnet, (last - (nextBlock[draw.subnet] ?? 0)) * 16)}/28`);
      nextBlock[draw.subnet] = (nextBlock[draw.subnet] ?? 0) + 1;
    }
    for (let count = 0; count <= draw.secondaries && room(); count += 1) {
      held.push(addressAt(draw.subnet, nextAddress[draw.subnet] ?? 0));
      nextAddress[draw.subnet] = (nextAddress[draw.subnet] ?? 0) + 1;
    }
    return [
      {
        ...template,
        networkInterfaceId: `eni-${index}`,
        subnetId: `subnet-${draw.subnet}`,
        privateAddresses: held.map((address, position) => ({ address, primary: position === 0 })),
        ipv4Prefixes: prefixes,
      },
    ];
  });
};

const estates = fc
  .array(
    fc.record({
      template: fc.nat({ max: OWNED_INTERFACES.length - 1 }),
      subnet: fc.constantFrom(0, 1, 2),
      secondaries: fc.nat({ max: 14 }),
      prefixes: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.nat({ max: 3 }) },
      ),
    }),
    { maxLength: 80 },
  )
  .map(lay);

const assess = (interfaces: readonly NetworkInterface[]) => {
  const assessor = new TargetAssessor({
    target: aTarget,
    facts: {
      vpcs: [aVpcRecord()],
      // Without AWS's own count nothing is in use that no interface explains.
      subnets: SUBNETS.map((subnet) => ({ ...subnet, awsAvailable: null })),
      reservations: new Map(SUBNETS.map(({ subnetId }) => [subnetId, []])),
      instances: byId(...INSTANCES),
      eksClusters: [],
      autoScalingGroups: [],
      vpcConnections: [],
      limits: new Map(),
    },
    interfacesListed: true,
    previous: null,
    now: 0,
  });
  for (const each of interfaces) assessor.add(each);
  return assessor.finish({ target: { ...aTarget, status: 'ok', errors: [] }, histories: new Map() })
    .assessment;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('on random estates', () => {
  test('owners sum to what is used, in addresses and in interfaces', () => {
    fc.assert(
      fc.property(estates, (interfaces) => {
        for (const subnet of assess(interfaces).subnets) {
          const here = interfaces.filter(({ subnetId }) => subnetId === subnet.subnetId);
          const held = here.map((each) => each.privateAddresses.length + each.ipv4Prefixes.length * 16);
          expect(subnet.used).toBe(sum(held));
          expect(sum((subnet.owners ?? []).map(({ addresses }) => addresses))).toBe(subnet.used);
          expect(sum((subnet.owners ?? []).map((each) => each.interfaces))).toBe(here.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('owners that are split by node group, or by node, sum to the same', () => {
    fc.assert(
      fc.property(estates, fc.constantFrom('group' as const, 'node' as const), (interfaces, by) => {
        const { clusters, subnets } = assess(interfaces);
        for (const { owners, subnetId, used } of subnets) {
          const parts = splitByNodes(subnetId, owners ?? [], clusters, by);
          expect(sum(parts.map(({ addresses }) => addresses))).toBe(used);
          expect(sum(parts.map((part) => part.interfaces))).toBe(
            sum((owners ?? []).map((each) => each.interfaces)),
          );
          expect(parts.every(({ addresses }) => addresses >= 0)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('every owner is listed once', () => {
    fc.assert(
      fc.property(estates, (interfaces) => {
        for (const { owners } of assess(interfaces).subnets) {
          const names = (owners ?? []).map(({ kind, name }) => JSON.stringify([kind, name]));
          expect(new Set(names).size).toBe(names.length);
        }
      }),
    );
  });

  test("a cluster's nodes hold, subnet by subnet, what its owner figures say", () => {
    fc.assert(
      fc.property(estates, (interfaces) => {
        // Not the interfaces of nodes that could not be listed, nor branches whose trunk is not there: no node shows them.
        const shown = interfaces.filter(
          ({ attachment, interfaceType, operatorPrincipal }) =>
            attachment?.instanceId !== 'i-0gone' &&
            interfaceType !== 'branch' &&
            (operatorPrincipal === null || attachment !== null),
        );
        const withoutBranches = shown.filter(({ description }) => description !== 'aws-k8s-branch-eni');
        const { clusters, subnets } = assess(withoutBranches);
        for (const { clusterName, nodes } of clusters) {
          for (const { owners, subnetId } of subnets) {
            const byNodes = nodes.flatMap(({ usage }) => usage.filter((each) => each.subnetId === subnetId));
            const byOwners = (owners ?? []).filter(
              ({ kind, name }) => name === clusterName && (kind === 'cluster-nodes' || kind === 'unmanaged'),
            );
            expect(sum(byNodes.map(({ addresses }) => addresses))).toBe(
              sum(byOwners.map(({ addresses }) => addresses)),
            );
            expect(sum(byNodes.map((each) => each.interfaces))).toBe(
              sum(byOwners.map((each) => each.interfaces)),
            );
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
