import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { demo } from '../../../lab/estates/demo.ts';
import { CHECKED_REGION, everyCheck } from '../../../lab/estates/every-check.ts';
import { everyOwner } from '../../../lab/estates/every-owner.ts';
import { insideClusters } from '../../../lab/estates/inside-clusters.ts';
import { DAY } from '../../../lab/estates/pace.ts';
import { startLab } from '../../../lab/lab.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { createTargetSources } from '../../../shared/aws/target-sources.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { createEstateSources, isProblem, type TargetEstate } from '../../../shared/inventory/estate.ts';
import type { EksCluster } from '../../../shared/model/aws/inventory.ts';
import type { Check, SettingsFor } from '../../../shared/model/checks/check.ts';
import { CHECKS } from '../../../shared/model/checks/checks.ts';
import { Estate } from '../../../shared/model/checks/estate.ts';
import { type CheckOutcome, runChecks } from '../../../shared/model/checks/run-checks.ts';
import { collectEstate } from '../../../shared/pipeline/collect-estate.ts';
import { NO_PAST, scanTarget } from '../../../shared/pipeline/scan-target.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

/** Whatever single listing is refused: what was found with it is found without it, or is unknown. It is never healthy. */

const REFUSED = { code: 'access-denied', message: 'This listing is not allowed', action: 'Allow it.' };

/** Their stories, on a day on which much is wrong in them. */
const ESTATES = [
  { estate: everyCheck, day: 1 },
  { estate: everyOwner, day: 1 },
  { estate: insideClusters, day: 1 },
  { estate: demo, day: 11 },
];

const LISTINGS = [
  'vpcs',
  'interfaces',
  'reservations',
  'instances',
  'instanceTypes',
  'vpcConnections',
  'routeTables',
  'elasticAddresses',
  'launchTemplates',
  'vpcEndpoints',
  'eksClusters',
  'autoScalingGroups',
] as const;

const without = (estate: TargetEstate, listing: (typeof LISTINGS)[number]): TargetEstate => ({
  ...estate,
  [listing]:
    listing === 'reservations'
      ? Object.fromEntries(Object.keys(estate.reservations).map((subnetId) => [subnetId, REFUSED]))
      : REFUSED,
});

const clustersOf = ({ eksClusters }: TargetEstate): readonly EksCluster[] =>
  isProblem(eksClusters) ? [] : eksClusters;

const withRefused = (estate: TargetEstate, refused: readonly EksCluster[]): TargetEstate => ({
  ...estate,
  eksClusters: clustersOf(estate).filter((cluster) => !refused.includes(cluster)),
  refusedClusters: refused.map(({ name }) => ({ name, problem: REFUSED })),
});

/** What each check says of each subject, by their names. */
const saidOf = async (estate: TargetEstate, now: number, checks: readonly Check[] = CHECKS) => {
  const assessed = await scanTarget({
    target: estate.target,
    scope: {},
    sources: createEstateSources(estate),
    past: NO_PAST,
    cache: null,
    now,
  });
  const context = new Estate(assessed.estate);
  const settings: SettingsFor = (rule) => DEFAULT_POLICY.rules[rule];
  const outcomes = runChecks(checks, { estate: context, settings, isUnread: context.isUnread });
  return {
    outcomes: new Map(outcomes.map((each) => [`${each.check.kind} of ${each.subject.id}`, each])),
    status: assessed.assessment.target.status,
    errors: assessed.assessment.target.errors,
    clusters: new Map(assessed.assessment.clusters.map((cluster) => [cluster.clusterName, cluster])),
  };
};

type Said = Awaited<ReturnType<typeof saidOf>>;

/** What each check says of one cluster. */
const levelsOf = ({ outcomes }: Said, cluster: string) =>
  [...outcomes].flatMap(([name, { hold, raise, subject }]) =>
    subject.type === 'cluster' && subject.id === cluster ? [{ name, raise, hold }] : [],
  );

