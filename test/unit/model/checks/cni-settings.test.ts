import { describe, expect, test } from 'vitest';
import { cniSettings } from '../../../fixtures/cluster-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * Settings that do not do what their names promise, on live clusters. What each does was measured on the CNI's own pool manager.
 * Reported: https://github.com/aws/amazon-vpc-cni-k8s/issues/3685 (MINIMUM_IP_TARGET alone, prefixes, custom networking),
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/1775 and /2482 (warm targets of 0).
 */

type Environment = Readonly<Record<string, string>>;
type Node = NonNullable<Parameters<Situation['node']>[1]>;

/** A cluster with one node and these settings. */
const running = (environment: Environment, node: Node = { group: 'g', secondaries: 9 }) => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/22');
  situation.cluster({ vpcCni: cniSettings(environment) });
  situation.group({ subnetIds: ['nodes-a'], desiredSize: 1, instanceTypes: [node.type ?? 'm5.large'] });
  situation.node('nodes-a', node);
  return situation;
};

const found = (kind: string, situation: Situation) =>
  situation.assess().findings.filter((finding) => finding.kind === kind);

const CUSTOM = { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' };
const PREFIXES = { ENABLE_PREFIX_DELEGATION: 'true' };

describe('settings of the CNI', () => {
  const of = (environment: Environment, node?: Node) => found('cni-settings', running(environment, node));

  test.each<[string, Environment, string, string, [name: string, value: string]]>([
    ['a minimum alone', { MINIMUM_IP_TARGET: '10' }, 'warning', 'more than 10 pods', ['WARM_IP_TARGET', '1']],
    [
      'a minimum alone, in whole prefixes',
      { ...PREFIXES, MINIMUM_IP_TARGET: '22', WARM_IP_TARGET: '0' },
      'warning',
      'more than 32 pods',
      ['WARM_IP_TARGET', '1'],
    ],
    ['no warm interface', { WARM_ENI_TARGET: '0' }, 'info', 'WARM_ENI_TARGET=0', ['WARM_IP_TARGET', '1']],
    [
      'no warm prefix',
      { ...PREFIXES, WARM_PREFIX_TARGET: '0' },
      'info',
      'WARM_PREFIX_TARGET=0',
      ['WARM_IP_TARGET', '1'],
    ],
    [
      'no interface for pods',
      { ...CUSTOM, MAX_ENI: '1' },
      'critical',
      'never become ready',
      ['MAX_ENI', '2'],
    ],
    [
      'no interface for pods beside the trunk',
      { ...CUSTOM, ENABLE_POD_ENI: 'true', MAX_ENI: '2' },
      'critical',
      'never become ready',
      ['MAX_ENI', '3'],
    ],
  ])('%s: found, with the setting that ends it', (_, environment, severity, title, [name, value]) => {
    const findings = of(environment);
    expect(findings).toMatchObject([{ severity, title: expect.stringContaining(title) }]);
    const [remedy] = findings[0]?.remedies ?? [];
    expect(remedy?.title).toBe(`Set ${name}=${value}`);
    expect(remedy?.commands.join(' ')).toContain(`"${name}":"${value}"`);
  });

  test.each<[string, Environment]>([
    ['the defaults', {}],
    ['both IP targets', { MINIMUM_IP_TARGET: '10', WARM_IP_TARGET: '2' }],
    ['a minimum as high as what a node can hold', { MINIMUM_IP_TARGET: '27' }],
    ["a minimum at the kubelet's own limit", { ...PREFIXES, MINIMUM_IP_TARGET: '108' }],
    ['a warm target of 0 that an IP target overrides', { WARM_ENI_TARGET: '0', WARM_IP_TARGET: '3' }],
    ['MAX_ENI that leaves an interface', { ...CUSTOM, MAX_ENI: '2' }],
  ])('%s: nothing is found', (_, environment) => {
    expect(of(environment, { group: 'g', secondaries: 3 })).toEqual([]);
  });

  test('a type with too few interfaces has no setting that helps', () => {
    const [finding] = of({ ...CUSTOM, ENABLE_POD_ENI: 'true' }, { type: 'c7g.medium', group: 'g' });
    expect(finding).toMatchObject({ severity: 'critical', remedies: [] });
  });

  test('the worst is said alone', () => {
    expect(of({ ...CUSTOM, MAX_ENI: '1', WARM_ENI_TARGET: '0' })).toMatchObject([{ severity: 'critical' }]);
  });

  test('are for Linux: nothing is found on Windows nodes', () => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/22');
    situation.cluster({ vpcCni: cniSettings({ MINIMUM_IP_TARGET: '3' }) });
    situation.group({ name: 'w', subnetIds: ['nodes-a'], amiType: 'WINDOWS_CORE_2022_x86_64' });
    situation.node('nodes-a', { group: 'w', secondaries: 3, instance: { platform: 'windows' } });
    expect(found('cni-settings', situation)).toEqual([]);
  });

  test('of a group whose type is not known are left alone', () => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/22');
    situation.cluster({ vpcCni: cniSettings({ MINIMUM_IP_TARGET: '3' }) });
    situation.group({ subnetIds: ['nodes-a'], instanceTypes: ['m99.large'] });
    expect(found('cni-settings', situation)).toEqual([]);
  });

  test('do not reach other CNIs', () => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/22');
    situation.cluster({ autoMode: true, vpcCni: cniSettings({ MINIMUM_IP_TARGET: '3' }) });
    situation.node('nodes-a', { tags: { 'eks:kubernetes-node-pool-name': 'system' }, prefixes: 1 });
    expect(found('cni-settings', situation)).toEqual([]);
    expect(found('mode-leftovers', situation)).toEqual([]);
  });
});

