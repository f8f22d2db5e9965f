import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { shopFile } from '../../fixtures/plan-command.ts';

interface Estate {
  readonly targets: readonly {
    readonly instances: readonly object[];
    readonly interfaces: readonly { readonly privateAddresses: readonly object[] }[];
  }[];
}

/** Three nodes of m5.large that hold three addresses beside their own one, and run Windows. */
const windowsFile = (): string => {
  const estate = JSON.parse(readFileSync(shopFile({ nodes: 3, pods: 0 }), 'utf8')) as Estate;
  const targets = estate.targets.map((target) => ({
    ...target,
    instances: target.instances.map((each) => ({ ...each, platform: 'windows' })),
    interfaces: target.interfaces.map((each) => ({
      ...each,
      privateAddresses: each.privateAddresses.slice(0, 4),
    })),
  }));
  const file = join(mkdtempSync(join(tmpdir(), 'headroom-windows-')), 'estate.json');
  writeFileSync(file, JSON.stringify({ ...estate, targets }));
  return file;
};

interface Figures {
  readonly subnets: readonly { readonly used: readonly number[] | number | null }[];
}

/** Source: EKS user guide, Windows: one interface; the VPC resource controller keeps three addresses on it. */
test('a new node on Windows takes its own address and three more, also of a larger type', async () => {
  const file = windowsFile();
  const usedOf = ({ subnets }: Figures): number =>
    subnets.reduce((sum, { used }) => sum + (Array.isArray(used) ? Number(used[0]) : Number(used)), 0);
  const { code, out } = await headroomInProcess([
    'plan',
    'what-if',
    '--nodes',
    '+3',
    '--format',
    'json',
    '--from',
    file,
  ]);
  expect(code).toBe(0);
  const { before, after } = JSON.parse(out) as { before: Figures; after: Figures };
  expect(usedOf(after) - usedOf(before)).toBe(12);
  const larger = await headroomInProcess([
    'plan',
    'what-if',
    '--type',
    'm5.xlarge',
    '--format',
    'json',
    '--from',
    file,
  ]);
  const replaced = JSON.parse(larger.out) as { before: Figures; after: Figures };
  expect(usedOf(replaced.after)).toBe(usedOf(replaced.before));
});

test('a drain counts the nine addresses that a node on Windows holds at most', async () => {
  const { out } = await headroomInProcess([
    'plan',
    'drain',
    '--supply',
    'addresses',
    '--nodes',
    '1',
    '--from',
    windowsFile(),
  ]);
  expect(out).toContain('m5.large (Windows)');
});

test('a drain for prefixes in a cluster of single addresses names the other supply, and takes no more than there is', async () => {
  const file = shopFile({ nodes: 12, pods: 9 });
  const { out } = await headroomInProcess([
    'plan',
    'drain',
    '--nodes',
    '2',
    '--format',
    'json',
    '--from',
    file,
  ]);
  const { winsAtLeast } = JSON.parse(out) as { winsAtLeast: number };
  // Three subnets of 14 blocks each.
  expect(winsAtLeast).toBeGreaterThanOrEqual(-42);
  const text = await headroomInProcess(['plan', 'drain', '--nodes', '2', '--from', file]);
  expect(text.out).toContain('For those, use --supply addresses.');
});
