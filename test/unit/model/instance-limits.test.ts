import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { knownInstanceTypes, limitsOf } from '../../../shared/model/instance-limits.ts';
import { maxPods } from '../../../shared/model/max-pods.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');

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

  test('leaves branch interfaces unknown where nobody published them', () => {
    expect(limitsOf('bmn-sf1.metal')).toMatchObject({ branchEnis: null, trunk: false, bareMetal: true });
  });

  test('knows nothing of a type that it never heard of', () => {
    expect(limitsOf('m99.large')).toBeNull();
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
