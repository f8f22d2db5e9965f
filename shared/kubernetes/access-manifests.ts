import { stringify } from 'yaml';
import { aws, keep, kubectl, type ShellVariable } from '../model/base/commands.ts';
import { quoted } from '../model/base/shell-words.ts';
import type { KubernetesPermission } from '../model/kubernetes/observed.ts';
import { type AccessNeed, READERS_GROUP } from './access.ts';
import { RESOURCES } from './resources.ts';

/** The AWS-managed access policy of level 1: it lists nodes, pods and events. */
export const LEVEL_1_POLICY = 'AmazonAIOpsAssistantPolicy';

const CLUSTER_ROLE = 'headroom-reader';
const PROXY_ROLE = 'headroom-cni-metrics';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** One rule for each API group and verb. */
const rulesOf = (permissions: readonly KubernetesPermission[]): readonly Rule[] => {
  const rules = new Map<string, Rule>();
  for (const { group, resource, verb } of permissions) {
    const key = `${group} ${verb}`;
    const { resources } = rules.get(key) ?? { resources: [] };
    rules.set(key, { apiGroups: [group], resources: [...resources, resource], verbs: [verb] });
  }
  return [...rules.values()];
};

export interface AccessManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** The role for these permissions, and its binding to the group of the access entry. Within a namespace where they name one. */
export const accessManifests = (needs: readonly AccessNeed[]): readonly AccessManifest[] => {
  const permissions = needs.map(({ permission }) => permission);
  const wide = permissions.filter(({ namespace }) => namespace === null);
  const namespaces = [...new Set(permissions.flatMap(({ namespace }) => namespace ?? []))];
  return [
    ...(wide.length === 0 ? [] : roleAndBinding(CLUSTER_ROLE, rulesOf(wide))),
    ...namespaces.flatMap((namespace) =>
      roleAndBinding(
        PROXY_ROLE,
        rulesOf(permissions.filter((permission) => permission.namespace === namespace)),
        namespace,
      ),
    ),
  ];
};

const roleAndBinding = (
  name: string,
  rules: readonly Rule[],
  namespace?: string,
): readonly [AccessManifest, AccessManifest] => {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const prefix = namespace === undefined ? 'Cluster' : '';
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  return [
    { apiVersion, kind: `${prefix}Role`, metadata, rules },
    {
      apiVersion,
      kind: `${prefix}RoleBinding`,
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: `${prefix}Role`, name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: READERS_GROUP }],
    },
  ];
};

/** For `kubectl apply --filename -`. */
export const manifestsYaml = (needs: readonly AccessNeed[]): string =>
  accessManifests(needs)
    .map((manifest) => stringify(manifest, { flowCollectionPadding: true }))
    .join('---\n');

/** Who reads which cluster. */
export interface AccessSubject {
  readonly clusterName: string;
  readonly region: string;
  readonly roleArn: string;
}

/**
 * The role of a permission set of IAM Identity Center, by its name. It has a path, which no session tells and an access entry needs;
 * `null`: another role.
 */
const permissionSetRole = (roleArn: string): string | null =>
  /:role\/(AWSReservedSSO_[^/]+)$/.exec(roleArn)?.[1] ?? null;

const ROLE: ShellVariable = { variable: 'role' };

interface Principal {
  /** Commands that come first. */
  readonly before: readonly string[];
  readonly arn: string | ShellVariable;
}

const principalOf = ({ region, roleArn }: AccessSubject): Principal => {
  const name = permissionSetRole(roleArn);
  return name === null
    ? { before: [], arn: roleArn }
    : { before: [keep(ROLE, 'iam', 'get-role', region, { 'role-name': name }, 'Role.Arn')], arn: ROLE };
};

/** How a cluster knows the caller now. */
interface Known {
  readonly isKnown: boolean;
  /** `null`: not known. */
  readonly groups: readonly string[] | null;
}

/** What the access entry of the role lacks, as commands: the entry itself, or the group. */
export const entryCommands = (subject: AccessSubject, { isKnown, groups }: Known): readonly string[] => {
  if (!isKnown) return creation(subject);
  return groups === null || groups.includes(READERS_GROUP) ? [] : addition(subject, groups);
};

