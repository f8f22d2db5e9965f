import { describe, expect, test } from 'vitest';
import { drawDashboardWidget } from '../../../shared/pipeline/dashboard-widget.ts';
import { parseWidgetRequest } from '../../../shared/report/widget-request.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';

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
    });
  });
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
    expect(html).toContain('the oldest scan 6 min ago');
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
