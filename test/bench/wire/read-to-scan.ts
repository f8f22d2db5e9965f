import { createEc2Inventory } from '../../../shared/inventory/ec2-inventory.ts';
import { NO_PAST, scanTarget } from '../../../shared/pipeline/scan-target.ts';
import { streamingEc2Client } from '../../fixtures/ec2-clients.ts';
import { aTarget } from '../../fixtures/inventory-records.ts';
import { INTERFACES_PER_PAGE } from './estate-size.ts';
import { measured } from './measured.ts';

/** Headroom, the whole scan: VPCs, subnets, reservations, nodes and interfaces, to assessment and clusters. */
await measured(async (url, pages) => {
  const { assessment } = await scanTarget({
    target: aTarget,
    scope: {},
    sources: {
      inventory: createEc2Inventory({ client: streamingEc2Client(url), target: aTarget }),
      clusters: {
        eksClusters: async () => ({ described: [], refused: [] }),
        autoScalingGroups: async () => [],
      },
    },
    past: NO_PAST,
    cache: null,
    now: Date.UTC(2026, 10, 20),
  });
  const { subnets, target } = assessment;
  if (target.status !== 'ok') throw new Error(JSON.stringify(target.errors));
  const addresses = subnets.reduce((sum, { used }) => sum + (used ?? 0), 0);
  return { interfaces: pages * INTERFACES_PER_PAGE, addresses };
});
