import type { Target } from '../aws/inventory.ts';
import { cidrContains, formatCidr, parseCidr, sizeOfLength } from '../net/cidr.ts';
import { firstOverlap } from '../net/free-ranges.ts';
import { whyRefused } from '../net/secondary-ranges.ts';
import type { AddressMap, SubnetAssessment } from '../result/assessment.ts';
import { SubnetAssessor } from '../subnet/subnet-assessor.ts';
import type { PlanEstate } from './plan-estate.ts';

/** AWS makes subnets from /16 to /28. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
export const LARGEST_SUBNET_LENGTH = 16;
export const SMALLEST_SUBNET_LENGTH = 28;

/** A subnet that does not exist yet, as a scan would show it. */
export const emptySubnet = (
  target: Target,
  vpcId: string,
  { cidr, zone }: { readonly cidr: string; readonly zone: string | null },
): { readonly subnet: SubnetAssessment; readonly map: AddressMap | null } => {
  const finished = new SubnetAssessor({
    subnet: {
      subnetId: `new ${cidr}`,
      vpcId,
      ownerId: null,
      name: null,
      cidrBlock: cidr,
      ipv6CidrBlocks: [],
      ipv6Native: false,
      availabilityZone: zone,
      availabilityZoneId: null,
      outpostArn: null,
      awsAvailable: null,
      tags: {},
    },
    target,
    reservations: [],
    interfacesVisible: true,
  }).finish();
  // No AWS count exists to compare with, so nothing is unaccounted for.
  return { subnet: { ...finished.assessment, unaccounted: 0, unknowns: [] }, map: finished.map };
};

/** Equal parts of a range, one for each zone; `null` where they would be no subnets. */
export const dividedRange = (range: string, zones: readonly string[]): readonly string[] | null => {
  const cidr = parseCidr(range);
  if (cidr === null || zones.length === 0) return null;
  const length = cidr.length + Math.ceil(Math.log2(zones.length));
  if (length > SMALLEST_SUBNET_LENGTH || length < LARGEST_SUBNET_LENGTH) return null;
  return zones.map((_, index) => formatCidr({ base: cidr.base + index * sizeOfLength(length), length }));
};

/** Why a new range cannot be used in this VPC; `null`: nothing that is known speaks against it. */
export const whyNotFree = (estate: PlanEstate, vpcId: string | null, range: string): string | null => {
  const subnets = estate.input.subnets.filter((subnet) => subnet.vpcId === vpcId);
  for (const { cidrBlock, subnetId } of subnets) {
    const overlap = firstOverlap([range], cidrBlock === null ? [] : [cidrBlock]);
    if (overlap !== null) return `${range} overlaps ${overlap[1]}, the range of ${subnetId}.`;
  }
  const blocks = blocksOf(estate, vpcId);
  if (!isInVpc(estate, vpcId, range)) {
    const overlap = firstOverlap([range], blocks);
    if (overlap !== null)
      return `${range} overlaps ${overlap[1]}, a block of the VPC, and does not lie in it.`;
    const refused = whyRefused(blocks, range);
    if (refused !== null) return refused;
  }
  for (const { clusterName, serviceRange, vpcId: other } of estate.input.clusters) {
    const services = other === vpcId ? serviceRange?.ipv4 : null;
    const overlap = firstOverlap([range], services == null ? [] : [services]);
    if (overlap !== null)
      return `${range} overlaps ${overlap[1]}, where the services of ${clusterName} have their addresses.`;
  }
  for (const { name, outsideRanges = [], vpcId: other } of estate.input.eksClusters ?? []) {
    const overlap = firstOverlap([range], other === vpcId ? outsideRanges : []);
    if (overlap !== null)
      return `${range} overlaps ${overlap[1]}, where hybrid nodes of ${name}, or their pods, have their addresses.`;
  }
  for (const { vpcs, kind, id } of estate.input.vpcConnections ?? []) {
    if (!vpcs.some((vpc) => vpc.vpcId === vpcId)) continue;
    for (const other of vpcs.filter((vpc) => vpc.vpcId !== vpcId)) {
      const overlap = firstOverlap([range], other.cidrBlocks ?? []);
      if (overlap !== null)
        return `${range} overlaps ${overlap[1]} of ${other.vpcId}, which is connected by ${kind} ${id}.`;
    }
  }
  return null;
};

/** Whether a range lies in one of the VPC's blocks; otherwise it has to be associated first. */
export const isInVpc = (estate: PlanEstate, vpcId: string | null, range: string): boolean => {
  const inner = parseCidr(range);
  return (
    inner !== null &&
    blocksOf(estate, vpcId).some((block) => {
      const outer = parseCidr(block);
      return outer !== null && cidrContains(outer, inner);
    })
  );
};

/** The blocks of a VPC, the primary first; empty where it is not known. */
export const blocksOf = (estate: PlanEstate, vpcId: string | null): readonly string[] =>
  estate.input.vpcs.find((vpc) => vpc.vpcId === vpcId)?.cidrBlocks ?? [];
