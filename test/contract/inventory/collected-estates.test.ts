import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { writeOutputFile } from '../../../cli/output/output-file.ts';
import type { EstateBlueprint } from '../../../lab/estate/estate.ts';
import { demo } from '../../../lab/estates/demo.ts';
import { everyOwner } from '../../../lab/estates/every-owner.ts';
import { HOSTILE_NAMES, hostileNames } from '../../../lab/estates/hostile-names.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { createTargetSources } from '../../../shared/aws/target-sources.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { createEstateSources, type Estate, type TargetEstate } from '../../../shared/inventory/estate.ts';
import { estateText, readEstate } from '../../../shared/inventory/estate-file.ts';
import { redactEstate } from '../../../shared/inventory/estate-redaction.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { applyPolicy } from '../../../shared/pipeline/assess.ts';
import type { TargetSources } from '../../../shared/pipeline/collect.ts';
import { collectEstate } from '../../../shared/pipeline/collect-estate.ts';
import { NO_PAST, scanTarget } from '../../../shared/pipeline/scan-target.ts';
import { awsEnvironment } from '../../fixtures/headroom-command.ts';

const ACCOUNT = '111122223333';
const target = { accountId: ACCOUNT, region: 'eu-west-1' };
const now = Date.UTC(2026, 10, 20);
const THREE_DAYS = 3 * 24 * 3_600_000;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-collected-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** Works on a lab of this estate, three days into its life, with the clients of a deployment. */
const overLab = async <Result>(
  estate: EstateBlueprint,
  work: (sources: TargetSources, lab: Lab) => Promise<Result>,
): Promise<Result> => {
  const lab = await startLab({ estate });
  lab.clock.advance(THREE_DAYS);
  for (const [name, value] of Object.entries(awsEnvironment(lab.url, ACCOUNT))) vi.stubEnv(name, value);
  const clients = createTargetClients({ region: target.region, meter: new CallMeter() });
  try {
    return await work(createTargetSources(target, clients), lab);
  } finally {
    clients.destroy();
    await lab.close();
  }
};

const scan = async (sources: TargetSources, of = target): Promise<TargetAssessment> => {
  const scanned = await scanTarget({ target: of, scope: {}, sources, past: NO_PAST, cache: null, now });
  return applyPolicy(scanned, DEFAULT_POLICY).assessment;
};

const estateOf = (...targets: readonly TargetEstate[]): Estate => ({
  schema: 'headroom/estate@1',
  collectedAt: new Date(now).toISOString(),
  redacted: false,
  targets,
});

const firstOf = (estate: Estate): TargetEstate => {
  const [first] = estate.targets;
  if (first === undefined) throw new Error('The estate is empty');
  return first;
};

const scanEstate = (estate: Estate): Promise<TargetAssessment> => {
  const first = firstOf(estate);
  return scan(createEstateSources(first), first.target);
};

const labs = { demo, 'every owner': everyOwner, 'hostile names': hostileNames };

describe.each(Object.entries(labs))('the estate of %s', (name, blueprint) => {
  let live: TargetAssessment;
  let collected: TargetEstate;
  beforeAll(async () => {
    [live, collected] = await overLab(blueprint, async (sources) => [
      await scan(sources),
      await collectEstate(target, sources),
    ]);
  });

  test('scanned from its file, it is assessed as it was live', async () => {
    const path = join(folder, `${name}.json.gz`);
    await writeOutputFile(path, estateText(estateOf(collected)), { compressed: true });
    expect(live.subnets.length).toBeGreaterThan(1);
    expect(await scanEstate(await readEstate(path))).toEqual(live);
  });

  test('redacted, it is assessed with the same figures, owners, clusters and findings', async () => {
    const redacted = await scanEstate(redactEstate(estateOf(collected), 'key'));
    expect(figuresOf(redacted)).toEqual(figuresOf(live));
  });

  test('redacted, it holds nothing that names it', async () => {
    const redacted = JSON.stringify(redactEstate(estateOf(collected), 'key'));
    const left = namesIn(collected).filter((each) => redacted.includes(JSON.stringify(each).slice(1, -1)));
    expect(namesIn(collected).length).toBeGreaterThan(20);
    expect(left).toEqual([]);
  });

  test('redacted with the same key it is the same, with another it is not', () => {
    const once = redactEstate(estateOf(collected), 'key');
    expect(redactEstate(estateOf(collected), 'key')).toEqual(once);
    expect(firstOf(redactEstate(estateOf(collected), 'other')).target).not.toEqual(firstOf(once).target);
  });
});

