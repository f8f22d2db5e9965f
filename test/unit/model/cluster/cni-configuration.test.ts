import { describe, expect, test } from 'vitest';
import {
  clusterCniConfiguration,
  cniConfigurationOf,
  knowsExclusion,
} from '../../../../shared/model/cluster/cni-configuration.ts';
import { cniSettings } from '../../../fixtures/cluster-records.ts';

const addOn = (configuration: string | null) => cniConfigurationOf({ version: 'v1.20.1', configuration });

const DEFAULTS = {
  known: true,
  version: [1, 20, 1],
  subnetDiscovery: true,
  windowsIpam: false,
  windowsPrefixDelegation: false,
  windowsTargets: { warmIp: 1, minimumIp: 3, warmPrefix: 0 },
  provisions: true,
  multiNic: false,
  eniConfigSubnets: new Map(),
  eniConfigByZone: false,
  prefixDelegation: false,
  customNetworking: false,
  securityGroupsForPods: false,
  warmEniTarget: 1,
  warmPrefixTarget: 1,
  warmIpTarget: null,
  minimumIpTarget: null,
  maxEni: null,
};

test('a self-managed CNI is not known, and its warm targets are taken to be the defaults', () => {
  expect(cniConfigurationOf(null)).toEqual({
    ...DEFAULTS,
    known: false,
    version: null,
    subnetDiscovery: null,
    windowsIpam: null,
    windowsPrefixDelegation: null,
    prefixDelegation: null,
    customNetworking: null,
    securityGroupsForPods: null,
  });
});

test.each([[null], [''], ['  '], ['{}'], ['{"resources":{}}']])(
  'an add-on with the configuration %j has the defaults',
  (configuration) => {
    expect(addOn(configuration)).toEqual(DEFAULTS);
  },
);

test('the settings that matter are read', () => {
  const vpcCni = cniSettings({
    ENABLE_PREFIX_DELEGATION: 'true',
    AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'True',
    ENABLE_POD_ENI: 'true',
    WARM_ENI_TARGET: '2',
    WARM_PREFIX_TARGET: '3',
    WARM_IP_TARGET: '0',
    MINIMUM_IP_TARGET: '12',
    MAX_ENI: '2',
  });
  expect(cniConfigurationOf(vpcCni)).toEqual({
    ...DEFAULTS,
    known: true,
    prefixDelegation: true,
    customNetworking: true,
    securityGroupsForPods: true,
    warmEniTarget: 2,
    warmPrefixTarget: 3,
    warmIpTarget: 0,
    minimumIpTarget: 12,
    maxEni: 2,
  });
});

test('a target that is no whole number leaves the default in force, as in the CNI', () => {
  expect(
    cniConfigurationOf(
      cniSettings({ WARM_ENI_TARGET: '-1', WARM_IP_TARGET: 'five', MINIMUM_IP_TARGET: '1.5' }),
    ),
  ).toEqual(DEFAULTS);
});

/** What `strconv.Atoi` and the CNI's own bounds make of each (amazon-vpc-cni-k8s v1.23.1, `getWarmIPTarget`, `getMaxENI`). */
test.each([
  ['+5', 5],
  ['007', 7],
  ['0', 0],
  ['-0', 0],
  ['5 ', null],
  ['5.0', null],
  ['1e1', null],
  ['0x5', null],
  ['9223372036854775808', null],
  ['', null],
])('a warm target of %j is %j', (value, target) => {
  expect(cniConfigurationOf(cniSettings({ WARM_IP_TARGET: value })).warmIpTarget).toBe(target);
});

test('a most number of interfaces below one is no limit', () => {
  expect(cniConfigurationOf(cniSettings({ MAX_ENI: '0' })).maxEni).toBeNull();
});

test('numbers and switches count without quotation marks, too', () => {
  expect(addOn('{"env":{"WARM_IP_TARGET":4,"ENABLE_POD_ENI":true}}')).toMatchObject({
    warmIpTarget: 4,
    securityGroupsForPods: true,
  });
});

test.each([['env:\n  WARM_IP_TARGET: "5"'], ['[1'], ['7'], ['null'], ['{"env":null}'], ['{"env":"x"}']])(
  'a configuration that is no JSON object, such as %j, is not known',
  (configuration) => {
    expect(addOn(configuration).known).toBe(false);
  },
);

test.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('%s is true, as in the CNI', (value) => {
  expect(cniConfigurationOf(cniSettings({ ENABLE_POD_ENI: value })).securityGroupsForPods).toBe(true);
});

test.each(['yes', 'tRUE', '', 'on', '0'])('%j is not true', (value) => {
  expect(cniConfigurationOf(cniSettings({ ENABLE_POD_ENI: value })).securityGroupsForPods).toBe(false);
});

test('settings that are numbers and booleans in JSON count as well', () => {
  expect(addOn('{"env":{"ENABLE_POD_ENI":true,"WARM_IP_TARGET":3}}')).toEqual({
    ...DEFAULTS,
    securityGroupsForPods: true,
    warmIpTarget: 3,
  });
});

