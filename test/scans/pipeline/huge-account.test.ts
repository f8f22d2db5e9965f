import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { HUGE_ACCOUNT, organization } from '../../../lab/estates/organization.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { createTargetSources } from '../../../shared/aws/target-sources.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { LISTINGS_AT_ONCE } from '../../../shared/pipeline/interface-listings.ts';
import { NO_PAST, type ScanTargetInput, scanTarget } from '../../../shared/pipeline/scan-target.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const TARGET = { accountId: HUGE_ACCOUNT, region: 'eu-west-1' };

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ estate: organization });
});
afterAll(() => lab.close());

const scan = async (changes: Partial<ScanTargetInput>): Promise<TargetAssessment> => {
  const { credentials, region, endpoint } = labClient(lab, HUGE_ACCOUNT);
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  const clients = createTargetClients({ region, credentials, meter: new CallMeter() });
  try {
    const { assessment } = await scanTarget({
      target: TARGET,
      scope: {},
      sources: createTargetSources(TARGET, clients),
      past: NO_PAST,
      cache: null,
      now: lab.clock.now(),
      ...changes,
    });
    return assessment;
  } finally {
    clients.destroy();
    vi.unstubAllEnvs();
  }
};

const listings = () =>
  lab.calls
    .filter(({ action }) => action === 'DescribeNetworkInterfaces')
    .map(({ parameters }) => parameters['Filter.1.Name'] ?? parameters['Filters'] ?? null);

test('a huge account that is listed in parts is assessed as if it had been listed as a whole', async () => {
  const whole = await scan({});
  expect(listings()).toHaveLength(4);
  lab.calls.length = 0;
  const past = { ...NO_PAST, previous: whole };
  const parts = await scan({ past, manyInterfaces: 3000 });
  // 3,200 interfaces in eight VPCs: four listings of two VPCs, 800 interfaces and one page each.
  expect(listings()).toHaveLength(LISTINGS_AT_ONCE);
  expect(parts).toEqual(whole);
  expect(parts.target.status).toBe('ok');
  expect(parts.subnets.reduce((sum, { used }) => sum + (used ?? 0), 0)).toBe(3200 * 15);
});

test('when one part cannot be listed, nothing of the others passes for the whole', async () => {
  const whole = await scan({});
  const fault = lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, accessDenied(), { after: 2 });
  const parts = await scan({ past: { ...NO_PAST, previous: whole }, manyInterfaces: 3000 });
  fault.remove();
  expect(parts.target).toMatchObject({ status: 'partial', errors: [{ code: 'access-denied' }] });
  expect(parts.subnets.map(({ available }) => available)).toEqual(parts.subnets.map(() => null));
});