const SEVERITIES: readonly string[] = ['info', 'warning', 'critical'];

const atLeast = ({ raise, hold, finding }: CheckOutcome): string => {
  if (raise === null) return 'unknown';
  if (hold === 'critical') return 'critical';
  return finding?.severity ?? 'healthy';
};

/** What the first found, and the second calls healthy, milder, or gone. */
const clearedBy = (before: Said, after: Said): readonly string[] =>
  [...before.outcomes].flatMap(([name, { finding, isListed }]) => {
    if (finding === null || !isListed) return [];
    const outcome = after.outcomes.get(name);
    if (outcome === undefined) return after.status === 'ok' ? [`${name} is gone`] : [];
    const later = atLeast(outcome);
    if (later === 'unknown') return [];
    return SEVERITIES.indexOf(later) < SEVERITIES.indexOf(finding.severity) ? [`${name} is ${later}`] : [];
  });

describe.each(ESTATES)('$estate.name', ({ estate, day }) => {
  let collected: TargetEstate;
  let now: number;
  let whole: Said;

  beforeAll(async () => {
    const lab = await startLab({ estate, clock: createLabClock() });
    lab.clock.advance(day * DAY);
    now = lab.clock.now();
    const [account] = estate.build(lab.clock.startsAt).accounts;
    const target = { accountId: account?.accountId ?? '', region: CHECKED_REGION };
    const { credentials, endpoint, region } = labClient(lab, target.accountId);
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    const clients = createTargetClients({ region, credentials, meter: new CallMeter() });
    try {
      collected = await collectEstate(target, createTargetSources(target, clients));
    } finally {
      clients.destroy();
      vi.unstubAllEnvs();
      await lab.close();
    }
    whole = await saidOf(collected, now);
  });

  test('much is wrong with it', () => {
    expect(whole.status).toBe('ok');
  });

  test.each(LISTINGS)('no alert ends because %s cannot be read', async (listing) => {
    expect(clearedBy(whole, await saidOf(without(collected, listing), now))).toEqual([]);
  });

  test('no alert ends because one cluster cannot be read, it is named, and other clusters are as known as before', async () => {
    for (const cluster of clustersOf(collected)) {
      const after = await saidOf(withRefused(collected, [cluster]), now);
      expect(clearedBy(whole, after)).toEqual([]);
      expect(after.clusters.get(cluster.name)?.unknowns).toContainEqual({
        field: 'version',
        reason: 'EKS did not describe this cluster in full. The errors of the target give the reason.',
      });
      expect(after.outcomes.get(`eks-health of ${cluster.name}`)).toMatchObject({
        raise: null,
        notMeasured: 'EKS did not describe the cluster in full.',
      });
      for (const { name } of clustersOf(collected).filter((other) => other !== cluster)) {
        expect(after.clusters.get(name)?.unknowns).toEqual(whole.clusters.get(name)?.unknowns);
        expect(levelsOf(after, name)).toEqual(levelsOf(whole, name));
      }
    }
  });

  test('clusters that are refused for one cause are one problem, which names them', async () => {
    const clusters = clustersOf(collected);
    const { errors, status } = await saidOf(withRefused(collected, clusters), now);
    const [, ...others] = clusters.map(({ name }) => name);
    const more = others.length > 5 ? ` and ${others.length - 5} more` : '';
    expect(status).toBe(clusters.length === 0 ? 'ok' : 'partial');
    expect(errors.map(({ message }) => message)).toEqual(
      clusters.length === 0
        ? []
        : [
            others.length === 0
              ? REFUSED.message
              : `${REFUSED.message}. The same holds for ${others.slice(0, 5).join(', ')}${more}`,
          ],
    );
  });

  test('a check that does not say what it rests on is found', async () => {
    const careless = CHECKS.map(({ restsOn: _, ...check }) => check);
    const cleared = clearedBy(whole, await saidOf(without(collected, 'instances'), now, careless));
    expect(cleared.length).toBeGreaterThan(0);
  });
});
