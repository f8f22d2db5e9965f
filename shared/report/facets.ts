import type { TargetAssessment } from '../model/result/assessment.ts';
import type { Severity, Subject } from '../model/result/finding.ts';
import { identityWithin } from '../model/result/identity.ts';
import { type Html, html } from './html.ts';
import type { RankedSubnet } from './worst-first.ts';

/** What the filters of a page look at. A part that has no such thing, such as a target without clusters, has no values. */
export interface Facets {
  readonly account: readonly string[];
  readonly region: readonly string[];
  readonly vpc: readonly string[];
  readonly cluster: readonly string[];
  readonly zone: readonly string[];
  readonly severity: readonly Level[];
}

/** `fine`: nothing is wrong that wants action. */
export type Level = 'critical' | 'warning' | 'fine';

export const levelOf = (severity: Severity | null): Level =>
  severity === 'critical' || severity === 'warning' ? severity : 'fine';

/** What the page knows of where things are, to filter by. */
export class Places {
  readonly #zones = new Map<string, string>();
  readonly #clusters = new Map<string, string[]>();

  constructor(assessments: readonly TargetAssessment[]) {
    for (const { subnets, clusters } of assessments) {
      for (const subnet of subnets)
        if (subnet.availabilityZone !== null)
          this.#zones.set(identityWithin(subnet, subnet.subnetId), subnet.availabilityZone);
      for (const cluster of clusters)
        for (const subnetId of new Set(cluster.subnetIds)) {
          const key = identityWithin(cluster, subnetId);
          const known = this.#clusters.get(key);
          if (known === undefined) this.#clusters.set(key, [cluster.clusterName]);
          else known.push(cluster.clusterName);
        }
    }
  }

  ofSubnet({ key, subnet, severity }: Pick<RankedSubnet, 'key' | 'subnet' | 'severity'>): Facets {
    return {
      account: [subnet.accountId],
      region: [subnet.region],
      vpc: [subnet.vpcId],
      cluster: this.#clusters.get(key) ?? [],
      zone: subnet.availabilityZone === null ? [] : [subnet.availabilityZone],
      // What is old is no all-clear: without a finding it is at no level.
      severity: subnet.figuresFrom !== undefined && levelOf(severity) === 'fine' ? [] : [levelOf(severity)],
    };
  }

  ofSubject(subject: Subject, severity: Severity | null): Facets {
    const keys = subject.subnetIds.map((id) => identityWithin(subject, id));
    const own = [
      ...(subject.clusterName === null ? [] : [subject.clusterName]),
      ...(subject.clusterNames ?? []),
    ];
    return {
      account: [subject.accountId],
      region: [subject.region],
      vpc: subject.vpcId === null ? [] : [subject.vpcId],
      cluster: [...new Set(own.length > 0 ? own : keys.flatMap((key) => this.#clusters.get(key) ?? []))],
      zone: [...new Set(keys.flatMap((key) => this.#zones.get(key) ?? []))],
      severity: [levelOf(severity)],
    };
  }
}

/** All values of several, each once. */
export const union = (all: readonly Facets[]): Facets => {
  const values = <Name extends keyof Facets>(name: Name): Facets[Name][number][] => [
    ...new Set(all.flatMap((facets) => facets[name])),
  ];
  return {
    account: values('account'),
    region: values('region'),
    vpc: values('vpc'),
    cluster: values('cluster'),
    zone: values('zone'),
    severity: values('severity'),
  };
};

/** The attributes that the page's script filters by. Values are separated by line breaks, which no name keeps. */
export const filterable = (
  { account, region, vpc, cluster, zone, severity }: Facets,
  words: readonly (string | null | undefined)[],
): Html => {
  return html` data-search="${searchText(words)}" data-account="${filterValues(account)}" data-region="${filterValues(region)}" data-vpc="${filterValues(vpc)}" data-cluster="${filterValues(cluster)}" data-zone="${filterValues(zone)}" data-severity="${filterValues(severity)}"`;
};

/** What a search looks through. */
export const searchText = (words: readonly (string | null | undefined)[]): string =>
  words
    .filter((word) => word !== null && word !== undefined)
    .join(' ')
    .replace(/\s+/g, ' ')
    .toLowerCase();

/** The values of one filter as one text. */
export const filterValues = (values: readonly string[]): string => values.map(asValue).join('\n');

/** A name as a value of a filter. */
const asValue = (value: string): string => value.replace(/\s+/g, ' ');

const TITLES = { account: 'Account', cluster: 'Cluster', zone: 'Zone' } as const;
const LEVELS: readonly Level[] = ['critical', 'warning', 'fine'];

const pill = (dimension: string, value: string): Html =>
  html`<button type="button" class="pill ${value}" data-filter="${dimension}" data-value="${asValue(value)}" aria-pressed="false">${value}</button>`;

/** Buttons for each account, cluster, zone and level. Everything on the page obeys them, and its address keeps them. */
export const filterBar = (all: Facets): Html => {
  const picks = (['account', 'cluster', 'zone'] as const).map((dimension) => {
    const values = all[dimension].toSorted();
    return values.length === 0
      ? null
      : html`<details class="pick"><summary>${TITLES[dimension]}</summary><div class="options">${values.map((value) => pill(dimension, value))}</div></details>`;
  });
  return html`<div class="filters" role="group" aria-label="Filters">${LEVELS.map((level) => pill('severity', level))}${picks}<span id="chosen"></span><button type="button" id="clear" hidden>Clear filters</button></div>`;
};

export const FACETS_STYLE = [
  '.hr .filters{display:flex;flex-wrap:wrap;gap:6px 8px;align-items:center;flex-basis:100%}',
  '.hr button.pill{border-radius:12px;padding:2px 10px;color:var(--ink);border-color:var(--muted)}.hr button.pill[aria-pressed=true]{background:var(--link);color:var(--paper);border-color:var(--link)}',
  '.hr button.pill.critical[aria-pressed=true]{background:var(--critical);border-color:var(--critical)}.hr button.pill.warning[aria-pressed=true]{background:var(--warning);border-color:var(--warning)}',
  '.hr .pick{position:relative}.hr .pick>summary{cursor:pointer;border:1px solid var(--muted);border-radius:12px;padding:1px 10px;font-size:12px;list-style-position:inside}',
  '.hr .pick>.options{position:absolute;z-index:4;top:calc(100% + 4px);left:0;max-height:50vh;overflow-y:auto;display:flex;flex-direction:column;align-items:flex-start;gap:4px;padding:8px;background:var(--paper);border:1px solid var(--muted);border-radius:6px;width:max-content;max-width:min(320px,80vw)}.hr .pick .pill{overflow-wrap:anywhere;text-align:left}',
  '.hr #chosen{display:contents}',
  '@media (max-width:640px){.hr .pick{position:static}.hr .pick>.options{left:12px;right:12px;top:auto;width:auto;max-width:none}}',
].join('\n');
