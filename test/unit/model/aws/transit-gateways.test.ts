import { expect, test } from 'vitest';
import type { ConnectedVpc, VpcConnection } from '../../../../shared/model/aws/inventory.ts';
import { withMembers, withSeen } from '../../../../shared/model/aws/transit-gateways.ts';

const HOUR = 3_600_000;

const vpc = (name: string, cidrBlocks: readonly string[] | null): ConnectedVpc => ({
  vpcId: `vpc-${name}`,
  accountId: name,
  cidrBlocks,
});
const gateway = (membersKnown: boolean, ...vpcs: readonly ConnectedVpc[]): VpcConnection => ({
  kind: 'transit-gateway',
  id: 'tgw-01',
  vpcs,
  membersKnown,
});

const owner = gateway(true, vpc('a', ['10.0.0.0/16']), vpc('b', null));
const member = gateway(false, vpc('b', ['10.1.0.0/16']));

test('the owner of a gateway knows who is on it, the members know their ranges: together both', () => {
  const known = withSeen(withSeen(null, owner, 0), member, 1);
  expect(withMembers(owner, known, 1)).toEqual(
    gateway(true, vpc('a', ['10.0.0.0/16']), vpc('b', ['10.1.0.0/16'])),
  );
  const reversed = withSeen(withSeen(null, member, 0), owner, 1);
  expect(withMembers(member, reversed, 1)).toEqual(withMembers(owner, known, 1));
});

test('members alone never know whether they are all', () => {
  const known = withSeen(withSeen(null, member, 0), gateway(false, vpc('c', ['10.2.0.0/16'])), 1);
  expect(withMembers(member, known, 1)).toEqual(
    gateway(false, vpc('b', ['10.1.0.0/16']), vpc('c', ['10.2.0.0/16'])),
  );
});

test('a VPC that the owner no longer lists has left, and so has one that no scan has seen for a day', () => {
  const both = withSeen(withSeen(null, member, 0), gateway(false, vpc('c', null)), 0);
  const left = withSeen(both, gateway(true, vpc('a', null), vpc('b', null)), HOUR);
  expect(left.vpcs.map(({ vpcId }) => vpcId)).toEqual(['vpc-a', 'vpc-b']);
  expect(withSeen(both, member, 24 * HOUR - 1).vpcs).toHaveLength(2);
  expect(withSeen(both, member, 24 * HOUR).vpcs).toHaveLength(1);
});

test("what the owner's account saw a day ago is not taken for all members", () => {
  const known = withSeen(null, owner, 0);
  expect(withMembers(owner, known, 24 * HOUR - 1).membersKnown).toBe(true);
  expect(withMembers(owner, known, 24 * HOUR).membersKnown).toBe(false);
});

test('a member that sees two VPCs keeps what was seen of a third, and nothing twice', () => {
  const known = withSeen(null, gateway(false, vpc('a', null), vpc('c', ['10.2.0.0/16'])), 0);
  const { vpcs } = withSeen(known, gateway(false, vpc('a', ['10.0.0.0/16']), vpc('b', null)), 1);
  expect(vpcs.map(({ vpcId, cidrBlocks }) => [vpcId, cidrBlocks])).toEqual([
    ['vpc-a', ['10.0.0.0/16']],
    ['vpc-b', null],
    ['vpc-c', ['10.2.0.0/16']],
  ]);
});
