import { expect, test } from 'vitest';
import { joinIncidents } from '../../../shared/alerts/incidents.ts';
import type { Observation } from '../../../shared/model/alert/alert.ts';
import type { Subject } from '../../../shared/model/result/finding.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';

const subnet = (letter: string): Subject =>
  aSubnetSubject({ id: `subnet-0${letter}`, subnetIds: [`subnet-0${letter}`] });
const nodeGroup = (...letters: readonly string[]): Subject =>
  aSubnetSubject({
    type: 'node-group',
    id: 'shop/workers',
    clusterName: 'shop',
    subnetIds: letters.map((letter) => `subnet-0${letter}`),
  });
const vpc = aSubnetSubject({ type: 'vpc', id: 'vpc-01', subnetIds: [] });

/** A check of a shortage for each type of subject. */
const RULES: Readonly<Record<string, string>> = {
  subnet: 'addresses-low',
  vpc: 'vpc-addresses-low',
  'node-group': 'committed-demand',
};

const raised = (subject: Subject, cause = `${subject.type}/${subject.id}`): Observation =>
  anObservation('critical', { subject, rule: RULES[subject.type] ?? 'addresses-low', cause });
const DAY_AFTER = Date.parse('2026-01-02T00:00:00.000Z');
const causes = (observations: readonly Observation[], ...stored: readonly Observation[]) =>
  joinIncidents(
    observations,
    stored.map((observation) => alertAfter(observation)),
    DAY_AFTER,
  ).map(({ cause }) => cause);

test('a node group that cannot scale joins the open incident of one of its subnets', () => {
  expect(causes([raised(nodeGroup('a', 'b'))], raised(subnet('b')))).toEqual(['subnet/subnet-0b']);
});

test('a subnet joins the open incident of a node group in it', () => {
  expect(causes([raised(subnet('a'))], raised(nodeGroup('a')))).toEqual(['node-group/shop/workers']);
});

test('a VPC joins the open incident of one of its subnets, and a subnet that of its VPC', () => {
  expect(causes([raised(vpc)], raised(subnet('a')))).toEqual(['subnet/subnet-0a']);
  expect(causes([raised(subnet('a'))], raised(vpc))).toEqual(['vpc/vpc-01']);
});

test('what begins in one scan is one incident, named after the subnet', () => {
  expect(causes([raised(nodeGroup('a')), raised(vpc), raised(subnet('a'))])).toEqual([
    'subnet/subnet-0a',
    'subnet/subnet-0a',
    'subnet/subnet-0a',
  ]);
});

test('a fourth subnet joins the incident that three subnets of its VPC opened', () => {
  expect(causes([raised(subnet('d'))], raised(subnet('a'), 'vpc/vpc-01'))).toEqual(['vpc/vpc-01']);
});

test('an incident of the whole VPC joins that of the subnet with which it began', () => {
  expect(causes([raised(subnet('b'), 'vpc/vpc-01')], raised(subnet('a')))).toEqual(['subnet/subnet-0a']);
});

test('of two open incidents, the older one is joined', () => {
  const stored = [raised(subnet('a')), raised(subnet('b'))].map((observation) => alertAfter(observation));
  const [first, second] = stored;
  if (first === undefined || second === undefined) throw new Error('two alerts');
  const older = [{ ...first, since: '2026-01-02T00:00:00.000Z' }, second];
  expect(joinIncidents([raised(nodeGroup('a', 'b'))], older, DAY_AFTER)[0]?.cause).toBe('subnet/subnet-0b');
});

test('subnets, node groups and VPCs that share nothing have incidents of their own', () => {
  const other = { ...subnet('z'), vpcId: 'vpc-02' };
  expect(causes([raised(subnet('b')), raised(nodeGroup('b'))], raised(subnet('a')))).toEqual([
    'subnet/subnet-0b',
    'subnet/subnet-0b',
  ]);
  expect(causes([raised(vpc)], raised(other))).toEqual(['vpc/vpc-01']);
});

test('two subnets of a cluster are one incident where they begin within three hours, and two where they do not', () => {
  const ofShop = (letter: string): Subject => ({ ...subnet(letter), clusterNames: ['shop'] });
  const open = [alertAfter(raised(ofShop('a')))];
  const since = Date.parse(open[0]?.since ?? '');
  const causeAt = (hours: number, other = ofShop('b')) =>
    joinIncidents([raised(other)], open, since + hours * 3_600_000)[0]?.cause;
  expect(causeAt(3)).toBe('subnet/subnet-0a');
  expect(causeAt(3.1)).toBe('subnet/subnet-0b');
  expect(causeAt(0, { ...ofShop('b'), vpcId: 'vpc-02' })).toBe('subnet/subnet-0b');
  // Subnets that share only the VPC fill for reasons of their own.
  expect(causeAt(0, { ...ofShop('b'), clusterNames: ['pay'] })).toBe('subnet/subnet-0b');
  expect(causeAt(0, subnet('b'))).toBe('subnet/subnet-0b');
});

test('what is over is joined by nothing', () => {
  const ended = alertAfter(
    raised(subnet('a')),
    anObservation('ok', { subject: subnet('a'), rule: 'addresses-low' }),
  );
  expect(joinIncidents([raised(nodeGroup('a'))], [ended], DAY_AFTER)[0]?.cause).toBe(
    'node-group/shop/workers',
  );
});

test('what is well, unknown or open already is left as it is', () => {
  const observations = [
    anObservation('ok', { subject: nodeGroup('a') }),
    anObservation(null, { subject: nodeGroup('a') }),
    raised(subnet('a'), 'vpc/vpc-01'),
  ];
  const stored = [alertAfter(raised(subnet('a')))];
  expect(joinIncidents(observations, stored, DAY_AFTER)).toEqual(observations);
});

test('what is about no shortage joins nothing', () => {
  const waste = anObservation('warning', { subject: nodeGroup('a'), rule: 'warm-pool-waste', cause: 'own' });
  expect(joinIncidents([waste], [alertAfter(raised(subnet('a')))], DAY_AFTER)).toEqual([waste]);
});
