import type { Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { consoleHost } from '../model/aws/console.ts';
import type { Subject } from '../model/result/finding.ts';

/** Where links lead. */
export interface LinkSettings {
  /** The CloudWatch dashboard and the Region that it is in; `null`: none is deployed. */
  readonly dashboard: { readonly name: string; readonly region: string } | null;
}

type Link = AlertMessage['links'][number];

/** A message about a VPC's subnets should not end in a list of addresses. */
const CONSOLE_LINKS = 3;

/** The AWS console's page of each subject, and the dashboard. */
export const linksFor = (
  transitions: readonly Transition[],
  { dashboard }: LinkSettings,
): readonly Link[] => {
  const subjects = transitions.flatMap(({ subject }) => consoleLink(subject) ?? []);
  const pages = [...new Map(subjects.map((link) => [link.url, link])).values()].slice(0, CONSOLE_LINKS);
  const host = dashboard === null ? null : consoleHost(dashboard.region);
  if (dashboard === null || host === null) return pages;
  const { name, region } = dashboard;
  const url = `https://${host}/cloudwatch/home?region=${region}#dashboards/dashboard/${encodeURIComponent(name)}`;
  return [...pages, { label: 'Dashboard', url }];
};

const consoleLink = ({ type, id, region, vpcId, clusterName, subnetIds }: Subject): Link | null => {
  const host = consoleHost(region);
  if (host === null) return null;
  const vpcPage = (fragment: string): string =>
    `https://${host}/vpcconsole/home?region=${region}#${fragment}`;
  if (type === 'subnet') return { label: `Subnet ${id}`, url: vpcPage(`SubnetDetails:subnetId=${id}`) };
  if (type === 'vpc') return { label: `VPC ${id}`, url: vpcPage(`VpcDetails:VpcId=${id}`) };
  if (clusterName !== null) {
    const path = `/eks/clusters/${encodeURIComponent(clusterName)}?region=${region}`;
    return { label: `Cluster ${clusterName}`, url: `https://${host}${path}` };
  }
  const [subnetId] = subnetIds;
  if (subnetId !== undefined) {
    return { label: `Subnet ${subnetId}`, url: vpcPage(`SubnetDetails:subnetId=${subnetId}`) };
  }
  return vpcId === null ? null : { label: `VPC ${vpcId}`, url: vpcPage(`VpcDetails:VpcId=${vpcId}`) };
};
