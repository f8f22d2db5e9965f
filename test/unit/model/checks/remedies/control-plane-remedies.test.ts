import { describe, expect, test } from 'vitest';
import type { EstateInput } from '../../../../../shared/model/checks/estate.ts';
import { remediesForControlPlane } from '../../../../../shared/model/checks/remedies/control-plane-remedies.ts';
import type { SubnetAssessment } from '../../../../../shared/model/result/assessment.ts';
import { aSubnet } from '../../../../fixtures/assessments.ts';
import { aNodeGroup, anEksCluster } from '../../../../fixtures/cluster-records.ts';
import {
  aCluster,
  aDemand,
  aLeak,
  aNodeAssessment,
  anEstate,
  aVpcAssessment,
} from '../../../../fixtures/findings-input.ts';

const short = (letter: string, changes: Partial<SubnetAssessment> = {}) =>
  aSubnet({
    subnetId: `subnet-0${letter}`,
    availabilityZone: `eu-west-1${letter}`,
    cidrBlock: `10.0.0.${letter === 'a' ? 0 : 16}/28`,
    available: 2,
    availableSingle: 2,
    awsAvailable: 2,
    ...changes,
  });
const both = [short('a'), short('b')];
const eks = anEksCluster({ subnetIds: ['subnet-0a', 'subnet-0b'], nodeGroups: [aNodeGroup()] });

const offer = (changes: Partial<EstateInput> = {}, subnets: readonly SubnetAssessment[] = both) =>
  remediesForControlPlane(anEstate({ subnets, ...changes }), eks, 'eu-west-1', subnets);
const titles = (...given: Parameters<typeof offer>) =>
  offer(...given).map(({ title }) => title.replace(/(?: leaked| of| warm| what|:).*/, ''));

describe('a control plane without room', () => {
  test('gets new subnets of its own', () => {
    expect(titles()).toEqual(['Give the control plane', 'List']);
  });

  test('gets back the leaks in its own subnets first', () => {
    const leakedInterfaces = [
      aLeak({ networkInterfaceId: 'eni-a', subnetId: 'subnet-0a' }),
      aLeak({ networkInterfaceId: 'eni-b', subnetId: 'subnet-0b' }),
      aLeak({ networkInterfaceId: 'eni-z', subnetId: 'subnet-0z' }),
      aLeak({ networkInterfaceId: 'eni-new', subnetId: 'subnet-0a', leaked: false }),
    ];
    const [first] = offer({ leakedInterfaces });
    expect(first?.title).toBe('Delete 2 leaked interfaces');
    expect(first?.commands.join()).toMatch(/eni-a .*eni-b /);
  });

  test('gets what nodes hold in the fullest of them', () => {
    const nodes = ['i-01', 'i-02'].map((instanceId) => aNodeAssessment({ instanceId, warmAtLeast: 8 }));
    const clusters = [aCluster({ nodes, committed: [aDemand()] })];
    expect(titles({ clusters })).toEqual([
      'Give the control plane',
      'Keep fewer addresses',
      'Scale workers down to 1 node',
      'List',
    ]);
  });

  const vpcWith = (...more: readonly string[]) => [aVpcAssessment({ cidrBlocks: ['10.0.0.0/27', ...more] })];
  const four = ['10.9.0.0/28', '10.9.1.0/28', '10.9.2.0/28', '10.9.3.0/28'];
  const inFour = four.map((cidrBlock, index) =>
    aSubnet({ subnetId: `subnet-9${index}`, cidrBlock, awsAvailable: 0 }),
  );

  test('gets a new block at once below the quota of ranges, and after a raise at the quota', () => {
    expect(titles({ vpcs: vpcWith() })).toEqual(['Give the control plane', 'List']);
    const full = (vpcs: EstateInput['vpcs']) =>
      remediesForControlPlane(anEstate({ subnets: [...both, ...inFour], vpcs }), eks, 'eu-west-1', both).map(
        ({ title }) => title.slice(0, 24),
      );
    expect(full(vpcWith(...four))).toEqual([
      'Request a higher quota o',
      'Give the control plane o',
      'List what holds the addr',
    ]);
    expect(full(vpcWith(...four.slice(1)))).toEqual(['Give the control plane o', 'List what holds the addr']);
    // In its own space nothing waits for the quota.
    const roomy = vpcWith(...four.slice(1), '10.8.0.0/24');
    expect(full(roomy)).toEqual([
      'Give the control plane o',
      'Request a higher quota o',
      'List what holds the addr',
    ]);
  });

  test('asks the owner of a shared subnet', () => {
    const shared = [short('a', { ownerId: '222222222222' }), short('b', { ownerId: '222222222222' })];
    expect(offer({}, shared).map(({ title }) => title)).toEqual([
      'Ask account 222222222222 for another subnet',
      'List what holds the addresses',
    ]);
  });

  test('gets a list of holders once, and nothing where no subnet is known', () => {
    expect(remediesForControlPlane(anEstate({}), eks, 'eu-west-1', [])).toEqual([]);
  });
});
