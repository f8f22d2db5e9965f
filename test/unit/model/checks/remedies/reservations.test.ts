import { describe, expect, test } from 'vitest';
import type { EstateInput } from '../../../../../shared/model/checks/estate.ts';
import {
  releaseReservation,
  reservePrefixRange,
  turnExplicitReservation,
} from '../../../../../shared/model/checks/remedies/reservations.ts';
import type { AddressMap } from '../../../../../shared/model/result/assessment.ts';
import { aSubnet } from '../../../../fixtures/assessments.ts';
import { aCluster, anEstate } from '../../../../fixtures/findings-input.ts';

const map: AddressMap = {
  subnetId: 'subnet-0a',
  cidrBlock: '10.0.0.0/24',
  states: 'a++++...+++++++a',
  reserved: '----------------',
  used: '0444100044444440',
  owner: '----------------',
  owners: [],
};

const reserve = (changes: Partial<EstateInput> = {}, subnet = aSubnet()) =>
  reservePrefixRange(anEstate({ maps: [map], ...changes }), subnet);

describe('a range reserved for prefixes', () => {
  test('promises nothing at once, and says how many addresses are in the way', () => {
    expect(reserve()).toMatchObject({
      title: 'Reserve 10.0.0.64/26 for prefixes',
      effect:
        'It holds 4 blocks, and 3 can be prefixes at once. 1 single address is in the way of the rest. A block becomes a prefix when its addresses are given back.',
      gains: { addresses: 0, prefixes: 0 },
      commands: [
        'aws ec2 create-subnet-cidr-reservation --subnet-id subnet-0a --reservation-type prefix --cidr 10.0.0.64/26 --region eu-west-1',
      ],
    });
  });

  test.each([
    [0, 'at most 0 can be prefixes at once.'],
    [1, 'at most 1 can be a prefix at once.'],
    [2, 'at most 2 can be prefixes at once.'],
    [9, 'at most 3 can be prefixes at once.'],
  ])('promises no more than AWS leaves room for, where addresses are unseen: %i prefixes', (free, text) => {
    const prefixes = { assigned: 0, free, freeInReservation: 0, freeUnreserved: free };
    const remedy = reserve({ maps: [{ ...map, unseen: 40 }] }, aSubnet({ prefixes }));
    expect(remedy?.effect).toContain(`It holds 4 blocks, and ${text}`);
    expect(remedy?.preconditions).toContainEqual({
      text: 'None of the 40 addresses that this scan cannot see lies in it.',
      holds: null,
    });
  });

  test('says that nothing spoils its blocks only where every address is seen', () => {
    const clean = { ...map, states: 'a..............a', used: '0000000000000000' };
    expect(reserve({ maps: [clean] })?.effect).toContain('No single address can spoil them any more.');
    const unseen = reserve({ maps: [{ ...clean, unseen: 1 }] }, aSubnet({ prefixes: null }));
    expect(unseen?.effect).toMatch(/at most \d+ can be prefixes at once\.$/);
  });

  test('names what is in the way, where it is known', () => {
    const at = (last: number, name: string | null = null) => ({
      address: `10.0.0.${last}`,
      networkInterfaceId: `eni-${last}`,
      kind: 'rds',
      name,
    });
    const named = (...list: ReturnType<typeof at>[]) =>
      reserve({ obstacles: new Map([['subnet-0a', list]]) })?.effect;
    expect(named(at(70, 'orders'), at(20), { ...at(1), address: 'none' })).toContain(
      'in the way of the rest: 10.0.0.70 (eni-70, rds orders).',
    );
    expect(named(at(70), at(71), at(72), at(73), at(74))).toContain('10.0.0.72 (eni-72, rds), and 2 more.');
    expect(reserve({ obstacles: new Map() })?.effect).toContain('of the rest. A block');
  });

  test('without anything in the way keeps it so', () => {
    const empty = { ...map, states: 'a..............a', used: '1000000000000001' };
    expect(reserve({ maps: [empty] })?.effect).toBe(
      'It holds 4 blocks, and 4 can be prefixes at once. No single address can spoil them any more.',
    );
    const one = { ...map, states: 'a##.###########a', used: '1gg0ggggggggggg1' };
    expect(
      reserve({ maps: [{ ...one, states: 'a+++.##########a', used: '15550gggggggggg1' }] })?.effect,
    ).toContain('can be');
  });

  test('is not offered where no range is left, nothing is known, or another account owns the subnet', () => {
    const full = { ...map, states: 'a##############a', used: '0gggggggggggggg0' };
    expect(reserve({ maps: [full] })).toBeNull();
    expect(reserve({ maps: [] })).toBeNull();
    expect(reserve({}, aSubnet({ ownerId: '222222222222' }))).toBeNull();
  });
});

