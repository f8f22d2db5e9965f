import { describe, expect, test } from 'vitest';
import { cniInCluster } from '../../../../shared/model/kubernetes/cni-in-cluster.ts';
import { known, unread } from '../../../../shared/model/kubernetes/observed.ts';
import { PodJoin } from '../../../../shared/model/kubernetes/pod-join.ts';
import { PodOwners } from '../../../../shared/model/kubernetes/pod-owners.ts';
import { waitingPods } from '../../../../shared/model/kubernetes/waiting-pods.ts';
import type { ClusterPods } from '../../../../shared/model/result/pods.ts';
import { anInterfaceRecord } from '../../../fixtures/inventory-records.ts';
import {
  aKubernetesNode,
  anAwsNode,
  aPod,
  aReading,
  aSandboxFailure,
  aWorkload,
  READ_AT,
} from '../../../fixtures/kubernetes-reading.ts';

const ATTACHED = {
  attachmentId: null,
  instanceId: 'i-01',
  instanceOwnerId: null,
  deviceIndex: 0,
  networkCardIndex: 0,
  deleteOnTermination: true,
};

const interfaceWith = (...last: readonly number[]) =>
  anInterfaceRecord({
    attachment: ATTACHED,
    privateAddresses: [
      { address: '10.0.0.5', primary: true },
      ...last.map((each) => ({ address: `10.0.0.${each}`, primary: false })),
    ],
  });

const joined = (
  changes: Parameters<typeof aReading>[0],
  held: readonly number[],
  previous: ClusterPods | null = null,
): ClusterPods | undefined => {
  const join = PodJoin.of(aReading(changes));
  join?.add(interfaceWith(...held));
  return join?.finish(previous);
};

const pods = (...last: readonly number[]) =>
  known(last.map((each) => aPod({ name: `web-${each}`, addresses: [`10.0.0.${each}`] })));

describe('pods and interfaces', () => {
  test('the primary address of a node is neither used nor warm', () => {
    expect(joined({ pods: pods(20, 21) }, [20, 21, 22])).toMatchObject({ used: 2, warm: 1, unexplained: 0 });
  });

  test('an IPv6 address of a pod is passed over', () => {
    const both = known([aPod({ addresses: ['2001:db8::1', '10.0.0.20'] })]);
    expect(joined({ pods: both }, [20])).toMatchObject({ used: 1, unexplained: 0 });
  });

  test('an address that two interfaces hold counts once as used by its pod', () => {
    const join = PodJoin.of(aReading({ pods: pods(20) }));
    join?.add(interfaceWith(20));
    join?.add({ ...interfaceWith(20), networkInterfaceId: 'eni-02' });
    expect(join?.finish(null)).toMatchObject({ unexplained: 0, workloads: [{ addresses: 1 }] });
  });

  test('addresses that cannot be read, nodes without an instance and unknown types count nothing', () => {
    const join = PodJoin.of(
      aReading({
        pods: pods(20),
        nodes: known([
          aKubernetesNode({ instanceType: null }),
          aKubernetesNode({ name: 'node-2', instanceId: null }),
        ]),
      }),
    );
    join?.add({
      ...interfaceWith(20),
      interfaceType: 'branch',
      attachment: null,
      privateAddresses: [{ address: 'x', primary: true }],
    });
    join?.add({ ...interfaceWith(20), ipv4Prefixes: ['x'] });
    expect(join?.finish(null)).toMatchObject({ used: 1, warm: 0, nodes: [{ instanceId: 'i-01' }] });
  });

  test('what only one of two scans saw does not count as steady', () => {
    const first = joined({ pods: pods(20, 90, 91) }, [20, 21, 22, 23]);
    expect(first).toMatchObject({ warm: 3, unexplained: 2, steady: null });
    const second = joined({ pods: pods(20, 21, 91, 92) }, [20, 21, 22], first ?? null);
    expect(second).toMatchObject({ warm: 1, unexplained: 2, steady: { warm: 1, unexplained: 1 } });
  });

  test('a node that is new has no steady warm address', () => {
    const first = joined({ nodes: known([aKubernetesNode({ instanceId: 'i-99' })]) }, []);
    expect(joined({}, [20, 21], first ?? null)).toMatchObject({ warm: 2, steady: { warm: 0 } });
  });

  test('nothing is joined where pods or nodes could not be read', () => {
    expect(PodJoin.of(aReading({ pods: unread('forbidden', 'no') }))).toBeNull();
    expect(PodJoin.of(aReading({ nodes: unread('forbidden', 'no') }))).toBeNull();
  });
});

