import { expect, test } from 'vitest';
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

/**
 * https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html (a regional NAT gateway is in no subnet)
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecondarySubnets.html (another address space)
 */
test('an interface in a subnet of no VPC that was listed takes nothing from those that were', () => {
  const situation = new Situation();
  situation.subnet('apps', '10.0.0.0/24', { awsAvailable: 251 });
  const place = situation.assess();
  situation.holder('apps', { subnetId: 'secondary-subnet-01', interfaceType: 'secondary' });
  expect(situation.assess().subnetOf('apps')).toEqual(place.subnetOf('apps'));
});
