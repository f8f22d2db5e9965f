import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import {
  type CniSettings,
  hasIpTargets,
  mostInterfaces,
  type NodeLimits,
  takesPrefixes,
} from './cni-settings.ts';

/** Something about a node's settings that people do not expect. */
export interface SettingNotice {
  readonly code:
    | 'never-ready'
    | 'never-settles'
    | 'caps-node'
    | 'no-prefixes'
    | 'no-trunk'
    | 'ignored-target';
  readonly message: string;
}

/** What these settings do on this type that the figures alone do not say. Sources: the functions of `pkg/ipamd/ipamd.go` named here. */
export const settingNotices = (limits: NodeLimits, settings: CniSettings): readonly SettingNotice[] => [
  ...neverReady(limits, settings),
  ...neverSettles(limits, settings),
  ...capsNode(limits, settings),
  ...noPrefixes(limits, settings),
  ...noTrunk(limits, settings),
  ...ignoredTargets(limits, settings),
];

/** `nodeInit` fails while a pool under custom networking is empty. */
const neverReady = (limits: NodeLimits, settings: CniSettings): readonly SettingNotice[] => {
  const { customNetworking, podEni } = settings;
  const interfaces = mostInterfaces(limits, settings);
  if (!customNetworking || interfaces - 1 - (podEni ? 1 : 0) > 0) return [];
  const taken = podEni ? 'the primary interface and the slot for a trunk' : 'the primary interface';
  return [
    {
      code: 'never-ready',
      message: `The node never becomes ready: no interface is left for pods. It may attach ${interfaces}, and custom networking leaves out ${taken}.`,
    },
  ];
};

/** `isDatastorePoolTooLow` wants a free address at a target of 0, and `shouldRemoveExtraENIs` or `isDatastorePoolTooHigh` takes it away again. */
const neverSettles = (limits: NodeLimits, settings: CniSettings): readonly SettingNotice[] => {
  if (hasIpTargets(settings)) return [];
  if (takesPrefixes(limits, settings)) {
    return settings.warmPrefixTarget > 0
      ? []
      : [
          {
            code: 'never-settles',
            message:
              'WARM_PREFIX_TARGET=0 never settles. When pods use every address, the CNI assigns a prefix and returns it, about 17 times in ten minutes.',
          },
        ];
  }
  return settings.warmEniTarget > 0
    ? []
    : [
        {
          code: 'never-settles',
          message:
            'WARM_ENI_TARGET=0 never settles. When pods use every address, the CNI attaches an interface and removes it, about 9 times in ten minutes.',
        },
      ];
};

/**
 * Pods with an address of their own to which `MINIMUM_IP_TARGET` holds a node; `null` where it does not. Source:
 * `datastoreTargetState`: without `WARM_IP_TARGET` the pool is short only below `MINIMUM_IP_TARGET`.
 */
export const podCeiling = (limits: NodeLimits, settings: CniSettings): number | null => {
  const minimum = settings.minimumIpTarget ?? 0;
  if (minimum === 0 || (settings.warmIpTarget ?? 0) > 0) return null;
  const unit = takesPrefixes(limits, settings) ? ADDRESSES_PER_PREFIX : 1;
  return Math.ceil(minimum / unit) * unit;
};

const capsNode = (limits: NodeLimits, settings: CniSettings): readonly SettingNotice[] => {
  const ceiling = podCeiling(limits, settings);
  return ceiling === null
    ? []
    : [
        {
          code: 'caps-node',
          message: `MINIMUM_IP_TARGET=${settings.minimumIpTarget} without WARM_IP_TARGET is a ceiling as well. No node runs more than ${ceiling} pods with an address of their own.`,
        },
      ];
};

const noPrefixes = (limits: NodeLimits, settings: CniSettings): readonly SettingNotice[] =>
  settings.prefixDelegation && !limits.prefixDelegation
    ? [
        {
          code: 'no-prefixes',
          message: 'This type cannot take prefixes. The CNI gives it secondary addresses instead.',
        },
      ]
    : [];

/** `hasRoomForEni` keeps a slot until a trunk is there. */
const noTrunk = (limits: NodeLimits, settings: CniSettings): readonly SettingNotice[] =>
  settings.podEni && !limits.trunk
    ? [
        {
          code: 'no-trunk',
          message: 'This type cannot have a trunk interface, but the CNI keeps a slot for one.',
        },
      ]
    : [];

const ignoredTargets = (limits: NodeLimits, settings: CniSettings): readonly SettingNotice[] => {
  const prefixes = takesPrefixes(limits, settings);
  const name = prefixes ? 'WARM_PREFIX_TARGET' : 'WARM_ENI_TARGET';
  const target = prefixes ? settings.warmPrefixTarget : settings.warmEniTarget;
  return hasIpTargets(settings) && target !== 1
    ? [
        {
          code: 'ignored-target',
          message: `${name}=${target} has no effect on growth: WARM_IP_TARGET and MINIMUM_IP_TARGET override it.`,
        },
      ]
    : [];
};
