import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { parseCidr } from '../../../../shared/model/net/cidr.ts';
import { blocksOf, prefixBlocksOf, singlesOf } from '../../../../shared/model/plan/held-addresses.ts';
import { blockersOf, nodeBlocks } from '../../../../shared/model/plan/occupied-blocks.ts';
import { PlanEstate } from '../../../../shared/model/plan/plan-estate.ts';
import { addresses, anInterfaceRecord } from '../../../fixtures/inventory-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

const SUBNET = parseCidr('10.0.0.0/24') ?? { base: 0, length: 0 };

describe('of what an interface says it holds', () => {
  const held = {
    privateAddresses: addresses('10.0.0.5', '10.0.0.40', '10.0.0.65', '10.9.9.99', 'nonsense'),
    ipv4Prefixes: ['10.0.0.64/28', '10.9.9.0/28', 'nonsense'],
  };

  test('single addresses are those outside its prefixes that can be read', () => {
    expect(singlesOf(held).map(({ address }) => address)).toEqual(['10.0.0.5', '10.0.0.40', '10.9.9.99']);
  });

  test('only what lies in the subnet is in a block of it', () => {
    expect(blocksOf([held, held], SUBNET)).toEqual(
      new Map([
        [0, 2],
        [2, 2],
      ]),
    );
    expect(prefixBlocksOf([held], SUBNET)).toEqual([4]);
  });
});

describe('a node with an interface in a subnet that the scan does not know', () => {
  const { cluster, clusters, subnets, vpcs } = (() => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/24');
    situation.cluster();
    situation.node('nodes', { secondaries: 2 });
    return situation.assess();
  })();
  const [node] = cluster.nodes;
  const instanceId = node?.instanceId ?? '';
  const attachment = {
    attachmentId: 'attach-1',
    instanceId,
    instanceOwnerId: '111111111111',
    deviceIndex: 0,
    networkCardIndex: 0,
    deleteOnTermination: true,
  };
  const estate = new PlanEstate({
    subnets,
    vpcs,
    clusters,
    maps: [],
    limits: limitsOf,
    vpcConnections: null,
    interfaces: [
      anInterfaceRecord({ subnetId: 'nodes', privateAddresses: addresses('10.0.0.4'), attachment }),
      anInterfaceRecord({ subnetId: 'elsewhere', privateAddresses: addresses('10.8.0.4'), attachment }),
    ],
    reservations: new Map(),
  });

  test('holds known blocks in the other one alone', () => {
    expect(nodeBlocks(estate, instanceId)).toEqual([
      { subnetId: 'nodes', singles: new Map([[0, 1]]), prefixes: [], addresses: 1 },
    ]);
  });

  test('stands in the way of no block where there is no map', () => {
    expect(blockersOf(estate, 'nodes', new Map([[instanceId, nodeBlocks(estate, instanceId)]]))).toEqual([]);
  });
});