const creation = (subject: AccessSubject): readonly string[] => {
  const { clusterName, region, roleArn } = subject;
  const { before, arn } = principalOf(subject);
  const named = { 'cluster-name': clusterName, 'principal-arn': arn };
  return [
    ...before,
    aws('eks', 'create-access-entry', region, { ...named, 'kubernetes-groups': READERS_GROUP }),
    aws('eks', 'associate-access-policy', region, {
      ...named,
      'policy-arn': policyArn(roleArn),
      'access-scope': 'type=cluster',
    }),
  ];
};

/** Adds the group to an access entry that is there. The entry keeps the groups that are named, and no others. */
const addition = (subject: AccessSubject, groups: readonly string[]): readonly string[] => {
  const { before, arn } = principalOf(subject);
  return [
    ...before,
    aws('eks', 'update-access-entry', subject.region, {
      'cluster-name': subject.clusterName,
      'principal-arn': arn,
      // Groups of Kubernetes itself are in no access entry.
      'kubernetes-groups': [...groups.filter((group) => !group.startsWith('system:')), READERS_GROUP],
    }),
  ];
};

const policyArn = (roleArn: string): string =>
  `arn:${roleArn.split(':')[1]}:eks::aws:cluster-access-policy/${LEVEL_1_POLICY}`;

/** The same for the Terraform providers `aws` and `kubernetes`. */
export const accessTerraform = (subject: AccessSubject, needs: readonly AccessNeed[]): string => {
  const role = permissionSetRole(subject.roleArn);
  return [
    ...(role === null ? [] : [`data "aws_iam_role" "headroom" {\n  name = ${hclText(role)}\n}`]),
    `resource "aws_eks_access_entry" "headroom" {
  cluster_name      = ${hclText(subject.clusterName)}
  principal_arn     = ${role === null ? hclText(subject.roleArn) : 'data.aws_iam_role.headroom.arn'}
  kubernetes_groups = [${hclText(READERS_GROUP)}]
}`,
    `resource "aws_eks_access_policy_association" "headroom" {
  cluster_name  = aws_eks_access_entry.headroom.cluster_name
  principal_arn = aws_eks_access_entry.headroom.principal_arn
  policy_arn    = ${hclText(policyArn(subject.roleArn))}

  access_scope {
    type = "cluster"
  }
}`,
    ...accessManifests(needs).map(
      (
        manifest,
      ) => `resource "kubernetes_manifest" ${hclText(`${manifest.kind}_${manifest.metadata.name}`.toLowerCase().replaceAll('-', '_'))} {
  manifest = ${hcl(manifest, '  ')}
}`,
    ),
  ].join('\n\n');
};

/** JSON quotes text as HCL does, but for the two marks that begin a template. */
const hclText = (text: string): string =>
  JSON.stringify(text).replaceAll(/[$%](?=\{)/g, (mark) => mark + mark);

const hcl = (value: unknown, indent: string): string => {
  if (typeof value === 'string') return hclText(value);
  if (Array.isArray(value)) return `[${value.map((item) => hcl(item, indent)).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{\n${Object.entries(value)
      .map(([key, inner]) => `${indent}  ${key} = ${hcl(inner, `${indent}  `)}`)
      .join('\n')}\n${indent}}`;
  return String(value);
};

const rawOf = (path: string): string => kubectl('get', '--raw', path);

/** Commands that save the answers for `--kubernetes-from`, for a cluster that Headroom cannot reach. */
export const saveCommands = (folder: string): readonly string[] => [
  `mkdir -p ${quoted(folder)}`,
  ...['version', 'apis'].map((path) => `${rawOf(`/${path}`)} > ${quoted(`${folder}/${path}.json`)}`),
  ...Object.values(RESOURCES).map(({ group, version, plural }) => {
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const file = group === '' ? plural : `${plural}.${group}`;
    const path = quoted(`${folder}/${file}.json`);
    // A kind that is not installed, or that may not be read, leaves no file behind.
    return `${rawOf(`${root}/${plural}`)} > ${path} || rm ${path}`;
  }),
];
