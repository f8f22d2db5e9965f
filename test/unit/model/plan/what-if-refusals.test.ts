import { expect, test } from 'vitest';
import { HeadroomError } from '../../../../shared/model/base/errors.ts';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
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
