import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import type { NetworkInterface, Subnet } from '../../../../shared/model/aws/inventory.ts';
import { TargetAssessor } from '../../../../shared/model/target/target-assessor.ts';
import { applyPolicy } from '../../../../shared/pipeline/assess.ts';
import { aNode, aNodeGroup, anEksCluster, byId, nodeInterface } from '../../../fixtures/cluster-records.ts';
import {
  addresses,
  anInterfaceRecord,
  aSubnetRecord,
  aTarget,
  aVpcRecord,
} from '../../../fixtures/inventory-records.ts';

/** One subnet, shared by its owner with another account that runs a cluster in it. */

const PARTICIPANT = '222222222222';

const scan = (
  accountId: string,
  subnet: Subnet,
  interfaces: readonly NetworkInterface[],
  withCluster: boolean,
) => {
  const target = { accountId, region: aTarget.region };
  const assessor = new TargetAssessor({
    target,
    facts: {
      vpcs: [aVpcRecord()],
      subnets: [subnet],
      reservations: new Map([[subnet.subnetId, []]]),
      instances: withCluster ? byId(aNode('i-01', { ownerId: PARTICIPANT })) : byId(),
      eksClusters: withCluster ? [anEksCluster({ nodeGroups: [aNodeGroup()] })] : [],
      autoScalingGroups: [],
      vpcConnections: [],
      limits: new Map(),
    },
    interfacesListed: true,
    previous: null,
    now: 0,
  });
  for (const each of interfaces) assessor.add(each);
  return applyPolicy(
    assessor.finish({ target: { ...target, status: 'ok', errors: [] }, histories: new Map() }),
    DEFAULT_POLICY,
  ).assessment;
};

const theirs = nodeInterface('i-01', {
  ownerId: PARTICIPANT,
  privateAddresses: addresses('10.0.0.10', '10.0.0.11', '10.0.0.12'),
});
const ours = anInterfaceRecord({
  description: 'Interface for NAT Gateway nat-0123456789abcdef0',
  interfaceType: 'nat_gateway',
  privateAddresses: addresses('10.0.0.20'),
});

describe('a subnet that is shared with another account', () => {
  test('is known to its owner address by address, the other account as one owner among others', () => {
    const { subnets } = scan(aTarget.accountId, aSubnetRecord({ awsAvailable: 247 }), [theirs, ours], false);
    expect(subnets[0]).toMatchObject({
      used: 4,
      confidence: 'exact',
      owners: [
        { kind: 'other-account', name: PARTICIPANT, interfaces: 1, addresses: 3 },
        { kind: 'nat-gateway', name: 'nat-0123456789abcdef0', interfaces: 1, addresses: 1 },
      ],
    });
  });

  test('leaves the participant without a statement of what still fits there, and says why', () => {
    const { clusters, findings, subnets } = scan(
      PARTICIPANT,
      aSubnetRecord({ awsAvailable: 247 }),
      [theirs],
      true,
    );
    expect(subnets[0]).toMatchObject({
      used: null,
      owners: null,
      leakedInterfaces: null,
      awsAvailable: 247,
      confidence: 'unknown',
    });
    expect(clusters[0]).toMatchObject({
      gauges: { eniAllocated: 1, eniMaxAvailable: 3, totalIPAddresses: 2, maxIPAddresses: null },
      capacity: [{ morePods: null, moreNodes: [{ nodes: null, nodesAtBest: null }] }],
      committed: [{ fits: null, shortfall: null }],
      unknowns: [
        {
          field: 'capacity',
          reason:
            'How many more nodes and pods subnet-0a holds is not known. AWS counts 247 free addresses there.',
        },
      ],
    });
    expect(findings).toEqual([]);
  });

  test("still tells the participant that EKS would refuse an upgrade, and that no node fits: AWS's own count is enough for that", () => {
    const { findings } = scan(PARTICIPANT, aSubnetRecord({ awsAvailable: 3 }), [theirs], true);
    expect(findings.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['addresses-low', 'critical'],
      ['committed-demand', 'critical'],
      ['upgrade-readiness', 'critical'],
      ['lone-subnet', 'warning'],
      ['update-surge', 'warning'],
    ]);
  });
});

describe('a subnet that is unlike others', () => {
  const subnetOf = (changes: Partial<Subnet>) =>
    scan(aTarget.accountId, aSubnetRecord(changes), [], false).subnets[0];

  test('is no error when it is IPv6-only: it has no IPv4 figures, and no findings', () => {
    const six = scan(
      aTarget.accountId,
      aSubnetRecord({
        cidrBlock: null,
        ipv6Native: true,
        ipv6CidrBlocks: ['2001:db8::/64'],
        awsAvailable: 0,
      }),
      [],
      true,
    );
    expect(six.subnets[0]).toMatchObject({
      usable: null,
      available: null,
      confidence: 'exact',
      unknowns: [],
    });
    expect(six.findings.filter(({ kind }) => kind === 'upgrade-readiness')).toEqual([]);
  });

  test.each([
    ['on an Outpost', { outpostArn: 'arn:aws:outposts:eu-west-1:111111111111:outpost/op-01' }],
    ['in a Local Zone', { availabilityZone: 'eu-west-1-ber-1a', availabilityZoneId: 'euw1-ber1-az1' }],
    ['dual-stack', { ipv6CidrBlocks: ['2001:db8::/64'] }],
  ])('is measured like any other %s', (_, changes) => {
    expect(subnetOf(changes)).toMatchObject({ usable: 251, available: 251, confidence: 'exact', ...changes });
  });
});
