import type { VpcConnection } from '../aws/inventory.ts';
import { aws } from '../base/commands.ts';
import { count } from '../base/text/numbers.ts';
import { firstOverlap } from '../net/free-ranges.ts';
import { undescribedNeighbours } from '../plan/unread-neighbours.ts';
import type { VpcAssessment } from '../result/assessment.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { ranked } from './remedies/ranked.ts';

interface Overlap {
  readonly connection: VpcConnection;
  readonly otherVpcId: string;
  readonly ranges: readonly [string, string];
}

/** Each pair once, under the VPC with the lower id where both are in this target. */
const overlapsOf = (
  estate: Estate,
  connections: readonly VpcConnection[],
  vpc: VpcAssessment,
): readonly Overlap[] => {
  const seen = new Set<string>();
  return connections.flatMap((connection) => {
    if (!connection.vpcs.some(({ vpcId }) => vpcId === vpc.vpcId)) return [];
    return connection.vpcs.flatMap((other): readonly Overlap[] => {
      const isListedThere = estate.vpcs.has(other.vpcId) && other.vpcId < vpc.vpcId;
      if (other.vpcId === vpc.vpcId || isListedThere || seen.has(other.vpcId)) return [];
      const ranges = firstOverlap(vpc.cidrBlocks, other.cidrBlocks ?? []);
      if (ranges === null) return [];
      seen.add(other.vpcId);
      return [{ connection, otherVpcId: other.vpcId, ranges }];
    });
  });
};

export const overlappingRanges: Check = {
  kind: 'overlapping-ranges',
  label: 'Overlapping ranges of connected VPCs',
  summary: 'ranges overlap',
  clear: () => 'its ranges no longer overlap those of connected VPCs',
  about: 'each VPC of the account',
  condition: 'Two VPCs on one transit gateway, or peered, have ranges that overlap. Warning.',
  unknown: 'The connections of the VPCs, or the ranges at their other ends, are not known.',
  impact:
    'A route can lead to only one of them. Traffic to the shared part goes to the wrong VPC or is dropped, and a range that looks free here is taken there.',
  settings: 'findings',
  find: ({ estate }) => estate.ownVpcs.map((vpc) => result(estate, vpc)),
};

const result = (estate: Estate, vpc: VpcAssessment): CheckResult => {
  const subject = estate.vpcSubject(vpc);
  const { vpcConnections: connections } = estate.input;
  if (connections === null) return notMeasured(subject, 'The connections of the VPCs could not be read.');
  const overlaps = overlapsOf(estate, connections, vpc);
  if (overlaps.length === 0) {
    const unseen = undescribedNeighbours(connections, vpc.vpcId);
    return unseen.length === 0
      ? healthy(subject)
      : notMeasured(subject, `The ranges of ${count(unseen.length, 'connected VPC')} are not known.`);
  }
  const evidence = overlaps.map(({ connection, otherVpcId, ranges }) => ({
    name: `overlap with ${otherVpcId} over ${connection.id}`,
    value: ranges.join(' and '),
  }));
  return found(subject, 'warning', evidence, () => ({
    title: `${resourceName(subject)}: its ranges overlap those of ${count(overlaps.length, 'connected VPC')}`,
    explanation: `${overlaps
      .map(
        ({ connection, otherVpcId, ranges }) =>
          `${ranges[0]} overlaps ${ranges[1]} of ${otherVpcId} (${connection.id}).`,
      )
      .join(' ')} Traffic to the shared part reaches one of the two at most.`,
    remedies: () =>
      ranked({
        title: 'See which routes lead there',
        effect:
          'Where both must reach each other, a private NAT gateway in front of the overlap translates addresses. Otherwise take new subnets from another range.',
        price: 'Free to look. A private NAT gateway is paid by the hour and the gigabyte.',
        when: 'Right when the two VPCs exchange traffic, or are going to.',
        commands: overlaps.map(({ connection, ranges }) =>
          aws('ec2', 'describe-route-tables', vpc.region, {
            filters: [
              `Name=vpc-id,Values=${vpc.vpcId}`,
              connection.kind === 'peering'
                ? `Name=route.vpc-peering-connection-id,Values=${connection.id}`
                : `Name=route.destination-cidr-block,Values=${ranges[1]}`,
            ],
          }),
        ),
        preconditions: [{ text: 'The two VPCs need to reach each other in these ranges.', holds: null }],
      }),
  }));
};
