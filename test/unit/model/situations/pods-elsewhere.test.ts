import { describe, expect, test } from 'vitest';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import { CLUSTER, cniSettings } from '../../../fixtures/cluster-records.ts';
import { SITUATION_NOW, Situation } from '../../../fixtures/situation.ts';

/**
 * A subnet is full, and the CNI goes on in another one. With subnet discovery a refused call is passed over, and the next interface
 * is made in the subnet with most free addresses.
 * https://github.com/aws/amazon-vpc-cni-k8s/pull/2714 (subnet discovery)
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/2908 (a node kept asking the full subnet), fixed by
 * https://github.com/aws/amazon-vpc-cni-k8s/pull/2954
 * https://docs.aws.amazon.com/eks/latest/best-practices/subnets.html
 */

const PODS = { 'kubernetes.io/role/cni': '1' };
const SPOILED = Array.from({ length: 14 }, (_, block) => 16 * (block + 1) + 3);

interface Question {
  readonly env?: Readonly<Record<string, string>>;
  readonly podTags?: Readonly<Record<string, string>>;
  readonly podZone?: string;
}

/** Every block of the nodes' subnet is spoiled; a second subnet has room for pods. */
const spoiled = ({ env = {}, podTags = PODS, podZone = 'a' }: Question = {}): Situation => {
  const situation = new Situation();
  situation.subnet('nodes', '10.0.0.0/24');
  situation.subnet('pods', '100.64.0.0/24', { tags: podTags, zone: podZone });
  situation.cluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true', ...env }) });
  situation.group({ subnetIds: ['nodes'], maxSize: 4, desiredSize: 1 });
  situation.node('nodes', { group: 'g' });
  situation.spoil('nodes', ...SPOILED);
  return situation;
};

const prefixFinding = (situation: Situation) =>
  situation
    .assess()
    .findings.find(({ kind, subject }) => subject.id === 'nodes' && /prefix|fragment/.test(kind));

describe('a subnet of nodes without a free prefix', () => {
  test('is information where pods get prefixes from another subnet; the nodes still take an address each', () => {
    const situation = spoiled();
    const { findings } = situation.assess();
    const found = findings.filter(({ subject }) => subject.id === 'nodes');
    expect(found).toMatchObject([{ severity: 'info' }]);
    expect(JSON.stringify(found)).toContain('no free prefix, pods get theirs from pods');
    expect(JSON.stringify(found)).toContain('own address here: 236 addresses are left here');
    expect(situation.assess().cluster.committed).toMatchObject([{ shortfall: 0 }]);
  });

  test.each<[why: string, question: Question]>([
    ['discovery is off', { env: { ENABLE_SUBNET_DISCOVERY: 'false' } }],
    ['the other subnet is not tagged', { podTags: {} }],
    ['the other subnet is in another zone', { podZone: 'b' }],
    ['the tag shuts the other subnet out', { podTags: { 'kubernetes.io/role/cni': '0' } }],
  ])('is critical where %s', (_, question) => {
    expect(prefixFinding(spoiled(question))).toMatchObject({ severity: 'critical' });
  });

  test('is critical where the other subnet has no prefix either', () => {
    const situation = spoiled();
    situation.spoil('pods', ...SPOILED);
    expect(prefixFinding(situation)).toMatchObject({ severity: 'critical' });
  });

  test('is critical where one of two clusters may use no other subnet', () => {
    const situation = spoiled({
      podTags: { ...PODS, [`cni.networking.k8s.aws/cluster/${CLUSTER}`]: '1' },
    });
    situation.cluster({
      name: 'second',
      arn: 'arn:aws:eks:eu-west-1:111111111111:cluster/second',
      vpcCni: {
        version: 'v1.22.1-eksbuild.1',
        configuration: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}',
      },
    });
    situation.group({ name: 'h', subnetIds: ['nodes'], maxSize: 2 }, 'second');
    expect(prefixFinding(situation)).toMatchObject({ severity: 'critical' });
  });
});

/** Secondary mode: single addresses. */
const secondary = (): Situation => {
  const situation = new Situation();
  situation.subnet('nodes', '10.0.0.0/24');
  situation.subnet('pods', '100.64.0.0/26', { tags: PODS });
  situation.cluster({ vpcCni: cniSettings({}) });
  situation.group({ subnetIds: ['nodes'], maxSize: 4, desiredSize: 6 });
  for (let node = 0; node < 6; node += 1) {
    const instanceId = situation.node('nodes', { group: 'g', secondaries: 9 });
    const left = situation.freeIn('pods');
    if (left > 0) situation.attach(instanceId, 1, 'pods', { secondaries: Math.min(9, left - 1) });
  }
  return situation;
};

const addressFinding = (situation: Situation, id: string) =>
  situation.assess().findings.find(({ kind, subject }) => subject.id === id && /^addresses/.test(kind));

