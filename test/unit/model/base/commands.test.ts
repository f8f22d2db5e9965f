import { expect, test } from 'vitest';
import { aws, keep, kubectl } from '../../../../shared/model/base/commands.ts';

const ID = { variable: 'SUBNET_ID' };

test('a word that a shell would read otherwise is quoted', () => {
  expect(aws('ec2', 'create-tags', 'eu-west-1', { resources: "it's $HOME; rm", count: 3 })).toBe(
    `aws ec2 create-tags --resources 'it'\\''s $HOME; rm' --count 3 --region eu-west-1`,
  );
});

test('a list becomes several words, and an empty one a switch', () => {
  expect(aws('ec2', 'x', 'r', { filters: ['a b', ID], 'dry-run': [] })).toBe(
    `aws ec2 x --filters 'a b' "$SUBNET_ID" --dry-run --region r`,
  );
});

test('a value that only an earlier command knows comes from a shell variable, also inside a word', () => {
  expect(keep(ID, 'ec2', 'create-subnet', 'r', { 'vpc-id': 'vpc-01' }, 'Subnet.SubnetId')).toBe(
    'SUBNET_ID=$(aws ec2 create-subnet --vpc-id vpc-01 --query Subnet.SubnetId --output text --region r)',
  );
  expect(kubectl('patch', { parts: ['{"subnet":"', ID, '"}'] })).toBe(
    `kubectl patch '{"subnet":"'"$SUBNET_ID"'"}'`,
  );
});
