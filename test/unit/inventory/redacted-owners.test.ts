import { expect, test } from 'vitest';
import { isProblem } from '../../../shared/inventory/estate.ts';
import { redactEstate } from '../../../shared/inventory/estate-redaction.ts';
import type { NetworkInterface } from '../../../shared/model/aws/inventory.ts';
import { MARK_TAGS } from '../../../shared/model/owners/owner-marks.ts';
import { ownerOf } from '../../../shared/model/owners/owners.ts';
import { anEksCluster, byId } from '../../fixtures/cluster-records.ts';
import { anInterfaceRecord, aTarget } from '../../fixtures/inventory-records.ts';
import { SERVICE_DESCRIPTIONS } from '../../fixtures/service-descriptions.ts';

const redactedOf = (interfaces: readonly NetworkInterface[], serviceIpv4Cidr: string | null = null) => {
  const estate = redactEstate(
    {
      schema: 'headroom/estate@1',
      collectedAt: '2026-01-01T00:00:00.000Z',
      redacted: false,
      targets: [
        {
          target: aTarget,
          vpcs: [],
          subnets: [],
          interfaces,
          reservations: {},
          instances: [],
          instanceTypes: [],
          vpcConnections: [],
          eksClusters: [anEksCluster({ serviceIpv4Cidr })],
          autoScalingGroups: [],
        },
      ],
    },
    'a key',
  );
  const [target] = estate.targets;
  if (target === undefined || isProblem(target.interfaces) || isProblem(target.eksClusters)) {
    throw new RangeError('the estate has one target');
  }
  return { ...target, interfaces: target.interfaces, eksClusters: target.eksClusters };
};

const kindOf = (networkInterface: NetworkInterface) => {
  const { kind, name } = ownerOf(
    { ...networkInterface, ownerId: null },
    { accountId: '', instances: byId() },
  );
  return { kind, service: kind === 'aws-service' ? name : null };
};

test.each([
  ...SERVICE_DESCRIPTIONS.map(([description]) => ({ description, tags: {} })),
  { description: 'Cilium-CNI (i-0a1b2c3d4e5f60718)', tags: {} },
  ...MARK_TAGS.map((key) => ({ description: '', tags: { [key]: 'true' } })),
])('a redacted interface keeps its kind of owner: $description $tags', (parts) => {
  const given = anInterfaceRecord({ ...parts, status: 'available' });
  const [redacted] = redactedOf([given]).interfaces;
  expect(kindOf(redacted ?? given)).toEqual(kindOf(given));
});

test('a redacted service range has the same size, or is left out where its network cannot be replaced', () => {
  const rangeOf = (range: string | null) => redactedOf([], range).eksClusters[0]?.serviceIpv4Cidr;
  expect(rangeOf('172.20.0.0/16')).toMatch(/^10\.\d+\.0\.0\/16$/);
  expect(rangeOf('172.16.0.0/12')).toBeNull();
  expect(rangeOf(null)).toBeNull();
});
