import { afterEach, describe, expect, test } from 'vitest';
import { startServer } from '../../../cli/serve/http-server.ts';
import { LatestScans } from '../../../cli/serve/latest-scans.ts';
import { createPages } from '../../../cli/serve/pages.ts';
import type { ScanDocument } from '../../../shared/pipeline/scan-document.ts';
import { worstFirst } from '../../../shared/report/worst-first.ts';
import { largeFleet, NOW } from '../../fixtures/report-estate.ts';

/** A large fleet is asked for in parts, over real HTTP. */

let close: (() => Promise<void>) | null = null;
afterEach(async () => {
  await close?.();
  close = null;
});

const serving = async (subnets: number) => {
  const fleet = await largeFleet(subnets);
  const latest = new LatestScans();
  for (const assessment of fleet)
    latest.put({
      assessment,
      alerts: [],
      result: { status: 'ok', alerting: 'whole', remembered: true, undelivered: 0 },
    });
  latest.endRun();
  const server = await startServer({ host: '127.0.0.1', port: 0 }, createPages({ latest, now: () => NOW }));
  ({ close } = server);
  const get = (path: string) => fetch(new URL(path, server.url));
  const part = async (path: string) =>
    (await (await get(path)).json()) as ScanDocument & {
      readonly part: { readonly of: number; readonly offset: number; readonly next: string | null };
    };
  return { fleet, get, part };
};

describe('the scans of a fleet as JSON', () => {
  test('come in parts that have every subnet once, worst first, and every target in each', async () => {
    const { fleet, part } = await serving(3_000);
    const seen: string[] = [];
    let next: string | null = 'scan.json?limit=700';
    while (next !== null) {
      const document = await part(`/${next}`);
      expect(document.targets).toHaveLength(3);
      expect(document.part).toMatchObject({ of: 3_000, offset: seen.length });
      seen.push(
        ...document.subnets.map((subnet) => `${subnet.accountId}/${subnet.region}/${subnet.subnetId}`),
      );
      const ids = new Set(document.subnets.map(({ subnetId }) => subnetId));
      for (const { subject } of document.findings)
        expect(subject.subnetIds.some((subnetId) => ids.has(subnetId))).toBe(true);
      next = document.part.next;
    }
    expect(seen).toEqual(worstFirst(fleet).map(({ key }) => key));
  });

  test('are narrowed by account, by level and by words', async () => {
    const { part, fleet } = await serving(2_000);
    const [, second] = fleet;
    const one = await part(`/scan.json?account=${second?.target.accountId}&q=team-7-&limit=5000`);
    expect(one.part.of).toBe(25);
    for (const { accountId, name } of one.subnets) {
      expect(accountId).toBe(second?.target.accountId);
      expect(name).toMatch(/^team-7-private-/);
    }
    const worst = await part('/scan.json?severity=critical&severity=warning&limit=5000');
    const expected = worstFirst(fleet).filter(
      ({ severity }) => severity === 'critical' || severity === 'warning',
    );
    expect(worst.part.of).toBe(expected.length);
    const id = second?.subnets[3]?.subnetId ?? '';
    expect((await part(`/scan.json?subnet=${id}`)).subnets.map(({ subnetId }) => subnetId)).toEqual([id]);
    expect(await part('/scan.json?account=000000000000')).toMatchObject({
      subnets: [],
      part: { of: 0, next: null },
    });
  });

  test.each([
    ['a filter that does not exist', 'acount=1', 'no acount'],
    ['a limit that is no number', 'limit=all', 'limit=all'],
    ['a limit that is too large', 'limit=5001', 'more than 5000'],
    ['no subnets at all', 'limit=0', 'limit=0'],
    ['a negative offset', 'offset=-1', 'offset=-1'],
  ])('are refused for %s', async (_, query, words) => {
    const { get } = await serving(1_000);
    const response = await get(`/scan.json?${query}`);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(words)]);
  });

  test('of more than 20,000 subnets are never one document, and it is said how to ask', async () => {
    const { get, part } = await serving(21_000);
    const whole = await get('/scan.json');
    expect([whole.status, await whole.text()]).toEqual([
      400,
      expect.stringContaining('/scan.json?limit=1000'),
    ]);
    expect((await part('/scan.json?limit=10')).subnets).toHaveLength(10);
  });
});

describe('the details of a subnet that is not among the worst', () => {
  test('are drawn when they are asked for', async () => {
    const { fleet, get } = await serving(1_000);
    const [{ target, subnets } = expect.fail('there should be a target')] = fleet;
    const { subnetId } = subnets[0] ?? expect.fail('there should be a subnet');
    const response = await get(`/details/${target.accountId}/${target.region}/${subnetId}`);
    expect(await response.text()).toMatch(/^<div class="detail-body">.*<svg class="map"/s);
    for (const path of [
      `/details/${target.accountId}/${target.region}/subnet-0`,
      `/details/000000000000/${target.region}/${subnetId}`,
      `/details/${target.accountId}/../${subnetId}`,
    ])
      expect((await get(path)).status).toBe(404);
  });
});
