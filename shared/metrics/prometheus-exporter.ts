import { Gauge, Registry } from 'prom-client';
import type { Alert } from '../model/alert/alert.ts';
import type { Tags, Target } from '../model/aws/inventory.ts';
import { printable, printableName } from '../model/base/invisible-characters.ts';
import { commonTeamOf } from '../model/owners/team-tag.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import { identityWithin } from '../model/result/identity.ts';
import type { ClusterPods } from '../model/result/pods.ts';
import {
  CLUSTER_METRICS,
  type MetricFamily,
  RUN_METRICS,
  type RunSummary,
  SUBNET_METRICS,
  VPC_METRICS,
} from './catalogue.ts';
import { prometheusHelp, prometheusMetric, snakeCase } from './prometheus-names.ts';

/** What the exporter shows: the latest of every target. */
export interface Exported {
  /** The latest figures of each target. Those of a target that cannot be read stay, so that no alert on them resolves. */
  readonly figures: readonly TargetAssessment[];
  readonly targets: readonly TargetWatch[];
  /** After how many seconds without a scan a target is stale; `null`: not known yet. */
  readonly staleAfter: number | null;
  readonly alerts: readonly Alert[];
  /** Whether a mute holds an alert's messages back now; absent: none does. */
  readonly isMuted?: (alert: Alert) => boolean;
  /** The address of the runbook of a check; absent, or `null`: no page is known. */
  readonly runbookOf?: (kind: string) => string | null;
  /** What the latest scan of each target took. */
  readonly runs: readonly TargetRun[];
}

export interface TargetWatch {
  readonly target: Target;
  /** Read in full, stored, and able to notify; see `whyNotWatched`. */
  readonly isWatched: boolean;
  /** ISO 8601: the latest scan, failed or not; `null`: none has ended. */
  readonly scannedAt: string | null;
  /** ISO 8601: the scan that the figures are from; `null`: there are none. */
  readonly figuresFrom: string | null;
}

export interface TargetRun extends RunSummary {
  readonly target: Target;
}

const labelsOf = (dimensions: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(dimensions).map(([name, value]) => [snakeCase(name), printableName(value)]),
  );

/**
 * Prometheus' view of the catalogue. Each scrape shows the latest figures and nothing else: a subnet that is gone, or a
 * figure that became unknown, has no series. A target that cannot be read at all keeps its last series, and is down.
 */
export class PrometheusExporter {
  readonly #registry = new Registry();
  readonly #fill: ((exported: Exported) => void)[] = [];

  constructor() {
    this.#family(SUBNET_METRICS, ({ subnets }) => subnets);
    this.#family(VPC_METRICS, ({ vpcs }) => vpcs);
    this.#family(CLUSTER_METRICS, ({ clusters }) => clusters);
    this.#holders();
    this.#subnetInfo();
    this.#targets();
    this.#runs();
    this.#alerts();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The exposition of what is known now. */
  render(exported: Exported): Promise<string> {
    this.#registry.resetMetrics();
    for (const fill of this.#fill) fill(exported);
    return this.#registry.metrics();
  }

  #family<Subject>(
    family: MetricFamily<Subject>,
    subjectsOf: (assessment: TargetAssessment) => readonly Subject[],
  ): void {
    const labelNames = family.dimensionNames.map(snakeCase);
    for (const definition of family.metrics) {
      const { name, scale } = prometheusMetric(family.subject, definition);
      const gauge = new Gauge({
        name,
        help: prometheusHelp(family, definition),
        labelNames,
        registers: [this.#registry],
      });
      this.#fill.push(({ figures }) => {
        for (const assessment of figures) {
          const context = { scannedAt: Date.parse(assessment.scannedAt) };
          for (const subject of subjectsOf(assessment)) {
            const value = definition.value(subject, context);
            if (value !== null) gauge.set(labelsOf(family.dimensions(subject)), value * scale);
          }
        }
      });
    }
  }

