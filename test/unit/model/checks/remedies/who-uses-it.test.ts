import { describe, expect, test } from 'vitest';
import { addSubnet } from '../../../../../shared/model/checks/remedies/new-subnet.ts';
import { mayHaveNodes, serviceEffect } from '../../../../../shared/model/checks/remedies/who-uses-it.ts';
import type { SubnetAssessment } from '../../../../../shared/model/result/assessment.ts';
import { aSubnet } from '../../../../fixtures/assessments.ts';
import { aCluster, aDemand, aNodeAssessment, anEstate } from '../../../../fixtures/findings-input.ts';

const held = (...kinds: readonly string[]): SubnetAssessment['owners'] =>
  kinds.map((kind, index) => ({ kind, name: null, interfaces: 1, addresses: 10 * (index + 1) }));

describe('a subnet without nodes', () => {
  test.each([
    ['lambda', 'Functions use it when their VPC configuration names it beside their present subnets.'],
    ['rds', 'Databases use it when their subnet group names it.'],
    ['ecs-task', "New tasks use it when the service's network configuration names it."],
    ['instance', 'New instances start there when their Auto Scaling group or launch names it.'],
    ['aws-service', 'It is used when the services that hold the addresses are configured with it.'],
  ])('full of %s, gets advice for its largest holder, and none about nodes', (kind, effect) => {
    const subnet = aSubnet({ owners: held('nat-gateway', kind) });
    const remedy = addSubnet(anEstate({ subnets: [subnet] }), subnet, 'nodes');
    expect(remedy?.effect).toContain(effect);
    expect(remedy?.effect).not.toContain('node group');
  });

  test('names no holder where none is known', () => {
    expect(serviceEffect({ owners: null })).toBe(
      'It is used when the services that hold the addresses are configured with it.',
    );
  });
});

test.each([
  [['node-group'], 'A managed node group keeps its subnets'],
  [['node-group', 'auto-scaling-group'], 'A managed node group keeps its subnets'],
  [['auto-scaling-group'], 'once the Auto Scaling group has it.'],
  [['auto-scaling-group', 'auto-scaling-group'], 'once the Auto Scaling groups have it.'],
] as const)('nodes of %j use a new subnet as such groups do', (kinds, effect) => {
  const subnet = aSubnet({ owners: held('cluster-nodes') });
  const committed = kinds.map((kind, index) => aDemand({ kind, group: `group-${index}` }));
  const estate = anEstate({ subnets: [subnet], clusters: [aCluster({ committed })] });
  expect(addSubnet(estate, subnet, 'node-starts')?.effect).toContain(effect);
});

describe('nodes may be there', () => {
  const of = (changes: Partial<SubnetAssessment>, clusters: readonly { clusterName: string }[] = []) =>
    mayHaveNodes(
      { ...aSubnet({ owners: held('lambda'), ownerId: null, unaccounted: 0 }), ...changes },
      clusters,
    );

  test('where a cluster uses the subnet, or its interfaces are seen', () => {
    expect(of({})).toBe(false);
    expect(of({}, [{ clusterName: 'shop' }])).toBe(true);
    expect(of({ owners: held('lambda', 'cluster-nodes') })).toBe(true);
  });

  test('where not every holder can be seen', () => {
    expect(of({ owners: null })).toBe(true);
    expect(of({ owners: [] })).toBe(true);
    expect(of({ ownerId: '222233334444' })).toBe(true);
    expect(of({ unaccounted: 3 })).toBe(true);
    expect(of({ unaccounted: null })).toBe(false);
  });
});

test('a cluster is in each subnet of its nodes and their pods, also where the subnet of one node is not known', () => {
  const inPods = { subnetId: 'subnet-pods', addresses: 10, prefixes: 0, interfaces: 1 };
  const shop = aCluster({
    nodeSubnetIds: [],
    committed: [],
    nodes: [
      aNodeAssessment({ subnetId: null, usage: [inPods] }),
      aNodeAssessment({ subnetId: 'subnet-nodes', usage: [inPods] }),
    ],
  });
  const estate = anEstate({ clusters: [shop] });
  const there = (subnetId: string) => [...estate.clustersIn(subnetId)];
  expect([there('subnet-nodes'), there('subnet-pods'), there('subnet-other')]).toEqual([[shop], [shop], []]);
});
