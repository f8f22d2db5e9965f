import { createEc2Inventory } from '../../../shared/inventory/ec2-inventory.ts';
import { TargetAssessor } from '../../../shared/model/target/target-assessor.ts';
import { streamingEc2Client } from '../../fixtures/ec2-clients.ts';
import { aTarget, aVpcRecord } from '../../fixtures/inventory-records.ts';
import { subnetOfPage } from './estate.ts';
import { measured } from './measured.ts';

/** Headroom, from the wire to the assessment of all subnets, maps included. */
await measured(async (url, pages) => {
  const subnets = Array.from({ length: pages }, (_, index) => subnetOfPage(index));
  const assessor = new TargetAssessor({
    target: aTarget,
    facts: {
      vpcs: [aVpcRecord({ cidrBlocks: ['10.0.0.0/8'] })],
      subnets,
      reservations: new Map(subnets.map(({ subnetId }) => [subnetId, []])),
      instances: new Map(),
      eksClusters: [],
      autoScalingGroups: [],
      vpcConnections: [],
      limits: new Map(),
    },
    interfacesListed: true,
    previous: null,
    now: Date.UTC(2026, 10, 20),
  });
  let interfaces = 0;
  const inventory = createEc2Inventory({ client: streamingEc2Client(url), target: aTarget });
  await inventory.eachInterface({}, (networkInterface) => {
    interfaces += 1;
    assessor.add(networkInterface);
  });
  const { assessment } = assessor.finish({
    target: { ...aTarget, status: 'ok', errors: [] },
    histories: new Map(),
  });
  const addresses = assessment.subnets.reduce((sum, { used }) => sum + (used ?? 0), 0);
  return { interfaces, addresses };
});
