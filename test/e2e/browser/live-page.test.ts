import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Action, performAction } from '../../../cli/serve/actions.ts';
import { startServer } from '../../../cli/serve/http-server.ts';
import { LatestScans } from '../../../cli/serve/latest-scans.ts';
import { createPages } from '../../../cli/serve/pages.ts';
import { StateReview } from '../../../cli/serve/state-review.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { Alert } from '../../../shared/model/alert/alert.ts';
import type { Finding } from '../../../shared/model/result/finding.ts';
import { addMute } from '../../../shared/pipeline/stored-mutes.ts';
import { subnetKey } from '../../../shared/report/worst-first.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { ANY_FORM } from '../../fixtures/any-form.ts';
import { NOW, troubledEstate } from '../../fixtures/report-estate.ts';
import { anAlert } from '../../fixtures/stored-alerts.ts';
import { barriers, LOOKS, type OpenPage, openBrowser, openUrl, picture } from './browser.ts';

/** The page of `headroom serve` in a browser: what a reader filters, follows, acknowledges and mutes. */

const WIDE = { scheme: 'light', width: 1600 } as const;
const WORST = 'subnet-0e5a11d0000000001';
const TOKEN = 'c'.repeat(64);

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const firing = (finding: Finding): Alert =>
  anAlert({
    key: `prefixes/subnet/${finding.subject.id}`,
    rule: finding.kind,
    subject: finding.subject,
    severity: finding.severity === 'critical' ? 'critical' : 'warning',
    finding,
    since: new Date(NOW - 5 * 3_600_000).toISOString(),
  });

/** A server of the troubled estate, with an alert for its worst subnet. */
const serving = async () => {
  const { assessment, histories } = await troubledEstate();
  const { accountId, region } = assessment.target;
  const target = { accountId, region };
  const finding =
    assessment.findings.find(({ subject, kind }) => subject.id === WORST && kind === 'prefixes-exhaustion') ??
    expect.fail('no finding');
  const store = createMemoryStateStore();
  await store.assessments.putLatest(assessment);
  await store.alerts.commit(target, firing(finding), 0);
  const latest = new LatestScans();
  const put = () =>
    latest.put({
      assessment,
      alerts: [firing(finding)],
      result: { status: 'ok', alerting: 'whole', remembered: true, undelivered: 0 },
    });
  put();
  const review = new StateReview({
    latest,
    policy: () => DEFAULT_POLICY,
    open: () => ({ ...store, close: async () => {} }),
    now: () => NOW,
  });
  const byKey = new Map(
    [...histories].map(([subnetId, history]) => [subnetKey({ ...target, subnetId }), history] as const),
  );
  const server = await startServer(
    { host: '127.0.0.1', port: 0 },
    {
      ...createPages({
        latest,
        now: () => NOW,
        review: () => review.refresh(),
        histories: async () => byKey,
        token: TOKEN,
      }),
      actions: {
        token: TOKEN,
        names: [],
        perform: async (action: Action) => {
          const did = await performAction(action, store, NOW);
          await review.refresh(true);
          return did;
        },
      },
    },
  );
  ends.push(() => server.close());
  return { url: server.url, target, store, key: firing(finding).key, review, put };
};

const opened = async (url: string, look: (typeof LOOKS)[number] = WIDE): Promise<OpenPage> => {
  const page = await openUrl(browser, url, look);
  ends.unshift(() => page.close());
  return page;
};

