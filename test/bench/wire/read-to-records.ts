import { createEc2Inventory } from '../../../shared/inventory/ec2-inventory.ts';
import { streamingEc2Client } from '../../fixtures/ec2-clients.ts';
import { aTarget } from '../../fixtures/inventory-records.ts';
import { measured } from './measured.ts';

/** Headroom, from the wire to records. */
await measured(async (url) => {
  let interfaces = 0;
  let addresses = 0;
  const inventory = createEc2Inventory({ client: streamingEc2Client(url), target: aTarget });
  await inventory.eachInterface({}, ({ privateAddresses }) => {
    interfaces += 1;
    addresses += privateAddresses.length;
  });
  return { interfaces, addresses };
});
