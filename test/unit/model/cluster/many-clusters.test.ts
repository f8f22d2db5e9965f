import { expect, test } from 'vitest';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import { clustersOf } from '../../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aNode, nodeInterface } from '../../../fixtures/cluster-records.ts';

/** Clusters in a VPC of their own each, with two subnets and a node; how often the VPC of a subnet is looked up for each cluster. */
const lookUpsFor = (clusters: number): number => {
  let lookUps = 0;
  const counted = (subnet: SubnetAssessment): SubnetAssessment =>
    Object.defineProperty({ ...subnet }, 'vpcId', {
      enumerable: true,
      get: () => {
        lookUps += 1;
        return subnet.vpcId;
      },
    });
  const numbers = Array.from({ length: clusters }, (_, index) => index);
  const assessed = clustersOf({
    subnets: numbers.flatMap((index) =>
      ['a', 'b'].map((part) =>
        counted(aSubnet({ subnetId: `subnet-${index}${part}`, vpcId: `vpc-${index}` })),
      ),
    ),
    instances: numbers.map((index) =>
      aNode(`i-${index}`, {
        subnetId: `subnet-${index}a`,
        vpcId: `vpc-${index}`,
        tags: { 'eks:cluster-name': `cluster-${index}` },
      }),
    ),
    interfaces: numbers.map((index) =>
      nodeInterface(`i-${index}`, { subnetId: `subnet-${index}a`, vpcId: `vpc-${index}`, secondaries: 9 }),
    ),
  });
  expect(assessed.map(({ vpcId }) => vpcId).toSorted()).toEqual(
    numbers.map((index) => `vpc-${index}`).toSorted(),
  );
  return lookUps / clusters;
};

test('a cluster looks at the subnets of its own VPC, however many others there are', () => {
  expect(lookUpsFor(80)).toBe(lookUpsFor(10));
});