test.each([
  ['v1.17.1-eksbuild.1', {}, false],
  ['v1.18.0-eksbuild.1', {}, true],
  ['v2.0.0', {}, true],
  [null, {}, true],
  ['latest', {}, true],
  ['v1.23.1-eksbuild.1', { ENABLE_SUBNET_DISCOVERY: 'false' }, false],
  ['v1.23.1-eksbuild.1', { ENABLE_SUBNET_DISCOVERY: 'true' }, true],
])('the add-on %s with %j has subnet discovery: %s', (version, env, expected) => {
  const { subnetDiscovery } = cniConfigurationOf({ version, configuration: JSON.stringify({ env }) });
  expect(subnetDiscovery).toBe(expected);
});

test.each([
  ['v1.22.0-eksbuild.1', false],
  ['v1.22.1-eksbuild.1', true],
  ['v1.23.0', true],
  [null, true],
])('the add-on %s knows subnets that are shut out: %s', (version, expected) => {
  expect(knowsExclusion(cniConfigurationOf({ version, configuration: null }))).toBe(expected);
});

test('Windows nodes have settings of their own, outside the environment', () => {
  expect(addOn('{"enableWindowsIpam":"true","enableWindowsPrefixDelegation":"true"}')).toMatchObject({
    windowsIpam: true,
    windowsPrefixDelegation: true,
  });
  expect(addOn('{"env":{"ENABLE_WINDOWS_IPAM":"true"}}')).toMatchObject({ windowsIpam: true });
});

describe("the add-on's own eniConfig", () => {
  const subnets = { 'eu-west-1a': { id: 'subnet-0pods' }, 'eu-west-1b': { securityGroups: [] } };
  const env = { ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone' };
  const read = (values: object) => [...addOn(JSON.stringify(values)).eniConfigSubnets];

  test('names the pod subnet of each zone', () => {
    expect(read({ env, eniConfig: { create: true, subnets } })).toEqual([['eu-west-1a', 'subnet-0pods']]);
  });

  test.each([
    ['topology.kubernetes.io/zone', true],
    ['failure-domain.beta.kubernetes.io/zone', true],
    ['team', false],
    [undefined, false],
  ])('is chosen by the zone where the label is %s: %s', (label, byZone) => {
    const values = { env: label === undefined ? {} : { ENI_CONFIG_LABEL_DEF: label } };
    expect(addOn(JSON.stringify(values)).eniConfigByZone).toBe(byZone);
  });

  test.each([
    ['it makes none', { env, eniConfig: { create: false, subnets } }],
    ['it names no subnets', { env, eniConfig: { create: true } }],
    ['it is no object', { env, eniConfig: 'zones' }],
  ])('says nothing where %s', (_, values) => {
    expect(read(values)).toEqual([]);
  });
});

test.each([['[]'], ['"text"'], ['{"env":[]}'], ['env:\n  WARM_IP_TARGET: 1']])(
  'the configuration %j is unknown, but its version is known',
  (configuration) => {
    expect(addOn(configuration)).toMatchObject({ known: false, version: [1, 20, 1], prefixDelegation: null });
  },
);

describe('settings that were read in the cluster', () => {
  const addOn = cniSettings({ WARM_ENI_TARGET: '1' });
  const cniInCluster = { version: 'v1.23.1', env: { WARM_IP_TARGET: '5' }, eniConfigs: { a: 'subnet-0a' } };

  test('count in place of those of the add-on', () => {
    expect(clusterCniConfiguration({ vpcCni: addOn, cniInCluster })).toMatchObject({
      known: true,
      warmIpTarget: 5,
      eniConfigSubnets: new Map([['a', 'subnet-0a']]),
    });
  });

  test.each([
    [{}, 0],
    [{ WARM_PREFIX_TARGET: 'two' }, 0],
    [{ WARM_PREFIX_TARGET: '2' }, 2],
  ])('with %j keep as many prefixes warm as the code does, and not as its manifest says: %j', (env, warm) => {
    const read = { vpcCni: addOn, cniInCluster: { ...cniInCluster, env } };
    expect(clusterCniConfiguration(read).warmPrefixTarget).toBe(warm);
  });

  test('make those of a self-managed CNI known', () => {
    expect(clusterCniConfiguration({ vpcCni: null, cniInCluster })).toMatchObject({ known: true });
  });

  test('leave the ENIConfigs of the add-on where those of the cluster are not known', () => {
    const configured = {
      version: null,
      configuration: '{"eniConfig":{"create":true,"subnets":{"b":{"id":"subnet-0b"}}}}',
    };
    const settings = clusterCniConfiguration({
      vpcCni: configured,
      cniInCluster: { ...cniInCluster, version: null, eniConfigs: null },
    });
    expect(settings.eniConfigSubnets).toEqual(new Map([['b', 'subnet-0b']]));
  });

  test('are those of the add-on where the cluster was not read', () => {
    expect(clusterCniConfiguration({ vpcCni: addOn }).warmEniTarget).toBe(1);
    expect(clusterCniConfiguration(null).known).toBe(false);
  });
});
