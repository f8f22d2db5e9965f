import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LatestScans } from '../../../cli/serve/latest-scans.ts';
import { createPages } from '../../../cli/serve/pages.ts';
import { HOSTILE_NAMES } from '../../../lab/estates/hostile-names.ts';
import type { ScanDocument } from '../../../shared/pipeline/scan-document.ts';
import { anAssessment } from '../../fixtures/assessments.ts';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';
import { hostileEstate } from '../../security/hostile-estate.ts';
import { type OpenPage, openBrowser, openFile } from './browser.ts';

/**
 * Whole estates of names that try to run a script, in every page that a command makes. Each page is opened twice in a real
 * browser: as it is, and without its content policy, so that the policy hides no fault of the markup.
 */

const WIDE = { scheme: 'light', width: 1600 } as const;

/** Ways out of the place that a name stands in, and what an attacker does once outside. `window.forged` tells of it. */
const attack = fc
  .tuple(
    fc.constantFrom(
      '',
      '"',
      "'",
      '">',
      "'>",
      '</td>',
      '</script>',
      '</style>',
      '</title>',
      '</textarea>',
      '-->',
      ']]>',
      '</svg>',
      '`',
      '\\"',
      '\\',
      '\u2028',
      '&quot;>',
      '{{',
      '</text></svg>',
      '<!--',
      '<![CDATA[',
      '\u0000"',
      '"\n',
    ),
    fc.constantFrom(
      '<script>window.forged=1</script>',
      '<img src=x onerror=window.forged=1>',
      '<svg onload=window.forged=1>',
      '<iframe srcdoc="<script>parent.forged=1</script>"></iframe>',
      '<body onpageshow=window.forged=1>',
      '<details open ontoggle=window.forged=1>',
      '<link rel=stylesheet href=https://evil.example/x.css>',
      '<meta http-equiv=refresh content="0;url=https://evil.example">',
      '<a href="javascript:window.forged=1" id=forged>x</a>',
      '<base href=https://evil.example/>',
      '<form action=https://evil.example><button id=forged>x</button></form>',
      ' onmouseover=window.forged=1 x=',
      ';window.forged=1;//',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an attack on templates, not a template
      '${window.forged=1}',
      'constructor.constructor("window.forged=1")()}}',
      '<math><mtext><style><img src=x onerror=window.forged=1></style></mtext></math>',
      '<style>@import "https://evil.example/x.css";*{background:url(https://evil.example/)}</style>',
    ),
  )
  .map(([out, act]) => `${out}${act}`);

const NAMES = [...fc.sample(attack, { numRuns: 300, seed: 20_261_127 }), ...HOSTILE_NAMES];

const withoutPolicy = (page: string): string => {
  const without = page.replaceAll(/<meta http-equiv="Content-Security-Policy"[^>]*>/g, '');
  // A page that has no policy of its own to begin with has nothing to take away.
  expect(without).not.toContain('Content-Security-Policy');
  return without;
};

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-hostile-'));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The rest of a page has more of the same. */
const BUTTONS = 40;