/**
 * A switch of modes changes new nodes, and leaves what pods of running nodes use.
 * Reported: https://github.com/aws/amazon-vpc-cni-k8s/issues/1634 (some nodes get no prefix).
 * https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html (replace the nodes)
 */
describe('after a switch of modes', () => {
  test('to prefixes, a node whose slots are full of single addresses can take none', () => {
    const situation = running(PREFIXES);
    const instanceId = situation.node('nodes-a', { group: 'g', secondaries: 9 });
    situation.attach(instanceId, 1, 'nodes-a', { secondaries: 9 });
    situation.attach(instanceId, 2, 'nodes-a', { secondaries: 9 });
    expect(found('mode-leftovers', situation)).toMatchObject([
      {
        severity: 'warning',
        title: 'shop: 1 node can take no prefix, single addresses fill every slot',
        evidence: expect.arrayContaining([
          { name: 'nodes', value: 2, unit: 'nodes' },
          { name: 'blockedNodes', value: 1, unit: 'nodes' },
          { name: 'leftAddresses', value: 36, unit: 'addresses' },
        ]),
      },
    ]);
  });

  test('a slot that is kept for a trunk is none for a prefix', () => {
    const situation = running({ ...PREFIXES, ENABLE_POD_ENI: 'true' });
    situation.attach(situation.node('nodes-a', { group: 'g', secondaries: 9 }), 1, 'nodes-a', {
      secondaries: 9,
    });
    expect(found('mode-leftovers', situation)).toMatchObject([{ severity: 'warning' }]);
  });

  test('to prefixes, a node with slots left takes them beside its single addresses', () => {
    expect(found('mode-leftovers', running(PREFIXES))).toMatchObject([
      { severity: 'info', title: 'shop: 1 node holds 9 single addresses from before the switch of modes' },
    ]);
  });

  test('under custom networking the primary interface has no slot for a prefix', () => {
    const situation = running({ ...PREFIXES, ...CUSTOM }, { group: 'g' });
    situation.subnet('pods-a', '100.64.0.0/24');
    const instanceId = situation.node('nodes-a', { group: 'g' });
    situation.attach(instanceId, 1, 'pods-a', { secondaries: 9 });
    situation.attach(instanceId, 2, 'pods-a', { secondaries: 9 });
    expect(found('mode-leftovers', situation)).toMatchObject([{ severity: 'warning' }]);
  });

  test('back to single addresses, prefixes stay until the CNI restarts', () => {
    expect(found('mode-leftovers', running({}, { group: 'g', prefixes: 2 }))).toMatchObject([
      {
        severity: 'info',
        title: 'shop: 1 node holds 2 prefixes from before the switch of modes',
        remedies: [{ commands: ['kubectl rollout restart daemonset/aws-node --namespace kube-system'] }],
      },
    ]);
  });

  test.each<[string, Node]>([
    ['nodes hold what the setting says', { group: 'g', prefixes: 1 }],
    ['the type can take no prefixes', { group: 'g', type: 'm4.large', secondaries: 9 }],
    ['the node is stopped', { group: 'g', secondaries: 9, instance: { state: 'stopped' } }],
    ['the type is not known', { group: 'g', type: 'm99.large', secondaries: 9 }],
    ['the node runs Windows', { group: 'g', secondaries: 3, instance: { platform: 'windows' } }],
  ])('nothing is left where %s', (_, node) => {
    expect(found('mode-leftovers', running(PREFIXES, node))).toEqual([]);
  });
});
