import type { Observation } from '../../model/alert/alert.ts';
import { nameAndId } from '../../model/base/text/names.ts';
import { allWell, hasIpv4, notKnown, observed, type Rule } from './rule.ts';
import { remediesForPrefixes } from './supply-low.ts';

/**
 * Many addresses are free and not one prefix, in a subnet from which prefixes are taken: `AvailableIpAddressCount` looks
 * healthy, and nodes fail anyway. It clears with the first free prefix: there is no margin to a zero.
 */
export const fragmented: Rule = (context) =>
  context.assessment.subnets.filter(hasIpv4).map((subnet): Observation => {
    const subject = context.subjects.subnet(subnet);
    const policy = context.settings('fragmented', subject);
    if (!policy.enabled || subnet.usesPrefixes === false) return allWell('fragmented', subject);
    const { available, prefixes, usesPrefixes } = subnet;
    if (usesPrefixes === null || available === null || prefixes === null) {
      return notKnown('fragmented', subject);
    }
    const isFragmented = available >= policy.minimumAvailable && prefixes.free === 0;
    const level = isFragmented ? policy.severity : 'ok';
    const evidence = [
      { name: 'available', value: available, unit: 'addresses' },
      { name: 'freePrefixes', value: prefixes.free, unit: 'prefixes' },
      { name: 'fragmentationIndex', value: subnet.fragmentationIndex },
      { name: 'stranded', value: subnet.stranded, unit: 'addresses' },
    ];
    return observed('fragmented', subject, { raise: level, hold: level }, evidence, () => ({
      title: `Subnet ${nameAndId(subject.name, subject.id)} has ${available} free addresses and not one free prefix`,
      explanation: `Every free address lies in a block of 16 that something else has an address in, so none of them can become a prefix. Nodes that take prefixes fail with InsufficientCidrBlocks, although AWS reports ${subnet.awsAvailable ?? available} available addresses.`,
      remedies: remediesForPrefixes(subnet, context.assessment),
      owners: subnet.owners,
    }));
  });