describe('who holds them', () => {
  test('the team stands on the pod, or else on its namespace', () => {
    const found = joined(
      {
        pods: known([
          aPod({ name: 'a', addresses: ['10.0.0.20'], labels: { team: 'payments' } }),
          aPod({ name: 'b', addresses: ['10.0.0.21'] }),
          aPod({ name: 'c', addresses: ['10.0.0.22'], namespace: 'other', labels: { owner: 'search' } }),
          aPod({ name: 'd', addresses: ['10.0.0.23'], namespace: 'other' }),
        ]),
        namespaces: known([{ name: 'shop', labels: { team: 'platform' } }]),
      },
      [20, 21, 22, 23],
    );
    expect(found?.teams).toEqual([
      { name: 'payments', addresses: 1 },
      { name: 'platform', addresses: 1 },
      { name: 'search', addresses: 1 },
    ]);
  });

  test('a pod of a table belongs to the workload with the longest name that its own begins with', () => {
    const found = joined(
      {
        pods: known([
          aPod({ name: 'api-canary-6f7d-x2x', addresses: ['10.0.0.20'], owner: null }),
          aPod({ name: 'api-5c9b-abc', addresses: ['10.0.0.21'], owner: null }),
          aPod({ name: 'lonely', addresses: ['10.0.0.22'], owner: null }),
        ]),
        workloads: known([aWorkload({ name: 'api' }), aWorkload({ name: 'api-canary' })]),
      },
      [20, 21, 22],
    );
    expect(found?.workloads).toEqual([
      { name: 'shop/Deployment/api', addresses: 1 },
      { name: 'shop/Deployment/api-canary', addresses: 1 },
    ]);
  });
});

describe('pods that wait', () => {
  const waiting = aPod({ addresses: [], phase: 'Pending', uid: 'a' });

  test('have a node, no address, and an event that says why', () => {
    const found = joined({ pods: known([waiting]), sandboxFailures: known([aSandboxFailure()]) }, []);
    expect(found?.waiting).toMatchObject([
      {
        name: 'web-1',
        workload: 'shop/Deployment/web',
        instanceId: 'i-01',
        since: '2025-12-31T23:50:00.000Z',
        failures: 7,
      },
    ]);
  });

  test.each([
    ['have an address by now', aPod({ phase: 'Pending' }), aSandboxFailure()],
    ['have no node', { ...waiting, nodeName: null }, aSandboxFailure()],
    ['fail for another reason', waiting, aSandboxFailure({ text: 'cannot pull the image' })],
    ['have the name of an earlier pod', waiting, aSandboxFailure({ podUid: 'b' })],
  ])('are not those that %s', (_, pod, event) => {
    expect(joined({ pods: known([pod]), sandboxFailures: known([event]) }, [])?.waiting).toEqual([]);
  });

  test('have the text of their last failure, and wait since their first', () => {
    const events = [
      aSandboxFailure({ firstSeen: null, lastSeen: null, text: 'no available IP (undated)' }),
      aSandboxFailure({ lastSeen: READ_AT - 1_000, text: 'no available IP (last)' }),
      aSandboxFailure({ firstSeen: READ_AT - 900_000, text: 'no available IP (first)' }),
    ];
    const found = joined({ pods: known([waiting]), sandboxFailures: known(events) }, []);
    expect(found?.waiting).toMatchObject([
      { text: 'no available IP (last)', since: '2025-12-31T23:45:00.000Z', failures: 21 },
    ]);
    const undated = joined({ pods: known([waiting]), sandboxFailures: known(events.slice(0, 1)) }, []);
    expect(undated?.waiting).toMatchObject([{ text: 'no available IP (undated)', since: null }]);
  });

  test('have the text of an undated failure where no failure has a time', () => {
    const events = ['a', 'b'].map((name) =>
      aSandboxFailure({ firstSeen: null, lastSeen: null, text: `no available IP (${name})` }),
    );
    const found = joined({ pods: known([waiting]), sandboxFailures: known(events) }, []);
    expect(found?.waiting).toMatchObject([{ text: 'no available IP (a)', since: null, failures: 14 }]);
  });

  test('are named without workload and team where workloads and namespaces could not be read', () => {
    const reading = aReading({
      workloads: unread('forbidden', 'no'),
      namespaces: unread('forbidden', 'no'),
    });
    const owners = new PodOwners(reading);
    expect(owners.workloadOf(aPod({ owner: null }))).toBeNull();
    expect(owners.teamOf(aPod({ labels: {} }))).toBeNull();
  });

  test('are known without their instance where the node is not in the list', () => {
    const elsewhere = { ...waiting, nodeName: 'node-9' };
    const found = joined({ pods: known([elsewhere]), sandboxFailures: known([aSandboxFailure()]) }, []);
    expect(found?.waiting).toMatchObject([{ nodeName: 'node-9', instanceId: null }]);
  });

  test('are unknown where events or nodes could not be read', () => {
    const found = joined({ pods: known([waiting]), sandboxFailures: unread('forbidden', 'no') }, []);
    expect(found?.waiting).toBeNull();
    const blind = aReading({ pods: known([waiting]), nodes: unread('forbidden', 'no') });
    expect(waitingPods(blind, new PodOwners(blind))).toBeNull();
  });
});

