import { describe, expect, test } from 'vitest';
import type { EksCluster, Route } from '../../../../shared/model/aws/inventory.ts';
import { addSecondaryCidr } from '../../../../shared/model/checks/remedies/vpc-remedies.ts';
import { serviceRangeOf } from '../../../../shared/model/cluster/service-range.ts';
import { anEksCluster } from '../../../fixtures/cluster-records.ts';
import {
  anEstate,
  aRouteTable,
  aVpcAssessment,
  findingsOf,
  statesOf,
} from '../../../fixtures/findings-input.ts';

const cluster = (serviceIpv4Cidr: string, changes: Partial<EksCluster> = {}) => [
  anEksCluster({ serviceIpv4Cidr, ...changes }),
];

const peering = (...cidrBlocks: readonly string[]) => ({
  kind: 'peering' as const,
  id: 'pcx-01',
  vpcs: [
    { vpcId: 'vpc-01', accountId: null, cidrBlocks: ['10.0.0.0/16'] },
    { vpcId: 'vpc-02', accountId: '222222222222', cidrBlocks },
  ],
});

const routes = (...each: readonly Partial<Route>[]) => [
  aRouteTable({
    routes: each.map((route) => ({ destination: '', target: 'tgw-01', active: true, ...route })),
  }),
];

describe('a service range', () => {
  test('holds all addresses but the first and the last', () => {
    expect(serviceRangeOf(anEksCluster({ serviceIpv4Cidr: '172.20.0.0/16' }))).toEqual({
      ipv4: '172.20.0.0/16',
      ipv6: null,
      addresses: 65_534,
    });
    expect(serviceRangeOf(anEksCluster({ serviceIpv4Cidr: '10.100.0.0/24' }))?.addresses).toBe(254);
  });

  test('has no size in IPv6 mode, and is unknown where EKS did not say it', () => {
    expect(serviceRangeOf(anEksCluster({ serviceIpv6Cidr: 'fd30:1c53:5f8a::/108' }))).toEqual({
      ipv4: null,
      ipv6: 'fd30:1c53:5f8a::/108',
      addresses: null,
    });
    expect(serviceRangeOf(anEksCluster())).toBeNull();
    expect(serviceRangeOf(null)).toBeNull();
    expect(serviceRangeOf(anEksCluster({ serviceIpv4Cidr: 'odd' }))?.addresses).toBeNull();
  });
});

