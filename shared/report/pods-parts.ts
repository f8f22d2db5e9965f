import { count } from '../model/base/text/numbers.ts';
import { utcMinute } from '../model/base/text/times.ts';
import { holdersBy, POD_LEVELS } from '../model/kubernetes/owner-pods.ts';
import type { SubnetAssessment } from '../model/result/assessment.ts';
import type { ClusterAssessment } from '../model/result/cluster.ts';
import type { PodHolders, WaitingPod } from '../model/result/pods.ts';
import { figure, nameHtml } from './figures.ts';
import { type Html, html } from './html.ts';

/** Which namespaces, workloads and teams hold the addresses of pods, where the Kubernetes API of the cluster was read. */

const HOLDERS_SHOWN = 8;
const WAITING_SHOWN = 10;

const TITLES = { namespace: 'Namespace', workload: 'Workload', team: 'Team' } as const;

const holderTables = (holders: PodHolders): Html =>
  html`<div class="columns">${POD_LEVELS.map((level) => {
    const all = holdersBy(holders, level);
    const rest = all.slice(HOLDERS_SHOWN);
    return all.length === 0
      ? null
      : html`<div><table class="owners"><thead><tr><th scope="col">${TITLES[level]}</th><th scope="col" class="n">Addresses</th></tr></thead><tbody>${all
          .slice(0, HOLDERS_SHOWN)
          .map(
            ({ name, addresses }) =>
              html`<tr><td>${nameHtml(name)}</td><td class="n">${figure(addresses)}</td></tr>`,
          )}${
          rest.length === 0
            ? null
            : html`<tr><td>${rest.length} more</td><td class="n">${figure(rest.reduce((sum, { addresses }) => sum + addresses, 0))}</td></tr>`
        }</tbody></table></div>`;
  })}</div>`;

const waitingList = (waiting: readonly WaitingPod[] | null): Html | null => {
  if (waiting === null)
    return html`<p class="unknown">Which pods wait for an address is not known: events could not be read.</p>`;
  return waiting.length === 0
    ? null
    : html`<p><span class="chip critical">${count(waiting.length, 'pod')} without an address</span></p><ul>${waiting
        .slice(0, WAITING_SHOWN)
        .map(
          ({ namespace, name, nodeName, since }) =>
            html`<li>${nameHtml(`${namespace}/${name}`)} on ${nameHtml(nodeName)}${since === null ? null : html`, since ${utcMinute(since)}`}</li>`,
        )}</ul>`;
};

/** Of a whole cluster; `null`: its Kubernetes API was not read. */
export const clusterPods = ({ pods }: ClusterAssessment): Html | null =>
  pods == null
    ? null
    : html`<h4>Pods</h4><p>Pods have ${count(pods.used, 'address')} of the nodes, and ${figure(pods.warm)} are warm.</p>${waitingList(pods.waiting)}${holderTables(pods)}`;

/** Of the nodes of all clusters in one subnet; `null`: no cluster's Kubernetes API says so. */
export const subnetPods = (
  { accountId, region, subnetId }: Pick<SubnetAssessment, 'accountId' | 'region' | 'subnetId'>,
  clusters: readonly ClusterAssessment[],
): Html | null => {
  const own = clusters.flatMap((cluster) =>
    cluster.accountId !== accountId || cluster.region !== region
      ? []
      : (cluster.pods?.subnets ?? [])
          .filter((subnet) => subnet.subnetId === subnetId && subnet.used + subnet.warm > 0)
          .map((pods) => ({ pods, clusterName: cluster.clusterName })),
  );
  return own.length === 0
    ? null
    : html`${own.map(
        ({ pods, clusterName }) =>
          html`<h4>Pods of ${clusterName} here</h4><p>Pods have ${count(pods.used, 'address')}, and ${figure(pods.warm)} are warm.</p>${holderTables(pods)}`,
      )}`;
};
