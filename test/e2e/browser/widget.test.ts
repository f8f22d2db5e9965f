import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOSTILE_NAMES } from '../../../lab/estates/hostile-names.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import type { SubnetHistory } from '../../../shared/model/result/forecast.ts';
import { drawDashboardWidget } from '../../../shared/pipeline/dashboard-widget.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { fragmentedSixteen, hostileEstate, NOW, troubledEstate } from '../../fixtures/report-estate.ts';
import { anAlert } from '../../fixtures/stored-alerts.ts';
import { barriers, LOOKS, type Look, type OpenPage, openBrowser, openFile, picture } from './browser.ts';

const WIDE = { scheme: 'light', width: 1600 } as const;
const SINCE = new Date(NOW - 5 * 3_600_000).toISOString();
const WORST = 'subnet-0e5a11d0000000001';

let browser: Browser;
let folder: string;
let pages = 0;
let troubled: TargetAssessment;
let pasts: ReadonlyMap<string, SubnetHistory> = new Map();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-widget-'));
  ({ assessment: troubled, histories: pasts } = await troubledEstate());
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the function answers to a dashboard of that look. */
const answer = async (
  assessment: TargetAssessment,
  params: Readonly<Record<string, unknown>>,
  theme: Look['scheme'],
): Promise<string> => {
  const store = createMemoryStateStore();
  await store.assessments.putLatest(assessment);
  const { accountId, region } = assessment.target;
  const target = { accountId, region };
  for (const [subnetId, { addresses }] of pasts)
    await store.history.backfill(
      target,
      addresses.hourly.map(({ hour, last }) => ({
        at: hour,
        samples: [{ subnetId, available: Math.round(last), freePrefixes: null }],
      })),
    );
  for (const finding of assessment.findings.slice(0, 2))
    await store.alerts.commit(
      target,
      anAlert({ key: finding.id, subject: finding.subject, finding, severity: 'warning', since: SINCE }),
      0,
    );
  const html = await drawDashboardWidget({
    event: { ...params, widgetContext: { theme, width: 588, height: 369 } },
    endpoint: 'arn:aws:lambda:eu-west-1:111122223333:function:customWidget-headroom-prod-dashboard-widget',
    store: store.assessments,
    state: store,
    now: NOW + 240_000,
  });
  return typeof html === 'string' ? html : expect.fail('the widget answered with documentation');
};

/** What CloudWatch takes out: scripts, frames, `<use>`, and attributes that hold scripts. */
const STRIPPED = /<(?:script|iframe|frame|object|embed|use|link|meta)\b|\son\w+\s*=|javascript:/i;

/** A dashboard's page: it runs no script, loads nothing, and has CloudWatch's two grounds. */
const dashboard = (widget: string, scheme: Look['scheme']): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>Dashboard</title><style>body{margin:0;padding:12px;background:${scheme === 'dark' ? '#161d26' : '#fff'}}</style></head><body><main><h1 style="font:600 16px sans-serif;margin:0 0 8px;color:${scheme === 'dark' ? '#fff' : '#16191f'}">Subnets</h1>${widget}</main></body></html>`;

const show = async (widget: string, look: Look): Promise<OpenPage> => {
  pages += 1;
  const path = join(folder, `${pages}.html`);
  writeFileSync(path, dashboard(widget, look.scheme));
  return openFile(browser, path, look);
};

const VIEWS = [
  { view: 'fleet', params: {} },
  { view: 'vpc', params: { vpcId: 'vpc-01' } },
  { view: 'subnet', params: { subnetId: WORST } },
  { view: 'alerts', params: { view: 'alerts' } },
  { view: 'history', params: { view: 'history' } },
];

describe.each(LOOKS)('the widget on a $scheme dashboard $width pixels wide', (look) => {
  test.each(VIEWS)(
    'shows the $view whole, without barriers and without asking for anything',
    async ({ view, params }) => {
      const html = await answer(troubled, params, look.scheme);
      expect(html).not.toMatch(STRIPPED);
      const { page, requests, complaints, close } = await show(html, look);
      try {
        await picture(page, `widget-${view}-${look.scheme}-${look.width}`, look.width === 400 ? 1300 : 700);
        expect(await barriers(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(look.width);
        expect(requests).toEqual([]);
        expect(complaints).toEqual([]);
      } finally {
        await close();
      }
    },
  );
});

test('leads from the fleet to a VPC, from there to a subnet, and back', async () => {
  let html = await answer(troubled, {}, 'light');
  /** What CloudWatch does on a click: it calls the function with what stands in the action after the button. */
  const choose = async (words: string): Promise<void> => {
    const { page, close } = await show(html, WIDE);
    try {
      const params = await page
        .locator(`button.go:has-text("${words}") + cwdb-action[action="call"]`)
        .first()
        .textContent();
      html = await answer(troubled, JSON.parse(params ?? '') as Record<string, unknown>, 'light');
    } finally {
      await close();
    }
  };
  expect(html).toContain('Worst subnets of 4');
  await choose('main');
  expect(html).not.toContain('Worst subnets');
  expect(html).toContain('batch-nodes-b');
  await choose('eks-pods-a');
  expect(html).toContain('Address map of 10.0.0.0/22');
  await choose('All subnets');
  expect(html).toContain('Worst subnets of 4');
});

test('shows names that try to break it as text', async () => {
  const hostile = await hostileEstate();
  for (const params of [{}, { vpcId: 'vpc-01' }, ...hostile.subnets.map(({ subnetId }) => ({ subnetId }))]) {
    const html = await answer(hostile, params, 'dark');
    const { page, requests, complaints, close } = await show(html, { scheme: 'dark', width: 1600 });
    try {
      expect(await page.locator('script, iframe, img, object, [onerror], [onload]').count()).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1600);
      expect(requests).toEqual([]);
      expect(complaints).toEqual([]);
    } finally {
      await close();
    }
  }
  const vpc = await answer(hostile, { vpcId: 'vpc-01' }, 'dark');
  expect(vpc.match(/class="go"/g)?.length).toBe(HOSTILE_NAMES.length + 1);
}, 120_000);

test('draws a /16 in which every block is fragmented', async () => {
  const estate = await fragmentedSixteen();
  const html = await answer(estate, { subnetId: estate.subnets[0]?.subnetId }, 'light');
  const { page, complaints, close } = await show(html, WIDE);
  try {
    await picture(page, 'widget-fragmented-16', 1150);
    expect(await page.locator('svg.map path.map-owner').count()).toBeGreaterThanOrEqual(7);
    expect(complaints).toEqual([]);
  } finally {
    await close();
  }
});

test('the page that stands in for CloudWatch does refuse scripts and requests', async () => {
  const { page, requests, complaints, close } = await show(
    '<script>document.title = "ran"</script><img src="http://127.0.0.1:9/x.png" alt="">',
    WIDE,
  );
  try {
    expect(await page.title()).toBe('Dashboard');
    expect(requests.length + complaints.length).toBeGreaterThan(0);
  } finally {
    await close();
  }
});
