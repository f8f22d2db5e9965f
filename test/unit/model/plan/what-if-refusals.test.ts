import { describe, expect, test } from 'vitest';
import { QUOTAS } from '../../../../shared/model/aws/service-quotas.ts';
import { HeadroomError } from '../../../../shared/model/base/errors.ts';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { PlanEstate } from '../../../../shared/model/plan/plan-estate.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import { shopFleet } from '../../../fixtures/plan-command.ts';

/** Six nodes of three pods each, in three zones. */
const { cluster, estate } = shopFleet({ pods: 3 }).scanned();

const refused = (changes: Partial<PlannedChanges>): { readonly message: string; readonly action: string } => {
  try {
    whatIf(estate, cluster, { ...NO_CHANGES, ...changes });
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'plan-impossible') return error;
    throw error;
  }
  return expect.fail('it should be refused');
};

/** As many as the addresses that nodes hold could serve. */
const pods = estate.nodesOf(cluster).reduce((sum, node) => sum + node.pods, 0);
const [own] = estate.input.subnets;
const ownRange = own?.cidrBlock ?? '';

test.each<[Partial<PlannedChanges>, string]>([
  [{ type: 'zz9.large' }, 'No instance type is called zz9.large.'],
  [
    { newSubnets: [{ cidr: '10.0.9.0/24', zone: 'eu-west-1z' }] },
    'shop starts no node in eu-west-1z, but in ',
  ],
  [{ nodes: -7 }, 'shop has only 6 nodes of a known type.'],
  [{ pods: -pods - 1 }, `shop runs at most ${pods} pods with an address of their own.`],
  [
    { customNetworking: '100.64.0.0/28' },
    '100.64.0.0/28 cannot be divided into a subnet for each of the 3 zones',
  ],
  [{ reservations: ['10.9.0.0/28'] }, '10.9.0.0/28 lies in no subnet of shop.'],
  [{ newSubnets: [{ cidr: ownRange, zone: 'eu-west-1a' }] }, ownRange],
  [
    {
      newSubnets: [
        { cidr: '10.0.8.0/23', zone: 'eu-west-1a' },
        { cidr: '10.0.9.0/24', zone: 'eu-west-1b' },
      ],
    },
    '10.0.9.0/24 overlaps 10.0.8.0/23, another new range.',
  ],
])('%o is refused, and the message says why', (changes, message) => {
  expect(refused(changes).message).toContain(message);
});

test('all that is wrong is said at once', () => {
  const { action, message } = refused({ type: 'zz9.large', nodes: -7, pods: -pods - 1 });
  expect(message).toMatch(/^No instance type .* shop has only 6 nodes .* shop runs at most/);
  expect(action).toBe('Correct the change.');
});

test('every node and every pod that there is may go', () => {
  expect(() => whatIf(estate, cluster, { ...NO_CHANGES, pods: -pods })).not.toThrow();
  expect(() => whatIf(estate, cluster, { ...NO_CHANGES, nodes: -5 })).not.toThrow();
});

describe('new subnets that would serve nothing', () => {
  const { newNodes } = cluster;
  if (newNodes === undefined) throw new Error('the cluster has settings');
  const newSubnets = [{ cidr: '10.0.9.0/24', zone: 'eu-west-1a' }];
  const messageOf = (of: Partial<typeof cluster>, changes: Partial<PlannedChanges>): string | null => {
    try {
      whatIf(estate, { ...cluster, ...of }, { ...NO_CHANGES, ...changes });
      return null;
    } catch (error) {
      return error instanceof HeadroomError ? error.message : String(error);
    }
  };

  test('are refused where the CNI finds none by its tag', () => {
    expect(messageOf({ newNodes: { ...newNodes, subnetDiscovery: false } }, { newSubnets })).toBe(
      'The CNI of shop finds no new subnet by its tag: ENABLE_SUBNET_DISCOVERY is false, or it is older than 1.18.',
    );
    expect(messageOf({ newNodes: { ...newNodes, subnetDiscovery: false } }, { pods: 1 })).toBeNull();
    expect(messageOf({}, { newSubnets })).toBeNull();
  });

  test('are refused with custom networking, as it is or as it would be', () => {
    const custom = { ...newNodes, settings: { ...newNodes.settings, customNetworking: true } };
    const reason =
      'The CNI of shop finds no new subnet by its tag: with custom networking it uses the subnets of its ENIConfigs alone.';
    expect(messageOf({ newNodes: custom }, { newSubnets })).toBe(reason);
    expect(messageOf({}, { newSubnets, customNetworking: '100.64.0.0/16' })).toBe(reason);
  });
});

describe('ranges of a VPC that another account shares', () => {
  const shared = (owners: readonly (string | null)[]) =>
    new PlanEstate({
      ...estate.input,
      subnets: estate.input.subnets.map((subnet, index) => ({ ...subnet, ownerId: owners[index] ?? null })),
    });
  const ask = (owners: readonly (string | null)[], changes: Partial<PlannedChanges>) => () =>
    whatIf(shared(owners), cluster, { ...NO_CHANGES, ...changes });
  const OTHER = '999999999999';

  test('only that account can add', () => {
    const reason = `Account ${OTHER} owns ${cluster.vpcId}, and shares it: no other account can add ranges or subnets.`;
    expect(ask([OTHER, OTHER, OTHER], { customNetworking: '100.64.0.0/16' })).toThrow(reason);
    expect(ask([OTHER, OTHER, OTHER], { newSubnets: [{ cidr: '10.0.9.0/24', zone: 'eu-west-1a' }] })).toThrow(
      reason,
    );
  });

  test('are no matter where nothing is added, or where a subnet is of this account', () => {
    expect(ask([OTHER, OTHER, OTHER], { pods: 1 })).not.toThrow();
    expect(ask([OTHER, OTHER, null], { customNetworking: '100.64.0.0/16' })).not.toThrow();
  });
});

test('a block beyond the quota of a VPC is no all-clear', () => {
  const unknownsWith = (blocks: number, customNetworking: string, quota?: number) =>
    whatIf(
      new PlanEstate({
        ...estate.input,
        vpcs: estate.input.vpcs.map((vpc) => ({
          ...vpc,
          cidrBlocks: Array.from({ length: blocks }, (_, index) => `10.${index}.0.0/16`),
        })),
        quotas:
          quota === undefined
            ? null
            : [{ service: 'vpc', code: QUOTAS.cidrBlocks.code, name: QUOTAS.cidrBlocks.name, value: quota }],
      }),
      cluster,
      { ...NO_CHANGES, customNetworking },
    ).unknowns.filter((each) => each.includes('AWS refuses'));
  expect(unknownsWith(4, '100.64.0.0/16')).toEqual([]);
  expect(unknownsWith(5, '100.64.0.0/16')).toEqual([
    `${cluster.vpcId} has 5 blocks: AWS refuses more than 5 where the quota was not raised.`,
  ]);
  // The quota of the account counts where Service Quotas tells it.
  expect(unknownsWith(5, '100.64.0.0/16', 6)).toEqual([]);
  expect(unknownsWith(6, '100.64.0.0/16', 6)).toEqual([
    `${cluster.vpcId} has 6 blocks: AWS refuses more than 6.`,
  ]);
  expect(unknownsWith(3, '100.64.0.0/16', 3)).toEqual([
    `${cluster.vpcId} has 3 blocks: AWS refuses more than 3.`,
  ]);
  // It lies in a block that the VPC has.
  expect(unknownsWith(6, '10.3.0.0/16')).toEqual([]);
});
