import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../shared/model/result/finding.ts';
import { withLastFigures } from '../../../shared/model/target/last-figures.ts';
import { failedAssessment } from '../../../shared/pipeline/scan-target.ts';
import { type ReportInput, reportPage } from '../../../shared/report/report-page.ts';
import { subnetKey, worstFirst } from '../../../shared/report/worst-first.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { NOW, troubledEstate } from '../../fixtures/report-estate.ts';

const report = (changes: Partial<ReportInput>): string =>
  reportPage({ assessments: [], alerts: [], histories: new Map(), source: 'a test', now: NOW, ...changes });

const detailsOf = (page: string): Record<string, string> => {
  const packed = /id="details">([^<]*)</.exec(page)?.[1] ?? expect.fail('there should be details');
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as Record<string, string>;
};

const aFinding = (changes: Partial<Finding> = {}): Finding => ({
  id: 'addresses-low/subnet/subnet-0a',
  kind: 'addresses-low',
  severity: 'critical',
  subject: {
    type: 'subnet',
    id: 'subnet-0a',
    name: 'private-a',
    accountId: '111111111111',
    region: 'eu-west-1',
    vpcId: 'vpc-01',
    clusterName: null,
    subnetIds: ['subnet-0a'],
  },
  title: 'private-a is almost full',
  explanation: 'Nine addresses are left.',
  evidence: [{ name: 'available', value: null }],
  remedies: [
    {
      title: 'Do it',
      effect: 'Helps.',
      commands: ['aws ec2 create-subnet --tag "a<b>"'],
      preconditions: [{ text: 'there is room', holds: null }],
    },
  ],
  ...changes,
});

