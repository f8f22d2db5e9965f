import type { VpcConnection } from '../aws/inventory.ts';
import { nameAndId } from '../base/text/names.ts';
import { count } from '../base/text/numbers.ts';
import { firstOverlap } from '../net/free-ranges.ts';
import type { VpcAssessment } from '../result/assessment.ts';
import { type Estate, type FindingRule, finding } from './estate.ts';
import { aws } from './remedies/commands.ts';
import { ranked } from './remedies/ranked.ts';

const KIND = 'overlapping-ranges';

interface Overlap {
  readonly connection: VpcConnection;
  readonly otherVpcId: string;
  readonly ranges: readonly [string, string];
}

/** Each pair once, told of the VPC with the lower id where both are in this target. */
const overlapsOf = (estate: Estate, vpc: VpcAssessment): readonly Overlap[] => {
  const seen = new Set<string>();
  return (estate.input.vpcConnections ?? []).flatMap((connection) => {
    if (!connection.vpcs.some(({ vpcId }) => vpcId === vpc.vpcId)) return [];
    return connection.vpcs.flatMap((other): readonly Overlap[] => {
      const toldThere = estate.vpcs.has(other.vpcId) && other.vpcId < vpc.vpcId;
      if (other.vpcId === vpc.vpcId || toldThere || seen.has(other.vpcId)) return [];
      const ranges = firstOverlap(vpc.cidrBlocks, other.cidrBlocks ?? []);
      if (ranges === null) return [];
      seen.add(other.vpcId);
      return [{ connection, otherVpcId: other.vpcId, ranges }];
    });
  });
};

export const overlappingRanges: FindingRule = {
  kind: KIND,
  label: 'Overlapping ranges of connected VPCs',
  appears: 'Two VPCs on one transit gateway, or peered, have ranges that overlap. Warning.',
  why: 'A route can lead to one of them only. Traffic to the shared part goes to the wrong VPC or nowhere, and a range that looks free here is taken there.',
  find: (estate) =>
    estate.ownVpcs.flatMap((vpc) => {
      const overlaps = overlapsOf(estate, vpc);
      if (overlaps.length === 0) return [];
      const described = overlaps.map(
        ({ connection, otherVpcId, ranges }) =>
          `${ranges[0]} overlaps ${ranges[1]} of ${otherVpcId} (${connection.id})`,
      );
      return [
        finding(KIND, 'warning', estate.vpcSubject(vpc), {
          title: `${nameAndId(vpc.name, vpc.vpcId)} has ranges in common with ${count(overlaps.length, 'connected VPC')}`,
          explanation: `${described.join('; ')}. What is sent to the shared part reaches one of the two at most.`,
          evidence: overlaps.map(({ connection, otherVpcId, ranges }) => ({
            name: `overlap with ${otherVpcId} over ${connection.id}`,
            value: ranges.join(' and '),
          })),
          remedies: () =>
            ranked({
              title: 'See which routes lead there',
              effect:
                'Where the overlap is needed, a private NAT gateway in front of it translates addresses; otherwise let new subnets come from another range.',
              commands: overlaps.map(({ connection, ranges }) =>
                connection.kind === 'peering'
                  ? aws('ec2', 'describe-route-tables', vpc.region, {
                      filters: [
                        `Name=vpc-id,Values=${vpc.vpcId}`,
                        `Name=route.vpc-peering-connection-id,Values=${connection.id}`,
                      ],
                    })
                  : aws('ec2', 'describe-route-tables', vpc.region, {
                      filters: [
                        `Name=vpc-id,Values=${vpc.vpcId}`,
                        `Name=route.destination-cidr-block,Values=${ranges[1]}`,
                      ],
                    }),
              ),
              preconditions: [
                { text: 'The two VPCs need to reach each other in these ranges.', holds: null },
              ],
            }),
        }),
      ];
    }),
};
