import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { drawDashboardWidget, keepingLatest } from '../../../shared/pipeline/dashboard-widget.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';
import { fragmentedSixteen, NOW } from '../../fixtures/report-estate.ts';

const ROOT = join(import.meta.dirname, '../../..');
const withoutTags = (path: string): unknown =>
  parse(readFileSync(join(ROOT, path), 'utf8').replace(/!(Ref|Sub|GetAtt|If|Not|Equals) ?/g, ''));

interface Roles {
  readonly Resources: {
    readonly DashboardWidgetRole: {
      readonly Properties: {
        readonly Policies: readonly {
          readonly PolicyDocument: {
            readonly Statement: readonly { readonly Sid: string; readonly Action: readonly string[] }[];
          };
        }[];
      };
    };
  };
}

let dynamo: LocalDynamoDb;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(async () => dynamo.stop());

/** CloudWatch shows what Lambda answers, and Lambda answers with 6 MB at most; a dashboard should not wait for so much. */
const LARGEST_ANSWER_BYTES = 250_000;

describe('the widget over DynamoDB', () => {
  test('draws a fully fragmented /16 small, and needs no permission but those of its role', async () => {
    const store = createDynamoStateStore({ client: dynamo.client, tableName: await dynamo.createTable() });
    const assessment = await fragmentedSixteen();
    await store.assessments.putLatest(assessment);
    const used = new Set<string>();
    dynamo.fates = ({ operation }) => {
      used.add(`dynamodb:${operation}`);
      return 'answered';
    };
    const ask = (event: unknown) =>
      drawDashboardWidget({ event, endpoint: 'arn', store: store.assessments, state: store, now: NOW });
    await ask({});
    await ask({ view: 'alerts' });
    await ask({ view: 'history' });
    const html = String(await ask({ subnetId: assessment.subnets[0]?.subnetId }));
    expect(html).toContain('4,096 blocks of 16 addresses');
    expect(new TextEncoder().encode(html).length).toBeLessThan(LARGEST_ANSWER_BYTES);
    const roles = withoutTags('infra/lambda/roles.yml') as Roles;
    const [policy] = roles.Resources.DashboardWidgetRole.Properties.Policies;
    const allowed = policy?.PolicyDocument.Statement.find(
      ({ Sid }) => Sid === 'ReadWhatScansRemember',
    )?.Action;
    expect([...used].toSorted()).toEqual(allowed);
  });
});

test('a warm widget reads an assessment once, until there is a newer one', async () => {
  const { assessments } = createDynamoStateStore({
    client: dynamo.client,
    tableName: await dynamo.createTable(),
  });
  const assessment = anAssessment();
  await assessments.putLatest(assessment);
  const store = keepingLatest(assessments);
  const requests: string[] = [];
  dynamo.fates = ({ operation }) => {
    requests.push(operation);
    return 'answered';
  };
  const ask = async (): Promise<{ readonly html: string; readonly requests: number }> => {
    requests.length = 0;
    const html = String(await drawDashboardWidget({ event: {}, endpoint: 'arn', store, now: NOW }));
    return { html, requests: requests.length };
  };
  const first = await ask();
  const second = await ask();
  expect(second.html).toBe(first.html);
  expect(second.requests).toBeLessThan(first.requests);
  await assessments.putLatest({
    ...assessment,
    scannedAt: '2026-01-01T00:05:00.000Z',
    subnets: [aSubnet({ name: 'renamed' })],
  });
  expect((await ask()).html).toContain('renamed');
});

test('the dashboard reckons the cost of every function, with the memory that it is given', async () => {
  const { functions } = withoutTags('serverless.yml') as {
    readonly functions: Readonly<Record<string, { readonly name: string; readonly memorySize: number }>>;
  };
  const { resources } = (await import(pathToFileURL(join(ROOT, 'infra/lambda/dashboards.js')).href)) as {
    readonly resources: {
      readonly Resources: Readonly<
        Record<string, { readonly Properties: { readonly DashboardBody: { readonly 'Fn::Sub': unknown } } }>
      >;
    };
  };
  const [text = '', variables = {}] = (resources.Resources['FleetDashboard']?.Properties.DashboardBody[
    'Fn::Sub'
  ] ?? []) as [string?, Readonly<Record<string, string>>?];
  const body = text.replaceAll(/\$\{(ScanTarget\w+)\}/g, (_, name: string) => variables[name] ?? '');
  const named = [...body.matchAll(/"Duration","FunctionName","([^"]+)"/g)].map(([, name]) => name);
  expect(named).toEqual(Object.values(functions).map(({ name }) => name));
  const memory = [...body.matchAll(/FILL\(d\d,0\)\/1000\*([\d.]+)/g)].map(
    ([, gigabytes]) => 1024 * Number(gigabytes),
  );
  expect(memory).toEqual(Object.values(functions).map(({ memorySize }) => memorySize));
});
