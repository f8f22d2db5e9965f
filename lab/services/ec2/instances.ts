import type { LabInstance } from '../../estate/records.ts';
import { LabError } from '../../http/lab-error.ts';
import { EC2_PAGE, pageOf } from '../../http/pages.ts';
import { flag, textList } from '../../http/parameters.ts';
import type { XmlRecord } from '../../http/xml.ts';
import type { Action } from '../../service.ts';
import { eachOf } from './each-of.ts';
import { type FilterValues, passesFilters, passesIds, tagSet } from './filters.ts';
import { instanceTypeNamed } from './instance-types.ts';

const FILTERS: FilterValues<LabInstance> = {
  'instance-id': ({ instanceId }) => [instanceId],
  'instance-type': ({ instanceType }) => [instanceType],
  'instance-state-name': ({ state }) => [state],
  'vpc-id': ({ vpcId }) => [vpcId],
  'network-interface.vpc-id': ({ vpcId }) => [vpcId],
  'subnet-id': ({ subnetId }) => [subnetId],
  'availability-zone': ({ availabilityZone }) => [availabilityZone],
  'owner-id': ({ ownerId }) => [ownerId],
};

const STATE_CODES: Readonly<Record<string, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export const describeInstances: Action = ({ parameters, account, view }) => {
  const { instances } = view();
  const ids = textList(parameters, 'InstanceId');
  if (ids.length > 0 && parameters['MaxResults'] !== undefined) {
    throw new LabError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  const chosen = passesIds(ids, eachOf(instances), ({ instanceId }) => instanceId, {
    code: 'InvalidInstanceID.NotFound',
    noun: 'instance ID',
  });
  const filtered = passesFilters(parameters, FILTERS);
  const showsManaged =
    account.managedResourceVisibility === 'visible' || flag(parameters, 'IncludeManagedResources');
  const page = pageOf(
    instances,
    'DescribeInstances',
    parameters,
    EC2_PAGE,
    (each) => (showsManaged || each.operator?.hiddenByDefault !== true) && chosen(each) && filtered(each),
  );
  return {
    reservationSet: page.map((instance) => ({
      reservationId: instance.instanceId.replace('i-', 'r-'),
      ownerId: instance.ownerId,
      groupSet: [],
      instancesSet: [instanceItem(instance)],
    })),
    nextToken: page.nextToken,
  };
};

const instanceItem = (instance: LabInstance): XmlRecord => ({
  instanceId: instance.instanceId,
  imageId: 'ami-0a1b2c3d4e5f60718',
  instanceState: { code: STATE_CODES[instance.state] ?? 0, name: instance.state },
  instanceType: instance.instanceType,
  launchTime: instance.launchTime,
  placement: { availabilityZone: instance.availabilityZone, groupName: '', tenancy: 'default' },
  monitoring: { state: 'disabled' },
  subnetId: instance.subnetId,
  vpcId: instance.vpcId,
  privateIpAddress: instance.privateAddress,
  ...(instance.platform === undefined ? {} : { platform: instance.platform }),
  architecture: 'x86_64',
  hypervisor: instanceTypeNamed(instance.instanceType)?.hypervisor === 'xen' ? 'xen' : 'nitro',
  operator: instance.operator
    ? {
        managed: true,
        principal: instance.operator.principal,
        hiddenByDefault: instance.operator.hiddenByDefault,
      }
    : { managed: false },
  tagSet: tagSet(instance.tags),
});
