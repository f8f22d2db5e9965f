import { nameAndId } from '../base/text/names.ts';
import { count } from '../base/text/numbers.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { PrefixSupply, SubnetAssessment } from '../result/assessment.ts';
import type { Finding } from '../result/finding.ts';
import { strandedAddresses } from '../subnet/fragmentation.ts';
import { type Estate, type FindingRule, finding } from './estate.ts';
import { remediesForPrefixes } from './remedies/subnet-remedies.ts';

const KIND = 'fragmentation';

/** Above this share of free addresses that cannot be part of a prefix, a subnet is on its way to hold none. */
const INDEX = 0.5;

/** Fewer free prefixes than this are soon gone: one node start or two. */
const FEW_PREFIXES = 4;

/**
 * Whether prefixes are taken from here, or will be: some interface holds one, or nodes of a cluster that takes them run
 * here. Under custom networking pods, and so prefixes, are elsewhere than nodes, and only held prefixes tell where.
 */
const takesPrefixes = (estate: Estate, subnet: SubnetAssessment): boolean =>
  subnet.usesPrefixes === true ||
  estate.input.clusters.some(
    ({ customNetworking, mode, nodeSubnetIds }) =>
      (mode === 'prefix' || mode === 'mixed') && !customNetworking && nodeSubnetIds.includes(subnet.subnetId),
  );

export const fragmentation: FindingRule = {
  kind: KIND,
  label: 'Fragmentation',
  appears: `Prefixes are taken from a subnet, more than half of its free addresses cannot be part of one, and fewer than ${FEW_PREFIXES} prefixes are free while the addresses would do for one. Warning when no prefix is free; else information.`,
  why: 'A prefix needs 16 free addresses in an aligned block, and EC2 places single addresses at random: with a tenth of the addresses in use, four of five blocks are spoiled. The CNI does not fall back to single addresses, so pods get none.',
  find: (estate) =>
    estate.input.subnets.flatMap((subnet) => {
      const { available, fragmentationIndex, prefixes } = subnet;
      if (available === null || prefixes === null || fragmentationIndex === null) return [];
      const isFragmented =
        available >= ADDRESSES_PER_PREFIX && fragmentationIndex > INDEX && prefixes.free < FEW_PREFIXES;
      return isFragmented && takesPrefixes(estate, subnet)
        ? [fragmented(estate, subnet, available, prefixes)]
        : [];
    }),
};

const fragmented = (
  estate: Estate,
  subnet: SubnetAssessment,
  available: number,
  prefixes: PrefixSupply,
): Finding => {
  const { free } = prefixes;
  const stranded = free === 0 ? 'all' : `${strandedAddresses({ available, prefixes })}`;
  return finding(KIND, free === 0 ? 'warning' : 'info', estate.subnetSubject(subnet), {
    title: `${nameAndId(subnet.name, subnet.subnetId)} is fragmented: ${count(free, 'free prefix', 'free prefixes')}`,
    explanation: `${available} addresses are free, but ${stranded} of them are in blocks that cannot become a prefix as they stand. ${free === 0 ? 'A node that asks for a prefix is refused with InsufficientCidrBlocks.' : `Only ${count(free, 'prefix', 'prefixes')} can still be taken.`}`,
    evidence: [
      { name: 'available', value: available, unit: 'addresses' },
      { name: 'freePrefixes', value: free, unit: 'prefixes' },
      { name: 'stranded', value: subnet.stranded, unit: 'addresses' },
      { name: 'fragmentationIndex', value: subnet.fragmentationIndex },
      { name: 'fragmentedBlocks', value: subnet.blocks?.fragmented ?? null, unit: 'blocks' },
    ],
    remedies: () => remediesForPrefixes(estate, subnet),
    owners: subnet.owners,
  });
};
