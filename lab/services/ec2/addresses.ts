import type { LabElasticAddress } from '../../estate/records.ts';
import { textList } from '../../http/parameters.ts';
import type { Action } from '../../service.ts';
import { eachOf } from './each-of.ts';
import { type FilterValues, passesFilters, passesIds, tagSet } from './filters.ts';

const FILTERS: FilterValues<LabElasticAddress> = {
  'allocation-id': ({ allocationId }) => [allocationId],
  'network-interface-id': ({ networkInterfaceId }) =>
    networkInterfaceId === null ? [] : [networkInterfaceId],
};

/** EC2 API reference, DescribeAddresses: all of them in one answer. */
export const describeAddresses: Action = ({ parameters, view }) => {
  const addresses = [...eachOf(view().elasticAddresses)];
  const chosen = passesIds(
    textList(parameters, 'AllocationId'),
    addresses,
    ({ allocationId }) => allocationId,
    { code: 'InvalidAllocationID.NotFound', noun: 'allocation ID' },
  );
  const filtered = passesFilters(parameters, FILTERS);
  return {
    addressesSet: addresses
      .filter((address) => chosen(address) && filtered(address))
      .map(({ allocationId, networkInterfaceId, publicIp, tags }) => ({
        allocationId,
        publicIp,
        domain: 'vpc',
        ...(networkInterfaceId === null
          ? {}
          : { networkInterfaceId, associationId: allocationId.replace('eipalloc-', 'eipassoc-') }),
        tagSet: tagSet(tags),
      })),
  };
};
