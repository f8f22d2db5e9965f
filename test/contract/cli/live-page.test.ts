import { readFileSync } from 'node:fs';
import { request as send } from 'node:http';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterEach, describe, expect, test } from 'vitest';
import { performAction } from '../../../cli/serve/actions.ts';
import { startServer } from '../../../cli/serve/http-server.ts';
import { LatestScans } from '../../../cli/serve/latest-scans.ts';
import { createPages } from '../../../cli/serve/pages.ts';
import { StateReview } from '../../../cli/serve/state-review.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { ANY_FORM } from '../../fixtures/any-form.ts';
import { anAssessment } from '../../fixtures/assessments.ts';
import { anAlert } from '../../fixtures/stored-alerts.ts';

/** The routes of the live page, and who may act through it, over real HTTP. */

const TARGET = { accountId: '111111111111', region: 'eu-west-1' };
const NOW = Date.parse('2026-01-01T00:20:00.000Z');
const CSRF = 'c'.repeat(64);
const ALERT = `111111111111/eu-west-1/${anAlert().key}`;

let close: (() => Promise<void>) | null = null;
afterEach(async () => {
  await close?.();
  close = null;
});

const serving = async ({ token = null, mayAct = true }: { token?: string | null; mayAct?: boolean } = {}) => {
  const store = createMemoryStateStore();
  await store.assessments.putLatest(anAssessment());
  await store.alerts.commit(TARGET, anAlert(), 0);
  const latest = new LatestScans();
  latest.put({
    assessment: anAssessment(),
    alerts: [anAlert()],
    result: { status: 'ok', alerting: 'whole', remembered: true, undelivered: 0 },
  });
  const review = new StateReview({
    latest,
    policy: () => DEFAULT_POLICY,
    open: () => ({ ...store, close: async () => {} }),
    now: () => NOW,
  });
  const rendered = { reports: 0 };
  const pages = {
    ...createPages({
      latest,
      now: () => NOW,
      review: () => review.refresh(),
      // The past is read once for each report that is drawn.
      histories: async () => {
        rendered.reports += 1;
        return new Map();
      },
      token: mayAct ? CSRF : null,
    }),
    ...(mayAct
      ? {
          actions: {
            token: CSRF,
            names: ['headroom.example.com'],
            perform: async (action: Parameters<typeof performAction>[0]) => {
              const did = await performAction(action, store, NOW);
              await review.refresh(true);
              return did;
            },
          },
        }
      : {}),
  };
  const server = await startServer({ host: '127.0.0.1', port: 0 }, pages, { token });
  ({ close } = server);
  const get = async (path: string, init: RequestInit = {}) => fetch(new URL(path, server.url), init);
  const post = (
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number | undefined; readonly text: string }> =>
    new Promise((resolve, reject) => {
      const { host } = new URL(server.url);
      const asked = send(
        new URL('/actions', server.url),
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-headroom-token': CSRF,
            'sec-fetch-site': 'same-origin',
            origin: `http://${host}`,
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode, text }));
        },
      );
      asked.on('error', reject);
      asked.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  const acknowledgedBy = async () => (await store.alerts.read(TARGET, anAlert().key))?.alert.acknowledged?.by;
  return { get, post, acknowledgedBy, store, latest, rendered };
};

const ACKNOWLEDGE = { action: 'acknowledge', alert: ALERT, by: 'Ada' };

