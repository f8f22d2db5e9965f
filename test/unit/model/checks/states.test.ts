import { describe, expect, test } from 'vitest';
import type { EstateInput } from '../../../../shared/model/checks/estate.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { unread } from '../../../../shared/model/kubernetes/observed.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { anEksCluster } from '../../../fixtures/cluster-records.ts';
import {
  aCluster,
  aDemand,
  aNodeAssessment,
  aVpcAssessment,
  statesOf,
} from '../../../fixtures/findings-input.ts';
import { aReading } from '../../../fixtures/kubernetes-reading.ts';

const unmeasured: Partial<SubnetAssessment> = {
  usable: null,
  available: null,
  availableSingle: null,
  awsAvailable: null,
  prefixes: null,
  blocks: null,
  owners: null,
  usesPrefixes: null,
  leakedInterfaces: null,
};
const of = (subnet: Partial<SubnetAssessment>): Partial<EstateInput> => ({ subnets: [aSubnet(subnet)] });
const inCluster = (subnet: Partial<SubnetAssessment>): Partial<EstateInput> => ({
  ...of(subnet),
  clusters: [
    aCluster({
      nodes: [aNodeAssessment({ warmAtLeast: 9 }), aNodeAssessment({ instanceId: 'i-02', warmAtLeast: 9 })],
    }),
  ],
});

const unknownSettings: Partial<EstateInput> = {
  clusters: [aCluster({ newNodes: { settingsKnown: false, settings: DEFAULT_CNI_SETTINGS, places: [] } })],
};
const DENIED = unread('forbidden', 'list is not allowed');
const readAs = (changes: Parameters<typeof aReading>[0], cluster = {}): Partial<EstateInput> => ({
  clusters: [aCluster(cluster)],
  kubernetes: new Map([['shop', aReading(changes)]]),
});

/** What each check needs to know, and an estate in which it does not. */
const UNKNOWN: Readonly<Record<string, Partial<EstateInput>>> = {
  'addresses-surge': of({}),
  'addresses-exhausted': of(unmeasured),
  'addresses-low': of(unmeasured),
  'addresses-exhaustion': of({}),
  'prefixes-surge': of({ usesPrefixes: true }),
  'prefixes-exhausted': of({ usesPrefixes: null }),
  'prefixes-low': of({ usesPrefixes: true, prefixes: null }),
  'prefixes-exhaustion': of({ usesPrefixes: true }),
  fragmentation: of({ usesPrefixes: true, prefixes: null }),
  'vpc-addresses-low': { subnets: [aSubnet(), aSubnet({ ...unmeasured, subnetId: 'subnet-0b' })] },
  'allocations-failing': {
    allocationFailures: {
      failures: [],
      since: '2026-01-01T00:00:00.000Z',
      unread: [{ isDenied: false, service: 'auto-scaling', reason: 'Denied.' }],
    },
  },
  'pods-waiting': readAs({ sandboxFailures: DENIED }),
  'nodes-overcommitted': readAs({ nodes: DENIED }),
  'pods-committed': readAs({ workloads: DENIED }),
  'service-range-full': readAs({ services: DENIED }),
  'cni-daemonset': readAs({ awsNode: DENIED }),
  'eni-config-missing': readAs({ eniConfigs: DENIED }),
  'unused-cni-subnet': of({ tags: { 'kubernetes.io/role/cni': '1' }, availabilityZone: null }),
  'committed-demand': {
    ...inCluster({}),
    clusters: [aCluster({ committed: [aDemand({ fits: null, shortfall: null })] })],
  },
  'update-surge': {
    ...inCluster({}),
    clusters: [aCluster({ committed: [aDemand({ fits: null, shortfall: null })] })],
  },
  'upgrade-readiness': { eksClusters: [anEksCluster({ subnetIds: ['subnet-unseen'] })] },
  'load-balancer-subnet': of({ owners: null }),
  'leaked-interfaces': of({ leakedInterfaces: null }),
  'warm-pool-waste': inCluster({ available: null }),
  'zone-failover': { clusters: [aCluster({ unknowns: [{ field: 'nodes', reason: 'Denied.' }] })] },
  'zone-imbalance': inCluster({ available: null }),
  'lone-subnet': inCluster({ available: null }),
  'cni-settings': unknownSettings,
  'mode-leftovers': unknownSettings,
  'elastic-addresses': {},
  'interface-quota': { subnets: [aSubnet({ owners: null })] },
  'overlapping-ranges': { vpcConnections: null },
  'service-range-overlap': { eksClusters: [anEksCluster({ serviceIpv4Cidr: null })] },
  'network-address-usage': { vpcs: [aVpcAssessment({ networkAddressUsage: null })] },
};

describe('what could not be measured', () => {
  test.each(Object.entries(UNKNOWN))('is unknown to %s, and neither found nor healthy', (kind, estate) => {
    expect([...new Set(statesOf(kind, estate))]).toEqual(['unknown']);
  });
});

describe('a subnet from which no prefixes are taken', () => {
  test.each(['prefixes-surge', 'prefixes-exhausted', 'prefixes-low', 'prefixes-exhaustion', 'fragmentation'])(
    'is healthy to %s, however few are free',
    (kind) => {
      const none = { assigned: 0, free: 0, freeInReservation: 0, freeUnreserved: 0 };
      expect(statesOf(kind, of({ usesPrefixes: false, prefixes: none }))).toEqual(['healthy']);
    },
  );
});

describe('an empty supply', () => {
  const empty = of({ available: 0 });

  test('is exhausted', () => {
    expect(statesOf('addresses-exhausted', empty)).toEqual(['found']);
  });

  test.each(['addresses-surge', 'addresses-exhaustion'])('is nothing that %s can speak of', (kind) => {
    expect(statesOf(kind, empty)).toEqual(['unknown']);
  });
});
