import { expect, test } from 'vitest';
import { goneText } from '../../../shared/alerts/gone.ts';
import type { Subject } from '../../../shared/model/result/finding.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { aCluster } from '../../fixtures/findings-input.ts';
import { aSubnetSubject } from '../../fixtures/observations.ts';

const found = {
  ...anAssessment(),
  subnets: [aSubnet({ subnetId: 'subnet-0a' })],
  clusters: [aCluster()],
  vpcs: [],
};
const textOf = (subject: Partial<Subject>) =>
  goneText({ subject: { ...aSubnetSubject(), ...subject } }, found);

test('what a scan does not see any more is no longer there, and of what it sees only the finding is over', () => {
  expect(textOf({ type: 'subnet', id: 'subnet-0a' })).toBeUndefined();
  expect(textOf({ type: 'subnet', id: 'subnet-0b' })).toBe('the subnet is no longer there');
  expect(textOf({ type: 'vpc', id: 'vpc-0b' })).toBe('the VPC is no longer there');
  expect(textOf({ type: 'cluster', id: aCluster().clusterName })).toBeUndefined();
  expect(textOf({ type: 'cluster', id: 'gone' })).toBe('the cluster is no longer there');
  expect(textOf({ type: 'interface', id: 'eni-0b' })).toBeUndefined();
});