test('a plot counts against what the supply could ever be: reserved ranges give no single addresses', async () => {
  const { assessment, histories } = await troubledEstate();
  const byKey = new Map(
    assessment.subnets.flatMap((subnet) => {
      const history = histories.get(subnet.subnetId);
      return history === undefined ? [] : [[subnetKey(subnet), history] as const];
    }),
  );
  const details = Object.values(detailsOf(report({ assessments: [assessment], histories: byKey }))).join();
  expect([...details.matchAll(/alt="(Available \w+ of [\d,]+)/g)].map(([, title]) => title)).toEqual([
    'Available addresses of 956',
    'Available prefixes of 62',
    'Available addresses of 4,091',
  ]);
});

describe('a subnet without IPv4 addresses', () => {
  const six = aSubnet({
    cidrBlock: null,
    ipv6Native: true,
    total: null,
    usable: null,
    used: null,
    available: null,
    availableSingle: null,
    awsAvailable: null,
    prefixes: null,
    fragmentationIndex: null,
    owners: [],
  });
  const page = report({ assessments: [anAssessment({ subnets: [six] })] });

  test('has no IPv4 figures, which is not the same as unknown ones', () => {
    const row = /<tr data-key.*?<\/tr>/s.exec(page)?.[0] ?? '';
    expect(row.match(/no IPv4/g)).toHaveLength(4);
    expect(row).not.toContain('unknown');
    expect(Object.values(detailsOf(page)).join()).not.toContain('Single addresses left');
    expect(page).toContain('There is no subnet with IPv4 addresses.');
    expect(page).not.toContain('without a forecast');
  });
});

describe('a target that cannot be read', () => {
  const known = anAssessment({
    scannedAt: new Date(NOW - 2 * 3_600_000).toISOString(),
    subnets: [aSubnet({ subnetId: 'subnet-0a' }), aSubnet({ subnetId: 'subnet-0b' })],
    findings: [aFinding()],
  });
  const error = { code: 'unreachable', message: 'EC2 does not answer', action: 'Wait.' };
  const page = report({
    assessments: [withLastFigures(failedAssessment(known.target, [error], NOW), known)],
  });

  test('has its last figures with their age and why, before anything else', () => {
    const [, first] = /<main>(.*?)<section/s.exec(page) ?? [];
    expect(first).toContain('>2 h old<');
    expect(first).toContain('111111111111 eu-west-1 cannot be read.');
    expect(first).toContain('and no all-clear. EC2 does not answer');
  });

  test('has the mark on each of its subnets, in the table and on its map', () => {
    const rows = page.split('<tr data-key=').slice(1);
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row.slice(0, row.indexOf('</tr>'))).toContain('>2 h old<');
    const cards = page.split('<article class="card').slice(1);
    for (const card of cards) expect(card.slice(0, card.indexOf('</article>'))).toContain('>2 h old<');
    expect(Object.values(detailsOf(page))[0]).toContain('not read since');
  });

  test('has no all-clear: nothing green, nothing fine, and no subnet that is not expected to run out', () => {
    expect(page).not.toMatch(/<li class="ok"/);
    expect(
      page
        .match(/<tr data-key="[^>]*data-severity="[^"]*"/g)
        ?.map((row) => /data-severity="(.*)"/.exec(row)?.[1]),
    ).toEqual(['critical', '']);
    expect(page).not.toMatch(/subnets? not expected to run out/);
    expect(page).toContain('2 subnets with old figures');
  });
});

describe('the report', () => {
  let page: string;
  beforeAll(async () => {
    page = report({ assessments: [(await troubledEstate()).assessment] });
  });

  test('lets in its one script by its hash, and nothing from anywhere', () => {
    const script = /<script>(.*?)<\/script>/s.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'");
    expect(policy).toBe(
      `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/);
    expect(page).not.toMatch(/url\(|@import/);
  });

  test('has the details of every subnet, packed', () => {
    const { holders, ...details } = detailsOf(page);
    expect(Object.keys(details)).toHaveLength(4);
    expect(Object.keys((JSON.parse(holders ?? '') as { rows: object }).rows)).toEqual(Object.keys(details));
    for (const markup of Object.values(details)) expect(markup).toContain('<svg class="map"');
  });

  test('has a row for every subnet and a card for the worst', () => {
    expect(page.match(/<tr data-key=/g)).toHaveLength(4);
    expect(page.match(/<article class="card/g)).toHaveLength(4);
  });
});

describe('what is not known', () => {
  const page = report({
    assessments: [
      anAssessment({
        subnets: [
          aSubnet({
            available: null,
            used: null,
            prefixes: null,
            owners: null,
            fragmentationIndex: null,
            confidence: 'unknown',
            unknowns: [{ field: 'available', reason: 'the interfaces could not be listed' }],
          }),
        ],
      }),
      failedAssessment(
        { accountId: '222222222222', region: 'us-east-1' },
        [{ code: 'access-denied', message: 'The role may not', action: 'Allow it.' }],
        NOW,
      ),
    ],
  });

  test('is said with its reason, and never as a zero', () => {
    expect(page).toContain('the interfaces could not be listed');
    expect(page).toContain('<b>unknown</b><span>addresses available in 1 subnet</span>');
    const row = /<tr data-key.*?<\/tr>/s.exec(page)?.[0] ?? '';
    expect(row).toContain('unknown');
    expect(row).not.toMatch(/>0</);
  });

  test('includes the accounts that could not be scanned, and what to do', () => {
    expect(page).toContain('account 222222222222, us-east-1');
    expect(page).toContain('The role may not<br><span class="muted">Allow it.</span>');
    expect(page).toContain('<b>1 of 2</b><span>scans complete');
  });
});

describe('a finding', () => {
  test('has its evidence, and remedies with preconditions and commands to copy', () => {
    const page = report({ assessments: [anAssessment({ findings: [aFinding()] })] });
    expect(page).toContain('available unknown');
    expect(page).toContain('? unknown:</span> there is room');
    expect(page).toContain('<code>aws ec2 create-subnet --tag &quot;a&lt;b&gt;&quot;</code></pre><button');
  });

  test('comes later when there are many, and its words can be searched anyway', () => {
    const findings = Array.from({ length: 60 }, (_, index) =>
      aFinding({
        id: `addresses-low/subnet/s-${index}`,
        title: `number ${index}`,
        explanation: `body ${index} ends`,
      }),
    );
    const page = report({ assessments: [anAssessment({ findings })] });
    const later = Object.entries(detailsOf(page)).filter(([key]) => key.startsWith('finding/'));
    expect(later).toHaveLength(20);
    for (const index of findings.keys()) {
      expect(page).toContain(`data-search="number ${index} subnet-0a`);
      const places = [page, ...later.map(([, body]) => body)].filter((text) =>
        text.includes(`body ${index} ends`),
      );
      expect(places).toHaveLength(1);
    }
  });
});

describe('the order of subnets', () => {
  const outlook = (exhaustionAt: string | null) => ({
    exhaustionAt,
    earliest: exhaustionAt,
    latest: null,
    probabilityWithin: { '24h': 0, '72h': 0, '7d': 0 },
    method: 'trend',
    reason: 'because',
  });

  test('is by severity, then by when they run out, then by what is free; the unknown come last', () => {
    const subnets = [
      aSubnet({ subnetId: 'subnet-unknown', available: null }),
      aSubnet({ subnetId: 'subnet-roomy', available: 240 }),
      aSubnet({ subnetId: 'subnet-tight', available: 10 }),
      aSubnet({ subnetId: 'subnet-later', forecast: { addresses: outlook('2026-12-01T00:00:00Z') } }),
      aSubnet({
        subnetId: 'subnet-sooner',
        usesPrefixes: true,
        forecast: { addresses: outlook(null), prefixes: outlook('2026-11-22T00:00:00Z') },
      }),
      aSubnet({ subnetId: 'subnet-0a', available: 250 }),
    ];
    const ranked = worstFirst([anAssessment({ subnets, findings: [aFinding()] })]);
    expect(ranked.map(({ subnet }) => subnet.subnetId)).toEqual([
      'subnet-0a',
      'subnet-sooner',
      'subnet-later',
      'subnet-tight',
      'subnet-roomy',
      'subnet-unknown',
    ]);
    expect(ranked[1]?.first.supply).toBe('prefixes');
  });
});
