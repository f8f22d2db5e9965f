import { describe, expect, test } from 'vitest';
import { wrongWordIn } from '../../../../shared/model/aws/word-fields.ts';

describe('words of AWS in a document', () => {
  test('have the form of their field at any depth', () => {
    const document = {
      accountId: '111111111111',
      subnets: [{ subnetId: 'subnet-0a', availabilityZone: 'eu-west-1a', cidrBlock: '10.0.0.0/24' }],
      places: [{ podSubnetIds: ['subnet-0a', 'subnet-0b'], subnetIds: null }],
      region: 'unknown',
      used: 3,
      note: null,
    };
    expect(wrongWordIn(document)).toBeNull();
  });

  test.each([
    ['a field', { accountId: '1' }, 'accountId'],
    [
      'an item of a list',
      { places: [{ podSubnetIds: ['subnet-0a', 'a\u202Eb'] }] },
      'places[0].podSubnetIds[1]',
    ],
    ['a field in a list', { vpcs: [{ vpcId: 'vpc-01' }, { vpcId: '<b>' }] }, 'vpcs[1].vpcId'],
    ['a document where a word belongs', { subnetId: { vpcId: 'x y' } }, 'subnetId.vpcId'],
    ['documents where words belong', { subnetIds: [{ zone: 'a b' }] }, 'subnetIds[0].zone'],
    ['a list as the whole', [{ zone: 'eu-west-1a' }, { zone: '' }], '[1].zone'],
  ])('are named by their path where the form is wrong: %s', (_, document, path) => {
    expect(wrongWordIn(document)).toMatchObject({ path });
  });

  test('are not looked for among tags, whose keys people choose', () => {
    expect(wrongWordIn({ subnets: [{ tags: { zone: 'a and b', region: '' } }] })).toBeNull();
  });

  test('are only those of the list: a name that every object has is none', () => {
    expect(wrongWordIn({ constructor: 'a b', toString: 'c d' })).toBeNull();
  });
});
