import { expect, test } from 'vitest';
import { cniConfigurationOf } from '../../../../shared/model/cluster/cni-configuration.ts';
import { cniSettings } from '../../../fixtures/cluster-records.ts';

const addOn = (configuration: string | null) => cniConfigurationOf({ version: 'v1.20.1', configuration });

const DEFAULTS = {
  known: true,
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
