import { listOf, section, text, together, yesOrNo } from './scalars.ts';

/** `kubernetes` of headroom.yml. */

// EKS CreateCluster: 1 to 100 letters, digits, hyphens and underscores, a letter or digit first.
const clusterName = text('the name of an EKS cluster, or the word all', /^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/);

// A prefix of at most 253 characters, a slash, and a name of at most 63 (Kubernetes, "Labels and Selectors").
const labelName = text(
  'the name of a label, such as team or app.kubernetes.io/name',
  /^(?:[0-9a-z.-]{1,253}\/)?[0-9A-Za-z][\w.-]{0,62}$/,
);

export const kubernetesSchema = together(
  section({
    clusters: listOf(clusterName, 'the name of a cluster, a list of them, or the word all').describe(
      'The EKS clusters whose Kubernetes API is read, or the word all.',
    ),
    ipamd: yesOrNo
      .optional()
      .describe('Also read the counters of ipamd on every node, which needs get pods/proxy in kube-system.'),
    labels: listOf(labelName, 'the name of a label, or a list of them')
      .optional()
      .describe('Labels of pods, namespaces and workloads that name a team or an application.'),
  }),
  ({ clusters }) =>
    Array.isArray(clusters) && clusters.length > 1 && clusters.includes('all')
      ? [{ path: ['clusters'], message: 'has the word all and clusters by name; keep one or the other.' }]
      : [],
);
