import { describe, expect, test } from 'vitest';
import { alertingFor } from '../../../shared/alerts/alerting.ts';
import { isGone } from '../../../shared/alerts/gone.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';
import type { Transition } from '../../../shared/model/alert/alert.ts';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import type { AlertPolicy } from '../../../shared/model/alert/policy.ts';
import type { SubnetAssessment, VpcAssessment } from '../../../shared/model/result/assessment.ts';
import { raiseAlerts } from '../../../shared/pipeline/alert.ts';
import { deliverOutbox } from '../../../shared/pipeline/deliver-outbox.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { observationsOf } from '../../fixtures/check-observations.ts';

/**
 * From assessments to messages, with the real rules, policy, reducer, store and outbox: what people hear of when things
 * are muted, inhibited and grouped.
 */

const MINUTE = 60_000;
const START = Date.parse('2026-01-10T20:00:00.000Z'); // a Saturday
const target = { accountId: '111111111111', region: 'eu-west-1' };

class Estate {
  readonly messages: AlertMessage[] = [];
  readonly #policy: AlertPolicy;
  readonly #store = createMemoryStateStore();
  #now = START;

  constructor(policy: AlertPolicy) {
    this.#policy = policy;
  }

  /** Scans every five minutes for so long, and tells what people heard meanwhile. */
  async watch(
    minutes: number,
    subnets: readonly SubnetAssessment[],
    vpcs: readonly VpcAssessment[] = [],
  ): Promise<readonly string[]> {
    const before = this.messages.length;
    for (let minute = 0; minute < minutes; minute += 5) {
      await this.#scan(subnets, vpcs);
      this.#now += 5 * MINUTE;
    }
    return this.messages
      .slice(before)
      .map(
        ({ threadId, transitions }) =>
          `${threadId.split('/').slice(2).join('/')}: ${transitions.map(inShort).join(', ')}`,
      );
  }