  /** By namespace, workload and team: as CloudWatch metrics they would cost a series each. */
  #holders(): void {
    const families = [
      { by: 'namespace', holdersOf: (pods: ClusterPods) => pods.namespaces },
      { by: 'workload', holdersOf: (pods: ClusterPods) => pods.workloads },
      { by: 'team', holdersOf: (pods: ClusterPods) => pods.teams },
    ] as const;
    for (const { by, holdersOf } of families) {
      const gauge = new Gauge({
        name: `headroom_cluster_${by}_addresses`,
        help: `Addresses that the pods of each ${by} hold: the largest 200 of a cluster.`,
        labelNames: [...CLUSTER_METRICS.dimensionNames.map(snakeCase), by],
        registers: [this.#registry],
      });
      this.#fill.push(({ figures }) => {
        for (const cluster of figures.flatMap(({ clusters }) => clusters)) {
          for (const { name, addresses } of cluster.pods == null ? [] : holdersOf(cluster.pods)) {
            gauge.set({ ...labelsOf(CLUSTER_METRICS.dimensions(cluster)), [by]: printable(name) }, addresses);
          }
        }
      });
    }
  }

  /** Names and ranges, to join to the figures: as labels of every series they would double the size of each. */
  #subnetInfo(): void {
    const gauge = new Gauge({
      name: 'headroom_subnet_info',
      help: 'Always 1: name, range and zone of each subnet, to join with the figures.',
      labelNames: ['account_id', 'region', 'vpc_id', 'subnet_id', 'name', 'cidr_block', 'availability_zone'],
      registers: [this.#registry],
    });
    this.#fill.push(({ figures }) => {
      for (const subnet of figures.flatMap(({ subnets }) => subnets)) {
        gauge.set(
          {
            ...labelsOf(SUBNET_METRICS.dimensions(subnet)),
            name: printable(subnet.name ?? ''),
            cidr_block: subnet.cidrBlock ?? '',
            availability_zone: subnet.availabilityZone ?? '',
          },
          1,
        );
      }
    });
  }

  #targets(): void {
    const labelNames = ['account_id', 'region'];
    const up = new Gauge({
      name: 'headroom_target_up',
      help: '1 when the target is watched: read in full, stored, and able to notify. 0 when it is not.',
      labelNames,
      registers: [this.#registry],
    });
    const scannedAt = new Gauge({
      name: 'headroom_target_last_scan_timestamp_seconds',
      help: 'When the target was last scanned, in seconds since 1970.',
      labelNames,
      registers: [this.#registry],
    });
    const figuresFrom = new Gauge({
      name: 'headroom_target_figures_timestamp_seconds',
      help: 'When the figures shown for the target were measured, in seconds since 1970. Older than its last scan: that scan failed.',
      labelNames,
      registers: [this.#registry],
    });
    const staleAfter = new Gauge({
      name: 'headroom_stale_after_seconds',
      help: 'After how long without a scan a target is stale: staleAfter of headroom.yml, and at least three intervals.',
      registers: [this.#registry],
    });
    this.#fill.push(({ targets, staleAfter: seconds }) => {
      // A gauge without labels is 0 from the beginning, which would make every target stale.
      if (seconds === null) staleAfter.remove();
      else staleAfter.set(seconds);
      for (const watch of targets) {
        const labels = { account_id: watch.target.accountId, region: watch.target.region };
        up.set(labels, watch.isWatched ? 1 : 0);
        if (watch.scannedAt !== null) scannedAt.set(labels, Date.parse(watch.scannedAt) / 1000);
        if (watch.figuresFrom !== null) figuresFrom.set(labels, Date.parse(watch.figuresFrom) / 1000);
      }
    });
  }

  /** What each scan took, of the target that it scanned. How many targets are well is a sum over `headroom_target_up`. */
  #runs(): void {
    for (const definition of RUN_METRICS.metrics.filter(({ name }) => !name.startsWith('Targets'))) {
      const { name, scale } = prometheusMetric('run', definition);
      const gauge = new Gauge({
        name,
        help: `${prometheusHelp(RUN_METRICS, definition)} The latest scan.`,
        labelNames: ['account_id', 'region'],
        registers: [this.#registry],
      });
      this.#fill.push(({ runs }) => {
        for (const { target, ...run } of runs) {
          const value = definition.value(run, { scannedAt: 0 });
          if (value !== null)
            gauge.set({ account_id: target.accountId, region: target.region }, value * scale);
        }
      });
    }
  }

  #alerts(): void {
    const labelNames = [
      ...['account_id', 'region', 'rule', 'severity', 'subject', 'alert'],
      ...['check', 'name', 'vpc_id', 'cluster_name', 'team', 'runbook'],
    ];
    const firing = new Gauge({
      name: 'headroom_alert_firing',
      help: 'Always 1: one series for each alert that fires and that is neither acknowledged nor muted.',
      labelNames,
      registers: [this.#registry],
    });
    const state = new Gauge({
      name: 'headroom_alert_state',
      help: 'Always 1: one series for each alert that fires, with its state: firing, acknowledged or muted.',
      labelNames: [...labelNames, 'state'],
      registers: [this.#registry],
    });
    this.#fill.push((exported) => {
      const teams = new Teams(exported.figures);
      for (const alert of exported.alerts) {
        if (alert.status !== 'firing') continue;
        const labels = alertLabels(alert, teams, exported.runbookOf);
        const now = stateOf(alert, exported.isMuted);
        state.set({ ...labels, state: now }, 1);
        if (now === 'firing') firing.set(labels, 1);
      }
    });
  }
}

const stateOf = (alert: Alert, isMuted: Exported['isMuted']): 'firing' | 'acknowledged' | 'muted' => {
  if (isMuted?.(alert) === true) return 'muted';
  return alert.acknowledged === null ? 'firing' : 'acknowledged';
};

/** The teams of subnets, by their tags. */
class Teams {
  readonly #tags: ReadonlyMap<string, Tags>;

  constructor(figures: readonly TargetAssessment[]) {
    this.#tags = new Map(
      figures.flatMap(({ subnets }) =>
        subnets.map((subnet) => [identityWithin(subnet, subnet.subnetId), subnet.tags] as const),
      ),
    );
  }

  of(subject: Alert['subject']): string | null {
    const tags = subject.subnetIds
      .map((id) => this.#tags.get(identityWithin(subject, id)))
      .filter((known) => known !== undefined);
    return commonTeamOf(tags.length === 0 ? [subject.tags ?? {}] : tags);
  }
}

const alertLabels = (
  { key, subject, rule, severity, finding }: Alert,
  teams: Teams,
  runbookOf: Exported['runbookOf'],
): Record<string, string> => ({
  account_id: subject.accountId,
  region: subject.region,
  rule,
  severity,
  subject: printableName(subject.id),
  alert: printableName(key),
  check: finding.kind,
  name: printable(subject.name ?? ''),
  vpc_id: subject.vpcId ?? '',
  cluster_name: printable(subject.clusterName ?? subject.clusterNames?.join(', ') ?? ''),
  team: printable(teams.of(subject) ?? ''),
  runbook: runbookOf?.(finding.kind) ?? '',
});
