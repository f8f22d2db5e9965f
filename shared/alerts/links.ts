import type { Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { consoleHost } from '../model/aws/console.ts';
import { withoutEndSlashes } from '../model/base/text/end-slashes.ts';
import type { Finding, Subject } from '../model/result/finding.ts';

/** Where links lead. */
export interface LinkSettings {
  /** The CloudWatch dashboard and the Region that it is in; `null`: none is deployed. */
  readonly dashboard: {
    readonly name: string;
    readonly region: string;
    /** Absent: not known, so that the link does not go through a portal. */
    readonly accountId?: string;
    /** Where the metrics of subnets are in CloudWatch; absent: they are not there. */
    readonly namespace?: string | null;
  } | null;
  /** Where people reach the live page of `headroom serve`, without a slash at its end; absent: nowhere. */
  readonly page?: string | null;
  /** Where the runbooks are; `{check}` stands for the kind of a check, which else is added to the end. Absent: on the page. */
  readonly runbooks?: string | null;
  /** The AWS access portal, without a slash at its end: links to the console go through it; absent: they go there at once. */
  readonly portal?: string | null;
  /** The permission set to use there; absent: people choose one. */
  readonly portalRole?: string | null;
}

type Link = AlertMessage['links'][number];

/** A message about a VPC's subnets should not end in a list of addresses. */
const CONSOLE_LINKS = 3;

/** Messages about several checks have the runbooks of the first of them. */
const RUNBOOK_LINKS = 2;

/** The runbook of each check, the AWS console's page and the live page of each subject, and the dashboard. */
export const linksFor = (
  transitions: readonly Pick<Transition, 'finding' | 'subject'>[],
  settings: LinkSettings,
): readonly Link[] => [
  ...distinct(transitions.flatMap(({ finding }) => runbookLink(finding, settings) ?? [])).slice(
    0,
    RUNBOOK_LINKS,
  ),
  ...distinct(
    consoleLinks(
      transitions.map(({ subject }) => subject),
      settings,
    ),
  ).slice(0, CONSOLE_LINKS),
  ...distinct(
    transitions.flatMap(({ subject }) => pageLink(subject, settings) ?? graphLink(subject, settings) ?? []),
  ).slice(0, 1),
  ...dashboardLinks(settings),
];

const distinct = (links: readonly Link[]): readonly Link[] => [
  ...new Map(links.map((link) => [`${link.label} ${link.url}`, link])).values(),
];

/**
 * The console opens the account that the reader is signed in to: an address there names a Region, and no account. Of several
 * accounts each link says which one it needs, and two clusters of one name have two links. An access portal opens the account.
 */
const consoleLinks = (subjects: readonly Subject[], settings: LinkSettings): readonly Link[] => {
  const isSeveral = new Set(subjects.map(({ accountId }) => accountId)).size > 1;
  return subjects.flatMap((subject): readonly Link[] => {
    const link = consoleLink(subject);
    if (link === null) return [];
    const label = isSeveral ? `${link.label} in ${subject.accountId}` : link.label;
    return [{ label, url: throughPortal(link.url, subject.accountId, settings) }];
  });
};

/** A page of the console by way of the portal. Source: IAM Identity Center user guide, "Create shortcut links". */
const throughPortal = (
  destination: string,
  accountId: string,
  { portal = null, portalRole = null }: Pick<LinkSettings, 'portal' | 'portalRole'>,
): string => {
  // An account of a redacted estate has no number, and no page there.
  if (portal === null || !/^\d{12}$/.test(accountId)) return destination;
  const role = portalRole === null ? '' : `&role_name=${encodeURIComponent(portalRole)}`;
  return `${portal}/#/console?account_id=${accountId}${role}&destination=${encodeURIComponent(destination)}`;
};

/** The path of the runbooks on the live page. */
const RUNBOOKS = 'runbooks';

/** The address of the runbook of a check; `null`: no page is known. */
export const runbookUrl = (
  kind: string,
  { page = null, runbooks = null }: Pick<LinkSettings, 'page' | 'runbooks'>,
): string | null => {
  const base = runbooks ?? (page === null ? null : `${page}/${RUNBOOKS}`);
  if (base === null) return null;
  const name = encodeURIComponent(kind);
  return base.includes('{check}') ? base.replaceAll('{check}', name) : `${withoutEndSlashes(base)}/${name}`;
};

/** Without a page the dashboard has the runbooks: each alert there has a button that opens its own. */
const runbookLink = ({ kind }: Pick<Finding, 'kind'>, settings: LinkSettings): Link | null => {
  const url = runbookUrl(kind, settings);
  if (url !== null) return { label: `Runbook ${kind}`, url };
  const [dashboard] = dashboardLinks(settings);
  return dashboard === undefined ? null : { label: `Runbook ${kind}`, url: dashboard.url };
};

/** The map and the history of a subnet, or what is shown of a VPC, a cluster or a target. */
const pageLink = (subject: Subject, { page = null }: LinkSettings): Link | null =>
  page === null ? null : { label: 'Map and history', url: `${page}/#${placeOnPage(subject)}` };

/** The fragment that the page opens a subject by: a subnet by its name in the organization, anything else by a filter. */
const placeOnPage = ({ type, accountId, region, vpcId, clusterName, subnetIds }: Subject): string => {
  const [subnetId, ...others] = subnetIds;
  if (subnetId !== undefined && (type === 'subnet' || others.length === 0))
    return `${accountId}/${region}/${encodeURIComponent(subnetId)}`;
  const filter = new URLSearchParams({ account: accountId, region });
  if (vpcId !== null) filter.set('vpc', vpcId);
  else if (clusterName !== null) filter.set('cluster', clusterName);
  return type === 'monitor' ? '' : filter.toString();
};

/** So far back: where a subnet has come from, and not only what it did last. */
const GRAPH_START = '-P14D';

/** What a graph of a subnet in CloudWatch shows. */
const GRAPHED = ['AvailableAddresses', 'FreePrefixes'] as const;

/**
 * The history of a subnet as a graph in CloudWatch, by its name: what there is of one subnet without a live page. The console writes
 * such addresses itself, in a notation of its own (`~` before each value, `*` before the code of a character).
 */
const graphLink = (subject: Subject, { dashboard, ...settings }: LinkSettings): Link | null => {
  const host = dashboard === null ? null : consoleHost(dashboard.region);
  const { type, id, name, accountId, region, vpcId } = subject;
  const namespace = dashboard?.namespace ?? null;
  if (dashboard === null || host === null || namespace === null || type !== 'subnet' || vpcId === null)
    return null;
  const text = (value: string): string => `~'${inGraph(value)}`;
  const metrics = GRAPHED.map(
    (metric) =>
      `~(${[namespace, metric, 'AccountId', accountId, 'Region', region, 'VpcId', vpcId, 'SubnetId', id].map(text).join('')}~(label${text(metric)}))`,
  );
  const graph = `~(metrics~(${metrics.join('')})~view~'timeSeries~stacked~false~region${text(dashboard.region)}~title${text(name ?? id)}~stat~'Minimum~period~3600~start${text(GRAPH_START)}~end~'PT0H)`;
  const url = `https://${host}/cloudwatch/home?region=${dashboard.region}#metricsV2?graph=${graph}`;
  return { label: `History of ${id}`, url: throughPortal(url, dashboard.accountId ?? '', settings) };
};

/** Letters, digits, `-`, `_` and `.` stand for themselves. Any other character is its code, in two digits or in four. */
const inGraph = (text: string): string =>
  [...text]
    .flatMap((character) => character.split(''))
    .map((unit) => {
      if (/[\w.-]/.test(unit)) return unit;
      const code = unit.charCodeAt(0);
      return code < 0x1_00
        ? `*${code.toString(16).padStart(2, '0')}`
        : `**${code.toString(16).padStart(4, '0')}`;
    })
    .join('');

const dashboardLinks = ({ dashboard, ...settings }: LinkSettings): readonly Link[] => {
  const host = dashboard === null ? null : consoleHost(dashboard.region);
  if (dashboard === null || host === null) return [];
  const { name, region, accountId = '' } = dashboard;
  const url = `https://${host}/cloudwatch/home?region=${region}#dashboards/dashboard/${encodeURIComponent(name)}`;
  return [{ label: 'Dashboard', url: throughPortal(url, accountId, settings) }];
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
