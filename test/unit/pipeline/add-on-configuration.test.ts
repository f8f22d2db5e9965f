import { expect, test } from 'vitest';
import { cniConfigurationOf } from '../../../shared/model/cluster/cni-configuration.ts';
import { withJsonConfiguration } from '../../../shared/pipeline/add-on-configuration.ts';
import { anEksCluster } from '../../fixtures/cluster-records.ts';

const configuration = async (given: string | null) =>
  (await withJsonConfiguration(anEksCluster({ vpcCni: { version: 'v1.20.4', configuration: given } })))
    .vpcCni;

test('YAML becomes JSON, so that the settings are known', async () => {
  const vpcCni = await configuration(
    'env:\n  ENABLE_PREFIX_DELEGATION: "true"\n  WARM_PREFIX_TARGET: 2 # more\n',
  );
  expect(vpcCni?.configuration).toBe('{"env":{"ENABLE_PREFIX_DELEGATION":"true","WARM_PREFIX_TARGET":2}}');
  expect(cniConfigurationOf(vpcCni)).toMatchObject({
    known: true,
    prefixDelegation: true,
    warmPrefixTarget: 2,
  });
});

test('JSON stays what it says', async () => {
  expect((await configuration('{ "env": { "MAX_ENI": "2" } }'))?.configuration).toBe(
    '{"env":{"MAX_ENI":"2"}}',
  );
});

test.each(['just words', 'a: b: c', '', '- [', 'a: &x [1]\n<<: *y'])(
  'what is neither, such as %j, stays as it is',
  async (text) => {
    expect((await configuration(text))?.configuration).toBe(text);
  },
);

test('aliases that would grow without bound are not followed', async () => {
  const bomb = `a: &a [1,1,1,1,1,1,1,1,1,1]\n${'bcdefgh'
    .split('')
    .map((key, index) => `${key}: &${key} [${Array(10).fill(`*${'abcdefg'[index]}`).join(',')}]`)
    .join('\n')}`;
  expect((await configuration(bomb))?.configuration).toBe(bomb);
});

test('a cluster without the add-on, or without a configuration, is left alone', async () => {
  const without = anEksCluster({ vpcCni: null });
  expect(await withJsonConfiguration(without)).toBe(without);
  expect(await configuration(null)).toEqual({ version: 'v1.20.4', configuration: null });
});
