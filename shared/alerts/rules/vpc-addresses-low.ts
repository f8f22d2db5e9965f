import type { Observation } from '../../model/alert/alert.ts';
import { nameAndId } from '../../model/base/text/names.ts';
import { percentOf } from '../../model/base/text/numbers.ts';
import type { SubnetAssessment, TargetAssessment, VpcAssessment } from '../../model/result/assessment.ts';
import { addressSupply } from '../address-supply.ts';
import { addSubnet } from '../remedies.ts';
import { levelsOf } from '../thresholds.ts';
import { allWell, hasIpv4, notKnown, observed, type Rule } from './rule.ts';

/** A VPC with fewer subnets has nothing to say that its subnet does not say better. */
const SUBNETS_OF_A_VPC = 2;
const WORST_SHOWN = 5;

/**
 * All subnets of a VPC together have few addresses left: moving work between them no longer helps. Its alert silences
 * those of the subnets (`inhibition.ts`).
 */
export const vpcAddressesLow: Rule = (context) =>
  context.assessment.vpcs.map((vpc): Observation => {
    const subject = context.subjects.vpc(vpc);
    const policy = context.settings('vpc-addresses-low', subject);
    const subnets = subnetsOf(vpc, context.assessment);
    if (!policy.enabled || subnets.length < SUBNETS_OF_A_VPC) return allWell('vpc-addresses-low', subject);
    const supplies = subnets.map((subnet) => ({ subnet, supply: addressSupply(subnet) }));
    const known = supplies.flatMap(({ subnet, supply }) => (supply === null ? [] : [{ subnet, supply }]));
    if (known.length < supplies.length) return notKnown('vpc-addresses-low', subject);
    const available = known.reduce((sum, { supply }) => sum + supply.available, 0);
    const usable = known.reduce((sum, { supply }) => sum + supply.usable, 0);
    const levels = levelsOf(available, usable, policy);
    const evidence = [
      { name: 'available', value: available, unit: 'addresses' },
      { name: 'usable', value: usable, unit: 'addresses' },
      { name: 'availablePercent', value: percentOf(available, usable), unit: 'percent' },
      { name: 'subnets', value: known.length, unit: 'subnets' },
    ];
    return observed('vpc-addresses-low', subject, levels, evidence, () => {
      const worst = known.toSorted((a, b) => a.supply.available - b.supply.available);
      return {
        title: `VPC ${nameAndId(subject.name, subject.id)} has ${available} of ${usable} addresses left in all its ${known.length} subnets`,
        explanation: `Moving work between its subnets no longer helps. The lowest are ${worst
          .slice(0, WORST_SHOWN)
          .map(
            ({ subnet, supply }) =>
              `${nameAndId(subnet.name, subnet.subnetId)} with ${supply.available} of ${supply.usable}`,
          )
          .join(', ')}.`,
        remedies: worst.slice(0, 1).flatMap(({ subnet }) => addSubnet(subnet, context.assessment)),
      };
    });
  });

const subnetsOf = (vpc: VpcAssessment, assessment: TargetAssessment): readonly SubnetAssessment[] =>
  assessment.subnets.filter((subnet) => subnet.vpcId === vpc.vpcId && hasIpv4(subnet));