describe('the overlap of a service range', () => {
  // https://github.com/aws/containers-roadmap/issues/216: EKS chose 10.100.0.0/16 or 172.20.0.0/16, both used elsewhere.
  test('with a connected VPC is a warning', () => {
    expect(
      findingsOf('service-range-overlap', {
        eksClusters: cluster('172.20.0.0/16'),
        vpcConnections: [peering('172.20.64.0/18')],
      }),
    ).toMatchObject([
      {
        id: 'service-range-overlap/cluster/shop',
        severity: 'warning',
        title: 'shop: its service range 172.20.0.0/16 overlaps 1 network',
        evidence: [
          { name: 'serviceRange', value: '172.20.0.0/16' },
          { name: 'overlap with vpc-02 over pcx-01', value: '172.20.64.0/18' },
        ],
      },
    ]);
  });

  // https://github.com/awslabs/amazon-eks-ami/issues/78: a VPC whose second range was added after the cluster.
  test('with a range that its own VPC got later is a warning', () => {
    const vpcs = [aVpcAssessment({ cidrBlocks: ['10.121.140.0/24', '172.20.0.0/20'] })];
    expect(
      findingsOf('service-range-overlap', { eksClusters: cluster('172.20.0.0/16'), vpcs }),
    ).toMatchObject([
      {
        severity: 'warning',
        evidence: [{}, { name: 'overlap with its own VPC vpc-01', value: '172.20.0.0/20' }],
      },
    ]);
  });

  test('with the destination of a route is a warning where the route is no larger, else information', () => {
    const severity = (destination: string) =>
      findingsOf('service-range-overlap', {
        eksClusters: cluster('10.100.0.0/16'),
        routeTables: routes({ destination }),
      }).map((finding) => finding.severity);
    expect(severity('10.100.0.0/16')).toEqual(['warning']);
    expect(severity('10.100.7.0/24')).toEqual(['warning']);
    expect(severity('10.0.0.0/8')).toEqual(['info']);
    expect(severity('10.101.0.0/16')).toEqual([]);
    expect(severity('0.0.0.0/0')).toEqual([]);
    expect(severity('pl-0123')).toEqual([]);
  });

  // https://github.com/sighupio/furyctl/issues/224: the service range is that of the VPN, which a route of the VPC leads to.
  test('with the network behind a VPN gateway is a warning that names the route', () => {
    const [finding] = findingsOf('service-range-overlap', {
      eksClusters: cluster('172.20.0.0/16'),
      routeTables: routes(
        { destination: '172.20.16.0/20', target: 'vgw-0123' },
        { destination: '0.0.0.0/0', target: 'nat-0123' },
      ),
    });
    expect(finding).toMatchObject({
      severity: 'warning',
      evidence: [{}, { name: 'overlap with the route to vgw-0123', value: '172.20.16.0/20' }],
    });
    expect(finding?.explanation).toContain('Pods cannot reach an address there that a Service has as well.');
  });

  // https://github.com/awsdocs/amazon-eks-user-guide/issues/974: remote node and pod networks must not be the service range's.
  test('with the network of its hybrid nodes is a warning, also without a VPC that is known', () => {
    const remote = { outsideRanges: ['172.16.0.0/16', '10.80.0.0/16', '172.16.128.0/20'] };
    for (const vpcId of ['vpc-01', null]) {
      expect(
        findingsOf('service-range-overlap', { eksClusters: cluster('172.16.0.0/16', { ...remote, vpcId }) }),
      ).toMatchObject([
        {
          severity: 'warning',
          evidence: [{}, { name: 'overlap with its hybrid nodes', value: '172.16.128.0/20' }],
        },
      ]);
    }
    expect(statesOf('service-range-overlap', { eksClusters: cluster('172.20.0.0/16', remote) })).toEqual([
      'healthy',
    ]);
  });

  // https://github.com/hashicorp/terraform-provider-aws/issues/26842: nodes do not join, and the service range is suspected.
  test('is none for a range of its own beside the VPC, however large it is', () => {
    const eksClusters = cluster('172.16.0.0/12');
    const vpcs = [aVpcAssessment({ cidrBlocks: ['10.0.0.0/16'] })];
    expect(statesOf('service-range-overlap', { eksClusters, vpcs })).toEqual(['healthy']);
    expect(serviceRangeOf(eksClusters[0] ?? null)?.addresses).toBe(1_048_574);
  });

  // https://github.com/crossplane-contrib/provider-aws/issues/809: two clusters that reach each other have one service range.
  test('is none between the service ranges of two clusters: no network routes them', () => {
    expect(
      statesOf('service-range-overlap', {
        eksClusters: [
          anEksCluster({ serviceIpv4Cidr: '172.20.0.0/16' }),
          anEksCluster({ name: 'search', vpcId: 'vpc-02', serviceIpv4Cidr: '172.20.0.0/16' }),
        ],
        vpcConnections: [peering('10.9.0.0/16')],
      }),
    ).toEqual(['healthy', 'healthy']);
  });

  test('with a route counts once, and not where the route is local, dead, or of another VPC', () => {
    const found = (routeTables: ReturnType<typeof routes>) =>
      findingsOf('service-range-overlap', { eksClusters: cluster('10.100.0.0/16'), routeTables });
    const destination = '10.100.7.0/24';
    expect(found([...routes({ destination }), ...routes({ destination })])[0]?.evidence).toHaveLength(2);
    expect(found(routes({ destination, target: 'local' }))).toEqual([]);
    expect(found(routes({ destination, target: null }))).toEqual([]);
    expect(found(routes({ destination, active: false }))).toEqual([]);
    expect(found(routes({ destination }).map((table) => ({ ...table, vpcId: 'vpc-09' })))).toEqual([]);
  });

  test('is not claimed of VPCs that nothing connects, nor of ranges that are not known', () => {
    const states = (eksClusters: readonly EksCluster[], more = {}) =>
      statesOf('service-range-overlap', { eksClusters, ...more });
    const elsewhere = { ...peering('172.20.0.0/16'), vpcs: peering('172.20.0.0/16').vpcs.slice(1) };
    expect(states(cluster('172.20.0.0/16'), { vpcConnections: [elsewhere] })).toEqual(['healthy']);
    const unseen = { ...peering(), vpcs: peering().vpcs.map((vpc) => ({ ...vpc, cidrBlocks: null })) };
    expect(states(cluster('172.20.0.0/16'), { vpcConnections: [unseen] })).toEqual(['unknown']);
    expect(states(cluster('172.20.0.0/16', { vpcId: null }))).toEqual(['healthy']);
    expect(states(cluster('172.20.0.0/16'), { vpcConnections: null })).toEqual(['unknown']);
    expect(states(cluster('odd'), { routeTables: routes({ destination: '10.0.0.0/8' }) })).toEqual([
      'healthy',
    ]);
    expect(states([anEksCluster({ ipFamily: 'ipv6' })])).toEqual([]);
    expect(statesOf('service-range-overlap', { eksClusters: null })).toEqual([]);
  });
});

describe('a new block for a VPC overlaps no service range', () => {
  const blockFor = (changes: Partial<EksCluster>) => {
    const estate = anEstate({
      eksClusters: [anEksCluster({ outsideRanges: ['100.64.0.0/16'], ...changes })],
      vpcConnections: [peering('10.9.0.0/16')],
    });
    return addSecondaryCidr(estate, aVpcAssessment())?.ranges;
  };

  test('of a cluster in the VPC, or in one that is connected to it', () => {
    expect(blockFor({})).toEqual(['100.65.0.0/16']);
    expect(blockFor({ vpcId: 'vpc-02' })).toEqual(['100.65.0.0/16']);
  });

  test('but those of clusters elsewhere do not matter', () => {
    expect(blockFor({ vpcId: 'vpc-07' })).toEqual(['100.64.0.0/16']);
    expect(blockFor({ vpcId: null })).toEqual(['100.64.0.0/16']);
  });
});
