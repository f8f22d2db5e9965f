import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { shopFile } from '../../fixtures/plan-command.ts';

interface Cluster {
  readonly nodeGroups: readonly { readonly name: string; readonly subnetIds: readonly string[] }[];
}

interface Target {
  readonly instances: readonly {
    readonly instanceId: string;
    readonly tags: Readonly<Record<string, string>>;
  }[];
  readonly eksClusters: readonly Cluster[];
}

const folder = mkdtempSync(join(tmpdir(), 'headroom-scale-'));

/** The commands for so many nodes more or fewer of six, of an estate that was changed. */
const commandsFor = async (nodes: string, change: (target: Target) => object): Promise<readonly string[]> => {
  const estate = JSON.parse(readFileSync(shopFile(), 'utf8')) as { readonly targets: readonly Target[] };
  const file = join(folder, 'estate.json');
  writeFileSync(
    file,
    JSON.stringify({ ...estate, targets: estate.targets.map((each) => ({ ...each, ...change(each) })) }),
  );
  const question = ['what-if', '--cluster', 'shop', '--nodes', nodes, '--format', 'json', '--from', file];
  const { out } = await headroomInProcess(['plan', ...question]);
  return (JSON.parse(out) as { readonly commands: readonly string[] }).commands;
};

const managed =
  (sizes: object) =>
  ({ eksClusters }: Target) => ({
    eksClusters: eksClusters.map((cluster) => ({
      ...cluster,
      nodeGroups: cluster.nodeGroups.map((group) => ({ ...group, ...sizes })),
    })),
  });

/** The nodes are of a group that EKS does not manage. */
const withoutGroups = ({ eksClusters, instances }: Target) => ({
  eksClusters: eksClusters.map((cluster) => ({ ...cluster, nodeGroups: [] })),
  instances: instances.map((each) => ({ ...each, tags: { 'kubernetes.io/cluster/shop': 'owned' } })),
});

const scalingGroup = (target: Target, more: object) => ({
  autoScalingGroups: [
    {
      name: 'own',
      minSize: 0,
      maxSize: 24,
      desiredCapacity: 6,
      subnetIds: target.eksClusters.flatMap(({ nodeGroups }) =>
        nodeGroups.flatMap(({ subnetIds }) => subnetIds),
      ),
      instanceTypes: ['m5.large'],
      instanceIds: target.instances.map(({ instanceId }) => instanceId),
      tags: { 'kubernetes.io/cluster/shop': 'owned' },
      ...more,
    },
  ],
});

test('a managed group keeps its own sizes: nodes of its warm pool are none of them', async () => {
  const sizes = { minSize: 1, maxSize: 9, desiredSize: 6 };
  const warm = { ...sizes, warmPool: { minSize: 3, maxGroupPreparedCapacity: null } };
  for (const each of [sizes, warm]) {
    const [command] = await commandsFor('+2', managed(each));
    expect(command).toContain('--scaling-config desiredSize=8,maxSize=9 ');
  }
  const [above] = await commandsFor('+4', managed({ ...warm, desiredSize: 5, maxSize: 7 }));
  expect(above).toContain('--scaling-config desiredSize=9,maxSize=9 ');
});

test('fewer nodes than the minimum lower it as well', async () => {
  const sizes = { minSize: 4, maxSize: 9, desiredSize: 6 };
  const [allowed] = await commandsFor('-2', managed(sizes));
  expect(allowed).toContain('--scaling-config desiredSize=4,maxSize=9 ');
  const [below] = await commandsFor('-3', managed(sizes));
  expect(below).toContain('--scaling-config minSize=3,desiredSize=3,maxSize=9 ');
});

test('an Auto Scaling group is scaled by instances, and not where its sizes count units', async () => {
  const change = (more: object) => (target: Target) => ({
    ...withoutGroups(target),
    ...scalingGroup(target, more),
  });
  expect(await commandsFor('+2', change({}))).toEqual([
    'aws autoscaling update-auto-scaling-group --auto-scaling-group-name own --desired-capacity 8 --max-size 24 --region eu-west-1',
  ]);
  expect(await commandsFor('+2', change({ weights: { 'm5.large': 4 } }))).toEqual([
    '# Change the capacity of own by what its weights count for 2 nodes.',
  ]);
});
