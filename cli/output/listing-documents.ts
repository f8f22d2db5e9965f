import type { EstateSize, MonthlyCost } from '../../shared/metrics/monthly-cost.ts';
import type { Alert } from '../../shared/model/alert/alert.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import type { Problem } from '../../shared/model/base/errors.ts';
import type { LimitsDescription } from '../../shared/model/cluster/max-pods.ts';
import type { SubnetAssessment } from '../../shared/model/result/assessment.ts';
import type { ClusterAssessment } from '../../shared/model/result/cluster.ts';
import type { Forecast } from '../../shared/model/result/forecast.ts';
import type { NotChecked } from '../../shared/model/result/not-checked.ts';
import type { OwnerChanges } from '../../shared/model/result/owner-changes.ts';
import type { OwnerUsage } from '../../shared/model/result/owner-usage.ts';
import type { Review } from '../../shared/pipeline/review.ts';
import type { ScanDocument } from '../../shared/pipeline/scan-document.ts';
import type { StoredMute } from '../../shared/pipeline/stored-mutes.ts';

/**
 * What lists print as JSON and YAML. Contracts: additive change only (`docs/schema`). The lists of a scan are parts of its
 * document, under its name.
 */

type OfScan = Pick<ScanDocument, 'schema' | 'scannedAt' | 'targets'>;

/** What `headroom findings --output json` prints. */
export interface FindingsDocument extends OfScan, Pick<ScanDocument, 'findings'> {
  /** By check and reason. */
  readonly notChecked: readonly NotChecked[];
}

/** What `headroom clusters --output json` prints. */
export interface ClustersDocument extends OfScan, Pick<ScanDocument, 'clusters'> {}

/** A subnet with what holds its addresses. */
export interface OwnersRecord
  extends Pick<
    SubnetAssessment,
    'subnetId' | 'name' | 'accountId' | 'region' | 'vpcId' | 'cidrBlock' | 'usable' | 'used' | 'unknowns'
  > {
  /** By default kinds of owners and clusters; with `--by` their parts. `null`: not known. */
  readonly owners: readonly OwnerUsage[] | null;
  /** Addresses that owners took and gave back lately. */
  readonly ownerChanges: readonly OwnerChanges[];
}

/** What `headroom owners --output json` prints. */
export interface OwnersDocument extends OfScan {
  readonly subnets: readonly OwnersRecord[];
}

/** A cluster with the pods that hold its addresses. */
export interface PodsRecord extends Pick<ClusterAssessment, 'clusterName' | 'accountId' | 'region'> {
  /** `null`: not known. */
  readonly pods: NonNullable<ClusterAssessment['pods']> | null;
  /** `null`: the Kubernetes API was not read. */
  readonly kubernetes: NonNullable<ClusterAssessment['kubernetes']> | null;
  /** Why `pods` is not known. */
  readonly unknown: string | null;
}

/** What `headroom pods --output json` prints. */
export interface PodsDocument extends OfScan {
  readonly clusters: readonly PodsRecord[];
}

/** An alert as it is stored, with its short number and its mute. */
export interface AlertRecord extends Alert {
  /** Names the alert everywhere. */
  readonly identity: string;
  /** What `headroom ack` takes; `null`: none yet. The page of `headroom serve` gives none. */
  readonly number?: number | null;
  readonly target: Target;
  /** `null`: it is not muted. */
  readonly muted: {
    readonly number?: number;
    /** ISO 8601; `null`: for as long as headroom.yml says. */
    readonly until: string | null;
    readonly by?: string;
    readonly reason?: string | null;
  } | null;
  /** Where its runbook is. */
  readonly runbook?: string | null;
}

/** What `headroom limits --output json` prints: one type, or a list where several are asked for. */
export type LimitsDocument = LimitsDescription | readonly LimitsDescription[];

/** What `headroom alerts --output json` prints, and `/alerts.json` of `headroom serve`. */
export interface AlertsDocument {
  readonly schema: 'headroom/alerts@1';
  readonly alerts: readonly AlertRecord[];
}

/** What `headroom mutes --output json` prints. */
export interface MutesDocument {
  readonly schema: 'headroom/mutes@1';
  readonly mutes: readonly StoredMute[];
}

/** What `headroom cost --output json` prints: US dollars a month. */
export interface CostDocument extends MonthlyCost {
  readonly schema: 'headroom/cost@1';
  /** Year and month of the prices. */
  readonly pricesAsOf: string;
  readonly currency: 'USD';
  readonly estate: EstateSize;
}

/** What `headroom access --output json` prints. */
export interface AccessDocument {
  readonly schema: 'headroom/access@1';
  readonly cluster: string;
  /** Whom the access entry is for. */
  readonly roleArn: string;
  readonly permissions: readonly {
    readonly permission: string;
    /** `null`: the API server did not say. */
    readonly granted: boolean | null;
    readonly purpose: string;
  }[];
  /** Permissions that are not granted. */
  readonly missing: readonly string[];
  /** Why the API server could not be asked. */
  readonly problem: Problem | null;
}

/** What is expected at one moment. */
export type OutlookDocument = Pick<
  Forecast,
  'exhaustionAt' | 'earliest' | 'latest' | 'probabilityWithin' | 'method' | 'reason'
>;

/** What `headroom forecast --output json` prints: one moment, or a list where several are asked for. */
export type ForecastDocument =
  | OutlookDocument
  | readonly (OutlookDocument & {
      /** ISO 8601. */
      readonly at: string;
    })[];

/** What `headroom forecast --review --output json` prints. */
export type ForecastReviewDocument = Review;

/** A section of headroom.yml with every default in place; `docs/configuration.md` describes the settings. */
interface Section {
  readonly [setting: string]: unknown;
}

/** What `headroom config check --output json` prints. */
export interface ConfigDocument {
  readonly schema: 'headroom/config@1';
  /** The file; `null`: there is none, and all is as it is by default. */
  readonly source: string | null;
  readonly targets: Section;
  readonly scan: Section;
  readonly kubernetes: Section | null;
  readonly metrics: Section;
  readonly alerts: Section;
  readonly links: Section;
  /** By name. */
  readonly destinations: { readonly [name: string]: Section };
}
