import { afterEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Right } from '../../../lab/services/kubernetes/kubernetes.ts';
import { ACCESS_NEEDS, type AccessNeed, reviewAccess } from '../../../shared/kubernetes/access.ts';
import {
  accessManifests,
  accessTerraform,
  entryCommands,
  manifestsYaml,
  saveCommands,
} from '../../../shared/kubernetes/access-manifests.ts';
import { createApiSource } from '../../../shared/kubernetes/api-source.ts';
import { createHttpsApi } from '../../../shared/kubernetes/https-api.ts';
import { permissionName, unreadParts } from '../../../shared/model/kubernetes/observed.ts';
import { type LabKubernetes, startLabKubernetes, TOKEN } from '../../fixtures/kubernetes/lab-api.ts';
import { awsNodePod, SMALL_CLUSTER } from '../../fixtures/kubernetes/objects.ts';
import { EVERYTHING } from './source-conformance.ts';

let lab: LabKubernetes | null = null;
afterEach(async () => {
  await lab?.close();
  lab = null;
});

const start = async (mayDo: (right: Right) => boolean) => {
  lab = await startLabKubernetes([...SMALL_CLUSTER, awsNodePod(2)], {
    mayDo: (_user, right) => mayDo(right),
    podMetrics: () => ({ status: 200, text: 'awscni_eni_max 4\n' }),
  });
  return createHttpsApi(
    { server: lab.url, certificateAuthority: null, token: async () => TOKEN },
    { userAgent: 'headroom/test' },
  );
};

/** Whether RBAC grants a right by these roles, as the API server decides it. */
const grantedBy = (manifests: ReturnType<typeof accessManifests>) => (right: Right) =>
  manifests.some(
    ({ kind, metadata, rules }) =>
      (kind === 'ClusterRole' || (kind === 'Role' && metadata.namespace === right.namespace)) &&
      (rules as readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[]).some(
        (rule) =>
          rule.apiGroups.includes(right.group) &&
          rule.resources.includes(right.resource) &&
          rule.verbs.includes(right.verb),
      ),
  );

/** A whole reading under the roles for these needs: the parts that could not be read, and what was granted for nothing. */
const readUnder = async (needs: readonly AccessNeed[]) => {
  const used = new Set<string>();
  const granted = grantedBy(accessManifests(needs));
  const api = await start((right) => {
    used.add(
      permissionName({ ...right, namespace: right.resource === 'pods/proxy' ? right.namespace : null }),
    );
    return granted(right);
  });
  const reading = await createApiSource(() => api).read('payments', { ...EVERYTHING, ipamd: true });
  const unused = needs.map(({ permission }) => permissionName(permission)).filter((name) => !used.has(name));
  return { unread: unreadParts(reading).map(({ part }) => part), unused };
};

test('the roles that are printed let every part be read, and each of their permissions is used', async () => {
  const { unread, unused } = await readUnder(ACCESS_NEEDS);
  expect(unread).toEqual([]);
  // The small cluster has no Auto Mode, so its kind is not served.
  expect(unused).toEqual(['list nodeclasses.eks.amazonaws.com']);
  expect((lab as LabKubernetes).requests.every((request) => request.startsWith('GET '))).toBe(true);
});

test('a permission too few, and one too many, are noticed', async () => {
  const few = await readUnder(ACCESS_NEEDS.filter(({ permission }) => permission.resource !== 'nodes'));
  expect(few.unread).toEqual(['nodes']);
  await lab?.close();
  const [need] = ACCESS_NEEDS;
  if (need === undefined) throw new Error('There are no needs.');
  const secrets = { verb: 'list', resource: 'secrets', group: '', namespace: null };
  const many = await readUnder([...ACCESS_NEEDS, { ...need, permission: secrets }]);
  expect(many.unread).toEqual([]);
  expect(many.unused).toContain('list secrets');
});

test('each permission is reviewed, and what is missing is named', async () => {
  const api = await start(({ resource }) => resource !== 'events' && resource !== 'pods/proxy');
  const reviewed = await reviewAccess(api, ACCESS_NEEDS);
  api.close();
  expect(reviewed.filter(({ granted }) => granted !== true).map(({ name }) => name)).toEqual([
    'list events',
    'get pods/proxy in kube-system',
  ]);
});

