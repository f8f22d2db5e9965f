import type { RulePolicies } from '../alert/policy.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { PrefixSupply, SubnetAssessment } from '../result/assessment.ts';
import type { Severity } from '../result/finding.ts';
import { resourceName } from '../result/resource-name.ts';
import { strandedAddresses } from '../subnet/fragmentation.ts';
import { type Check, type CheckContext, type CheckResult, found, healthy, notMeasured } from './check.ts';
import { namesOf, podsElsewhere } from './pods-elsewhere.ts';
import { remediesForPrefixes } from './remedies/subnet-remedies.ts';
import { amount, clearOf, PREFIX_FAILURE } from './subnet-supply.ts';

/** Above this share of free addresses that cannot be part of a prefix, a subnet is on its way to hold none. */
const INDEX = 0.5;

/** Fewer free prefixes than this are soon gone: one node start or two. */
const FEW_PREFIXES = 4;

export const fragmentation: Check = {
  kind: 'fragmentation',
  aliases: ['fragmented'],
  label: 'Fragmentation',
  summary: 'addresses free, but no prefix',
  clear: clearOf('prefixes'),
  about: 'each subnet from which prefixes are taken',
  condition: `No prefix is free, and at least \`minimumAvailable\` addresses are: critical. Or more than half of the free addresses cannot be part of a prefix, and fewer than ${FEW_PREFIXES} prefixes are free. Then warning when no prefix is free, else information. Information as well where subnet discovery finds prefixes in another subnet.`,
  unknown: 'The interfaces or the reservations of the subnet could not be read.',
  impact:
    'A prefix needs 16 free addresses in an aligned block. EC2 places single addresses at random: one tenth of the addresses spoils four of five blocks. The CNI does not fall back to single addresses, so pods get none.',
  settings: 'fragmented',
  supply: 'prefixes',
  find: (context) =>
    context.estate.input.subnets
      .filter(({ cidrBlock }) => cidrBlock !== null)
      .map((subnet) => result(context, subnet)),
};

const result = ({ estate, settings }: CheckContext, subnet: SubnetAssessment): CheckResult => {
  const subject = estate.subnetSubject(subnet);
  const takes = subnet.usesPrefixes;
  if (takes === false) return healthy(subject);
  const { available, fragmentationIndex, prefixes } = subnet;
  if (takes === null) return notMeasured(subject, 'It is not known whether prefixes are taken here.');
  if (available === null || prefixes === null || fragmentationIndex === null) {
    return notMeasured(subject, 'The interfaces or the reservations of the subnet could not be read.');
  }
  const evidence = [
    { name: 'available', value: available, unit: 'addresses' },
    { name: 'freePrefixes', value: prefixes.free, unit: 'prefixes' },
    { name: 'stranded', value: subnet.stranded, unit: 'addresses' },
    { name: 'fragmentationIndex', value: fragmentationIndex, detail: true },
    { name: 'fragmentedBlocks', value: subnet.blocks?.fragmented ?? null, unit: 'blocks' },
  ];
  const policy = settings('fragmented', subject);
  const { minimumAvailable, severity } = policy;
  if (!isFragmented(subnet, policy)) return healthy(subject, evidence);
  const elsewhere = podsElsewhere(estate, subnet, 'prefixes');
  const level =
    elsewhere === null ? severityOf(prefixes.free, available, minimumAvailable, severity) : 'info';
  return found(subject, level, evidence, () => ({
    title: titleOf(resourceName(subject), available, prefixes),
    explanation:
      elsewhere === null
        ? explanationOf(subnet, available, prefixes)
        : `Single addresses are spread over most blocks of 16. Pods get prefixes from ${namesOf(elsewhere)} by subnet discovery, with ${amount('prefixes', elsewhere.left)} left.`,
    remedies: () => remediesForPrefixes(estate, subnet),
    owners: subnet.owners,
  }));
};

/** Whether addresses are free that cannot become prefixes, so that the check says so. */
export const isFragmented = (
  { available, prefixes, fragmentationIndex }: SubnetAssessment,
  { enabled, minimumAvailable }: RulePolicies['fragmented'],
): boolean => {
  if (!enabled || available === null || prefixes === null || fragmentationIndex === null) return false;
  const isStranded =
    available >= ADDRESSES_PER_PREFIX && fragmentationIndex > INDEX && prefixes.free < FEW_PREFIXES;
  return isStranded || (prefixes.free === 0 && available >= minimumAvailable);
};

const severityOf = (
  free: number,
  available: number,
  minimumAvailable: number,
  severity: 'warning' | 'critical',
): Severity => {
  if (free > 0) return 'info';
  return available >= minimumAvailable ? severity : 'warning';
};

const titleOf = (resource: string, available: number, prefixes: PrefixSupply): string =>
  prefixes.free === 0
    ? `${resource}: ${amount('addresses', available)} free, but no whole block for a prefix`
    : `${resource}: ${amount('prefixes', prefixes.free)} left, ${strandedAddresses({ available, prefixes })} of ${available} free addresses cannot become one`;

const explanationOf = (
  { awsAvailable }: SubnetAssessment,
  available: number,
  { free }: PrefixSupply,
): string =>
  free === 0
    ? `Every free address lies in a block of 16 in which something else has an address. Now ${PREFIX_FAILURE}, although AWS reports ${amount('addresses', awsAvailable ?? available)} as available.`
    : `Single addresses are spread over most blocks of 16, so that few of these blocks are whole. At zero, ${PREFIX_FAILURE}.`;