describe('the exact settings of the CNI', () => {
  test('are those of the DaemonSet, with the subnets of the ENIConfigs', () => {
    const reading = aReading({
      awsNode: known(anAwsNode()),
      eniConfigs: known([
        { name: 'eu-west-1a', subnetId: 'subnet-0a', securityGroupIds: [] },
        { name: 'empty', subnetId: null, securityGroupIds: [] },
      ]),
    });
    expect(cniInCluster(reading)).toEqual({
      cniInCluster: {
        version: 'v1.23.1',
        env: anAwsNode().env,
        eniConfigs: { 'eu-west-1a': 'subnet-0a' },
      },
    });
  });

  test.each([
    ['there is no reading', undefined],
    ['the DaemonSet could not be read', aReading({ awsNode: unread('forbidden', 'no') })],
    ['there is none', aReading()],
    [
      'settings come from elsewhere',
      aReading({ awsNode: known(anAwsNode({ envFromElsewhere: ['WARM_IP_TARGET'] })) }),
    ],
  ])('are not known where %s', (_, reading) => {
    expect(cniInCluster(reading)).toEqual({});
  });

  test('leave the ENIConfigs open where these could not be read', () => {
    const reading = aReading({ awsNode: known(anAwsNode()), eniConfigs: unread('forbidden', 'no') });
    expect(cniInCluster(reading).cniInCluster?.eniConfigs).toBeNull();
  });
});

describe('pods that no interface explains', () => {
  const onNode = (changes: Parameters<typeof aKubernetesNode>[0], pod: Parameters<typeof aPod>[0] = {}) =>
    PodJoin.of(
      aReading({
        nodes: known([aKubernetesNode({ instanceId: null, ...changes })]),
        pods: known([aPod({ addresses: ['192.168.0.9'], ...pod })]),
      }),
    )?.finish(null).unexplained;

  test('are those of a node of EC2 that names no instance', () => {
    expect(onNode({})).toBe(1);
  });

  test('are none on a hybrid node: its pods have no address of the VPC', () => {
    expect(onNode({ runsVpcCni: false })).toBe(0);
  });

  test('are those that name no node', () => {
    expect(onNode({ runsVpcCni: false }, { nodeName: null })).toBe(1);
  });
});

describe('addresses of a prefix', () => {
  test('are all held, and the sixteen of it are used or warm', () => {
    const join = PodJoin.of(aReading({ pods: pods(32, 47, 48) }));
    join?.add({ ...interfaceWith(), ipv4Prefixes: ['10.0.0.32/28'] });
    expect(join?.finish(null)).toMatchObject({ used: 2, warm: 14, unexplained: 1 });
  });

  test('a prefix that is none holds nothing', () => {
    const join = PodJoin.of(aReading({ pods: pods(32) }));
    join?.add({ ...interfaceWith(), ipv4Prefixes: ['10.0.0/28'] });
    expect(join?.finish(null)).toMatchObject({ used: 0, warm: 0, unexplained: 1 });
  });
});

describe('a pod with an interface of its own', () => {
  const alone = (changes: Partial<Parameters<typeof aPod>[0]>) =>
    known([aPod({ addresses: ['10.0.0.20'], ...changes })]);
  const branch = anInterfaceRecord({
    interfaceType: 'branch',
    attachment: null,
    privateAddresses: [{ address: '10.0.0.20', primary: true }],
  });

  test('is found by its branch interface, and is in no subnet of a node', () => {
    const join = PodJoin.of(aReading({ pods: alone({}) }));
    join?.add(branch);
    expect(join?.finish(null)).toMatchObject({ ownInterface: 1, used: 0, unexplained: 0 });
  });

  test('counts as one on Fargate, whose interfaces the account may not see', () => {
    const join = PodJoin.of(aReading({ pods: alone({ ownInterface: true }) }));
    expect(join?.finish(null)).toMatchObject({ ownInterface: 1, unexplained: 0 });
  });

  test('is not explained by an interface of another kind with its address: another VPC may have the range', () => {
    const join = PodJoin.of(aReading({ pods: alone({}) }));
    join?.add({ ...branch, interfaceType: 'interface' });
    expect(join?.finish(null)).toMatchObject({ ownInterface: 0, unexplained: 1 });
  });
});
