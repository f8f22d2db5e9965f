import type { Command } from 'commander';
import type { Alert } from '../../shared/model/alert/alert.ts';
import type { AddressMap, SubnetAssessment, TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { SubnetHistory } from '../../shared/model/result/forecast.ts';
import type { NotChecked } from '../../shared/model/result/not-checked.ts';
import { checkAll } from '../base/all-problems.ts';
import { type Session, UsageError } from '../base/command-line.ts';
import { addPlaceOptions, type Filters, filterNotChecked, narrowAssessments } from './filters.ts';
import { addKubernetesOptions } from './kubernetes-options.ts';
import { nearestOf } from './nearest-name.ts';
import { refuseUnread } from './not-read.ts';
import {
  addDocumentOptions,
  addWatchOption,
  checkDocumentFormat,
  type OutputOptions,
} from './output-options.ts';
import { addTargetOptions, checkTargetOptions, type ScanOptions } from './scan-options.ts';

export interface OneSubnetOptions
  extends ScanOptions,
    Pick<OutputOptions, 'watch'>,
    Pick<Filters, 'account' | 'cluster' | 'tag'> {
  readonly state?: string;
  readonly table?: string;
}

/** One subnet, with what is known around it. */
export interface OneSubnet {
  readonly subnet: SubnetAssessment;
  readonly assessment: TargetAssessment;
  /** `null`: an IPv6-only subnet has none, and one whose interfaces could not be read neither. */
  readonly map: AddressMap | null;
  /** `null`: nothing remembers its past. */
  readonly history: SubnetHistory | null;
  readonly alerts: readonly Alert[];
  /** Checks that could say nothing of the subnet or its clusters; `null`: stored scans do not keep them. */
  readonly notChecked: readonly NotChecked[] | null;
  /** All that was read: the exit code depends on it. */
  readonly assessments: readonly TargetAssessment[];
  /** Epoch milliseconds: the present, as these figures see it. */
  readonly now: number;
}

/** The options of a command that looks at one subnet, by a scan or in stored scans. */
export const addOneSubnetOptions = (command: Command): Command =>
  addWatchOption(
    addDocumentOptions(
      addKubernetesOptions(
        addPlaceOptions(
          addTargetOptions(command.argument('<subnet>', 'its id or its name'), { format: false }),
        ),
      )
        .option('-s, --state <file>', 'read the state of `headroom serve`, with history and forecasts')
        .option('-t, --table <name>', 'read the state of a deployment, in this DynamoDB table'),
    ),
  );

/** A shared subnet is in the scans of several accounts. */
const subnetIdentity = ({ accountId, subnetId }: SubnetAssessment): string => `${accountId}/${subnetId}`;

interface Looked {
  readonly assessments: readonly TargetAssessment[];
  readonly histories: ReadonlyMap<string, SubnetHistory>;
  readonly alerts: readonly Alert[];
  /** `null`: not known. */
  readonly notChecked: readonly NotChecked[] | null;
  readonly now: number;
}

/** What has no effect beside stored scans is refused. */
const checkSource = (options: OneSubnetOptions): void => {
  if (options.state === undefined && options.table === undefined) return;
  const idle = [
    ...(options.from === undefined ? [] : ['--from']),
    ...(options.roleArn === undefined ? [] : ['--role-arn']),
    ...(options.kubernetes === true ? ['--kubernetes'] : []),
    ...(options.context === undefined ? [] : ['--context']),
    ...(options.kubernetesFrom === undefined ? [] : ['--kubernetes-from']),
  ];
  if (idle.length > 0)
    throw new UsageError(
      `${idle.join(' and ')} cannot be used with ${options.table === undefined ? '--state' : '--table'}.`,
      'Read either stored scans or a new scan.',
    );
};

const look = async (options: OneSubnetOptions, session: Session): Promise<Looked> => {
  if (options.state !== undefined || options.table !== undefined) {
    const { readStoredScans } = await import('./stored-scans.ts');
    const now = session.io.now();
    return { ...(await readStoredScans(options, now)), notChecked: null, now };
  }
  const { scanToDocument } = await import('./scanned-estate.ts');
  const { assessments, notChecked, now } = await scanToDocument(options, session);
  return { assessments, histories: new Map(), alerts: [], notChecked, now };
};

/**
 * Reads the subnet that a command names.
 *
 * @throws UsageError for a subnet that there is not, and for a name that several have
 * @throws HeadroomError `not-read` where it may be in what could not be read
 */
export const readOneSubnet = async (
  wanted: string,
  options: OneSubnetOptions,
  session: Session,
): Promise<OneSubnet> => {
  checkAll(
    () => checkTargetOptions(options),
    () => checkDocumentFormat(options.format),
    () => checkSource(options),
  );
  const { assessments, histories, alerts, notChecked, now } = await look(options, session);
  const { account, cluster, tag } = options;
  const places = narrowAssessments(assessments, {
    ...(account === undefined ? {} : { account }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(tag === undefined ? {} : { tag }),
  });
  const within = new Set(places.flatMap(({ subnets }) => subnets.map(subnetIdentity)));
  const all = assessments.flatMap((assessment) =>
    assessment.subnets
      .filter((subnet) => within.has(subnetIdentity(subnet)))
      .map((subnet) => ({ assessment, subnet })),
  );
  const found = all.filter(({ subnet }) => subnet.subnetId === wanted || subnet.name === wanted);
  const ids = new Set(found.map(({ subnet }) => subnet.subnetId));
  // A shared subnet is seen by several accounts: its owner sees all of it.
  const only = found.find(({ subnet }) => subnet.ownerId === null) ?? found[0];
  if (only === undefined) {
    const targets = assessments.map(({ target }) => target);
    const { renderProblems } = await import('../output/scan-table.ts');
    session.io.err(renderProblems(session.io, { targets }));
    refuseUnread(targets, `Subnet ${wanted} is not`);
    throw new UsageError(
      `There is no subnet ${wanted}.${nearestOf(
        wanted,
        all.map(({ subnet: { subnetId, name } }) => name ?? subnetId),
        all.map(({ subnet: { subnetId } }) => subnetId),
      )}`,
      'Name one that `headroom scan` lists, or look in another Region or account.',
    );
  }
  if (ids.size > 1)
    throw new UsageError(
      `${ids.size} subnets are called ${wanted}: ${found.map(({ subnet }) => `${subnet.subnetId} (${subnet.accountId} ${subnet.region})`).join(', ')}.`,
      'Give the id, or choose one with --account, --region, --cluster or --tag.',
    );
  const { assessment, subnet } = only;
  const { subnetKey } = await import('../../shared/report/worst-first.ts');
  return {
    subnet,
    assessment,
    map: assessment.maps.find(({ subnetId }) => subnetId === subnet.subnetId) ?? null,
    history: histories.get(subnetKey(subnet)) ?? null,
    alerts: alerts.filter(({ subject }) => subject.subnetIds.includes(subnet.subnetId)),
    notChecked:
      notChecked &&
      filterNotChecked(notChecked, assessment, { subnet: [subnet.subnetId], account: [subnet.accountId] }),
    assessments,
    now,
  };
};
