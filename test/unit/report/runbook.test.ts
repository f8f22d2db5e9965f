import { describe, expect, test } from 'vitest';
import { RUNBOOKS } from '../../../shared/report/runbook.ts';

const lookOf = (kind: string): readonly string[] =>
  RUNBOOKS.get(kind)?.look.map(({ command }) => command) ?? [];

describe('a runbook begins with the alerts, then with what shows its subject', () => {
  test.each([
    ['addresses-low', 'headroom explain SUBNET'],
    ['overlapping-ranges', 'headroom findings --vpc VPC'],
    ['warm-pool-waste', 'headroom findings --cluster CLUSTER'],
    ['committed-demand', 'headroom findings --cluster CLUSTER'],
    ['interface-quota', 'headroom findings --account ACCOUNT'],
    ['scan-failed', 'headroom doctor'],
    ['coverage', 'headroom doctor'],
  ])('%s: %s', (kind, second) => {
    expect(lookOf(kind).slice(0, 2)).toEqual(['headroom alerts', second]);
  });

  test('pods are listed where the Kubernetes API is read', () => {
    const pods = 'headroom pods --cluster CLUSTER --kubernetes';
    expect(lookOf('pods-waiting')).toContain(pods);
    expect(lookOf('cni-settings')).not.toContain(pods);
  });
});
