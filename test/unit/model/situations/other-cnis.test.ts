import { describe, expect, test } from 'vitest';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * Not every cluster runs the VPC CNI. What another one does is named, and not judged by the rules of the VPC CNI.
 * https://docs.cilium.io/en/stable/network/concepts/ipam/eni/
 * https://docs.tigera.io/calico/latest/getting-started/kubernetes/managed-public-cloud/eks
 * Reported: https://github.com/cilium/cilium/pull/31016, https://github.com/cilium/cilium/issues/38499 (fragmentation under
 * Cilium in ENI mode).
 */

const selfManaged = (nodes: number, each: (situation: Situation, instanceId: string) => void): Situation => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/24');
  situation.cluster({ vpcCni: null });
  situation.group({ subnetIds: ['nodes-a'], maxSize: 400, desiredSize: nodes });
  for (let node = 0; node < nodes; node += 1) each(situation, situation.node('nodes-a', { group: 'g' }));
  return situation;
};

const cilium = (tags: Readonly<Record<string, string>>, description: string) =>
  selfManaged(3, (situation, instanceId) => {
    situation.attach(instanceId, 1, 'nodes-a', { secondaries: 9, tags, description });
  });

describe('Cilium in ENI mode', () => {
  test.each([
    ['its tag', { 'io.cilium/cilium-managed': 'true' }, ''],
    ['its description', {}, 'Cilium-CNI (i-0123)'],
  ])('is known by %s, and nothing is said of how much its nodes take', (_, tags, description) => {
    const { cluster } = cilium(tags, description).assess();
    expect(cluster).toMatchObject({
      cni: 'cilium-eni',
      capacity: [{ morePods: null, moreNodes: [{ nodes: null, error: null }] }],
      committed: [{ fits: null, shortfall: null }],
    });
    expect(cluster.nodes.map(({ warmAtLeast }) => warmAtLeast)).toEqual([null, null, null]);
    expect(cluster.unknowns.map(({ reason }) => reason).join(' ')).toContain('Cilium gives pods addresses');
  });

  test('gets no advice that only the VPC CNI could follow', () => {
    const situation = cilium({ 'io.cilium/cilium-managed': 'true' }, '');
    situation.fill('nodes-a', 3);
    const titles = situation
      .assess()
      .findings.flatMap(({ remedies }) => remedies)
      .filter(({ commands }) => commands.some((command) => command.includes('kubernetes.io/role/cni')));
    expect(titles).toEqual([]);
  });
});

/**
 * Cilium with prefixes takes single addresses where no block is free.
 * https://github.com/cilium/cilium/pull/20822 and https://github.com/cilium/cilium/issues/46644.
 */
test('a fragmented subnet of Cilium is no emergency: its nodes fall back to single addresses', () => {
  const situation = selfManaged(3, (each, instanceId) => {
    each.attach(instanceId, 1, 'nodes-a', { prefixes: 1, tags: { 'io.cilium/cilium-managed': 'true' } });
  });
  situation.spoil('nodes-a', ...Array.from({ length: 11 }, (_, block) => (block + 4) * 16 + 15));
  const { cluster, findings } = situation.assess();
  expect(cluster).toMatchObject({ cni: 'cilium-eni', mode: 'prefix', takesPrefixesFrom: [] });
  expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
});

/**
 * Nodes of SageMaker HyperPod are instances of AWS's account, and the VPC CNI runs on them.
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/3753 and /pull/3874.
 */
test('nodes of HyperPod hold addresses of their cluster, and are said to be missing among its nodes', () => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/24');
  situation.cluster();
  situation.node('nodes-a', { secondaries: 9 });
  for (const instanceId of ['i-0aaaaaaaaaaaaaaa1', 'i-0aaaaaaaaaaaaaaa2']) {
    for (const device of [2, 3]) {
      situation.attach(instanceId, device, 'nodes-a', {
        secondaries: 4,
        tags: {
          'node.k8s.amazonaws.com/instance_id': instanceId,
          'cluster.k8s.amazonaws.com/name': 'shop',
          'eks:eni:owner': 'amazon-vpc-cni',
        },
      });
    }
  }
  // Not every interface on an instance of another account is one of a cluster.
  situation.attach('i-0bbbbbbbbbbbbbbb1', 0, 'nodes-a', { tags: {} });
  const { cluster, subnetOf } = situation.assess();
  expect(subnetOf('nodes-a').owners).toContainEqual(
    expect.objectContaining({ kind: 'cluster-nodes', name: 'shop', addresses: 30 }),
  );
  expect(cluster.nodes).toHaveLength(1);
  expect(cluster.unknowns.map(({ reason }) => reason)).toContainEqual(
    expect.stringContaining('2 nodes of it are instances of another account, as with SageMaker HyperPod'),
  );
});

