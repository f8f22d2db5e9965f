import { nameAndId } from '../model/base/text/names.ts';
import { freeRange } from '../model/net/free-ranges.ts';
import type { SubnetAssessment, TargetAssessment } from '../model/result/assessment.ts';
import type { Remedy } from '../model/result/finding.ts';
import { bestReservation } from '../model/subnet/reservation-range.ts';

/**
 * What to do about a subnet that runs out, built from the assessment that says so. Only what was checked on it is said
 * to hold; the rest is named as a precondition. The first remedy of a finding is the quickest that helps.
 */

/** More than this many commands are a script, not something to paste from a message. */
const COMMANDS_SHOWN = 10;

/** Gives back what interfaces hold that nobody will clean up. Nothing where there are none. */
export const deleteLeakedInterfaces = (
  subnet: SubnetAssessment,
  assessment: TargetAssessment,
): readonly Remedy[] => {
  const leaked = assessment.leakedInterfaces.filter(
    (sighting) => sighting.leaked && sighting.subnetId === subnet.subnetId,
  );
  if (leaked.length === 0) return [];
  const addresses = leaked.reduce((sum, sighting) => sum + sighting.addresses, 0);
  return [
    {
      title: `Delete ${leaked.length} leaked ${leaked.length === 1 ? 'interface' : 'interfaces'}`,
      effect: `Gives back ${addresses} ${addresses === 1 ? 'address' : 'addresses'}. Nothing uses them: they are attached to nothing, and the CNI that made them has not cleaned them up.`,
      commands: leaked
        .slice(0, COMMANDS_SHOWN)
        .map(
          ({ networkInterfaceId, region }) =>
            `aws ec2 delete-network-interface --region ${region} --network-interface-id ${networkInterfaceId}`,
        ),
      preconditions: [
        { text: 'Every one of them was in status "available" in this scan.', holds: true },
        { text: 'The instances that held them are gone.', holds: null },
      ],
    },
  ];
};

/** Points at the sibling in the same zone with most room. Nothing where no sibling has more than the subnet itself. */
export const useSibling = (subnet: SubnetAssessment, assessment: TargetAssessment): readonly Remedy[] => {
  const room = ({ available }: SubnetAssessment): number => available ?? 0;
  const [best] = assessment.subnets
    .filter(
      (other) =>
        other.vpcId === subnet.vpcId &&
        other.availabilityZone === subnet.availabilityZone &&
        room(other) > room(subnet),
    )
    .toSorted((a, b) => room(b) - room(a));
  if (best === undefined) return [];
  return [
    {
      title: `Start new nodes and interfaces in ${nameAndId(best.name, best.subnetId)}`,
      effect: `It is in the same zone and has ${best.available} available addresses. What runs stays where it is.`,
      commands: [
        `aws ec2 describe-subnets --region ${best.region} --subnet-ids ${best.subnetId} --query "Subnets[].[SubnetId,CidrBlock,AvailableIpAddressCount,MapPublicIpOnLaunch]" --output table`,
      ],
      preconditions: [
        { text: `Its route table serves the same purpose as that of ${subnet.subnetId}.`, holds: null },
        { text: 'The node group, or whatever else starts here, may use it.', holds: null },
      ],
    },
  ];
};

/** AWS lets a VPC take 100.64.0.0/10 in addition to private ranges, and the EKS guide suggests it for pods. */
const POD_RANGE = '100.64.0.0/16';

