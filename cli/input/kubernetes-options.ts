import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { KubernetesSettings } from '../../shared/config/headroom-yml.ts';

/** How a command reads the Kubernetes API of clusters. At most one of them is given. */
export interface KubernetesOptions {
  readonly kubernetes?: boolean;
  readonly kubernetesFrom?: string;
  readonly context?: string;
}

export const addKubernetesOptions = (command: Command): Command =>
  command
    .option('--kubernetes', 'also read the Kubernetes API of every EKS cluster, as the identity of the scan')
    .option('--context <name>', 'also read the cluster of this context of your kubeconfig')
    .option('--kubernetes-from <dir>', 'also read answers of Kubernetes APIs that were saved in a folder');

/** What is wrong with the options. */
export const wrongKubernetesOptions = (
  options: KubernetesOptions & { readonly from?: string },
): readonly string[] => {
  const given = [
    ...(options.kubernetes === true ? ['--kubernetes'] : []),
    ...(options.context === undefined ? [] : ['--context']),
    ...(options.kubernetesFrom === undefined ? [] : ['--kubernetes-from']),
  ];
  return [
    ...(given.length > 1 ? [`${given.join(' and ')} name different sources; keep one`] : []),
    ...(options.from !== undefined && options.kubernetes === true
      ? ['--from reads a file, so --kubernetes has no credentials; use --kubernetes-from']
      : []),
    ...(options.kubernetesFrom !== undefined && !existsSync(options.kubernetesFrom)
      ? [`--kubernetes-from ${options.kubernetesFrom} does not exist`]
      : []),
  ];
};

/** The settings of headroom.yml, or those of `--kubernetes`. */
export const kubernetesSettings = (
  { kubernetes, kubernetesFrom, context }: KubernetesOptions,
  configured: KubernetesSettings | null,
): KubernetesSettings | null => {
  if (kubernetesFrom !== undefined || context !== undefined) return null;
  return kubernetes === true ? { ipamd: false, labels: null, ...configured, clusters: 'all' } : configured;
};
