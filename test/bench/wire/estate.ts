import type { Instance, PrivateAddress, Subnet } from '../../../shared/model/aws/inventory.ts';
import { aSubnetRecord } from '../../fixtures/inventory-records.ts';
import { ADDRESSES_PER_INTERFACE, INTERFACES_PER_PAGE } from './estate-size.ts';

/** Stands for the number of the page wherever that must differ from page to page. */
export const PAGE_MARK = '987';

/** The addresses of the `index`-th interface of a page, in 10.199.0.0/18: 15,000 of its 16,379. */
export const addressesOf = (index: number): readonly PrivateAddress[] =>
  Array.from({ length: ADDRESSES_PER_INTERFACE }, (_, offset) => {
    const host = 4 + index * ADDRESSES_PER_INTERFACE + offset;
    return { address: `10.199.${host >> 8}.${host & 255}`, primary: offset === 0 };
  });

/** Each page is one subnet, and fills it as far as it goes. */
export const subnetOfPage = (page: number): Subnet =>
  aSubnetRecord({
    subnetId: `subnet-${String(page).padStart(PAGE_MARK.length, '0')}00000000000000`,
    vpcId: 'vpc-01',
    cidrBlock: `${10 + Math.floor(page / 100)}.${100 + (page % 100)}.0.0/18`,
    awsAvailable: 16_379 - INTERFACES_PER_PAGE * ADDRESSES_PER_INTERFACE,
  });

/** The `index`-th node of a page. */
export const nodeOf = (index: number): Instance => ({
  instanceId: `i-${PAGE_MARK}${index.toString(16).padStart(14, '0')}`,
  instanceType: 'm5.xlarge',
  state: 'running',
  subnetId: `subnet-${PAGE_MARK}00000000000000`,
  vpcId: 'vpc-01',
  availabilityZone: 'eu-west-1a',
  ownerId: '111111111111',
  tags: {
    Name: 'production-general',
    'eks:cluster-name': 'production',
    'eks:nodegroup-name': 'general',
    'kubernetes.io/cluster/production': 'owned',
    team: 'platform',
  },
});