  async #scan(subnets: readonly SubnetAssessment[], vpcs: readonly VpcAssessment[]): Promise<void> {
    const assessment = anAssessment({ subnets, vpcs, scannedAt: new Date(this.#now).toISOString() });
    const store = this.#store.alerts;
    const runId = String(this.#now);
    const now = this.#now;
    const clock = (): number => now;
    const alerting = alertingFor({
      observations: observationsOf(assessment, this.#policy),
      policy: this.#policy,
      stored: (await store.list(target)).map(({ alert }) => alert),
      isGone: (alert) => isGone(alert, assessment, null),
      links: { dashboard: null },
      now,
    });
    const { alerts } = await raiseAlerts({ target, ...alerting, store, now, clock, runId });
    const notifier = {
      send: async (message: AlertMessage): Promise<void> => {
        this.messages.push(message);
      },
    };
    await deliverOutbox({ target, alerts, store, notifier, group: alerting.group, runId, clock });
  }
}

const inShort = ({ key, transition, severity }: Transition): string =>
  `${key.replace('/subnet/subnet-', ' ')} ${transition}${severity === 'ok' ? '' : ` ${severity}`}`;

const subnet = (name: string, available: number, changes: Partial<SubnetAssessment> = {}): SubnetAssessment =>
  aSubnet({ subnetId: `subnet-${name}`, name: null, available, awsAvailable: available, ...changes });

const muted = (settings: string): AlertPolicy =>
  parseConfiguration(`alerts: { mutes: [{ match: { subnet: subnet-a }, reason: x, ${settings} }] }`, 'drill')
    .alerts;

describe('a maintenance window', () => {
  const saturdayNight = 'weekly: { days: [saturday], start: "20:00", end: "22:00" }';

  test('keeps quiet what happens in it, and tells what is still wrong when it ends', async () => {
    const estate = new Estate(muted(saturdayNight));
    expect(await estate.watch(120, [subnet('a', 10), subnet('b', 10)])).toEqual([
      'subnet/subnet-b: addresses b firing warning',
    ]);
    expect(await estate.watch(5, [subnet('a', 10), subnet('b', 10)])).toEqual([
      'subnet/subnet-a: addresses a firing warning',
    ]);
  });

  test('an alert that began and ended in it is never sent', async () => {
    const estate = new Estate(muted(saturdayNight));
    expect(await estate.watch(60, [subnet('a', 0)])).toEqual([]);
    expect(await estate.watch(120, [subnet('a', 200)])).toEqual([]);
  });

  test('the end of an alert that was sent before is sent afterwards', async () => {
    const estate = new Estate(muted('from: 2026-01-10T21:00:00Z, until: 2026-01-10T22:00:00Z'));
    expect(await estate.watch(60, [subnet('a', 10)])).toEqual([
      'subnet/subnet-a: addresses a firing warning',
    ]);
    expect(await estate.watch(60, [subnet('a', 200)])).toEqual([]);
    expect(await estate.watch(10, [subnet('a', 200)])).toEqual(['subnet/subnet-a: addresses a resolved']);
  });
});

describe('a cause and its symptoms', () => {
  const forecast = (hours: number): Partial<SubnetAssessment> => ({
    forecast: {
      addresses: {
        exhaustionAt: new Date(START + hours * 60 * MINUTE).toISOString(),
        earliest: null,
        latest: null,
        probabilityWithin: { '24h': 0, '72h': 0.9, '7d': 1 },
        method: 'drill',
        reason: 'The supply falls.',
      },
    },
  });

  test('a low supply and its outlook are one alert, which eases when the supply is no longer low', async () => {
    const atOnce = { 'addresses-low': { pendingFor: 0 }, 'addresses-exhaustion': { pendingFor: 900 } };
    const estate = new Estate({ ...DEFAULT_POLICY, overrides: [{ match: {}, rules: atOnce }] });
    const low = [subnet('a', 2, forecast(90))];
    expect(await estate.watch(60, low)).toEqual(['subnet/subnet-a: addresses a firing critical']);
    // The low supply is over, the outlook is not. It may be low again at the same time tomorrow.
    expect(await estate.watch(24 * 60, [subnet('a', 100, forecast(90))])).toEqual([]);
    expect(await estate.watch(90, [subnet('a', 100, forecast(90))])).toEqual([
      'subnet/subnet-a: addresses a deescalated warning',
    ]);
  });

  test('a VPC that is full is one message, and its subnets are silent', async () => {
    const vpc: VpcAssessment = {
      vpcId: 'vpc-01',
      name: null,
      ...target,
      cidrBlocks: ['10.0.0.0/16'],
      subnets: 3,
      usable: 753,
      available: 9,
      networkAddressUsage: null,
    };
    const full = ['a', 'b', 'c'].map((name) => subnet(name, 3));
    const estate = new Estate(DEFAULT_POLICY);
    expect(await estate.watch(60, full, [vpc])).toEqual([
      'vpc/vpc-01: vpc-addresses-low/vpc/vpc-01 firing critical',
    ]);
    const better = ['a', 'b', 'c'].map((name) => subnet(name, 200));
    expect(await estate.watch(70, better, [vpc])).toEqual([
      'vpc/vpc-01: vpc-addresses-low/vpc/vpc-01 resolved',
    ]);
  });

  test('many low subnets of a VPC with room are one message about the VPC, and so is their end', async () => {
    const policy = {
      ...DEFAULT_POLICY,
      rules: {
        ...DEFAULT_POLICY.rules,
        'vpc-addresses-low': { ...DEFAULT_POLICY.rules['vpc-addresses-low'], enabled: false },
      },
    };
    const estate = new Estate(policy);
    const low = ['a', 'b', 'c'].map((name) => subnet(name, 10));
    expect(await estate.watch(15, low)).toEqual([
      'vpc/vpc-01: addresses a firing warning, addresses b firing warning, addresses c firing warning',
    ]);
    expect(await estate.watch(70, [subnet('a', 200), ...low.slice(1)])).toEqual([
      'vpc/vpc-01: addresses a resolved',
    ]);
    expect(await estate.watch(5, [])).toEqual(['vpc/vpc-01: addresses b resolved, addresses c resolved']);
  });
});