const visible = (page: OpenPage['page'], selector: string): Promise<string[]> =>
  page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((each) => each.offsetParent !== null).map((each) => each.querySelector('bdi')?.textContent ?? each.textContent)`,
  );

describe.each(LOOKS)('the live page, $scheme and $width pixels wide', (look) => {
  test('has no serious barrier, no sideways scroll and no errors', async () => {
    const { url } = await serving();
    const { page, complaints } = await opened(url, look);
    await picture(page, `live-page-${look.scheme}-${look.width}`, look.width === 400 ? 1500 : 1250);
    expect(await barriers(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(look.width);
    expect(complaints).toEqual([]);
  });

  test('has what can be done with an alert within the window', async () => {
    const { url } = await serving();
    const { page } = await opened(url, look);
    for (const words of ['Acknowledge', 'Mute 4 h', 'Mute 24 h']) {
      const box = await page.getByRole('button', { name: `${words}: ` }).boundingBox();
      expect(box).not.toBeNull();
      expect((box?.x ?? 0) + (box?.width ?? look.width)).toBeLessThanOrEqual(look.width);
    }
  });
});

describe('filters', () => {
  test('narrow every part of the page and its sums, and the address keeps them', async () => {
    const { url } = await serving();
    const { page } = await opened(url);
    const allOwners = await page.locator('#owners tbody').textContent();
    await page.getByRole('button', { name: 'warning', exact: true }).click();
    expect(await visible(page, 'tr[data-key]')).toEqual(['eks-pods-a']);
    expect(await visible(page, '#runway .lanes li')).toEqual(['eks-pods-a']);
    expect(await visible(page, '#worst article')).toEqual(['eks-pods-a']);
    expect(await page.locator('[data-tile=subnets] b').textContent()).toBe('1');
    expect(await page.locator('[data-tile=available]').textContent()).toContain('202');
    expect(await page.locator('#groups [data-group=account] [data-sum=subnets]').textContent()).toBe('1');
    await expect.poll(() => page.locator('#owners tbody').textContent()).not.toBe(allOwners);
    expect(new URL(page.url()).hash).toBe('#severity=warning');
    await page.reload();
    expect(await visible(page, 'tr[data-key]')).toEqual(['eks-pods-a']);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    expect(await visible(page, 'tr[data-key]')).toHaveLength(4);
    expect(await page.locator('#owners tbody').textContent()).toBe(allOwners);
    expect(new URL(page.url()).hash).toBe('');
  });

  test('of zone and account are chosen from lists, together, and taken back by their chips', async () => {
    const { url } = await serving();
    const { page } = await opened(url);
    await page.locator('summary', { hasText: 'Zone' }).click();
    await page.getByRole('button', { name: 'eu-west-1b', exact: true }).click();
    expect((await visible(page, 'tr[data-key]')).toSorted()).toEqual(['batch-nodes-b', 'data-b']);
    await page.locator('summary', { hasText: 'Account' }).click();
    await page.getByRole('button', { name: '111111111111', exact: true }).click();
    expect(await visible(page, 'tr[data-key]')).toHaveLength(2);
    expect(await visible(page, '#alerts tbody tr')).toEqual([]);
    await page.locator('#chosen button', { hasText: 'zone' }).click();
    expect(await visible(page, 'tr[data-key]')).toHaveLength(4);
    expect(new URL(page.url()).hash).toBe('#account=111111111111');
  });
});

describe('links', () => {
  test('lead to a subnet by its name in the organization, with its map and history', async () => {
    const { url, target } = await serving();
    const { page } = await opened(`${url}/#${target.accountId}/${target.region}/${WORST}`);
    await page.locator('tr.detail svg.map:not(.key)').waitFor();
    expect(await page.locator('tr.detail img.outlook-plot').count()).toBe(2);
  });

  test('of the menu keep the filters, and an address with a broken escape opens nothing', async () => {
    const { url } = await serving();
    const { page, complaints } = await opened(`${url}/#severity=warning`);
    await page.locator('nav a', { hasText: 'findings' }).click();
    expect(await visible(page, 'tr[data-key]')).toEqual(['eks-pods-a']);
    await expect.poll(() => new URL(page.url()).hash).toBe('#severity=warning');
    await page.goto(`${url}/#%E0%A4%A`);
    expect(complaints).toEqual([]);
  });

  test('of an alert lead to its runbook, which has what is found now', async () => {
    const { url } = await serving();
    const { page, complaints } = await opened(url);
    await page.locator('#alerts a', { hasText: 'Runbook' }).click();
    expect(await page.locator('h1').textContent()).toMatch(/^Runbook: /);
    expect(await page.locator('article.finding').count()).toBeGreaterThan(0);
    expect(await barriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('rows', () => {
  test('are grouped by VPC, and stay so when they are sorted', async () => {
    const { url } = await serving();
    const { page } = await opened(url);
    await page.getByRole('button', { name: 'Group by VPC' }).click();
    expect(await page.locator('tr.group').count()).toBe(1);
    expect(await page.locator('tr.group').textContent()).toContain('vpc-01');
    await page.locator('table.subnets th', { hasText: 'Available' }).locator('button').click();
    expect(await page.locator('table.subnets tbody tr').first().getAttribute('class')).toBe('group');
    await page.getByRole('button', { name: 'Group by VPC' }).click();
    expect(await page.locator('tr.group').count()).toBe(0);
  });
});

describe('a reader', () => {
  test('acknowledges an alert under a name that the page remembers, and mutes it', async () => {
    const { url, store, target, key } = await serving();
    const { page, complaints } = await opened(url);
    await page.getByLabel('Your name').fill('Ada');
    await page.locator('button[data-act=acknowledge]').click();
    await page.locator('#alerts', { hasText: 'acknowledged by Ada (live page)' }).waitFor();
    expect((await store.alerts.read(target, key))?.alert.acknowledged?.by).toBe('Ada (live page)');
    expect(await page.getByLabel('Your name').inputValue()).toBe('Ada');
    await page.locator('button[data-act=mute]').first().click();
    await page.locator('#alerts', { hasText: 'muted until' }).waitFor();
    expect(await store.cache.get('mutes', NOW, ANY_FORM)).toMatchObject([{ by: 'Ada (live page)' }]);
    expect(complaints).toEqual([]);
  });

  test('hears why an action was refused', async () => {
    const { url, store, target, key } = await serving();
    const { page } = await opened(url);
    const stored = await store.alerts.read(target, key);
    await store.alerts.remove(target, key, stored?.version ?? 0);
    await page.locator('button[data-act=acknowledge]').click();
    await page.locator('#acted', { hasText: 'There is no alert' }).waitFor();
  });

  test('sees what others did after a refresh', async () => {
    const { url, store, review } = await serving();
    const { page } = await opened(url);
    const until = new Date(NOW + 3_600_000).toISOString();
    await addMute(store.cache, { match: { subnet: [WORST] }, reason: 'a test', by: 'Ada', until }, NOW);
    await review.refresh(true);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.locator('#alerts', { hasText: 'muted until' }).waitFor();
  });
});
