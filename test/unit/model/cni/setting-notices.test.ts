import { expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { settingNotices } from '../../../../shared/model/cni/setting-notices.ts';

const notices = (settings: Partial<CniSettings>, type = 'm5.large') => {
  const limits = limitsOf(type);
  if (limits === null) throw new Error(`no such type: ${type}`);
  return settingNotices(limits, { ...DEFAULT_CNI_SETTINGS, ...settings });
};
const codes = (...parameters: Parameters<typeof notices>) => notices(...parameters).map(({ code }) => code);

test('the settings of the manifest say nothing', () => {
  expect(notices({})).toEqual([]);
  expect(notices({ prefixDelegation: true })).toEqual([]);
});

test('a warm target of 0 never settles, unless an IP target overrides it', () => {
  expect(codes({ warmEniTarget: 0 })).toEqual(['never-settles']);
  expect(codes({ warmPrefixTarget: 0, prefixDelegation: true })).toEqual(['never-settles']);
  expect(codes({ warmEniTarget: 0, warmIpTarget: 2 })).toEqual(['ignored-target']);
  expect(codes({ warmPrefixTarget: 0 })).toEqual([]);
});

test('MINIMUM_IP_TARGET without WARM_IP_TARGET caps the pods of a node, in whole prefixes where it takes those', () => {
  expect(notices({ minimumIpTarget: 10 })).toMatchObject([
    { code: 'caps-node', message: expect.stringContaining('more than 10 pods') },
  ]);
  expect(notices({ minimumIpTarget: 20, prefixDelegation: true })).toMatchObject([
    { code: 'caps-node', message: expect.stringContaining('more than 32 pods') },
  ]);
  expect(codes({ minimumIpTarget: 10, warmIpTarget: 2 })).toEqual([]);
  expect(codes({ minimumIpTarget: 10, warmIpTarget: 0 })).toEqual(['caps-node']);
});

test('a node without an interface for pods never becomes ready under custom networking', () => {
  expect(codes({ maxEni: 2, customNetworking: true, podEni: true })).toEqual(['never-ready']);
  expect(codes({ maxEni: 1, customNetworking: true })).toEqual(['never-ready']);
  expect(codes({ maxEni: 2, customNetworking: true })).toEqual([]);
  expect(codes({ maxEni: 2, podEni: true })).toEqual([]);
});

test('a type that cannot do what is asked is named', () => {
  expect(codes({ prefixDelegation: true }, 't2.large')).toEqual(['no-prefixes']);
  expect(codes({ podEni: true }, 't3.large')).toEqual(['no-trunk']);
});

test('the ignored warm target is named as the mode of the node has it', () => {
  expect(notices({ warmEniTarget: 2, warmIpTarget: 2 })).toMatchObject([
    {
      code: 'ignored-target',
      message: expect.stringMatching(/^WARM_ENI_TARGET=2 has no effect on growth: /),
    },
  ]);
  expect(notices({ warmPrefixTarget: 3, warmIpTarget: 2, prefixDelegation: true })).toMatchObject([
    {
      code: 'ignored-target',
      message: expect.stringMatching(/^WARM_PREFIX_TARGET=3 has no effect on growth: /),
    },
  ]);
});
