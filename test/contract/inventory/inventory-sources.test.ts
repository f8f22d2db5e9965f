import { createEc2Inventory } from '../../../shared/inventory/ec2-inventory.ts';
import { createEstateSources, type TargetEstate } from '../../../shared/inventory/estate.ts';
import { type CannedAws, startCannedAws } from '../../fixtures/canned-aws.ts';
import { cannedEc2 } from '../../fixtures/canned-ec2.ts';
import { plainEc2Client, streamingEc2Client } from '../../fixtures/ec2-clients.ts';
import { describeInventorySource } from './inventory-source-conformance.ts';

describeInventorySource({
  name: 'inventory from an estate',
  open: async (estate) => createEstateSources(estate).inventory,
  close: async () => {},
});

const ec2 = (paging: Parameters<typeof cannedEc2>[1], client: typeof plainEc2Client) => {
  let server: CannedAws | null = null;
  return {
    open: async (estate: TargetEstate) => {
      server = await startCannedAws(cannedEc2(estate, paging));
      return createEc2Inventory({ client: client(server.url), target: estate.target });
    },
    close: async () => server?.close(),
  };
};

describeInventorySource({
  name: "inventory from EC2, pages of one after an empty one, read by the SDK's own deserialiser",
  ...ec2({ pageSize: 1, emptyPages: true }, plainEc2Client),
});

describeInventorySource({
  name: 'inventory from EC2, pages of one after an empty one, interfaces read as a stream',
  ...ec2({ pageSize: 1, emptyPages: true }, streamingEc2Client),
});

describeInventorySource({
  name: 'inventory from EC2 on one page, interfaces read as a stream',
  ...ec2({}, streamingEc2Client),
});
