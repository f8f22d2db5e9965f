import type { Alert, AlertLevel, Observation } from '../../shared/model/alert/alert.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { Finding, Subject } from '../../shared/model/result/finding.ts';
import { keyOf } from '../../shared/model/result/identity.ts';
import type { Chance } from './chance.ts';

const REGION = 'eu-west-1';
const TARGETS = 6;
const SUBNETS_EACH = 2;
const LEVELS: readonly AlertLevel[] = ['ok', 'ok', 'warning', 'critical'];

interface Subnet {
  readonly subject: Subject;
  readonly key: string;
  level: AlertLevel;
  exists: boolean;
}

export interface SimulatedTarget extends Target {
  readonly subnets: readonly Subnet[];
  isPlanned: boolean;
}

/** What one scan read. */
export interface Sight {
  readonly status: 'ok' | 'partial' | 'failed';
  /** By alert key; `null`: not seen. A key that is absent belongs to nothing that the scan knows of. */
  readonly levels: ReadonlyMap<string, AlertLevel | null>;
}

const subjectOf = (target: Target, type: Subject['type'], id: string): Subject => ({
  type,
  id,
  name: null,
  ...target,
  vpcId: type === 'subnet' ? 'vpc-01' : null,
  clusterName: null,
  subnetIds: type === 'subnet' ? [id] : [],
});

/** Alerts about addresses have the key of their supply, whichever of its rules raised them. */
const ruleOf = (key: string): string => {
  const name = key.slice(0, key.indexOf('/'));
  return name === 'addresses' ? 'addresses-low' : name;
};

/** Some accounts whose subnets fill up and empty, come and go. */
export class World {
  readonly home: Target = { accountId: '000000000000', region: REGION };
  readonly targets: readonly SimulatedTarget[];

  constructor() {
    this.targets = Array.from({ length: TARGETS }, (_, index) => {
      const target = { accountId: String(index + 1).repeat(12), region: REGION };
      return {
        ...target,
        isPlanned: true,
        subnets: Array.from({ length: SUBNETS_EACH }, (__, place): Subnet => {
          const subject = subjectOf(target, 'subnet', `subnet-${index}${place}`);
          return { subject, key: keyOf('addresses', subject), level: 'ok', exists: true };
        }),
      };
    });
  }

  get planned(): readonly SimulatedTarget[] {
    return this.targets.filter(({ isPlanned }) => isPlanned);
  }

  /** Five minutes pass. */
  tick(tick: number, chance: Chance): void {
    this.targets.forEach((target, index) => {
      target.isPlanned = stays(target.isPlanned, chance, index, tick);
      target.subnets.forEach((subnet, place) => {
        const number = index * SUBNETS_EACH + place;
        const level = chance.fault('level', number, tick);
        if (level !== null) subnet.level = LEVELS[Math.floor(level * LEVELS.length)] as AlertLevel;
        subnet.exists = stays(subnet.exists, chance, TARGETS + number, tick);
      });
    });
  }

  /** @param blindness how the reading goes wrong; `null`: it does not */
  look(target: SimulatedTarget, blindness: number | null): Sight {
    const status = blindness === null ? 'ok' : blindness < 0.5 ? 'failed' : 'partial';
    const levels = new Map<string, AlertLevel | null>();
    levels.set(keyOf('scan-failed', scanSubject(target)), status === 'ok' ? 'ok' : 'warning');
    if (status === 'failed') return { status, levels };
    target.subnets.forEach(({ exists, key, level }, place) => {
      // A listing that broke off names some subnets, knows nothing of others, and leaves out others again.
      const fate = blindness === null ? 0 : Math.floor(blindness * 64 * (place + 1)) % 4;
      if (exists && fate !== 3) levels.set(key, fate === 0 ? level : null);
    });
    return { status, levels };
  }
}

/** What a scan is to make of a listing that came over the wire: all of it, or nothing of it. */
export const sightBehindWire = (target: SimulatedTarget, isDamaged: boolean): Sight => {
  const levels = new Map<string, AlertLevel | null>();
  levels.set(keyOf('scan-failed', scanSubject(target)), isDamaged ? 'warning' : 'ok');
  for (const { exists, key, level } of target.subnets) if (exists) levels.set(key, isDamaged ? null : level);
  return { status: isDamaged ? 'partial' : 'ok', levels };
};

/** What a scan makes of subnets that were listed, each with its level, or `null`: its interfaces are not known. */
export const sightOfListed = (
  target: SimulatedTarget,
  listed: ReadonlyMap<string, AlertLevel | null> | null,
): Sight => {
  const isWhole = listed !== null && [...listed.values()].every((level) => level !== null);
  const levels = new Map<string, AlertLevel | null>();
  levels.set(keyOf('scan-failed', scanSubject(target)), isWhole ? 'ok' : 'warning');
  for (const { key, subject } of target.subnets) {
    const level = listed?.get(subject.id);
    if (level !== undefined) levels.set(key, level);
  }
  return { status: listed === null ? 'failed' : isWhole ? 'ok' : 'partial', levels };
};

/** What a scan made of it. @param read by subnet; `null`: it could not be read to its end */
export const sightByWire = (target: SimulatedTarget, read: ReadonlyMap<string, AlertLevel> | null): Sight => {
  const { status, levels } = sightBehindWire(target, read === null);
  const seen = target.subnets.flatMap(({ key, subject }) =>
    levels.has(key) ? [[key, read?.get(subject.id) ?? null] as const] : [],
  );
  return { status, levels: new Map([...levels, ...seen]) };
};

const stays = (isThere: boolean, chance: Chance, number: number, tick: number): boolean =>
  isThere ? chance.fault('goes', number, tick) === null : chance.fault('comesBack', number, tick) !== null;

const scanSubject = (target: Target): Subject =>
  subjectOf({ accountId: target.accountId, region: target.region }, 'monitor', 'scan');

const findings = new Map<string, Finding>();

const findingOf = (rule: string, subject: Subject, severity: 'warning' | 'critical'): Finding => {
  const name = `${rule} ${subject.accountId} ${subject.id} ${severity}`;
  const known = findings.get(name);
  if (known !== undefined) return known;
  const finding: Finding = {
    id: keyOf(rule, subject),
    kind: rule,
    severity,
    subject,
    title: `${subject.id}: ${severity}`,
    explanation: 'Simulated.',
    evidence: [],
    remedies: [],
  };
  findings.set(name, finding);
  return finding;
};

/** What the rules would say of a sight. */
export const observationsOf = (target: SimulatedTarget, { levels }: Sight): readonly Observation[] =>
  [...levels].map(([key, level]) => {
    const subject = target.subnets.find((subnet) => subnet.key === key)?.subject ?? scanSubject(target);
    const rule = ruleOf(key);
    const finding = level === null || level === 'ok' ? null : findingOf(rule, subject, level);
    return { key, rule, subject, raise: level, hold: level, finding, cause: `${subject.type}/${subject.id}` };
  });

export const assessmentOf = (
  { accountId, region }: Target,
  { status }: Sight,
  now: number,
): TargetAssessment => ({
  target: { accountId, region, status, errors: [] },
  scannedAt: new Date(now).toISOString(),
  vpcs: [],
  subnets: [],
  clusters: [],
  leakedInterfaces: [],
  findings: [],
  maps: [],
});

/** Whether an alert of a target that is scanned stands as the world does. */
export const isTrue = (alert: Alert | null, { exists, level }: Subnet): boolean =>
  (alert?.severity ?? 'ok') === (exists ? level : 'ok');