test.each([
  [403, 'the ClusterRole system:basic-user is not bound to it'],
  [500, 'the API server answered 500 for selfsubjectaccessreviews'],
  [302, 'the API server answered 302 for selfsubjectaccessreviews'],
  [201, 'the API server answered no review'],
])('an API server that answers a review with %i alone says nothing of permissions', async (code, message) => {
  lab = await startLabKubernetes([], {
    fault: ({ method }) => (method === 'POST' ? { status: code } : null),
  });
  const api = createHttpsApi(
    { server: lab.url, certificateAuthority: null, token: async () => TOKEN },
    { userAgent: 'headroom/test' },
  );
  await expect(reviewAccess(api, ACCESS_NEEDS)).rejects.toThrow(message);
  api.close();
});

test('the printed roles hold the missing permissions and no other, for the group of the access entry', async () => {
  const missing = ACCESS_NEEDS.filter(({ permission }) =>
    ['events', 'nodepools', 'pods/proxy'].includes(permission.resource),
  );
  const documents = parseAllDocuments(manifestsYaml(missing)).map((document) => document.toJS() as unknown);
  expect(documents).toEqual(accessManifests(missing));
  expect(documents).toMatchObject([
    {
      kind: 'ClusterRole',
      rules: [
        { apiGroups: [''], resources: ['events'], verbs: ['list'] },
        { apiGroups: ['karpenter.sh'], resources: ['nodepools'], verbs: ['list'] },
      ],
    },
    { kind: 'ClusterRoleBinding', subjects: [{ kind: 'Group', name: 'headroom-readers' }] },
    {
      kind: 'Role',
      metadata: { namespace: 'kube-system' },
      rules: [{ apiGroups: [''], resources: ['pods/proxy'], verbs: ['get'] }],
    },
    { kind: 'RoleBinding', metadata: { namespace: 'kube-system' } },
  ]);
});

test('no role grants more than reading, and none grants Secrets', () => {
  const permissions = ACCESS_NEEDS.map(({ permission }) => permission);
  expect(permissions.filter(({ verb }) => !['get', 'list'].includes(verb))).toEqual([]);
  expect(permissions.map(({ resource }) => resource)).not.toContain('secrets');
  expect(permissions.map(({ resource }) => resource)).not.toContain('*');
});

describe('the role of a permission set, whose path no session tells', () => {
  const subject = {
    clusterName: 'payments',
    region: 'eu-west-1',
    roleArn: 'arn:aws:iam::111122223333:role/AWSReservedSSO_Platform_0123456789abcdef',
  };

  test('is asked for its ARN before the access entry is made', () => {
    const [ask, create] = entryCommands(subject, { isKnown: false, groups: null });
    expect(ask).toBe(
      'role=$(aws iam get-role --role-name AWSReservedSSO_Platform_0123456789abcdef --query Role.Arn --output text --region eu-west-1)',
    );
    expect(create).toContain('--principal-arn "$role"');
  });

  test('is looked up by Terraform', () => {
    const text = accessTerraform(subject, []);
    expect(text).toContain('name = "AWSReservedSSO_Platform_0123456789abcdef"');
    expect(text).toContain('principal_arn     = data.aws_iam_role.headroom.arn');
    expect(text).toContain('policy_arn    = "arn:aws:eks::aws:cluster-access-policy/');
  });

  test('is of no concern to the role of a scan', () => {
    const roleArn = 'arn:aws:iam::111122223333:role/platform/HeadroomReader';
    expect(entryCommands({ ...subject, roleArn }, { isKnown: true, groups: [] })[0]).toContain(
      `--principal-arn ${roleArn} `,
    );
    expect(accessTerraform({ ...subject, roleArn }, [])).not.toContain('data ');
  });
});

test('a name cannot break out of the Terraform', () => {
  const text = accessTerraform(
    {
      clusterName: ['a"\n$', '{file("/etc/passwd")}%{if true}'].join(''),
      region: 'eu-west-1',
      roleArn: 'arn:aws:iam::111122223333:role/R',
    },
    [],
  );
  expect(text).toContain(['"a\\"\\n$$', '{file(\\"/etc/passwd\\")}%%{if true}"'].join(''));
});

test('a folder with any name is one word of the commands that save the answers', () => {
  for (const command of saveCommands("my answers; rm -rf 'x'"))
    expect(command).toMatch(/'my answers; rm -rf '/);
});
