import { describe, expect, test } from 'vitest';
import type { LaunchTemplate } from '../../../../shared/model/aws/inventory.ts';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { settingsOf } from '../../../../shared/model/plan/cluster-settings.ts';
import { NodeDemands } from '../../../../shared/model/plan/node-demands.ts';
import { PlanEstate } from '../../../../shared/model/plan/plan-estate.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import { cniSettings } from '../../../fixtures/cluster-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * New nodes take in a plan what they take in a scan: interfaces of their launch template, EFA, Multus.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/3189 (p5 nodes with an interface on each of 32 network cards)
 */

/** Four further network cards, each with an address. */
const TEMPLATE: LaunchTemplate = {
  launchTemplateId: 'lt-01',
  version: '1',
  interfaces: [1, 2, 3, 4].map((networkCardIndex) => ({
    deviceIndex: 1,
    networkCardIndex,
    interfaceType: 'efa',
    subnetId: null,
    secondaries: 0,
    prefixes: 0,
  })),
};

/** A group in a subnet with 60 addresses left. A node without pods takes ten of them for the CNI. */
const planned = (
  launchTemplates: readonly LaunchTemplate[] | null,
  nodes: number,
  env: Readonly<Record<string, string>> = {},
  running = 0,
  alone = 0,
) => {
  const situation = new Situation({ launchTemplates });
  situation.subnet('nodes', '10.0.0.0/24');
  situation.cluster({ vpcCni: cniSettings(env) });
  situation.group({ subnetIds: ['nodes'], maxSize: 9, desiredSize: running, autoScalingGroups: ['eks-g'] });
  situation.scalingGroup({
    name: 'eks-g',
    subnetIds: ['nodes'],
    launchTemplates: [{ launchTemplateId: 'lt-01', version: '1' }],
    tags: { 'eks:nodegroup-name': 'g' },
  });
  for (let node = 0; node < running; node += 1) {
    const instanceId = situation.node('nodes', { group: 'g', secondaries: 9 });
    for (const networkCard of [1, 2, 3, 4]) situation.attach(instanceId, 1, 'nodes', { networkCard });
  }
  for (let node = 0; node < alone; node += 1) situation.node('nodes', { secondaries: 9 });
  situation.fill('nodes', 60);
  const { cluster, clusters, maps, subnets, vpcs } = situation.assess();
  const estate = new PlanEstate({
    subnets,
    vpcs,
    clusters,
    maps,
    limits: limitsOf,
    vpcConnections: null,
    interfaces: null,
    reservations: new Map(),
  });
  return whatIf(estate, cluster, { ...NO_CHANGES, nodes });
};

describe('new nodes of a plan', () => {
  test('take what their launch template adds: four fit, and five do not', () => {
    expect(planned([TEMPLATE], 4).fits).toBe(true);
    expect(planned([TEMPLATE], 5).fits).toBe(false);
    expect(planned([{ ...TEMPLATE, interfaces: [] }], 6).fits).toBe(true);
  });

  test('take what the nodes that run show, without any template', () => {
    expect(planned(null, 4, {}, 1).fits).toBe(true);
    expect(planned(null, 5, {}, 1).fits).toBe(false);
  });

  test('are said to take more than is known where the template could not be read', () => {
    expect(planned(null, 1).unknowns).toContainEqual(
      expect.stringContaining('Launch templates of m5.large could not be read'),
    );
    expect(planned([TEMPLATE], 1).unknowns.join(' ')).not.toContain('Launch templates');
  });

  test('are known where a node of no group runs that shows what the type takes', () => {
    expect(planned(null, 1, {}, 0, 1).unknowns.join(' ')).not.toContain('Launch templates');
  });
});

/** An m5.large with nine addresses for pods, and others' interfaces on its default network card. */
const withOthers = (others: number, changes: Partial<PlannedChanges>) => {
  const situation = new Situation();
  situation.subnet('nodes', '10.0.0.0/24');
  situation.cluster({ vpcCni: cniSettings({}) });
  situation.group({ subnetIds: ['nodes'], maxSize: 9, desiredSize: 1 });
  const instanceId = situation.node('nodes', { group: 'g', secondaries: 9 });
  for (let index = 0; index < others; index += 1)
    situation.attach(instanceId, 1 + index, 'nodes', {
      tags: { 'node.k8s.amazonaws.com/no_manage': 'true' },
    });
  const { cluster, clusters, maps, subnets, vpcs } = situation.assess();
  const estate = new PlanEstate({
    subnets,
    vpcs,
    clusters,
    maps,
    limits: limitsOf,
    vpcConnections: null,
    interfaces: null,
    reservations: new Map(),
  });
  const { before, podsWithoutNode } = whatIf(estate, cluster, { ...NO_CHANGES, ...changes });
  return {
    morePods: before.zones[0]?.morePods,
    podsWithoutNode,
    slots: cluster.newNodes?.places[0]?.extras?.[0]?.slots,
    slotsTaken: settingsOf(cluster).slotsTaken?.get('m5.large'),
  };
};

describe('interfaces that others have on the default network card', () => {
  test.each([
    // Three interfaces of nine addresses, of which others have so many.
    [0, 27, 27, undefined],
    [1, 18, 18, 1],
    // It cannot grow, so its nine addresses may all be in use.
    [2, 0, 9, 2],
  ])(
    '%i: nodes of the type run no more pods than the CNI has interfaces for',
    (others, pods, most, slots) => {
      expect(withOthers(others, { pods })).toEqual({
        morePods: pods,
        podsWithoutNode: 0,
        slots,
        slotsTaken: slots,
      });
      expect(withOthers(others, { pods: pods + 1 }).podsWithoutNode).toBe(1);
      // A new node is like the one that runs.
      expect(withOthers(others, { nodes: 1, pods: pods + most + 1 }).podsWithoutNode).toBe(1);
    },
  );

  test('leave a node its primary interface', () => {
    const demands = (slots: number) =>
      new NodeDemands(limitsOf, {
        ...DEFAULT_CNI_SETTINGS,
        customNetworking: false,
        slotsTaken: new Map([['m5.large', slots]]),
      }).podsAtMost('m5.large', true);
    expect([demands(0), demands(1), demands(2), demands(3)]).toEqual([27, 18, 9, 9]);
  });
});
