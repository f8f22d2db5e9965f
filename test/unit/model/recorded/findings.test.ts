import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementAt } from '../../../../shared/model/base/element-at.ts';
import type { EstateInput } from '../../../../shared/model/checks/estate.ts';
import {
  remediesForAddresses,
  remediesForPrefixes,
} from '../../../../shared/model/checks/remedies/subnet-remedies.ts';
import { bySupply, type CheckOutcome, clearText } from '../../../../shared/model/checks/run-checks.ts';
import { known } from '../../../../shared/model/kubernetes/observed.ts';
import type { Remedy } from '../../../../shared/model/result/finding.ts';
import { aNodeGroup, anEksCluster, cniSettings } from '../../../fixtures/cluster-records.ts';
import { anEstate, outcomesOf } from '../../../fixtures/findings-input.ts';
import { arbitraryEstate } from '../../../fixtures/generated/estates.ts';
import {
  anAwsNode,
  aPodUse,
  aReading,
  aSandboxFailure,
  aWorkload,
} from '../../../fixtures/kubernetes-reading.ts';
import { linesOf } from './answers.ts';

/** What the generator leaves out, one thing in each estate. */
const MORE = (): readonly Partial<EstateInput>[] => [
  {},
  {
    eksClusters: [
      anEksCluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true', WARM_ENI_TARGET: '3' }) }),
    ],
  },
  { eksClusters: [anEksCluster({ vpcCni: cniSettings({ WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '10' }) })] },
  {
    eksClusters: [
      anEksCluster({
        healthIssues: [
          { code: 'InsufficientFreeAddresses', message: 'Subnets are full.', resourceIds: ['subnet-00'] },
        ],
        nodeGroups: [aNodeGroup({ amiType: 'WINDOWS_CORE_2022_x86_64', subnetIds: ['subnet-00'] })],
      }),
    ],
  },
  { eksClusters: null, instances: null, routeTables: null, vpcConnections: null },
  {
    kubernetes: new Map([
      [
        'shop',
        aReading({
          sandboxFailures: known([aSandboxFailure()]),
          awsNode: known(anAwsNode({ imageVersion: 'v1.10.1', ready: 1 })),
          services: known({ services: 240, addressesUsed: 240, cidrs: null }),
          workloads: known([aWorkload({ desired: 400 }), aWorkload({ name: 'api', surge: 40 })]),
        }),
      ],
    ]),
  },
  {
    quotas: [
      { service: 'vpc', code: 'L-83CA0A9D', name: 'IPv4 CIDR blocks per VPC', value: 50 },
      { service: 'vpc', code: 'L-DF5E4CA3', name: 'Network interfaces per Region', value: 40 },
    ],
    elasticAddresses: [
      {
        allocationId: 'eipalloc-01',
        name: null,
        associationId: null,
        networkInterfaceId: null,
        serviceManaged: null,
      },
    ],
  },
  { kubernetes: new Map([['shop', aReading({ pods: UNREAD, awsNode: UNREAD, services: UNREAD })]]) },
  { kubernetes: new Map([['shop', aReading({ nodes: UNREAD, workloads: UNREAD, eniConfigs: UNREAD })]]) },
  {
    eksClusters: [
      anEksCluster({
        nodeGroups: [
          aNodeGroup({
            healthIssues: [{ code: 'AccessDenied', message: 'The role is gone', resourceIds: ['workers'] }],
          }),
        ],
      }),
    ],
  },
  { eksClusters: [anEksCluster({ autoMode: true, vpcCni: null })] },
];

/** What cannot be read of a cluster, one part after another. */
const UNREAD = {
  known: false,
  unread: { reason: 'forbidden', permission: null, message: 'Headroom may not list them' },
} as const;

/** One that waits, and some addresses that no pod explains. */
const PODS = aPodUse({
  used: 40,
  warm: 6,
  unexplained: 3,
  waiting: [
    {
      namespace: 'shop',
      name: 'web-1',
      workload: 'shop/Deployment/web',
      nodeName: 'node-1',
      instanceId: 'i-shop0',
      since: '2026-01-01T02:00:00.000Z',
      failures: 4,
      text: 'failed to assign an IP address to container',
    },
  ],
});

