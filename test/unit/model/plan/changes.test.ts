import { describe, expect, test } from 'vitest';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import {
  changedSettings,
  describeChanges,
  NO_CHANGES,
  replacesNodes,
  settingsAfter,
} from '../../../../shared/model/plan/changes.ts';
import type { FleetNode } from '../../../../shared/model/plan/fleet.ts';
import { nodeActions } from '../../../../shared/model/plan/plan-action.ts';
import type { NewNodeSettings } from '../../../../shared/model/result/cluster.ts';

const BEFORE: NewNodeSettings = DEFAULT_CNI_SETTINGS;

const node = (instanceId: string | null): FleetNode => ({
  instanceId,
  type: 'm5.large',
  zone: 'eu-west-1a',
  subnetId: 'subnet-a',
  podSubnetIds: ['subnet-a'],
  primaryServesPods: true,
  pods: 0,
  interfaces: 1,
  holdings: [],
});

describe('the changes of a plan, in words', () => {
  test('are none where nothing changes', () => {
    expect(describeChanges(BEFORE, NO_CHANGES)).toEqual([]);
    expect(describeChanges(BEFORE, { ...NO_CHANGES, settings: { warmEniTarget: 1 } })).toEqual([]);
  });

  test('name settings as the CNI does, then nodes, pods, ranges and subnets', () => {
    const all = describeChanges(BEFORE, {
      settings: { prefixDelegation: true, warmIpTarget: 5 },
      type: 'm6i.large',
      nodes: 2,
      pods: -30,
      customNetworking: '100.64.0.0/16',
      newSubnets: [{ cidr: '10.0.9.0/24', zone: 'eu-west-1b' }],
      reservations: ['10.0.0.64/26'],
    });
    expect(all).toEqual([
      'ENABLE_PREFIX_DELEGATION=true',
      'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=true',
      'WARM_IP_TARGET=5',
      'nodes of type m6i.large',
      '2 more nodes',
      '30 fewer pods',
      'pods take addresses from 100.64.0.0/16',
      'new subnet 10.0.9.0/24 in eu-west-1b',
      '10.0.0.64/26 reserved for prefixes',
    ]);
  });
});

describe('nodes are replaced', () => {
  test('for another type, or another mode, and not for a warm target', () => {
    const changed = (settings: Partial<NewNodeSettings>) => ({ ...BEFORE, ...settings });
    expect(replacesNodes(BEFORE, BEFORE, 'm6i.large')).toBe(true);
    expect(replacesNodes(BEFORE, changed({ prefixDelegation: true }), null)).toBe(true);
    expect(replacesNodes(BEFORE, changed({ customNetworking: true }), null)).toBe(true);
    expect(replacesNodes(BEFORE, changed({ podEni: true }), null)).toBe(true);
    expect(replacesNodes(BEFORE, changed({ warmEniTarget: 0, maxEni: 2 }), null)).toBe(false);
  });
});

describe('the actions of a change', () => {
  const NONE = {
    before: [],
    replaced: [],
    kept: [],
    settles: false,
    added: [],
    places: [],
    removed: [],
    emptiesBefore: [],
    emptiesAfter: [],
    podsWithoutNode: 0,
    podsOnNewNode: 0,
    notices: [],
  };
  const order = { name: 'one by one', steps: [], failure: null };

  test('are none where neither settings nor nodes change', () => {
    expect(nodeActions(NONE, NO_CHANGES, BEFORE, BEFORE, order)).toEqual([]);
    const swapped = { ...NONE, added: [node(null)], removed: [node('i-1')] };
    expect(nodeActions(swapped, NO_CHANGES, BEFORE, BEFORE, order)).toEqual([]);
  });

  test('set the CNI first, then replace nodes, then scale', () => {
    const changes = { ...NO_CHANGES, type: 'm6i.large', settings: { maxEni: 2 } };
    const after = settingsAfter(BEFORE, changes);
    const plan = {
      ...NONE,
      replaced: [{ old: node('i-1'), next: node(null) }],
      added: [node(null), node(null)],
    };
    expect(nodeActions(plan, changes, BEFORE, after, order)).toEqual([
      { kind: 'set-cni', environment: { MAX_ENI: '2' } },
      { kind: 'replace-nodes', type: 'm6i.large', order: 'one by one' },
      { kind: 'scale', nodes: 2 },
    ]);
    expect(changedSettings(BEFORE, after)).toEqual({ MAX_ENI: '2' });
    expect(nodeActions({ ...NONE, removed: [node('i-1')] }, changes, BEFORE, BEFORE, order)).toEqual([
      { kind: 'scale', nodes: -1 },
    ]);
  });
});
