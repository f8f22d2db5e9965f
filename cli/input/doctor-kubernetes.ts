import { paginateListClusters } from '@aws-sdk/client-eks';
import type { TargetClients } from '../../shared/aws/clients.ts';
import { agentSettings } from '../../shared/aws/network.ts';
import { USER_AGENT } from '../../shared/aws/target-sources.ts';
import type { KubernetesSettings } from '../../shared/config/headroom-yml.ts';
import { didYouMean } from '../../shared/config/nearest-word.ts';
import { ACCESS_NEEDS, reviewAccess } from '../../shared/kubernetes/access.ts';
import { openEksApi } from '../../shared/kubernetes/eks-api.ts';
import { awsFailure } from '../../shared/model/aws/aws-failure.ts';
import { answeredList } from '../../shared/model/aws/aws-pages.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { quoted } from '../../shared/model/base/shell-words.ts';
import { count } from '../../shared/model/base/text/numbers.ts';
import { targetName } from '../../shared/model/result/identity.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';
import { failed, ok, tried } from './doctor-answers.ts';

type Clients = Pick<TargetClients, 'services' | 'sts'>;

const clusterNames = async ({ services }: Clients, target: Target): Promise<readonly string[]> => {
  const names: string[] = [];
  const { eks } = await services();
  try {
    for await (const { clusters, nextToken } of paginateListClusters({ client: eks }, {}))
      names.push(...answeredList(clusters, 'clusters', nextToken));
  } catch (error) {
    throw awsFailure(error, { action: 'eks:ListClusters', target });
  }
  return names;
};

const checkCluster = (
  name: string,
  target: Target,
  clients: Clients,
  { ipamd }: KubernetesSettings,
): Promise<DoctorCheck> => {
  const subject = `${name} ${targetName(target)}`;
  return tried('kubernetes', subject, async () => {
    const needs = ACCESS_NEEDS.filter(({ isOptional }) => !isOptional || ipamd);
    const options = { userAgent: USER_AGENT, proxyEnv: agentSettings().proxyEnv };
    const api = await openEksApi(name, {
      eks: (await clients.services()).eks,
      sts: clients.sts,
      target,
      options,
    });
    try {
      const reviewed = await reviewAccess(api, needs);
      const missing = reviewed.filter(({ granted }) => granted !== true).map((need) => need.name);
      if (missing.length === 0)
        return ok('kubernetes', subject, `All ${reviewed.length} permissions of a reading are granted.`);
      return failed('kubernetes', subject, {
        code: 'kubernetes-denied',
        message: `${count(missing.length, 'permission')} of ${reviewed.length} ${missing.length === 1 ? 'is' : 'are'} missing: ${missing.join(', ')}.`,
        action: `Run \`headroom access --cluster ${quoted(name)} --print yaml | kubectl apply --filename -\`.`,
      });
    } finally {
      api.close();
    }
  });
};

/** Each permission in the Kubernetes API of each cluster of a target that is to be read. `seen` gets the names of its clusters. */
export const checkKubernetes = async (
  target: Target,
  clients: Clients,
  settings: KubernetesSettings,
  seen: Set<string>,
): Promise<readonly DoctorCheck[]> => {
  const checks: DoctorCheck[] = [];
  const listed = await tried('kubernetes', targetName(target), async () => {
    const names = await clusterNames(clients, target);
    for (const name of names) seen.add(name);
    const wanted = names.filter((name) => settings.clusters === 'all' || settings.clusters.includes(name));
    for (const name of wanted) checks.push(await checkCluster(name, target, clients, settings));
    return ok('kubernetes', targetName(target), `${count(wanted.length, 'cluster')} would be read.`);
  });
  return [listed, ...checks];
};

/** Clusters that headroom.yml names, and that none of the accounts and Regions has. */
export const checkNamedClusters = (
  { clusters }: KubernetesSettings,
  seen: ReadonlySet<string>,
): readonly DoctorCheck[] =>
  clusters === 'all'
    ? []
    : clusters
        .filter((name) => !seen.has(name))
        .map((name) =>
          failed('kubernetes', name, {
            code: 'kubernetes-no-cluster',
            message: `headroom.yml names the cluster ${name}, and no account and Region that was looked at has it.${didYouMean(name, [...seen])}`,
            action: 'Correct `kubernetes.clusters`, or scan the account and Region of the cluster.',
          }),
        );
