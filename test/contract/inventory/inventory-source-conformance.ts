import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TargetEstate } from '../../../shared/inventory/estate.ts';
import {
  type InstanceScope,
  type InventorySource,
  SubnetGoneError,
} from '../../../shared/inventory/inventory-source.ts';
import type { Instance, NetworkInterface } from '../../../shared/model/aws/inventory.ts';
import { mixedEstate } from '../../fixtures/mixed-estate.ts';

/** One way to get at an estate through the `InventorySource` port. */
export interface SourceUnderTest {
  readonly name: string;
  /** A source that answers from the estate. */
  open(estate: TargetEstate): Promise<InventorySource>;
  close(): Promise<void>;
}

/** What every implementation of `InventorySource` must do. */
export const describeInventorySource = ({ name, open, close }: SourceUnderTest): void => {
  describe(name, () => {
    let source: InventorySource;
    beforeAll(async () => {
      source = await open(mixedEstate);
    });
    afterAll(close);

    const interfaces = async (vpcIds?: readonly string[]): Promise<readonly NetworkInterface[]> => {
      const found: NetworkInterface[] = [];
      await source.eachInterface(vpcIds === undefined ? {} : { vpcIds }, (each) => found.push(each));
      return found;
    };

    test('answers VPCs with all their ranges, the primary first, without those that were taken away', async () => {
      expect(await source.vpcs({})).toEqual(mixedEstate.vpcs);
      expect((await source.vpcs({ vpcIds: ['vpc-0b'] })).map(({ vpcId }) => vpcId)).toEqual(['vpc-0b']);
    });

    test('answers subnets, IPv6-only, shared and Outpost ones included', async () => {
      expect(await source.subnets({})).toEqual(mixedEstate.subnets);
      expect((await source.subnets({ vpcIds: ['vpc-0b'] })).map(({ subnetId }) => subnetId)).toEqual([
        'subnet-0c',
      ]);
    });

    test('hands over every interface exactly once, managed ones included', async () => {
      expect(await interfaces()).toEqual(mixedEstate.interfaces);
    });

    test('hands over only the interfaces of the VPCs in scope', async () => {
      expect((await interfaces(['vpc-0b'])).map((each) => each.networkInterfaceId)).toEqual(['eni-06']);
      expect(await interfaces(['vpc-0a', 'vpc-0b'])).toHaveLength(6);
    });

    test('hands over only the interfaces of the subnets in scope, of more than a filter holds', async () => {
      const listed = mixedEstate.interfaces as readonly NetworkInterface[];
      const wanted = listed[0]?.subnetId ?? '';
      const many = Array.from({ length: 450 }, (_, index) => `subnet-${index}`);
      const found: NetworkInterface[] = [];
      await source.eachInterface({ subnetIds: [...many, wanted] }, (each) => found.push(each));
      expect(found).toEqual(listed.filter(({ subnetId }) => subnetId === wanted));
      await source.eachInterface({ subnetIds: [] }, () => expect.unreachable());
    });

    test('takes an empty scope for nothing, and one of more VPCs than a filter holds for all of them', async () => {
      const many = Array.from({ length: 450 }, (_, index) => `vpc-${index}`);
      expect(await interfaces([])).toEqual([]);
      expect(await source.subnets({ vpcIds: [] })).toEqual([]);
      expect(await interfaces([...many, 'vpc-0b'])).toHaveLength(1);
      expect(await source.vpcs({ vpcIds: ['vpc-0a', ...many, 'vpc-0b'] })).toHaveLength(2);
    });

    test("answers a subnet's reservations, and none where there are none", async () => {
      expect(await source.reservations('subnet-0a')).toEqual(mixedEstate.reservations['subnet-0a']);
      expect(await source.reservations('subnet-0b')).toEqual([]);
    });

    test('says that a subnet is gone, so that the scan can go on without it', async () => {
      const asked = source.reservations('subnet-gone');
      await expect(asked).rejects.toBeInstanceOf(SubnetGoneError);
      await expect(asked).rejects.toMatchObject({ code: 'not-found', subnetId: 'subnet-gone' });
    });

    test('hands over every instance, whatever its state', async () => {
      const all: Instance[] = [];
      const scoped: Instance[] = [];
      await source.eachInstance({}, (instance) => all.push(instance));
      await source.eachInstance({ vpcIds: ['vpc-0a'] }, (instance) => scoped.push(instance));
      expect(all).toEqual(mixedEstate.instances);
      expect(scoped.map(({ instanceId }) => instanceId)).toEqual(['i-01']);
    });

    test('hands over only the instances of the subnets and states in scope', async () => {
      const all = mixedEstate.instances as readonly Instance[];
      const listed = async (scope: InstanceScope): Promise<readonly string[]> => {
        const found: Instance[] = [];
        await source.eachInstance(scope, (instance) => found.push(instance));
        return found.map(({ instanceId }) => instanceId);
      };
      const idsOf = (wanted: (instance: Instance) => boolean): readonly string[] =>
        all.filter(wanted).map(({ instanceId }) => instanceId);
      const many = Array.from({ length: 450 }, (_, index) => `subnet-${index}`);
      const [{ subnetId = '' } = {}] = all.filter(({ state }) => state === 'running');
      const inSubnet = idsOf((each) => each.subnetId === subnetId);
      expect(inSubnet).not.toEqual([]);
      expect(inSubnet.length).toBeLessThan(all.length);
      expect(await listed({ subnetIds: [...many, subnetId ?? ''] })).toEqual(inSubnet);
      expect(await listed({ subnetIds: [] })).toEqual([]);
      const running = idsOf(({ state }) => state === 'running');
      expect(running.length).toBeLessThan(all.length);
      expect(await listed({ states: ['running'] })).toEqual(running);
      expect(await listed({ subnetIds: [subnetId ?? ''], states: ['stopped', 'terminated'] })).toEqual(
        idsOf((each) => each.subnetId === subnetId && ['stopped', 'terminated'].includes(each.state)),
      );
      expect(await listed({ vpcIds: ['vpc-0a'], states: ['running'] })).toEqual(
        idsOf(({ state, vpcId }) => state === 'running' && vpcId === 'vpc-0a'),
      );
    });

    test('answers the limits of the default network card, and leaves out unknown types', async () => {
      const types = ['p5.48xlarge', 'no.such', 'm5.large', 'm5.metal', 't2.micro', 'm5.large'];
      const limits = await source.instanceTypes(types);
      const byType = (a: { readonly type: string }, b: { readonly type: string }) =>
        a.type < b.type ? -1 : 1;
      expect([...limits].sort(byType)).toEqual(
        [...(mixedEstate.instanceTypes as typeof limits)].sort(byType),
      );
      expect(await source.instanceTypes([])).toEqual([]);
    });

    test('answers which VPCs meet over peerings and transit gateways, with the ranges that are known', async () => {
      expect(await source.vpcConnections({})).toEqual(mixedEstate.vpcConnections);
      expect((await source.vpcConnections({ vpcIds: ['vpc-0a'] })).map(({ id }) => id)).toEqual(['tgw-01']);
    });

    test('answers Elastic IP addresses, with what they are associated with', async () => {
      expect(await source.elasticAddresses()).toEqual(mixedEstate.elasticAddresses);
    });

    test('answers what launch templates ask for, and leaves out those that are gone', async () => {
      const wanted = [
        { launchTemplateId: 'lt-01', version: '3' },
        { launchTemplateId: 'lt-gone', version: '1' },
        { launchTemplateId: 'lt-02', version: '$Latest' },
      ];
      expect(await source.launchTemplates(wanted)).toEqual(mixedEstate.launchTemplates);
      expect(await source.launchTemplates([])).toEqual([]);
    });

    test('answers the endpoints that hold prefixes, and no others', async () => {
      expect(await source.vpcEndpoints({})).toEqual(mixedEstate.vpcEndpoints);
      expect(await source.vpcEndpoints({ vpcIds: ['vpc-0b'] })).toEqual([]);
    });

    test('answers route tables with their subnets and with where each route leads', async () => {
      expect(await source.routeTables({})).toEqual(mixedEstate.routeTables);
      const scoped = await source.routeTables({ vpcIds: ['vpc-0b'] });
      expect(scoped?.map(({ routeTableId }) => routeTableId)).toEqual(['rtb-0c']);
    });
  });
};
