import { describe, expect, test } from 'vitest';
import { cniSettings } from '../../../fixtures/cluster-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * Nodes take more than their CNI does: EFA interfaces on further network cards, interfaces of Multus, branch interfaces of pods.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-multus.html


 */

const unmanaged = { 'node.k8s.amazonaws.com/no_manage': 'true' };

/** A group of at most `maxSize` nodes, of which some run; `each` adds what every node has. */
const withNodes = (
  nodes: number,
  each: (situation: Situation, instanceId: string, index: number) => void,
  type = 'm5.large',
  settings: Readonly<Record<string, string>> = {},
): Situation => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/24');
  situation.subnet('multus-a', '10.0.1.0/26');
  situation.subnet('nodes-b', '10.0.2.0/24', { zone: 'b' });
  situation.cluster({ vpcCni: cniSettings({ WARM_IP_TARGET: '1', MINIMUM_IP_TARGET: '4', ...settings }) });
  situation.group({ subnetIds: ['nodes-a'], maxSize: 40, desiredSize: nodes, instanceTypes: [type] });
  for (let index = 0; index < nodes; index += 1) {
    const instanceId = situation.node('nodes-a', { group: 'g', type, secondaries: 4 });
    each(situation, instanceId, index);
  }
  return situation;
};

const committedOf = (situation: Situation) => situation.assess().cluster.committed[0];

describe('nodes with EFA interfaces on 31 further network cards', () => {
  const p5 = (interfaceType: string, secondaries = 0) =>
    withNodes(
      2,
      (situation, instanceId) => {
        for (let card = 1; card <= 31; card += 1) {
          const holder = situation.attach(instanceId, 1, 'nodes-a', {
            networkCard: card,
            interfaceType,
            secondaries,
            ...(interfaceType === 'efa-only' ? { privateAddresses: [] } : {}),
          });
          expect(holder).toMatch(/^eni-/);
        }
      },
      'p5.48xlarge',
    );

  test('take 36 addresses each, and so many new ones take, too', () => {
    const situation = p5('efa');
    // 251 - 2 x 36 = 179 addresses are left: four more nodes.
    expect(committedOf(situation)).toMatchObject({
      perNode: { addresses: 36, prefixes: 0 },
      fits: 4,
      error: 'InsufficientFreeAddressesInSubnet',
    });
    expect(situation.assess().cluster.capacity[0]).toMatchObject({ moreNodes: [{ nodes: 4 }] });
  });

  test('that are efa-only take no address for them', () => {
    expect(committedOf(p5('efa-only'))).toMatchObject({ perNode: { addresses: 5, prefixes: 0 } });
  });
});

describe('nodes with interfaces of Multus in a subnet of their own', () => {
  const multus = (situation: Situation, instanceId: string) => {
    situation.attach(instanceId, 2, 'multus-a', { secondaries: 3, tags: unmanaged });
    situation.attach(instanceId, 3, 'multus-a', { secondaries: 3, tags: unmanaged });
  };

  test('end where that subnet is full, however many addresses the other one has', () => {
    // 59 - 2 x 8 = 43 addresses are left in it: five more nodes.
    expect(committedOf(withNodes(2, multus))).toMatchObject({
      perNode: { addresses: 13, prefixes: 0 },
      fits: 5,
      limitedBy: 'addresses',
      error: 'InsufficientFreeAddressesInSubnet',
    });
  });

  test('lose the interface slots to it, when they fill up with pods', () => {
    // An m5.large has three interfaces; two are of Multus, so that nine pods have an address.
    expect(committedOf(withNodes(2, multus))?.whenFull?.perNode).toEqual({ addresses: 18, prefixes: 0 });
  });

  test('are read off what most nodes hold: one that starts, or was changed by hand, is no rule', () => {
    const all = (but: number) =>
      committedOf(
        withNodes(3, (situation, instanceId, index) => {
          if (index !== but) multus(situation, instanceId);
        }),
      )?.perNode;
    expect(all(0)).toEqual(all(2));
    expect(all(1)).toEqual({ addresses: 13, prefixes: 0 });
    const one = withNodes(3, (situation, instanceId, index) => {
      if (index === 0) multus(situation, instanceId);
    });
    expect(committedOf(one)?.perNode).toEqual({ addresses: 5, prefixes: 0 });
  });

  test('take it from their own subnet in a zone that shows no node yet', () => {
    const situation = withNodes(2, multus);
    situation.group({ name: 'h', subnetIds: ['nodes-b'], maxSize: 3, desiredSize: 0 });
    const { cluster } = situation.assess();
    expect(cluster.capacity.find(({ subnetId }) => subnetId === 'nodes-b')).toMatchObject({
      // 251 addresses, 13 for each node.
      moreNodes: [{ nodes: 19 }],
    });
  });
});

test('a group whose nodes hold extra interfaces in a subnet that is not known has no figure', () => {
  const situation = withNodes(1, (estate, instanceId) => {
    estate.attach(instanceId, 2, 'multus-a', { tags: unmanaged, subnetId: 'subnet-unseen' });
  });
  expect(committedOf(situation)).toMatchObject({ fits: null, shortfall: null });
  expect(situation.assess().cluster.capacity[0]).toMatchObject({ moreNodes: [{ nodes: null }] });
});

test.each([
  // One address for the trunk and 18 pods beside it (1 + 9 twice), and five branches.
  ['true', 26],
  // The setting is off again: new nodes make no trunk and no branch.
  ['false', 30],
])(
  'with ENABLE_POD_ENI=%s a full node takes %i addresses where nodes show five branch interfaces',
  (setting, addresses) => {
    const situation = withNodes(
      2,
      (estate, instanceId) => {
        const trunk = estate.attach(instanceId, 1, 'nodes-a', {
          interfaceType: 'trunk',
          description: 'aws-k8s-trunk-eni',
        });
        for (let pod = 0; pod < 5; pod += 1) {
          estate.holder('nodes-a', {
            interfaceType: 'branch',
            description: 'aws-k8s-branch-eni',
            tags: { 'vpcresources.k8s.aws/trunk-eni-id': trunk },
          });
        }
      },
      'm5.large',
      { ENABLE_POD_ENI: setting },
    );
    expect(committedOf(situation)?.whenFull?.perNode.addresses).toBe(addresses);
  },
);
