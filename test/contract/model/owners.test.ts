import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEc2Inventory } from '../../../shared/inventory/ec2-inventory.ts';
import type { NetworkInterface } from '../../../shared/model/aws/inventory.ts';
import { OWNER_KINDS } from '../../../shared/model/owners/owner-kinds.ts';
import { ownerOf } from '../../../shared/model/owners/owners.ts';
import { type CannedAws, startCannedAws } from '../../fixtures/canned-aws.ts';
import { cannedEc2 } from '../../fixtures/canned-ec2.ts';
import { byId } from '../../fixtures/cluster-records.ts';
import { streamingEc2Client } from '../../fixtures/ec2-clients.ts';
import { aTarget } from '../../fixtures/inventory-records.ts';
import { INSTANCES, OWNED_INTERFACES } from '../../fixtures/owned-interfaces.ts';

describe("the owner of an interface's addresses, from EC2's own answer", () => {
  const answered = new Map<string, NetworkInterface>();
  let aws: CannedAws;

  beforeAll(async () => {
    aws = await startCannedAws(
      cannedEc2({
        target: aTarget,
        vpcs: [],
        subnets: [],
        interfaces: OWNED_INTERFACES.map(({ networkInterface }) => networkInterface),
        reservations: {},
        instances: INSTANCES,
        instanceTypes: [],
        vpcConnections: [],
        eksClusters: [],
        autoScalingGroups: [],
      }),
    );
    const inventory = createEc2Inventory({ client: streamingEc2Client(aws.url), target: aTarget });
    await inventory.eachInterface({}, (each) => answered.set(each.networkInterfaceId, each));
  });

  afterAll(async () => aws.close());

  test.each(OWNED_INTERFACES)('of $what is $kind $name', ({ networkInterface, kind, name }) => {
    const asAnswered = answered.get(networkInterface.networkInterfaceId);
    expect(asAnswered).toEqual(networkInterface);
    const owner = ownerOf(asAnswered ?? networkInterface, {
      accountId: aTarget.accountId,
      instances: byId(...INSTANCES),
    });
    expect({ kind: owner.kind, name: owner.name }).toEqual({ kind, name });
  });

  test('is known for every kind in the table', () => {
    const shown = new Set<string>(OWNED_INTERFACES.map(({ kind }) => kind));
    expect(Object.keys(OWNER_KINDS).filter((kind) => !shown.has(kind))).toEqual([]);
  });
});