/** A new subnet in the same zone: from the VPC's own free space where there is some, otherwise from a further block. */
export const addSubnet = (subnet: SubnetAssessment, assessment: TargetAssessment): readonly Remedy[] => {
  const vpc = assessment.vpcs.find(({ vpcId }) => vpcId === subnet.vpcId);
  const length = Number(subnet.cidrBlock?.split('/')[1]);
  if (vpc === undefined || subnet.availabilityZone === null || subnet.ownerId !== null) return [];
  const siblings = assessment.subnets.filter(({ vpcId }) => vpcId === subnet.vpcId);
  const range = freeRange(
    vpc.cidrBlocks,
    siblings.flatMap(({ cidrBlock }) => cidrBlock ?? []),
    length,
  );
  const create = (cidr: string): string =>
    `aws ec2 create-subnet --region ${subnet.region} --vpc-id ${subnet.vpcId} --availability-zone ${subnet.availabilityZone} --cidr-block ${cidr}`;
  if (range !== null) {
    return [
      {
        title: `Add a subnet of the same size, ${range}, in ${subnet.availabilityZone}`,
        effect: 'As many addresses again, from space that the VPC has already. It needs a route table.',
        commands: [create(range)],
        preconditions: [{ text: `No subnet that this scan saw lies in ${range}.`, holds: true }],
      },
    ];
  }
  return [
    {
      title: `Add the block ${POD_RANGE} to the VPC, and a subnet in it in ${subnet.availabilityZone}`,
      effect: `The VPC has no free /${length} left in ${vpc.cidrBlocks.join(', ')}. A further block makes room without moving anything.`,
      commands: [
        `aws ec2 associate-vpc-cidr-block --region ${subnet.region} --vpc-id ${subnet.vpcId} --cidr-block ${POD_RANGE}`,
        create(`100.64.0.0/${length}`),
      ],
      preconditions: [
        {
          text: `The VPC does not have ${POD_RANGE} yet.`,
          holds: !vpc.cidrBlocks.some((block) => block.startsWith('100.64.')),
        },
        { text: `No network that this VPC must reach uses ${POD_RANGE}.`, holds: null },
      ],
    },
  ];
};

/** Shows what holds the addresses: always possible, and where one begins when nothing else is known to help. */
export const listHolders = (subnet: SubnetAssessment): Remedy => ({
  title: 'See what holds the addresses',
  effect: 'Lists every interface in the subnet with its owner; changes nothing.',
  commands: [
    `aws ec2 describe-network-interfaces --include-managed-resources --region ${subnet.region} --filters Name=subnet-id,Values=${subnet.subnetId} --query "NetworkInterfaces[].[NetworkInterfaceId,InterfaceType,Status,Description]" --output table`,
  ],
  preconditions: [],
});

/** Keeps a range for prefixes, the one that wins most. Nothing where none is left that could be reserved. */
export const reserveForPrefixes = (
  subnet: SubnetAssessment,
  assessment: TargetAssessment,
): readonly Remedy[] => {
  const map = assessment.maps.find(({ subnetId }) => subnetId === subnet.subnetId);
  const range = map === undefined ? null : bestReservation(map);
  if (range === null || subnet.ownerId !== null) return [];
  const { cidr, blocks, freeBlocks, singles } = range;
  const rest =
    freeBlocks === blocks
      ? 'all of them free now'
      : `${freeBlocks} of them free now, the rest once ${singles} single ${singles === 1 ? 'address' : 'addresses'} in it ${singles === 1 ? 'is' : 'are'} given back`;
  return [
    {
      title: `Reserve ${cidr} for prefixes`,
      effect: `Keeps single addresses out of ${blocks} ${blocks === 1 ? 'block' : 'blocks'}, ${rest}.`,
      commands: [
        `aws ec2 create-subnet-cidr-reservation --region ${subnet.region} --subnet-id ${subnet.subnetId} --reservation-type prefix --cidr ${cidr}`,
      ],
      preconditions: [
        { text: 'No other reservation lies in it, and enough single addresses stay.', holds: true },
      ],
    },
  ];
};

/** Empties blocks by moving pods together. It is the only way to whole blocks in a subnet that is worn full of holes. */
export const drainNodes = (subnet: SubnetAssessment): Remedy => ({
  title: 'Replace the nodes of this subnet, few at a time',
  effect:
    'A drained node gives back its addresses; blocks become whole where no other interface has an address in them. Reserve such a range for prefixes before new nodes start.',
  commands: [
    `aws ec2 describe-instances --region ${subnet.region} --filters Name=subnet-id,Values=${subnet.subnetId} Name=instance-state-name,Values=running --query "Reservations[].Instances[].[PrivateDnsName,InstanceId]" --output table`,
  ],
  preconditions: [{ text: 'The other nodes have room for the pods.', holds: null }],
});