test('a part that AWS denied is missing from the estate with its reason, and is denied again in scans of it', async () => {
  const [live, collected] = await overLab(demo, async (sources, lab) => {
    lab.faults.inject({ action: 'GetSubnetCidrReservations' }, accessDenied());
    return [await scan(sources), await collectEstate(target, sources)];
  });
  const scanned = await scanEstate(estateOf(collected));
  expect(scanned.target.errors.map(({ code }) => code)).toEqual(['access-denied']);
  expect(scanned).toEqual(live);
  const redacted = redactEstate(estateOf(collected), 'key');
  expect(JSON.stringify(redacted)).not.toContain(ACCOUNT);
  expect((await scanEstate(redacted)).target.errors.map(({ code }) => code)).toEqual(['access-denied']);
});

/** What must not change when names do: figures, kinds, counts, and who belongs with whom. */
const figuresOf = ({ subnets, clusters, findings, leakedInterfaces, vpcs }: TargetAssessment): object => ({
  vpcs: sorted(
    vpcs.map(({ subnets: count, usable, available, networkAddressUsage }) => [
      count,
      usable,
      available,
      networkAddressUsage,
    ]),
  ),
  subnets: sorted(
    subnets.map((subnet) => [
      subnet.total,
      subnet.usable,
      subnet.used,
      subnet.available,
      subnet.availableSingle,
      subnet.awsAvailable,
      subnet.unaccounted,
      subnet.prefixes,
      subnet.blocks,
      subnet.fragmentationIndex,
      subnet.stranded,
      subnet.confidence,
      subnet.reservations?.map(({ type, available }) => [type, available]),
      sorted(
        (subnet.owners ?? []).map(({ kind, name, interfaces, addresses }) => [
          kind,
          name === null,
          interfaces,
          addresses,
        ]),
      ),
    ]),
  ),
  clusters: sorted(
    clusters.map((cluster) => [
      cluster.mode,
      cluster.customNetworking,
      cluster.securityGroupsForPods,
      cluster.autoMode,
      cluster.source,
      cluster.gauges,
      cluster.nodes.length,
      cluster.capacity.map(({ morePods }) => morePods).sort(),
      cluster.committed.map(({ currentNodes, maximumNodes, fits }) => [currentNodes, maximumNodes, fits]),
    ]),
  ),
  findings: findings.map(({ kind, severity }) => `${kind} ${severity}`).sort(),
  leaked: leakedInterfaces.map(({ addresses, leaked }) => [addresses, leaked]),
});

const sorted = (items: readonly unknown[]): readonly string[] =>
  items.map((item) => JSON.stringify(item)).sort();

/** Every name, id and number that tells whose estate it is. */
const namesIn = (estate: TargetEstate): readonly string[] => {
  const names = new Set<string>([
    estate.target.accountId,
    ...HOSTILE_NAMES.filter((name) => name.length > 4),
  ]);
  const visit = (value: unknown, key: string): void => {
    if (Array.isArray(value)) for (const each of value) visit(each, key);
    else if (typeof value === 'object' && value !== null)
      for (const [inner, each] of Object.entries(value)) visit(each, inner);
    else if (
      typeof value === 'string' &&
      /^(name|ownerId|arn|.*Id|.*Ids|Name)$/.test(key) &&
      value.length > 4
    )
      names.add(value);
  };
  visit({ ...estate, instanceTypes: [] }, '');
  // Zones are the same for everybody, and AWS's own accounts are AWS's.
  for (const name of names) if (/^[a-z]{3}\d-az\d$|^amazon-/.test(name)) names.delete(name);
  return [...names];
};
