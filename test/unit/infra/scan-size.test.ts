import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SCAN_SIZES, sizeScanTarget } from '../../../infra/lambda/scan-size.ts';

const ROOT = join(import.meta.dirname, '../../..');

const withoutTags = (file: string): unknown =>
  parse(readFileSync(join(ROOT, file), 'utf8'), { logLevel: 'silent' });

/** What the files of the deployment say, as it becomes resources. */
const asWritten = () => {
  const { functions } = withoutTags('serverless.yml') as {
    readonly functions: Readonly<Record<string, { readonly memorySize: number; readonly timeout: number }>>;
  };
  const environment = withoutTags('infra/lambda/environment.yml') as Readonly<
    Record<string, Readonly<Record<string, string>>>
  >;
  const { Resources } = withoutTags('infra/lambda/queues.yml') as {
    readonly Resources: Readonly<Record<string, { Properties: Record<string, unknown> }>>;
  };
  return {
    ScanDashtargetLambdaFunction: {
      Properties: {
        MemorySize: functions['scan-target']?.memorySize,
        Timeout: functions['scan-target']?.timeout,
        Environment: { Variables: { ...environment['scan-target'] } as Record<string, string> },
      },
    },
    TargetQueue: { Properties: { ...Resources['TargetQueue']?.Properties } },
    FleetDashboard: {
      Properties: { DashboardBody: { 'Fn::Sub': ['text', { ScanTargetGigabytes: '0.25' }] } },
    },
  };
};

const sized = (memorySize: string): ReturnType<typeof asWritten> => {
  const resources = asWritten();
  sizeScanTarget(resources, memorySize);
  return resources;
};

test('the files have the smallest size', () => {
  expect(sized('256')).toEqual(asWritten());
});

describe.each(Object.keys(SCAN_SIZES))('with %s MB', (memorySize) => {
  const { ScanDashtargetLambdaFunction: scan, TargetQueue: queue, FleetDashboard: fleet } = sized(memorySize);
  const { Environment, MemorySize, Timeout } = scan.Properties;
  const heap = Number(/--max-old-space-size=(\d+)/.exec(Environment.Variables['NODE_OPTIONS'] ?? '')?.[1]);

  test('the heap leaves room for what is not in it', () => {
    expect(MemorySize).toBe(Number(memorySize));
    expect(heap).toBeGreaterThan(0.4 * Number(memorySize));
    expect(heap).toBeLessThan(0.75 * Number(memorySize));
  });

  test('a scan ends before its time is over, and its message stays hidden for as long as Lambda asks', () => {
    expect(Number(Environment.Variables['HEADROOM_SCAN_DEADLINE_SECONDS'])).toBe(Number(Timeout) - 30);
    expect(Timeout).toBeLessThanOrEqual(900);
    expect(queue.Properties['VisibilityTimeout']).toBe(6 * Number(Timeout));
    const { maxReceiveCount } = queue.Properties['RedrivePolicy'] as { readonly maxReceiveCount: number };
    expect(queue.Properties['MessageRetentionPeriod']).toBeGreaterThan(
      maxReceiveCount * Number(queue.Properties['VisibilityTimeout']),
    );
  });

  test('the dashboard reckons with it', () => {
    expect(fleet.Properties.DashboardBody['Fn::Sub'][1]).toEqual({
      ScanTargetGigabytes: String(Number(memorySize) / 1024),
    });
  });
});
