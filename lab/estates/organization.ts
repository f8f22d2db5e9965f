import { type LabAccount, labAccount, ROOT_ID } from '../estate/estate.ts';
import { type Scenario, scenarioEstate } from '../estate/scenario.ts';

/** The management account, where Headroom is deployed. */
export const HUB_ACCOUNT = '111122223333';
/** Many interfaces in many VPCs. */
export const HUGE_ACCOUNT = '222233334444';
/** The scan role is there and may not describe interfaces. */
export const DENIED_ACCOUNT = '333344445555';
/** The scan role is not there. */
export const ROLELESS_ACCOUNT = '444455556666';
export const SUSPENDED_ACCOUNT = '555566667777';
export const SANDBOX_ACCOUNT = '666677778888';
export const ORGANIZATION_REGIONS = ['eu-west-1', 'us-east-1'] as const;

const SMALL_ACCOUNTS = 20;
const HUGE_VPCS = 8;
const HUGE_INTERFACES_PER_VPC = 400;
const UNITS = {
  workloads: 'ou-lab1-workloads',
  production: 'ou-lab1-production',
  sandbox: 'ou-lab1-sandbox',
} as const;

const regional = (accountId: string, name: string, changes: Partial<LabAccount> = {}): LabAccount =>
  labAccount(accountId, name, ORGANIZATION_REGIONS, { parentId: UNITS.production, ...changes });

const small = Array.from({ length: SMALL_ACCOUNTS }, (_, index) =>
  regional(String(700_000_000_000 + index), `team-${index}`, { tags: { team: `team-${index}` } }),
);

/** A VPC with one subnet and a few interfaces, in every Region of the account. */
const smallEstate =
  ({ accountId, name, regions }: LabAccount): Scenario =>
  (world) => {
    for (const region of regions) {
      const vpc = world.createVpc({ ownerId: accountId, region, cidrBlock: '10.70.0.0/16', name });
      const { subnetId } = world.createSubnet({
        vpcId: vpc.vpcId,
        cidrBlock: '10.70.0.0/26',
        name: `${name}-a`,
      });
      for (const description of [
        'RDSNetworkInterface',
        'ELB app/web/50dc6c495c0c9188',
        'ElastiCache sessions-001',
      ]) {
        world.createInterface({ subnetId, description, requesterId: 'amazon-aws' });
      }
    }
    return () => undefined;
  };

const hugeEstate: Scenario = (world) => {
  for (let index = 0; index < HUGE_VPCS; index += 1) {
    const vpc = world.createVpc({
      ownerId: HUGE_ACCOUNT,
      region: 'eu-west-1',
      cidrBlock: `10.${80 + index}.0.0/16`,
      name: `huge-${index}`,
    });
    const { subnetId } = world.createSubnet({
      vpcId: vpc.vpcId,
      cidrBlock: `10.${80 + index}.0.0/18`,
      name: `huge-${index}-a`,
    });
    for (let count = 0; count < HUGE_INTERFACES_PER_VPC; count += 1) {
      world.createInterface({ subnetId, description: `worker ${count}`, secondaryAddresses: 14 });
    }
  }
  return () => undefined;
};

const spokes = [
  regional(DENIED_ACCOUNT, 'denied', { deniedActions: ['ec2:DescribeNetworkInterfaces'] }),
  regional(ROLELESS_ACCOUNT, 'roleless', { roles: [] }),
  regional(SANDBOX_ACCOUNT, 'sandbox', { parentId: UNITS.sandbox, tags: { headroom: 'ignore' } }),
  ...small,
];

/** An organization: a hub, a huge account beside many small ones, one without the role, one without a permission, one suspended. */
export const organization = scenarioEstate({
  name: 'organization',
  description: 'a hub, a huge account beside twenty small ones, and some that cannot be scanned',
  accounts: [
    labAccount(HUB_ACCOUNT, 'hub', ORGANIZATION_REGIONS),
    regional(HUGE_ACCOUNT, 'huge'),
    regional(SUSPENDED_ACCOUNT, 'suspended', { state: 'SUSPENDED', parentId: ROOT_ID }),
    ...spokes,
  ],
  units: [
    { unitId: UNITS.workloads, name: 'Workloads', parentId: ROOT_ID },
    { unitId: UNITS.production, name: 'Production', parentId: UNITS.workloads },
    { unitId: UNITS.sandbox, name: 'Sandbox', parentId: ROOT_ID },
  ],
  scenarios: [hugeEstate, ...spokes.map(smallEstate)],
});
