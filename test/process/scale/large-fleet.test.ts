import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { reportPage } from '../../../shared/report/report-page.ts';
import { widgetHtml } from '../../../shared/report/widget.ts';
import { parseWidgetRequest } from '../../../shared/report/widget-request.ts';
import { worstFirst } from '../../../shared/report/worst-first.ts';
import { largeFleet, NOW } from '../../fixtures/report-estate.ts';

/** What people look at stays of a bounded size, however many subnets there are. */

const detailsOf = (page: string): Record<string, string> => {
  const packed = /id="details">([^<]*)</.exec(page)?.[1] ?? expect.fail('there should be details');
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as Record<string, string>;
};

const cpu = <Result>(work: () => Result): readonly [Result, string] => {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, `${((user + system) / 1e6).toFixed(1)} s`];
};

/** Bytes: 3.9 and 6.7 MB were measured, where 10,000 subnets had 13 MB with a row for each. */
describe.each([
  [10_000, 5_000_000],
  [100_000, 8_000_000],
])('a fleet of %d subnets', (subnets, most) => {
  let fleet: readonly TargetAssessment[] | null = null;
  const estate = async (): Promise<readonly TargetAssessment[]> => {
    fleet ??= await largeFleet(subnets);
    return fleet;
  };

  test('has a report of a bounded size, with all of it in sums, search and filters', async () => {
    const assessments = await estate();
    const [page, time] = cpu(() =>
      reportPage({ assessments, alerts: [], histories: new Map(), source: 'a test', now: NOW }),
    );
    const bytes = Buffer.byteLength(page);
    console.log(`report of ${subnets} subnets: ${(bytes / 1e6).toFixed(1)} MB, ${time} of CPU`);
    expect(bytes).toBeLessThan(most);
    expect(page.match(/<tr data-key=/g)).toHaveLength(2_000);
    expect(page).toContain(
      `<li class="" data-tile="subnets"><b>${subnets.toLocaleString('en')}</b><span>subnets</span></li>`,
    );
    const details = detailsOf(page);
    const ranked = worstFirst(assessments);
    expect(Object.keys(details)).toContain(ranked[1_999]?.key);
    expect(Object.keys(details)).not.toContain(ranked[2_000]?.key);
    const rest = JSON.parse(details['rest'] ?? '') as {
      readonly words: readonly string[];
      readonly rows: readonly (readonly unknown[])[];
      readonly findings: readonly unknown[];
    };
    const keys = rest.rows.map(
      (row) => `${rest.words[Number(row[0])]}/${rest.words[Number(row[1])]}/${row[8]}`,
    );
    // As one text: a difference of a hundred thousand lines helps no one.
    expect(
      keys.join() ===
        ranked
          .slice(2_000)
          .map(({ key }) => key)
          .join(),
    ).toBe(true);
    const findings = assessments.reduce((sum, each) => sum + each.findings.length, 0);
    expect(rest.findings).toHaveLength(findings - 1_000);
    expect(page).toContain(`And ${(findings - 1_000).toLocaleString('en')} more findings`);
  }, 300_000);

  test('has a widget far below the 6 MB that Lambda answers with, also where no target could be scanned', async () => {
    const assessments = (await estate()).map(
      (each, index): TargetAssessment => ({
        ...each,
        target: {
          ...each.target,
          status: 'partial',
          errors: [{ code: 'denied', message: `${index} ${'x'.repeat(5_000)}`, action: 'Allow it.' }],
        },
      }),
    );
    for (const view of ['table', 'alerts', 'history', 'names']) {
      const request = parseWidgetRequest({ view });
      const [page, time] = cpu(() =>
        widgetHtml({ request, assessments, alerts: [], endpoint: 'arn:aws:lambda:x', now: NOW }),
      );
      console.log(`widget ${view} of ${subnets} subnets: ${Buffer.byteLength(page)} bytes, ${time} of CPU`);
      expect(Buffer.byteLength(page)).toBeLessThan(200_000);
    }
  }, 300_000);
});
