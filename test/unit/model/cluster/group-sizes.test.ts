import { describe, expect, test } from 'vitest';
import { knownMaximum } from '../../../../shared/model/cluster/group-sizes.ts';
import { clusterOf } from '../../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import {
  aNode,
  anAutoScalingGroup,
  anEksCluster,
  cniSettings,
  nodeInterface,
} from '../../../fixtures/cluster-records.ts';

const shop = (changes: Parameters<typeof anAutoScalingGroup>[0]) =>
  clusterOf({
    eks: [anEksCluster({ vpcCni: cniSettings({}) })],
    groups: [
      anAutoScalingGroup({
        name: 'own',
        maxSize: 12,
        subnetIds: ['subnet-0a'],
        instanceIds: [],
        instanceTypes: ['m5.large'],
        tags: { 'kubernetes.io/cluster/shop': 'owned' },
        ...changes,
      }),
    ],
    instances: [],
    interfaces: [],
    subnets: [aSubnet({ available: 200 })],
  });

const reasons = (cluster: ReturnType<typeof shop>) => cluster.unknowns.map(({ reason }) => reason);

describe('the most nodes of a group', () => {
  test.each([
    [{}, 12],
    [{ weights: { 'm5.large': 4 } }, 3],
    [{ weights: null }, null],
    // How many there may be is known, what one takes is not.
    [{ instanceTypes: ['zz9.large'] }, 12],
  ])('with %j it is %s', (changes, most) => {
    expect(shop(changes).committed.map(knownMaximum)).toEqual([most]);
  });

  test('why it is unknown is said', () => {
    expect(reasons(shop({ weights: null }))).toEqual([
      'How many nodes own may have is unknown: its sizes count processors or memory.',
    ]);
    expect(reasons(shop({ instanceTypes: ['zz9.large'] }))).toContain(
      'The demand of one more node of own is unknown, because its type or its mode is.',
    );
  });
});

test('where the settings are not known and nodes show prefixes, new nodes are not said to be counted by defaults', () => {
  const reasonsOf = (...parts: readonly object[]) =>
    clusterOf({
      instances: parts.map((_, index) => aNode(`i-0${index}`)),
      interfaces: parts.map((part, index) => nodeInterface(`i-0${index}`, part)),
      subnets: [aSubnet({ available: 200 })],
    }).unknowns.map(({ reason }) => reason);
  const PREFIXES =
    "The CNI's settings are not known. New nodes are counted with prefixes, as nodes show, and else by its defaults.";
  expect(reasonsOf({ prefixes: 1 })).toContain(PREFIXES);
  expect(reasonsOf({ prefixes: 1 }, { secondaries: 9 })).toContain(PREFIXES);
  expect(reasonsOf({ secondaries: 9 })).toContain(
    "The CNI's settings are not known. New nodes are counted by its defaults.",
  );
});