describe('a subnet without a free address', () => {
  test('is information where pods alone use it, and can get addresses from the subnet of the nodes', () => {
    const situation = secondary();
    expect(situation.freeIn('pods')).toBe(0);
    expect(addressFinding(situation, 'pods')).toMatchObject({
      severity: 'info',
      title: 'pods (shop): no address left, pods get theirs from nodes',
    });
  });

  test('is critical where something else is in it: that finds no other place', () => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/24');
    situation.subnet('pods', '100.64.0.0/26', { tags: PODS });
    situation.cluster({ vpcCni: cniSettings({}) });
    situation.group({ subnetIds: ['nodes'], maxSize: 4, desiredSize: 1 });
    situation.attach(situation.node('nodes', { group: 'g', secondaries: 9 }), 1, 'pods', { secondaries: 9 });
    situation.fill('pods', 0);
    expect(addressFinding(situation, 'pods')).toMatchObject({ severity: 'critical' });
  });

  test('is critical where nodes start: their own address has no other place', () => {
    const situation = secondary();
    situation.fill('nodes', 0);
    expect(addressFinding(situation, 'nodes')).toMatchObject({ severity: 'critical' });
    expect(addressFinding(situation, 'pods')).toMatchObject({ severity: 'critical' });
  });

  test('is critical under custom networking: an ENIConfig names one subnet', () => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/24');
    situation.subnet('pods', '100.64.0.0/26');
    situation.subnet('more', '100.64.1.0/24', { tags: PODS });
    situation.cluster({
      vpcCni: {
        version: 'v1.23.0-eksbuild.1',
        configuration: JSON.stringify({
          env: {
            AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
            ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone',
          },
          eniConfig: { create: true, subnets: { 'eu-west-1a': { id: 'pods' } } },
        }),
      },
    });
    situation.group({ subnetIds: ['nodes'], maxSize: 4, desiredSize: 6 });
    for (let node = 0; node < 6; node += 1) {
      const instanceId = situation.node('nodes', { group: 'g' });
      const left = situation.freeIn('pods');
      if (left > 0) situation.attach(instanceId, 1, 'pods', { secondaries: Math.min(9, left - 1) });
    }
    expect(situation.freeIn('pods')).toBe(0);
    expect(addressFinding(situation, 'pods')).toMatchObject({ severity: 'critical' });
  });
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Two weeks of free prefixes in the subnet of the nodes, up to now. */
const pastOf = (value: (hoursAgo: number) => number) => {
  const samples = Array.from({ length: (14 * DAY) / 300_000 }, (_, step) => {
    const ago = 14 * DAY - step * 300_000;
    return { at: SITUATION_NOW - ago, value: Math.round(value(ago / HOUR)) };
  });
  const past = historyOf(samples);
  return new Map([['nodes', { addresses: past, prefixes: past }]]);
};

/** Six of 15 prefixes of the nodes' subnet are free, and 15 in the other one; `spoiled` of those are not. */
const nearlyEmpty = (question: Question & { readonly spoiledThere?: number } = {}) => {
  const situation = new Situation();
  situation.subnet('nodes', '10.0.0.0/24');
  situation.subnet('pods', '100.64.0.0/24', { tags: question.podTags ?? PODS });
  situation.cluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true', ...question.env }) });
  situation.group({ subnetIds: ['nodes'], maxSize: 4, desiredSize: 1 });
  situation.node('nodes', { group: 'g' });
  situation.spoil('nodes', ...SPOILED.slice(0, 8));
  situation.spoil('pods', ...SPOILED.slice(0, question.spoiledThere ?? 0));
  return situation;
};

const DISCOVERY_OFF: Question = { env: { ENABLE_SUBNET_DISCOVERY: 'false' } };
const OTHERS_FULL = { spoiledThere: 14 };
/** Three prefixes in two days, for six days. */
const TREND = pastOf((hoursAgo) => 6 + Math.min(9, hoursAgo / 16));
/** Nine in 83 minutes. */
const SURGE = pastOf((hoursAgo) => 6 + Math.min(9, 6.5 * hoursAgo));

const levelsOf = (situation: Situation, histories: ReturnType<typeof pastOf>, kind: string) => {
  const { findings, observations } = situation.assess({ histories });
  return {
    finding: findings.find((finding) => finding.kind === kind && finding.subject.id === 'nodes'),
    observation: observations.find(({ rule, subject }) => rule === kind && subject.id === 'nodes'),
  };
};

describe('prefixes that will run out', () => {
  test('are a warning where pods have no other subnet', () => {
    const { finding } = levelsOf(nearlyEmpty(DISCOVERY_OFF), TREND, 'prefixes-exhaustion');
    expect(finding).toMatchObject({ severity: 'warning' });
  });

  test('are nothing yet where the other subnet lasts for two weeks at that pace', () => {
    expect(levelsOf(nearlyEmpty(), TREND, 'prefixes-exhaustion').finding).toBeUndefined();
  });

  test('are a warning where the other subnet lasts for few days more, which the title and the text say', () => {
    const { finding } = levelsOf(nearlyEmpty({ spoiledThere: 13 }), TREND, 'prefixes-exhaustion');
    expect(finding).toMatchObject({ severity: 'warning' });
    expect(finding?.title).toMatch(/prefixes run out by about .*, with those of pods$/);
    expect(finding?.explanation).toMatch(/subnet discovery goes on in pods, with \d prefix/);
  });

  test('are a warning where the other subnet has none', () => {
    expect(levelsOf(nearlyEmpty(OTHERS_FULL), TREND, 'prefixes-exhaustion').finding).toMatchObject({
      severity: 'warning',
    });
  });
});

describe('prefixes that are used up fast', () => {
  test('are critical where pods have no other subnet', () => {
    expect(levelsOf(nearlyEmpty(DISCOVERY_OFF), SURGE, 'prefixes-surge').finding).toMatchObject({
      severity: 'critical',
    });
  });

  test('are nothing where the other subnet lasts for hours more', () => {
    expect(levelsOf(nearlyEmpty(), SURGE, 'prefixes-surge').finding).toBeUndefined();
  });

  test('are critical where the same pace takes the other subnet within the hour as well', () => {
    const { finding } = levelsOf(nearlyEmpty({ spoiledThere: 13 }), SURGE, 'prefixes-surge');
    expect(finding).toMatchObject({ severity: 'critical' });
    expect(finding?.explanation).toContain('Subnet discovery then goes on in pods');
  });
});
