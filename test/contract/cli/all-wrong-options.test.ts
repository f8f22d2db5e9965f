import { expect, test } from 'vitest';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';

/** A command line is corrected once: every wrong option is named before anything is read. */

test.each<[string, Readonly<Record<string, string>>]>([
  ['scan', { '--region': 'mars', '--sort-by': 'usd', '--watch': 'x', '--fail-on': 'high' }],
  ['findings', { '--region': 'mars', '--sort-by': 'usd', '--watch': 'x', '--severity': 'high' }],
  ['clusters', { '--region': 'mars', '--sort-by': 'usd', '--watch': 'x', '--vpc': 'main' }],
  ['owners', { '--region': 'mars', '--sort-by': 'usd', '--watch': 'x' }],
  ['pods', { '--region': 'mars', '--output': 'xml', '--sort-by': 'usd', '--watch': '1' }],
  ['cost', { '--region': 'mars', '--sort-by': 'usd', '--watch': 'x', '--subnets': 'many' }],
  ['alerts', { '--output': 'xml', '--sort-by': 'usd', '--watch': 'x', '--severity': 'high' }],
  ['mutes', { '--output': 'xml', '--sort-by': 'usd' }],
  ['limits m5.large', { '--output': 'xml', '--sort-by': 'usd' }],
  ['access --cluster shop', { '--region': 'mars', '--output': 'xml', '--sort-by': 'usd' }],
  ['doctor', { '--region': 'mars', '--output': 'xml' }],
  ['report', { '--region': 'mars', '--output': 'xml' }],
  ['collect --out -', { '--region': 'mars', '--output': 'xml' }],
  ['explain data-a', { '--region': 'mars', '--output': 'xml' }],
  ['map data-a', { '--region': 'mars', '--output': 'xml' }],
  ['plan drain', { '--region': 'mars', '--output': 'xml', '--nodes': 'x', '--win': 'y', '--supply': 'z' }],
  ['plan reserve', { '--region': 'mars', '--output': 'xml', '--after-draining': 'x' }],
  ['plan failover', { '--region': 'mars', '--output': 'xml' }],
  ['plan upgrade', { '--region': 'mars', '--output': 'xml', '--surge': 'x' }],
  ['plan what-if', { '--region': 'mars', '--output': 'xml', '--nodes': 'x' }],
  ['plan fit', { '--region': 'mars', '--output': 'xml', '--require': 'x', '--nodes': 'y', '--pods': 'z' }],
  ['plan node m5.large', { '--output': 'xml', '--mode': 'x', '--pods': 'y' }],
  [
    'plan size --nodes 3 --type m5.large --pods-per-node 9',
    { '--output': 'xml', '--zones': 'x', '--within': 'y' },
  ],
  ['mute 3', { '--for': 'ever', '--output': 'xml', '--reason': 'x'.repeat(501) }],
  ['unmute three', { '--output': 'xml' }],
])('headroom %s names all wrong options at once', async (command, wrong) => {
  const { code, err, out } = await headroomInProcess([
    ...command.split(' '),
    ...Object.entries(wrong).flat(),
  ]);
  expect([code, out]).toEqual([2, '']);
  for (const option of Object.keys(wrong))
    expect(err).toContain(option === '--sort-by' ? 'no column usd to sort by' : `${option} `);
});
