import { describe, expect, test } from 'vitest';
import { drawDashboardWidget } from '../../../shared/pipeline/dashboard-widget.ts';
import { addMute } from '../../../shared/pipeline/stored-mutes.ts';
import { parseWidgetRequest } from '../../../shared/report/widget-request.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { StateStoreError } from '../../../shared/state/state-store-error.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { anAlert, aSubject } from '../../fixtures/stored-alerts.ts';

const ENDPOINT = 'arn:aws:lambda:eu-west-1:111122223333:function:customWidget-headroom-prod-dashboard-widget';
const NOW = Date.UTC(2026, 0, 1, 0, 6);

const widget = async (event: unknown, assessments = [anAssessment()]): Promise<unknown> => {
  const store = createMemoryStateStore();
  for (const assessment of assessments) await store.assessments.putLatest(assessment);
  return drawDashboardWidget({ event, endpoint: ENDPOINT, store: store.assessments, now: NOW });
};

describe('the request of a dashboard', () => {
  test('is what its parameters and its context say', () => {
    expect(
      parseWidgetRequest({
        accountId: '111122223333',
        region: 'eu-west-1',
        vpcId: 'vpc-0a',
        subnetId: 'subnet-0a',
        widgetContext: { theme: 'dark' },
      }),
    ).toEqual({
      describe: false,
      theme: 'dark',
      accountId: '111122223333',
      region: 'eu-west-1',
      vpcId: 'vpc-0a',
      subnetId: 'subnet-0a',
      view: 'table',
      check: null,
    });
  });

  test.each([
    null,
    'text',
    [],
    { accountId: 5, region: '<b>', vpcId: 'vpc-to-be-chosen', subnetId: '"', widgetContext: 'no' },
  ])('that makes no sense (%j) asks for the whole fleet in light', (event) => {
    expect(parseWidgetRequest(event)).toEqual({
      describe: false,
      theme: 'light',
      accountId: null,
      region: null,
      vpcId: null,
      subnetId: null,
      view: 'table',
      check: null,
    });
  });
});

test('a target that cannot be read has its last figures, with their age and why, and no all-clear', async () => {
  const known = anAssessment();
  const html = String(
    await widget({}, [
      known,
      {
        ...anAssessment({ subnets: [], vpcs: [], findings: [], maps: [] }),
        target: {
          ...known.target,
          status: 'failed',
          errors: [{ code: 'unreachable', message: 'EC2 does not answer', action: 'Wait.' }],
        },
        scannedAt: '2026-01-01T00:05:00.000Z',
      },
    ]),
  );
  expect(html).toContain(
    'cannot be read.</b> Its figures are of 2026-01-01 00:00 UTC, and no all-clear. EC2',
  );
  expect(html.match(/class="chip old"[^>]*>6 min old</g)).toHaveLength(1 + known.subnets.length);
  expect(html).toContain(known.subnets[0]?.subnetId);
});

