import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { createEstateSources, type TargetEstate } from '../../../shared/inventory/estate.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { applyPolicy } from '../../../shared/pipeline/assess.ts';
import { NO_PAST, scanTarget } from '../../../shared/pipeline/scan-target.ts';
import {
  addresses,
  anInterfaceRecord,
  aSubnetRecord,
  aTarget,
  aVpcRecord,
} from '../../fixtures/inventory-records.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;

/** One subnet with one interface that the CNI left behind. */
const estate: TargetEstate = {
  target: aTarget,
  vpcs: [aVpcRecord()],
  subnets: [aSubnetRecord({ awsAvailable: 250 })],
  interfaces: [
    anInterfaceRecord({
      status: 'available',
      description: 'aws-K8S-i-01',
      privateAddresses: addresses('10.0.0.10'),
      tags: { 'node.k8s.amazonaws.com/instance_id': 'i-01' },
    }),
  ],
  reservations: { 'subnet-0a': [] },
  instances: [],
  instanceTypes: [],
  vpcConnections: [],
  eksClusters: [],
  autoScalingGroups: [],
};

const denied = { code: 'access-denied', message: 'Denied.', action: 'Allow it.' };

const scan = async (
  changes: Partial<TargetEstate>,
  previous: TargetAssessment | null,
  now: number,
): Promise<TargetAssessment> => {
  const scanned = await scanTarget({
    target: aTarget,
    scope: {},
    sources: createEstateSources({ ...estate, ...changes }),
    past: { ...NO_PAST, previous },
    cache: null,
    now,
  });
  return applyPolicy(scanned, DEFAULT_POLICY).assessment;
};

test.each([
  ['that learned nothing', { subnets: denied, vpcs: denied }, 'failed'],
  ['that could not list interfaces', { interfaces: denied }, 'partial'],
])('a scan %s does not make a leak young again', async (_, broken, status) => {
  const first = await scan({}, null, START);
  const second = await scan(broken, first, START + 60 * MINUTE);
  expect(second.target.status).toBe(status);
  const third = await scan({}, second, START + 70 * MINUTE);
  expect(third.leakedInterfaces).toMatchObject([{ firstSeenAt: '2026-01-01T00:00:00.000Z', leaked: true }]);
  expect(third.findings.map(({ kind }) => kind)).toContain('leaked-interfaces');
});