/** What a scan may say besides: groups outside of the cluster, updates, reservations, prefixes of which nothing is known. */
const changed = (input: EstateInput, index: number): EstateInput => ({
  ...input,
  subnets: input.subnets.map((subnet, place) => ({
    ...subnet,
    ...((index + place) % 4 === 0 ? { usesPrefixes: null } : {}),
    ...((index + place) % 3 === 0 && subnet.cidrBlock !== null
      ? {
          reservations: [
            {
              cidr: subnet.cidrBlock.replace(/\/\d+$/, '/28'),
              type: index % 2 === 0 ? ('explicit' as const) : ('prefix' as const),
              available: 16 - place,
            },
          ],
        }
      : {}),
  })),
  clusters: input.clusters.map((cluster) => ({
    ...cluster,
    committed: cluster.committed.map((demand) => ({
      ...demand,
      outsideCluster: index % 5 === 3,
      update: { nodes: 2, fits: index % 3, error: 'InsufficientFreeAddressesInSubnet' },
    })),
  })),
});

/**
 * Everything that is said of generated estates, as it was last reviewed. The properties of remedies say what may never
 * be; this shows what a change of a rule or a word changes. After a change that is meant, read the difference:
 * `npx vitest run --project unit test/unit/model/recorded -u`.
 */
const VARIANTS = MORE();

const ESTATES = fc
  .sample(arbitraryEstate, { seed: 20_261_127, numRuns: 22 })
  .map((input, index): EstateInput => {
    const more = VARIANTS[index % VARIANTS.length];
    const clusters = input.clusters.map((cluster) => ({ ...cluster, pods: PODS }));
    return { ...changed(input, index), ...(more?.kubernetes === undefined ? {} : { clusters }), ...more };
  });

/** A remedy in full where it is said first, and its title after that. */
class Remedies {
  readonly #said = new Set<string>();

  lines(remedies: readonly Remedy[]): readonly string[] {
    return remedies.flatMap(({ title, ...parts }) => {
      const details = linesOf(parts).map((line) => `  ${line}`);
      const whole = [title, ...details].join();
      if (this.#said.has(whole)) return [`* ${title} (as above)`];
      this.#said.add(whole);
      return [`* ${title}`, ...details];
    });
  }
}

/** What is said of a supply, or of a check, once nothing is found any more. */
const clearIn = (outcomes: readonly CheckOutcome[]): readonly string[] =>
  bySupply(outcomes).flatMap((group) => {
    const { check, subject } = elementAt(group, 0);
    const text = clearText(group);
    return text === null ? [] : [`${check.supply ?? check.kind} of ${subject.id}: ${text}`];
  });

const findingsIn = (outcomes: readonly CheckOutcome[], said: Remedies): readonly string[] =>
  outcomes.flatMap(({ check, finding, hold, isListed, notMeasured, notRaised, raise, subject }) => {
    const why = notMeasured ?? notRaised;
    const levels = `raises ${raise}, holds ${hold}${isListed ? ', listed' : ''}${why === null ? '' : `: ${why}`}`;
    const outcome = `${check.kind} of ${subject.id}: ${levels}`;
    if (finding === null) return [outcome];
    const { remedies, subject: _subject, ...parts } = finding;
    return [outcome, ...linesOf(parts), ...said.lines(remedies), ''];
  });

const offersIn = (input: EstateInput, said: Remedies): readonly string[] => {
  const estate = anEstate(input);
  return input.subnets.flatMap((subnet) => [
    `For ${subnet.subnetId}:`,
    ...said.lines(remediesForPrefixes(estate, subnet)),
    ...said.lines(remediesForAddresses(estate, subnet, { addresses: 300, prefixes: 0 })),
  ]);
};

test.each(ESTATES.map((input, index) => [index + 1, input] as const))(
  'what the checks say of generated estate %i',
  async (number, input) => {
    const said = new Remedies();
    const outcomes = outcomesOf(input);
    const text = [
      ...findingsIn(outcomes, said),
      'Once nothing is found:',
      ...clearIn(outcomes),
      ...offersIn(input, said),
      '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot(`findings-of-estate-${number}.txt`);
  },
);