describe('the widget', () => {
  test('answers with documentation when CloudWatch asks for it', async () => {
    expect(await widget({ describe: true })).toEqual({
      markdown: expect.stringMatching(/^## Headroom: address map.*\*\*subnetId\*\*/s),
    });
  });

  test('shows the fleet, each subnet with what a click on it calls', async () => {
    const html = String(await widget({}));
    expect(html).toContain('Worst subnets of 1');
    expect(html).toContain('1 scan, the oldest 6 min ago');
    expect(html).toContain(
      `</button><cwdb-action action="call" display="widget" endpoint="${ENDPOINT}">{&quot;accountId&quot;:&quot;111111111111&quot;,&quot;region&quot;:&quot;eu-west-1&quot;,&quot;subnetId&quot;:&quot;subnet-0a&quot;}</cwdb-action>`,
    );
  });

  test('says which accounts could not be scanned in full', async () => {
    const errors = [{ code: 'access-denied', message: 'The role <x> may not.', action: 'Allow it.' }];
    const target = { accountId: '222222222222', region: 'eu-west-1', status: 'failed', errors } as const;
    const html = String(await widget({}, [anAssessment(), anAssessment({ target, subnets: [] })]));
    expect(html).toContain('222222222222 eu-west-1: The role &lt;x&gt; may not.');
  });

  test('shows only what it was asked for', async () => {
    const target = { accountId: '222222222222', region: 'eu-west-1', status: 'ok', errors: [] } as const;
    const other = anAssessment({ target, subnets: [aSubnet({ accountId: '222222222222', name: 'other' })] });
    const html = String(await widget({ accountId: '222222222222' }, [anAssessment(), other]));
    expect(html).toContain('other');
    expect(html).not.toContain('private-a');
  });

  test('says so when nothing was scanned, or the subnet is not known', async () => {
    expect(await widget({}, [])).toContain('Nothing has been scanned yet.');
    expect(await widget({ subnetId: 'subnet-0b' })).toContain('No scan knows subnet-0b.');
    expect(await widget({ vpcId: 'vpc-0b' })).toContain('No scan has a subnet of vpc-0b.');
  });

  test('has the names of the subnets that the graphs show by id', async () => {
    const healthy = Array.from({ length: 40 }, (_, index) =>
      aSubnet({
        subnetId: `subnet-1${String(index).padStart(2, '0')}`,
        name: `ordinary-${index}`,
        available: 300 + index,
        prefixes: null,
        fragmentationIndex: null,
        stranded: null,
        leakedInterfaces: null,
        unaccounted: null,
        usable: 5_000,
        used: null,
      }),
    );
    const leaking = aSubnet({
      ...healthy[0],
      subnetId: 'subnet-0c',
      name: null,
      available: 4_000,
      availableSingle: 4_000,
      awsAvailable: 4_000,
      leakedInterfaces: 9,
    });
    const estate = [anAssessment({ subnets: [...healthy, leaking] })];
    const named = (html: unknown) => [...String(html).matchAll(/<li>(subnet-\w+) <b>(.*?)<\/b>/g)];
    const names = named(await widget({ view: 'names' }, estate));
    expect(names.map(([, id]) => id).toSorted()).toEqual([
      'subnet-0c',
      ...healthy.slice(0, 10).map(({ subnetId }) => subnetId),
    ]);
    expect(names.find(([, id]) => id === 'subnet-0c')?.[2]).toContain('no name');
    expect(named(await widget({ view: 'names', vpcId: 'vpc-01' }, estate))).toHaveLength(41);
    expect(await widget({ view: 'names', vpcId: 'vpc-0b' }, estate)).toContain(
      'No scan has a subnet of vpc-0b.',
    );
  });

  test('has the runbook of a check, with what it finds at present, also before the first scan', async () => {
    const html = String(await widget({ view: 'runbook', check: 'addresses-low' }));
    expect(html).toContain('Runbook: ');
    expect(html).toContain('<h2>Look first</h2>');
    expect(html).toContain('headroom ack 3');
    expect(html).toContain('All subnets</button>');
    expect(await widget({ view: 'runbook', check: 'coverage' }, [])).toContain('<h2>When it fires</h2>');
    expect(await widget({ view: 'runbook', check: 'no-such-check' })).toContain(
      'There is no check no-such-check.',
    );
    expect(await widget({ view: 'runbook', check: '<b>' })).toContain('There is no check without a name.');
  });

  test('gives the reason in the place of a map that there is none of', async () => {
    const unknowns = [{ field: 'blocks', reason: 'the interfaces could not be listed' }];
    const html = String(
      await widget({ subnetId: 'subnet-0a' }, [
        anAssessment({ subnets: [aSubnet({ blocks: null, unknowns })] }),
      ]),
    );
    expect(html).toContain('No map: the interfaces could not be listed.');
  });
});

describe('alerts and the past on a board', () => {
  const HOUR = 3_600_000;
  const stateful = async (event: unknown) => {
    const store = createMemoryStateStore();
    const assessment = anAssessment();
    const target = { accountId: '111111111111', region: 'eu-west-1' };
    await store.assessments.putLatest(assessment);
    await store.alerts.commit(
      target,
      anAlert({ acknowledged: { by: 'Ada', at: '2026-01-01T00:01:00Z' } }),
      0,
    );
    await store.alerts.commit(target, anAlert({ subject: aSubject('subnet-0b'), severity: 'critical' }), 0);
    const past = Array.from({ length: 24 * 30 }, (_, index) => ({
      at: NOW - index * HOUR,
      samples: [{ subnetId: 'subnet-0a', available: 200 - Math.floor(index / 24), freePrefixes: null }],
    }));
    await store.history.backfill(target, past.toReversed());
    const until = new Date(NOW + HOUR).toISOString();
    await addMute(store.cache, { match: { subnet: ['subnet-0b'] }, reason: 'a test', by: 'Ada', until }, NOW);
    const draw = (state?: typeof store) =>
      drawDashboardWidget({
        event,
        endpoint: ENDPOINT,
        store: store.assessments,
        ...(state === undefined ? {} : { state }),
        now: NOW,
      });
    return { html: String(await draw(store)), without: String(await draw()), broken: draw, store };
  };

  test('alerts have their state, the worst first, and lead to map and history', async () => {
    const { html } = await stateful({ view: 'alerts' });
    const rows = [...html.matchAll(/<tr><td><span class="chip (\w+)">.*?<\/tr>/gs)].map(([row, level]) => [
      level,
      /<td>(muted until [^<]*|acknowledged by <bdi>Ada<\/bdi>)/.exec(row)?.[1],
    ]);
    expect(rows).toEqual([
      ['critical', 'muted until 2026-01-01 01:06 UTC'],
      ['warning', 'acknowledged by <bdi>Ada</bdi>'],
    ]);
    expect(html).toContain('map and history</button><cwdb-action');
    expect(html).toMatch(
      /runbook<\/button><cwdb-action [^>]*>\{&quot;view&quot;:&quot;runbook&quot;,&quot;check&quot;:&quot;addresses-low&quot;\}/,
    );
  });

  test('alerts that cannot be read are unknown, and not none', async () => {
    const { store, broken, without } = await stateful({ view: 'alerts' });
    expect(without).toContain('The alerts could not be read.');
    const failing = {
      ...store,
      alerts: {
        ...store.alerts,
        list: async () => Promise.reject(new StateStoreError('state-unreadable', 'no', 'no')),
      },
    };
    expect(String(await broken(failing))).toContain('The alerts could not be read.');
    expect(String(await broken(failing))).not.toContain('No alert fires');
  });

  test('the past of the worst subnets has their names and the usual thresholds', async () => {
    const { html, without } = await stateful({ view: 'history' });
    expect(html).toContain('private-a');
    expect(html).toMatch(/aria-label="Lowest of each day: 1\d\d of 251 \d+ days ago, 200 at last"/);
    expect(html).toContain('class="limit warning"');
    expect(html).toContain('the usual thresholds, 5 % and 2 %');
    expect(without).toContain('Nothing was recorded yet.');
  });

  test('the map of a subnet comes with its past', async () => {
    const { html } = await stateful({ subnetId: 'subnet-0a' });
    expect(html).toContain('The last 60 days');
    expect(html).toContain('class="chart-line"');
  });
});
