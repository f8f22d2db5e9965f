import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  knownInstanceTypes,
  limitsOf,
  unpackLimits,
} from '../../../../shared/model/cluster/instance-limits.ts';
import { maxPods } from '../../../../shared/model/cluster/max-pods.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url), 'utf8');

/** aws/amazon-vpc-cni-k8s `misc/eni-max-pods.txt` at b52188387f2e (Apache-2.0). */
const published = new Map(
  fixture('eni-max-pods.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): [string, number] => {
      const [type = '', pods = ''] = line.split(' ');
      return [type, Number(pods)];
    }),
);

describe('the shipped table of instance limits', () => {
  test('knows the same 1,391 types as the published one', () => {
    expect(published.size).toBe(1_391);
    expect([...knownInstanceTypes()].sort()).toEqual([...published.keys()].sort());
  });

  test('gives every type the published number of pods in secondary mode', () => {
    const ours = new Map(
      [...published.keys()].map((type) => {
        const limits = limitsOf(type);
        return [type, limits === null ? null : maxPods(limits, { mode: 'secondary' })];
      }),
    );
    expect(ours).toEqual(published);
  });

  test('refuses prefixes to the 82 types that have none, and to no other', () => {
    const without = fixture('no-prefix-delegation.txt').trim().split('\n');
    expect(without).toHaveLength(82);
    const ours = knownInstanceTypes().filter((type) => limitsOf(type)?.prefixDelegation === false);
    expect([...ours].sort()).toEqual(without.sort());
  });

  test('tells an m5.large in full', () => {
    expect(limitsOf('m5.large')).toEqual({
      type: 'm5.large',
      maxEnis: 3,
      ipv4PerEni: 10,
      hypervisor: 'nitro',
      bareMetal: false,
      networkCards: 1,
      prefixDelegation: true,
      trunk: true,
      branchEnis: 9,
      vcpus: null,
    });
  });

  test('counts the default network card alone: a p5.48xlarge has 32 cards and 2 interfaces on the first', () => {
    expect(limitsOf('p5.48xlarge')).toMatchObject({
      maxEnis: 2,
      ipv4PerEni: 50,
      networkCards: 32,
      branchEnis: 120,
    });
  });

  test('leaves branch interfaces unknown if they are not published', () => {
    expect(limitsOf('bmn-sf1.metal')).toMatchObject({ branchEnis: null, trunk: false, bareMetal: true });
  });

  test('knows nothing of a type that it never heard of', () => {
    expect(limitsOf('m99.large')).toBeNull();
  });
});

describe('a packed table', () => {
  test('gives families that share a line the same sizes, each with the limits at its position in base 36', () => {
    const nitro = {
      maxEnis: 3,
      ipv4PerEni: 10,
      hypervisor: 'nitro',
      bareMetal: false,
      networkCards: 1,
      prefixDelegation: true,
      trunk: true,
      branchEnis: 9,
      vcpus: null,
    };
    const xen = { ...nitro, hypervisor: 'xen', prefixDelegation: false, trunk: false, branchEnis: 0 };
    const metal = {
      ...nitro,
      maxEnis: 15,
      ipv4PerEni: 50,
      hypervisor: 'unknown',
      bareMetal: true,
      networkCards: 2,
      trunk: false,
      branchEnis: null,
    };
    const profiles = [
      ...Array.from({ length: 9 }, () => '1x1 xen virtual 1 0'),
      '3x10 xen virtual 1 0',
      '3x10 nitro virtual 1 9',
      '15x50 unknown metal 2 ?',
    ].join('\n');
    expect(Object.fromEntries(unpackLimits(profiles, 'a1,a2: large=a metal=b\na0: large=9'))).toEqual({
      'a1.large': { type: 'a1.large', ...nitro },
      'a2.large': { type: 'a2.large', ...nitro },
      'a1.metal': { type: 'a1.metal', ...metal },
      'a2.metal': { type: 'a2.metal', ...metal },
      'a0.large': { type: 'a0.large', ...xen },
    });
  });

  test.each([
    ['a profile that lacks its branch interfaces', '3x10 nitro virtual 1', 'a1: large=0'],
    ['a family without sizes', '3x10 nitro virtual 1 9', 'a1'],
    ['a position beyond the profiles', '3x10 nitro virtual 1 9', 'a1: large=1'],
  ])('with %s is refused, not read in part', (_, profiles, families) => {
    expect(() => unpackLimits(profiles, families)).toThrow(RangeError);
  });
});

describe('what EC2 answers', () => {
  const answered = {
    type: 'm5.large',
    maxEnis: 4,
    ipv4PerEni: 10,
    hypervisor: 'nitro',
    bareMetal: false,
    networkCards: 1,
    prefixDelegation: true,
    trunk: false,
    branchEnis: null,
    vcpus: 2,
  };

  test('wins over the table, but for branch interfaces, which EC2 does not tell', () => {
    expect(limitsOf('m5.large', new Map([['m5.large', answered]]))).toEqual({
      ...answered,
      branchEnis: 9,
      trunk: true,
    });
  });

  test('fills in for a type that the table lacks', () => {
    const unknown = { ...answered, type: 'm99.large' };
    expect(limitsOf('m99.large', new Map([['m99.large', unknown]]))).toEqual(unknown);
  });

  test('is taken whole where it does tell branch interfaces', () => {
    const complete = { ...answered, branchEnis: 5, trunk: true };
    expect(limitsOf('m5.large', new Map([['m5.large', complete]]))).toEqual(complete);
  });
});