describe('an explicit reservation', () => {
  const reserved = { ...map, reserved: '----EEEE----EE--', states: 'a++++...+++..++a' };
  const explicit = (cidr: string) => ({ cidr, type: 'explicit' as const, available: 50 });
  const turn = (
    reservations: ReturnType<typeof explicit>[] | null,
    changes: Partial<EstateInput> = {},
    subnet = aSubnet(),
  ) => turnExplicitReservation(anEstate({ maps: [reserved], ...changes }), { ...subnet, reservations });

  test('with most whole free blocks is given to prefixes', () => {
    expect(turn([explicit('10.0.0.192/27'), explicit('10.0.0.64/26')])).toMatchObject({
      title: 'Give the explicit reservation 10.0.0.64/26 to prefixes',
      effect:
        'Its 3 free blocks can be prefixes at once. AWS gives out nothing of an explicit reservation by itself.',
      gains: { addresses: 50, prefixes: 3 },
      commands: [
        `RESERVATION_ID=$(aws ec2 get-subnet-cidr-reservations --subnet-id subnet-0a --query 'SubnetIpv4CidrReservations[?Cidr=='\\''10.0.0.64/26'\\''].SubnetCidrReservationId' --output text --region eu-west-1)`,
        'aws ec2 delete-subnet-cidr-reservation --subnet-cidr-reservation-id "$RESERVATION_ID" --region eu-west-1',
        'aws ec2 create-subnet-cidr-reservation --subnet-id subnet-0a --reservation-type prefix --cidr 10.0.0.64/26 --region eu-west-1',
      ],
    });
    expect(turn([explicit('10.0.0.80/28')])?.effect).toContain('Its 1 free block can be a prefix at once.');
  });

  test('is left alone where it has no whole block, is unknown, or belongs to another account', () => {
    expect(turn([explicit('10.0.0.64/28'), explicit('nowhere')])).toBeNull();
    expect(turn([{ ...explicit('10.0.0.64/26'), type: 'prefix' as never }])).toBeNull();
    expect(turn(null)).toBeNull();
    expect(turn([explicit('10.0.0.64/26')], { maps: [] })).toBeNull();
    expect(turn([explicit('10.0.0.64/26')], {}, aSubnet({ ownerId: '222222222222' }))).toBeNull();
  });
});

describe('a reservation that keeps addresses from everything else', () => {
  const kept = (type: 'explicit' | 'prefix', available = 127) =>
    aSubnet({ reservations: [{ cidr: '10.0.0.128/25', type, available }] });

  test('is given back, whatever its type, where nothing takes prefixes', () => {
    expect(releaseReservation(anEstate({}), kept('explicit'))).toMatchObject({
      title: 'Delete the explicit reservation 10.0.0.128/25',
      effect: expect.stringContaining('Its 127 free addresses then serve everything in the subnet.'),
      gains: { addresses: 127 },
      commands: [
        expect.stringContaining('get-subnet-cidr-reservations'),
        expect.stringContaining('delete-subnet-cidr-reservation'),
      ],
    });
    expect(releaseReservation(anEstate({}), kept('prefix'))?.title).toBe(
      'Delete the prefix reservation 10.0.0.128/25',
    );
  });

  test('is the one that keeps most of several', () => {
    const [small, large] = [
      { cidr: '10.0.0.64/26', type: 'explicit' as const, available: 63 },
      { cidr: '10.0.0.128/25', type: 'explicit' as const, available: 127 },
    ];
    for (const reservations of [
      [small, large],
      [large, small],
    ])
      expect(releaseReservation(anEstate({}), aSubnet({ reservations }))?.title).toContain('10.0.0.128/25');
  });

  test('stays where a cluster takes prefixes from it, where it keeps nothing, and where another account owns it', () => {
    const cluster = aCluster({ takesPrefixesFrom: ['subnet-0a'] });
    expect(releaseReservation(anEstate({ clusters: [cluster] }), kept('prefix'))).toBeNull();
    expect(releaseReservation(anEstate({ clusters: [cluster] }), kept('explicit'))).not.toBeNull();
    expect(releaseReservation(anEstate({}), kept('explicit', 0))).toBeNull();
    expect(releaseReservation(anEstate({}), { ...kept('explicit'), ownerId: '999988887777' })).toBeNull();
    expect(releaseReservation(anEstate({}), aSubnet({ reservations: null }))).toBeNull();
  });
});