test('nodes of HyperPod are said to be missing where the account has no instance of its own', () => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/24');
  situation.cluster();
  const instanceId = 'i-0aaaaaaaaaaaaaaa1';
  situation.holder('nodes-a', {
    secondaries: 4,
    description: `aws-K8S-${instanceId}`,
    attachment: {
      attachmentId: 'eni-attach-1',
      instanceId,
      instanceOwnerId: '555566667777',
      deviceIndex: 1,
      networkCardIndex: 0,
      deleteOnTermination: true,
    },
    tags: { 'cluster.k8s.amazonaws.com/name': 'shop', 'eks:eni:owner': 'amazon-vpc-cni' },
  });
  expect(situation.assess().cluster.unknowns.map(({ reason }) => reason)).toContainEqual(
    expect.stringContaining('1 node of it is an instance of another account'),
  );
});

describe('an overlay network', () => {
  test('is seen by running nodes without any address for pods: a node takes one, and pods none', () => {
    const { cluster } = selfManaged(2, () => undefined).assess();
    expect(cluster).toMatchObject({
      cni: 'overlay',
      capacity: [{ moreNodes: [{ nodes: 249, error: 'InsufficientFreeAddressesInSubnet' }] }],
      committed: [{ fits: 249, perNode: { addresses: 1, prefixes: 0 }, shortfall: 149 }],
    });
    expect(cluster.unknowns.map(({ reason }) => reason).join(' ')).toContain('overlay');
  });

  test.each([
    ['one node, which may have just started', () => selfManaged(1, () => undefined), 'unknown'],
    [
      'a node that holds addresses for pods',
      () => {
        const situation = selfManaged(2, () => undefined);
        situation.node('nodes-a', { group: 'g', secondaries: 9 });
        return situation;
      },
      'vpc-cni',
    ],
    [
      'the managed add-on',
      () => {
        const situation = new Situation();
        situation.subnet('nodes-a', '10.0.0.0/24');
        situation.cluster();
        situation.node('nodes-a');
        situation.node('nodes-a');
        return situation;
      },
      'vpc-cni',
    ],
    [
      'Windows nodes, which take their addresses with their first pod',
      () => {
        const situation = new Situation();
        situation.subnet('nodes-a', '10.0.0.0/24');
        situation.cluster({ vpcCni: null });
        for (let node = 0; node < 2; node += 1)
          situation.node('nodes-a', { instance: { platform: 'windows' } });
        return situation;
      },
      'unknown',
    ],
    [
      'an IPv6 cluster',
      () => {
        const situation = new Situation();
        situation.subnet('nodes-a', '10.0.0.0/24');
        situation.cluster({ vpcCni: null, ipFamily: 'ipv6' });
        situation.node('nodes-a');
        situation.node('nodes-a');
        return situation;
      },
      'unknown',
    ],
    [
      'nodes of EKS Auto Mode',
      () => {
        const situation = new Situation();
        situation.subnet('nodes-a', '10.0.0.0/24');
        situation.cluster({ vpcCni: null, autoMode: true });
        situation.node('nodes-a', { prefixes: 1, tags: { 'eks:kubernetes-node-pool-name': 'general' } });
        return situation;
      },
      'auto-mode',
    ],
    [
      'EKS Auto Mode before its first node',
      () => {
        const situation = new Situation();
        situation.subnet('nodes-a', '10.0.0.0/24');
        situation.cluster({ vpcCni: null, autoMode: true });
        return situation;
      },
      'auto-mode',
    ],
  ])('is not taken for granted with %s', (_, make, cni) => {
    expect(make().assess().cluster.cni).toBe(cni);
  });
});

test('an IPv6 cluster that lacks addresses for nodes gets a node subnet, and none for its CNI', () => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/26', { ipv6CidrBlocks: ['2001:db8:1234:5600::/64'] });
  situation.cluster({ ipFamily: 'ipv6' });
  situation.group({ subnetIds: ['nodes-a'], maxSize: 70, desiredSize: 30 });
  for (let node = 0; node < 30; node += 1) situation.node('nodes-a', { group: 'g' });
  const found = situation.assess().findings.find(({ kind }) => kind === 'committed-demand');
  const added = found?.remedies.filter(({ title }) => title.startsWith('Add the subnet')) ?? [];
  expect(added.length).toBeGreaterThan(0);
  for (const { commands, effect } of added) {
    expect(commands.join(' ')).not.toContain('kubernetes.io/role/cni');
    expect(effect).not.toContain('The CNI');
  }
});
