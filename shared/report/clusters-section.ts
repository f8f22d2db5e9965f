import { count } from '../model/base/text/numbers.ts';
import { nodeCount } from '../model/cluster/cni-gauges.ts';
import { knownMaximum } from '../model/cluster/group-sizes.ts';
import type {
  CapacityAssessment,
  ClusterAssessment,
  CommittedDemand,
  ZoneCapacity,
} from '../model/result/cluster.ts';
import { type Facets, filterable } from './facets.ts';
import { figure, nameHtml } from './figures.ts';
import { type Html, html } from './html.ts';
import { clusterPods } from './pods-parts.ts';

/** What each cluster holds, and how much still fits. */

const NODE_TYPES_SHOWN = 4;

const nodesThatFit = (moreNodes: CapacityAssessment['moreNodes']): Html[] =>
  moreNodes
    .slice(0, NODE_TYPES_SHOWN)
    .map(
      ({ instanceType, nodes, nodesAtBest, limitedBy, error }) =>
        html`<div>${figure(nodes)}${nodesAtBest !== null && nodesAtBest !== nodes ? html` to ${figure(nodesAtBest)}` : null} × ${instanceType}${limitedBy === null ? null : html` <span class="muted">then out of ${limitedBy}</span>`}${error === null ? null : html` <small class="muted">(${error})</small>`}</div>`,
    );

const WHY_NO_PODS = 'EC2 does not show how much of the pools is in use';

const capacityRow = ({ subnetId, availabilityZone, mode, morePods, moreNodes }: CapacityAssessment): Html =>
  html`<tr><td><a href="#${subnetId}">${subnetId}</a></td><td>${availabilityZone ?? ''}</td><td>${mode}</td><td class="n">${figure(morePods, WHY_NO_PODS)}</td><td>${nodesThatFit(moreNodes)}</td></tr>`;

const zoneRow = ({ availabilityZone, subnetIds, morePods, moreNodes }: ZoneCapacity): Html =>
  html`<tr><td>${availabilityZone ?? 'unknown'}</td><td class="n">${subnetIds.length}</td><td class="n">${figure(morePods, WHY_NO_PODS)}</td><td>${nodesThatFit(moreNodes)}</td></tr>`;

/** One subnet a zone says it all already. */
const zonesTable = ({ zones, clusterName }: ClusterAssessment): Html | null =>
  zones.every(({ subnetIds }) => subnetIds.length <= 1)
    ? null
    : html`<h4>By zone</h4><div class="scroll" tabindex="0" role="region" aria-label="How much still fits for ${clusterName} by zone"><table><thead><tr><th scope="col">Zone</th><th scope="col" class="n">Subnets</th><th scope="col" class="n">More pods</th><th scope="col">More nodes</th></tr></thead><tbody>${zones.map(zoneRow)}</tbody></table></div>`;

const committedRow = (group: CommittedDemand): Html =>
  html`<tr><td>${nameHtml(group.group)} <small class="muted">${group.kind}</small></td><td class="n">${group.currentNodes} of ${figure(knownMaximum(group))}</td><td class="n">${figure(group.fits)}</td><td class="n">${
    group.shortfall !== null && group.shortfall > 0
      ? html`<span class="chip critical">${group.shortfall} short</span>`
      : figure(group.shortfall)
  }</td><td>${group.error}</td></tr>`;

const renderCluster = (cluster: ClusterAssessment, facets: Facets): Html => {
  const traits = [
    cluster.version === null ? null : `version ${cluster.version}`,
    `${cluster.mode} addressing`,
    cluster.customNetworking ? 'custom networking' : null,
    cluster.securityGroupsForPods ? 'security groups for pods' : null,
    cluster.autoMode ? 'Auto Mode' : null,
    cluster.cni === 'cilium-eni' ? 'Cilium in ENI mode' : null,
    cluster.cni === 'overlay' ? 'an overlay network for pods' : null,
    cluster.source === 'tags' ? 'known by tags only' : null,
  ].filter((word) => word !== null);
  const reasons = [...new Set(cluster.unknowns.map(({ reason }) => reason))];
  const nodes = nodeCount(cluster);
  return html`<article class="cluster"${filterable(facets, [cluster.clusterName, cluster.accountId, cluster.region, cluster.vpcId])}><h3>${nameHtml(cluster.clusterName)}</h3><p class="where">account ${cluster.accountId} · ${cluster.region} · ${traits.join(' · ')}</p><p>${nodes === null ? 'Nodes not known' : count(nodes, 'node')}; their pools hold ${figure(cluster.gauges.totalIPAddresses)} addresses and ${figure(cluster.gauges.totalIPv4Prefixes)} prefixes, and could hold ${figure(cluster.gauges.maxIPAddresses)} addresses.</p>${
    cluster.capacity.length === 0
      ? null
      : html`<div class="scroll" tabindex="0" role="region" aria-label="How much still fits for ${cluster.clusterName}"><table><thead><tr><th scope="col">Subnet</th><th scope="col">Zone</th><th scope="col">Mode</th><th scope="col" class="n">More pods</th><th scope="col">More nodes</th></tr></thead><tbody>${cluster.capacity.map(capacityRow)}</tbody></table></div>`
  }${zonesTable(cluster)}${
    cluster.committed.length === 0
      ? null
      : html`<h4>If every group scales to its maximum</h4><div class="scroll" tabindex="0" role="region" aria-label="Groups of ${cluster.clusterName} at their maximum"><table><thead><tr><th scope="col">Group</th><th scope="col" class="n">Nodes</th><th scope="col" class="n">Fit</th><th scope="col" class="n">Short</th><th scope="col">Then</th></tr></thead><tbody>${cluster.committed.map(committedRow)}</tbody></table></div>`
  }${clusterPods(cluster)}${reasons.length === 0 ? null : html`<h4>Not known</h4><ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}</article>`;
};

/**
 * @param isWhole whether all readings succeeded: if not, it is not known that there are no clusters
 * @param facetsOf what filters see of a cluster: itself, and the zones and levels of its subnets
 */
export const clustersSection = (
  clusters: readonly ClusterAssessment[],
  isWhole: boolean,
  facetsOf: (cluster: ClusterAssessment) => Facets,
): Html =>
  html`<section id="clusters"><h2>Clusters</h2>${clusters.length === 0 ? html`<p>${isWhole ? 'No clusters found: EKS lists none, and no tags name one.' : 'No clusters are known: something could not be read.'}</p>` : clusters.map((cluster) => renderCluster(cluster, facetsOf(cluster)))}</section>`;
