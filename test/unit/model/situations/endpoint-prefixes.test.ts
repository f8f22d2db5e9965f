import { describe, expect, test } from 'vitest';
import type { VpcEndpoint } from '../../../../shared/model/aws/inventory.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * A service-network endpoint of VPC Lattice holds a block of 16 addresses in each zone from the beginning, and one more for each
 * sixteen resources. EC2 says so of the endpoint; an interface may show it or not.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/access-with-service-network-endpoint.html
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
 */

const endpoint = (...cidrs: readonly string[]): VpcEndpoint => ({
  vpcEndpointId: 'vpce-01',
  vpcId: 'vpc-01',
  type: 'ServiceNetwork',
  name: null,
  prefixes: cidrs.map((cidr) => ({ subnetId: 'apps', cidr })),
});

const subnetWith = (endpoints: readonly VpcEndpoint[] | null, shown: readonly string[] = []) => {
  const situation = new Situation({ vpcEndpoints: endpoints });
  situation.subnet('apps', '10.0.0.0/24');
  if (shown.length > 0) {
    situation.holder('apps', {
      interfaceType: 'vpc_endpoint',
      description: 'VPC Endpoint Interface vpce-01',
      prefixes: shown,
    });
  }
  const assessed = situation.assess();
  return { subnet: assessed.subnetOf('apps'), findings: assessed.findings };
};

test('a prefix that only the endpoint shows is in use, and the endpoint holds it', () => {
  const { subnet, findings } = subnetWith([endpoint('10.0.0.32/28', '10.0.0.48/28')]);
  expect(subnet).toMatchObject({
    used: 32,
    available: 219,
    prefixes: { assigned: 2, free: 12 },
    owners: [{ kind: 'endpoint', name: 'vpce-01', addresses: 32 }],
    usesPrefixes: false,
  });
  expect(findings).toEqual([]);
});

test('a prefix that an interface shows as well counts once', () => {
  const { subnet } = subnetWith([endpoint('10.0.0.32/28')], ['10.0.0.32/28']);
  expect(subnet).toMatchObject({ used: 17, prefixes: { assigned: 1 } });
});

test('without the permission, and for a subnet or a range that is not there, nothing is added', () => {
  expect(subnetWith(null).subnet).toMatchObject({ used: 0 });
  const elsewhere = { ...endpoint(), prefixes: [{ subnetId: 'gone', cidr: '10.0.0.32/28' }] };
  expect(subnetWith([elsewhere]).subnet).toMatchObject({ used: 0, confidence: 'exact' });
  expect(subnetWith([endpoint('10.9.0.0/28')]).subnet).toMatchObject({ used: 0, confidence: 'partial' });
});

/**
 * https://docs.aws.amazon.com/vpc/latest/privatelink/resource-gateway.html (1 to 62 addresses for each interface, 16 by default)
 * https://docs.aws.amazon.com/vpc-lattice/latest/ug/create-resource-gateway.html
 */
test('a resource gateway of VPC Lattice holds sixteen addresses in a subnet, and the service has a name', () => {
  const situation = new Situation();
  situation.subnet('apps', '10.0.0.0/24');
  situation.holder('apps', { secondaries: 15, requesterManaged: true, tags: { VpcLatticeManaged: 'true' } });
  expect(situation.assess().subnetOf('apps')).toMatchObject({
    used: 16,
    owners: [{ kind: 'aws-service', name: 'VPC Lattice', addresses: 16 }],
  });
});

test.each([1, 16, 62])(
  'one that was given %i addresses an interface holds as many in each subnet',
  (addresses) => {
    const situation = new Situation();
    situation.subnet('apps', '10.0.0.0/24');
    situation.subnet('other', '10.0.1.0/24', { zone: 'b' });
    for (const subnetId of ['apps', 'other']) {
      situation.holder(subnetId, {
        secondaries: addresses - 1,
        requesterManaged: true,
        tags: { VpcLatticeManaged: 'true' },
      });
    }
    const { subnetOf } = situation.assess();
    expect(['apps', 'other'].map((subnetId) => subnetOf(subnetId).used)).toEqual([addresses, addresses]);
  },
);

/**
 * A regional NAT gateway is made for a VPC, and in no subnet; AWS manages its Elastic IP addresses itself.
 * https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AvailabilityZoneAddress.html
 */
describe('a NAT gateway', () => {
  const routes = [
    { destination: '10.0.0.0/16', target: 'local', active: true },
    { destination: '0.0.0.0/0', target: 'nat-01', active: true },
  ];
  const table = { routeTableId: 'rtb-01', vpcId: 'vpc-01', main: true, subnetIds: ['apps'], routes };
  const address = (serviceManaged: string | null) => ({
    allocationId: 'eipalloc-01',
    name: null,
    associationId: null,
    networkInterfaceId: null,
    serviceManaged,
  });
  const kinds = (situation: Situation) => situation.assess().findings.map(({ kind }) => kind);

  test('that is regional takes no address of a subnet, and its Elastic IP addresses are not idle', () => {
    const regional = new Situation({ routeTables: [table], elasticAddresses: [address('rnat')] });
    regional.subnet('apps', '10.0.0.0/24');
    expect(regional.assess().subnetOf('apps')).toMatchObject({ used: 0, owners: [], confidence: 'exact' });
    expect(kinds(regional)).toEqual([]);
    const idle = new Situation({ elasticAddresses: [address(null)] });
    idle.subnet('apps', '10.0.0.0/24');
    expect(kinds(idle)).toEqual(['elastic-addresses']);
  });

  test('that is zonal holds one address of its subnet, under its name', () => {
    const situation = new Situation({ routeTables: [table] });
    situation.subnet('apps', '10.0.0.0/24');
    situation.holder('apps', {
      interfaceType: 'nat_gateway',
      requesterManaged: true,
      description: 'Interface for NAT Gateway nat-0123456789abcdef0',
    });
    expect(situation.assess().subnetOf('apps')).toMatchObject({
      used: 1,
      owners: [{ kind: 'nat-gateway', addresses: 1 }],
    });
  });
});

/**
 * Secondary networks have subnets, interfaces and addresses of their own, with API calls of their own, also where their range
 * is that of the VPC.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/operation-list-secondary-network.html
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecondaryInterface.html
 */
test('an interface in a subnet of no VPC that was listed takes nothing from those that were', () => {
  const situation = new Situation();
  situation.subnet('apps', '10.0.0.0/24', { awsAvailable: 251 });
  const place = situation.assess();
  situation.holder('apps', { subnetId: 'secondary-subnet-01', interfaceType: 'secondary' });
  expect(situation.assess().subnetOf('apps')).toEqual(place.subnetOf('apps'));
});