/** What a page did, or has in it, that it must not. */
const harm = async ({ page, requests, complaints }: OpenPage): Promise<readonly string[]> => {
  const buttons = await page.locator('button:not([disabled]):visible').all();
  for (const button of buttons.slice(0, BUTTONS))
    await button.click({ timeout: 2_000, noWaitAfter: true }).catch(() => {});
  await page.evaluate('new Promise((done) => setTimeout(done, 100))');
  const found = await page.evaluate<string[]>(`[
    ...(window.forged === undefined ? [] : ['a script of a name ran']),
    ...[...document.querySelectorAll('iframe, object, embed, base, form, #forged, script[src], link[rel=stylesheet], meta[http-equiv=refresh]')]
      .map((element) => element.outerHTML.slice(0, 80)),
    ...[...document.querySelectorAll('*')].flatMap((element) =>
      [...element.attributes].filter(({ name }) => name.startsWith('on')).map(({ name }) => 'attribute ' + name)),
  ]`);
  // The buttons of the live page act by a request of their own, which has no server here. What else is asked for has an address.
  const foreign = requests.filter((url) => !url.endsWith('/actions'));
  const others = complaints.filter(
    // Versions of Chromium say differently that a file cannot be asked.
    (text) =>
      !/\/actions(?:'|\. URL scheme)/.test(text) && text !== 'Failed to load resource: net::ERR_FAILED',
  );
  return [...found, ...foreign.map((url) => `request ${url}`), ...others];
};

const opened = async (name: string, page: string): Promise<readonly string[]> => {
  const path = join(folder, `${name.replaceAll(' ', '-')}.html`);
  writeFileSync(path, page);
  const open = await openFile(browser, path, WIDE);
  try {
    return await harm(open);
  } finally {
    await open.close();
  }
};

/** @param only the accounts by their place in the file; left out: both */
const estateFile = (start: number, only: readonly number[] = [0, 1]): string => {
  const path = join(folder, `estate-${start}.json`);
  const estate = hostileEstate((index) => NAMES[(start + index) % NAMES.length] ?? '');
  const targets = estate.targets.filter((_, index) => only.includes(index));
  writeFileSync(path, JSON.stringify({ ...estate, targets }));
  return path;
};

const command = async (...args: readonly string[]): Promise<string> => {
  const { out, err } = await headroomInProcess(args);
  return out === '' ? expect.fail(err) : out;
};

const scanOf = async (path: string): Promise<ScanDocument> => {
  const { out } = await headroomInProcess(['scan', '--from', path, '--format', 'json']);
  return JSON.parse(out) as ScanDocument;
};

const plan =
  (kind: string) =>
  async (start: number): Promise<string> => {
    // Both accounts have a cluster of this name.
    const path = estateFile(start, [1]);
    const [cluster] = (await scanOf(path)).clusters;
    const name = cluster?.clusterName ?? expect.fail('the estate has no cluster');
    return command('plan', kind, '--from', path, '--format', 'html', '--cluster', name);
  };

const PAGES: Readonly<Record<string, (start: number) => Promise<string>>> = {
  'headroom report': (start) => command('report', '--from', estateFile(start), '--out', '-'),
  'headroom plan failover': plan('failover'),
  'headroom plan upgrade': plan('upgrade'),
  'the live page of headroom serve': async (start) => {
    const scan = await scanOf(estateFile(start));
    const latest = new LatestScans();
    for (const target of scan.targets)
      latest.put({
        assessment: { ...anAssessment({ ...scan, target, findings: scan.findings }), maps: [] },
        alerts: NAMES.slice(start, start + 20).map((name) =>
          alertAfter(anObservation('critical', { subject: aSubnetSubject({ name, id: name }) })),
        ),
        result: { status: 'ok', alerting: 'whole', remembered: true, undelivered: 0 },
      });
    return createPages({ latest, now: () => Date.parse('2026-01-01T01:00:00Z'), token: 'token' }).report();
  },
};

describe.each(Object.entries(PAGES))('%s', (name, make) => {
  test.each([0, 97, 194])(
    'names from number %i on run nothing and load nothing, with and without its policy',
    async (start) => {
      const page = await make(start);
      // The names are in it, or it would prove nothing.
      expect(page).toMatch(/window\.forged|evil\.example/);
      expect(await opened(`${name} ${start}`, page)).toEqual([]);
      expect(await opened(`${name} ${start} without policy`, withoutPolicy(page))).toEqual([]);
    },
  );
});

describe('a planted violation is found', () => {
  const [script = ''] = NAMES.filter((name) => name.startsWith('<script>'));
  const planted = (policy: string): string =>
    `<!doctype html><head>${policy}<title>planted</title></head><body>${script}<p title="${'" onclick=window.forged=1 x="'}">x</p></body>`;

  test('a page that shows a name as it is', async () => {
    expect(await opened('planted', planted(''))).toEqual(
      expect.arrayContaining(['a script of a name ran', 'attribute onclick']),
    );
  });

  test('the same behind a policy, which alone is not enough', async () => {
    const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`;
    const found = await opened('planted policy', planted(policy));
    expect(found).toContain('attribute onclick');
    expect(found.join(' ')).toMatch(/Content Security Policy/);
  });
});