describe('the live page', () => {
  test('has the scans as JSON by the schema of headroom scan', async () => {
    const { get } = await serving();
    const response = await get('/scan.json');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const schema = readFileSync(join(import.meta.dirname, '../../../docs/schema/scan.schema.json'), 'utf8');
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const isValid = ajv.compile(JSON.parse(schema));
    const document: unknown = await response.json();
    expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true);
    expect(document).toMatchObject({ subnets: [{ subnetId: 'subnet-0a' }] });
  });

  test('has the alerts as JSON, named as headroom alerts names them', async () => {
    const { get } = await serving();
    expect(await (await get('/alerts.json')).json()).toMatchObject({
      schema: 'headroom/alerts@1',
      alerts: [{ identity: ALERT, status: 'firing', muted: null }],
    });
  });

  test('has a runbook for each check with what is found now, and none for what is no check', async () => {
    const { get } = await serving();
    const runbook = await (await get('/runbooks/addresses-low')).text();
    expect(runbook).toContain('Runbook: Few addresses left');
    expect((await get('/runbooks/no-such-check')).status).toBe(404);
    expect((await get('/runbooks/..%2f..%2fetc')).status).toBe(404);
    expect((await get('/runbooks/__proto__')).status).toBe(404);
  });

  test('has a version that changes only with what it shows', async () => {
    const { get, post } = await serving();
    const version = async () => (await get('/', { method: 'HEAD' })).headers.get('etag');
    const first = await version();
    expect(await version()).toBe(first);
    expect(await (await get('/')).text()).toContain(`data-version="${first?.replaceAll('"', '&quot;')}"`);
    await post(ACKNOWLEDGE);
    expect(await version()).not.toBe(first);
  });

  test('is drawn once a run, whatever number of clients ask while its targets are scanned', async () => {
    const { get, latest, rendered } = await serving();
    latest.endRun();
    const bodies = new Map<string, number>();
    let answered = 0;
    const clients = Array.from({ length: 200 }, async (_, client) => {
      for (let request = 0; request < 3; request += 1) {
        const headers = { 'accept-encoding': client % 2 === 0 ? 'gzip' : 'identity' };
        const response = await get('/', { headers });
        const key = `${response.headers.get('etag')} ${await response.text()}`;
        bodies.set(key, (bodies.get(key) ?? 0) + 1);
        answered += 1;
      }
    });
    // A run over 80 targets is stored meanwhile.
    for (let target = 0; target < 80; target += 1) {
      const assessment = anAssessment({
        target: {
          accountId: String(200_000_000_000 + target),
          region: 'eu-west-1',
          status: 'ok',
          errors: [],
        },
      });
      latest.put({
        assessment,
        alerts: [],
        result: { status: 'ok', alerting: 'whole', remembered: true, undelivered: 0 },
      });
      await new Promise(setImmediate);
    }
    await Promise.all(clients);
    expect({ answered, editions: bodies.size, drawn: rendered.reports }).toEqual({
      answered: 600,
      editions: 1,
      drawn: 1,
    });
    latest.endRun();
    await get('/');
    await get('/');
    expect(rendered.reports).toBe(2);
  });

  test('is not sent again to a client that has its edition', async () => {
    const { get, latest } = await serving();
    for (const path of ['/', '/scan.json', '/alerts.json']) {
      const etag = (await get(path)).headers.get('etag') ?? '';
      expect(etag).toMatch(/^W\/"\d+-\d+"$/);
      const again = await get(path, { headers: { 'if-none-match': `"other", ${etag}` } });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
      expect((await get(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
      latest.endRun();
      expect((await get(path, { headers: { 'if-none-match': etag } })).status).toBe(200);
    }
  });

  test('links each alert to its runbook and to the console, and lists the targets with their state', async () => {
    const { get } = await serving();
    const page = await (await get('/')).text();
    expect(page).toContain('href="runbooks/addresses-low"');
    expect(page).toContain('console.aws.amazon.com/vpcconsole/home?region=eu-west-1#SubnetDetails');
    expect(page).toMatch(/data-target="watched"><td>111111111111<\/td><td>eu-west-1<\/td>/);
    expect(page).toContain('connect-src &#39;self&#39;');
  });
});

describe('a reader of the live page', () => {
  test('acknowledges, takes it back, and mutes for some hours; it is written who did', async () => {
    const { post, acknowledgedBy, get, store } = await serving();
    expect(await post(ACKNOWLEDGE)).toMatchObject({ status: 200 });
    expect(await acknowledgedBy()).toBe('Ada (live page)');
    expect(await (await get('/metrics')).text()).not.toMatch(/^headroom_alert_firing\{/m);
    await post({ ...ACKNOWLEDGE, action: 'withdraw' });
    expect(await acknowledgedBy()).toBeUndefined();
    expect(await post({ action: 'mute', alert: ALERT, by: '', hours: 24 })).toMatchObject({ status: 200 });
    expect(await store.cache.get('mutes', NOW, ANY_FORM)).toMatchObject([
      {
        match: { account: ['111111111111'], region: ['eu-west-1'], subnet: ['subnet-0a'] },
        until: '2026-01-02T00:20:00.000Z',
        by: 'a reader (live page)',
      },
    ]);
    expect(await (await get('/alerts.json')).json()).toMatchObject({
      alerts: [{ muted: { until: '2026-01-02T00:20:00.000Z' } }],
    });
    expect(await (await get('/')).text()).toContain('data-act="unmute"');
    expect(await post({ action: 'unmute', alert: ALERT, by: 'Ada' })).toEqual({
      status: 200,
      text: expect.stringContaining('1 mute ended.'),
    });
    expect(await store.cache.get('mutes', NOW, ANY_FORM)).toEqual([]);
    expect(await (await get('/')).text()).not.toContain('data-act="unmute"');
    expect(await post({ action: 'unmute', alert: ALERT, by: 'Ada' })).toMatchObject({ status: 409 });
  });

  test('hears why it cannot be done', async () => {
    const { post } = await serving();
    expect(await post({ ...ACKNOWLEDGE, alert: '111111111111/eu-west-1/no/such/alert' })).toMatchObject({
      status: 409,
      text: expect.stringContaining('There is no alert'),
    });
  });
});

describe('nothing happens', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ['without the token of the page', { 'x-headroom-token': '' }],
    ['with another token', { 'x-headroom-token': 'd'.repeat(64) }],
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another port or name of this site', { 'sec-fetch-site': 'same-site' }],
    ['by a link', { 'sec-fetch-site': 'none' }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['from a page without an origin', { origin: 'null' }],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['as text', { 'content-type': 'text/plain' }],
    ['under a name that is not this machine', { host: 'evil.example' }],
  ])('%s', async (_, headers) => {
    const { post, acknowledgedBy } = await serving();
    expect((await post(ACKNOWLEDGE, headers)).status).toBe(403);
    expect(await acknowledgedBy()).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['that is no JSON', 'no JSON'],
    ['that is empty', {}],
    ['that is null', null],
    ['with an unknown action', { ...ACKNOWLEDGE, action: 'delete' }],
    ['with a number for an alert', { ...ACKNOWLEDGE, alert: 1 }],
    ['with an object for a name', { ...ACKNOWLEDGE, by: {} }],
    ['that mutes for no time', { ...ACKNOWLEDGE, action: 'mute', hours: 0 }],
    ['that mutes for ever', { ...ACKNOWLEDGE, action: 'mute', hours: 1e9 }],
    ['that is too long', { ...ACKNOWLEDGE, by: 'x'.repeat(5_000) }],
    ['that is far too long', { ...ACKNOWLEDGE, by: 'x'.repeat(500_000) }],
  ])('for a body %s', async (_, body) => {
    const { post, acknowledgedBy } = await serving();
    const status = await post(body).then(
      (answer) => answer.status,
      // The server need not read a body to its end.
      () => 400,
    );
    expect(status).toBe(400);
    expect(await acknowledgedBy()).toBeUndefined();
  });

  test('without the sign-in of a server that asks for one', async () => {
    const { post, acknowledgedBy } = await serving({ token: 'a-token-of-some-length' });
    expect((await post(ACKNOWLEDGE)).status).toBe(403);
    const { status } = await post(ACKNOWLEDGE, { authorization: 'Bearer a-token-of-some-length' });
    expect([status, await acknowledgedBy()]).toEqual([200, 'Ada (live page)']);
  });

  test('where readers may not act, and the page has no buttons for it', async () => {
    const { post, get, acknowledgedBy } = await serving({ mayAct: false });
    expect((await post(ACKNOWLEDGE)).status).toBe(405);
    expect(await (await get('/')).text()).not.toContain('data-act=');
    expect(await acknowledgedBy()).toBeUndefined();
  });
});

test('the public name of the server is an origin of its page', async () => {
  const { post } = await serving();
  expect((await post(ACKNOWLEDGE, { origin: 'https://headroom.example.com' })).status).toBe(200);
});
