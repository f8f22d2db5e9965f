import { afterEach, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { demo } from '../../../lab/estates/demo.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { Right } from '../../../lab/services/kubernetes/kubernetes.ts';
import { headroom } from '../../fixtures/headroom-command.ts';

let lab: Lab | null = null;
afterEach(async () => {
  await lab?.close();
  lab = null;
});

const startDemo = async (
  kubernetesRights: (right: Right) => boolean,
  kubernetesGroups: readonly string[] = ['headroom-readers'],
): Promise<Lab> => {
  lab = await startLab({ estate: demo, kubernetesRights, kubernetesGroups });
  return lab;
};

const clusterOf = async (started: Lab): Promise<string> => {
  const { out } = await headroom(['clusters', '--format', 'json'], started);
  const [first] = (JSON.parse(out) as { readonly clusters: readonly { readonly clusterName: string }[] })
    .clusters;
  return first?.clusterName ?? '';
};

test('what is granted and what is missing is shown, with the commands that grant it', async () => {
  const started = await startDemo(({ resource }) => ['pods', 'nodes', 'events'].includes(resource));
  const cluster = await clusterOf(started);
  const { code, out } = await headroom(['access', '--cluster', cluster], started);
  expect(code).toBe(1);
  expect(out).toMatch(/^list pods +yes +which pods hold addresses/m);
  expect(out).toMatch(/^list nodepools\.karpenter\.sh +no +limits of node pools/m);
  expect(out).toContain(`headroom access --cluster ${cluster} --print yaml | kubectl apply --filename -`);
  expect(out).not.toContain('create-access-entry');
});

interface Role {
  readonly rules?: readonly { readonly resources: readonly string[] }[];
}

const KINDS = [
  ...[
    'pods',
    'nodes',
    'namespaces',
    'events',
    'services',
    'daemonsets',
    'deployments',
    'statefulsets',
    'jobs',
  ],
  ...['horizontalpodautoscalers', 'servicecidrs', 'ipaddresses', 'eniconfigs', 'cninodes'],
  ...['nodepools', 'nodeclaims', 'ec2nodeclasses', 'nodeclasses'],
];

test.each([
  ['nothing', () => true],
  ['one permission', ({ resource }: Right) => resource !== 'services'],
  ['every permission', () => false],
])(
  'the roles are printed whole where %s is missing: they take the place of those that are there',
  async (_, mayDo) => {
    const started = await startDemo(mayDo);
    const access = ['access', '--cluster', await clusterOf(started), '--print'];
    const { out: yaml } = await headroom([...access, 'yaml'], started);
    const { out: terraform } = await headroom([...access, 'terraform'], started);
    const [role] = parseAllDocuments(yaml).map((document) => document.toJS() as Role);
    expect(role?.rules?.flatMap(({ resources }) => resources)).toEqual(KINDS);
    for (const kind of KINDS) expect(terraform).toContain(`"${kind}"`);
  },
);

test('the command for a role that the cluster knows without the group keeps its other groups', async () => {
  const started = await startDemo(({ resource }) => resource !== 'services', ['platform', 'on-call']);
  const cluster = await clusterOf(started);
  const { out } = await headroom(['access', '--cluster', cluster], started);
  expect(out).toMatch(
    new RegExp(
      `^  aws eks update-access-entry --cluster-name ${cluster} --principal-arn \\S+ --kubernetes-groups platform on-call headroom-readers --region eu-west-1$`,
      'm',
    ),
  );
  expect(out).not.toContain('create-access-entry');
});

test('nothing is missing where all is granted', async () => {
  const started = await startDemo(() => true);
  const { code, out } = await headroom(['access', '--cluster', await clusterOf(started)], started);
  expect(code).toBe(0);
  expect(out).toContain('Nothing is missing.');
});

test('a cluster that EKS does not know is refused with the nearest name, and nothing is said of its permissions', async () => {
  const started = await startDemo(() => true);
  const { code, err, out } = await headroom(['access', '--cluster', 'serach', '--format', 'json'], started);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('There is no EKS cluster serach in eu-west-1. Did you mean "search"?');
});

test('pods that may not be read are unknown by the permission that is missing, with the command that checks it', async () => {
  const started = await startDemo(({ resource }) => resource !== 'pods');
  const { out } = await headroom(['pods', '--kubernetes'], started);
  expect(out).toContain(
    'unknown  Its pods or nodes could not be read: the permission `list pods` is missing. `headroom access --cluster search` checks its access.',
  );
});
