import { describe, expect, test } from 'vitest';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { emptySubnet } from '../../../../shared/model/plan/new-subnet.ts';
import { zoneRoom } from '../../../../shared/model/plan/zone-room.ts';
import { aTarget } from '../../../fixtures/inventory-records.ts';
import { LabFleet } from '../../../fixtures/lab-fleet.ts';

const ZONE = 'eu-west-1a';

const scannedWith = (strangers: number, prefixDelegation = false) => {
  const fleet = new LabFleet(
    [{ subnetId: 'subnet-0a', cidr: '10.0.0.0/25', zone: ZONE }],
    { ...DEFAULT_CNI_SETTINGS, prefixDelegation },
    1,
  );
  fleet.addStrangers('subnet-0a', strangers);
  fleet.start('m5.large', 'subnet-0a');
  return fleet.scanned();
};

const opens = (use: 'discovery' | 'pods' | 'nodes') => ({
  opens: { ...emptySubnet(aTarget, 'vpc-0a', { cidr: '10.0.1.0/25', zone: ZONE }), use },
});

// A /25 gives 123 addresses. The node holds 10, and an m5.large full of pods holds 30.
describe('more full nodes that fit in a zone with 63 addresses left', () => {
  const { estate, cluster } = scannedWith(50);

  /** Nodes start in the one subnet, and their pods have another. */
  const withPodsIn = (podSubnetId: string) =>
    ({
      ...cluster,
      newNodes: {
        ...(cluster.newNodes ?? { settings: DEFAULT_CNI_SETTINGS, settingsKnown: true }),
        places: [
          {
            subnetId: 'subnet-0a',
            availabilityZone: ZONE,
            podSubnetIds: [podSubnetId],
            primaryServesPods: false,
          },
        ],
      },
    }) as typeof cluster;

  test('two as it is', () => {
    expect(zoneRoom(estate, cluster, ZONE, {})).toMatchObject({ before: [2, 2], after: [2, 2] });
  });

  test('six with a new /25 for interfaces of pods: each node still takes 10 of its own subnet', () => {
    expect(zoneRoom(estate, cluster, ZONE, opens('discovery'))).toMatchObject({ after: [6, 6] });
  });

  test('six with a new /25 for all pods: 123 addresses hold two interfaces of 10 for each', () => {
    expect(zoneRoom(estate, cluster, ZONE, opens('pods'))).toMatchObject({ after: [6, 6] });
  });

  test('six with a new /25 that nodes start in: two here and four there', () => {
    expect(zoneRoom(estate, cluster, ZONE, opens('nodes'))).toMatchObject({ after: [6, 6] });
  });

  test('as many as pods find room for, where nodes start in a /28 and pods have a subnet of their own', () => {
    const apart = withPodsIn('subnet-0a');
    const { after = [0] } = zoneRoom(estate, apart, ZONE, opens('nodes')) ?? {};
    // Three interfaces, of which the first serves no pod, so that a full node holds 21: one here, and 20 of the pods' subnet.
    expect(after[0]).toBe(3);
  });

  test('not known where pods have a subnet that no scan has', () => {
    const elsewhere = withPodsIn('subnet-gone');
    expect(zoneRoom(estate, elsewhere, ZONE, {})).toBeNull();
  });

  test('three after 27 addresses came back', () => {
    const returns = { subnetId: 'subnet-0a', addresses: 27, prefixes: 0 };
    expect(zoneRoom(estate, cluster, ZONE, { returns })).toMatchObject({ after: [3, 3] });
  });

  test('none where no node starts in it any more, and four in another one of the zone', () => {
    const closed = { closes: 'subnet-0a' };
    expect(zoneRoom(estate, cluster, ZONE, closed)).toBeNull();
    expect(zoneRoom(estate, cluster, ZONE, { ...closed, ...opens('nodes') })).toMatchObject({
      after: [4, 4],
    });
  });

  test('unknown in a zone in which no node starts', () => {
    expect(zoneRoom(estate, cluster, 'eu-west-1b', {})).toBeNull();
  });

  test('unknown for EKS Auto Mode and for IPv6', () => {
    expect(zoneRoom(estate, { ...cluster, autoMode: true }, ZONE, {})).toBeNull();
    expect(zoneRoom(estate, { ...cluster, mode: 'ipv6' }, ZONE, {})).toBeNull();
  });
});
