import { OrganizationsClient } from '@aws-sdk/client-organizations';
import type { HeadroomConfiguration } from '../config/headroom-yml.ts';
import { enabledRegions, type ResolvedTargets, resolveTargets } from '../inventory/targets.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { CallMeter } from './call-meter.ts';
import { clientSettings } from './client-settings.ts';
import { createEc2Client } from './clients.ts';

type Selection = HeadroomConfiguration['targets'];

interface ResolveInput {
  readonly targets: Selection;
  /** Where Headroom itself runs. */
  readonly home: Target;
  readonly meter: CallMeter;
  readonly signal: AbortSignal;
}

/** The accounts and Regions that headroom.yml selects, asked of AWS again. @throws AwsFailure when they cannot be listed */
export const resolveConfiguredTargets = ({
  targets,
  home,
  meter,
  signal,
}: ResolveInput): Promise<ResolvedTargets> => {
  const { role } = targets;
  return resolveTargets({
    selection: { ...targets, regions: targets.regions ?? [home.region] },
    hub: home,
    organizations: () => new OrganizationsClient(clientSettings()),
    regionsOf: async ({ accountId, roleArn }) => {
      const ec2 = createEc2Client({
        region: home.region,
        meter,
        role: roleArn === null || role === null ? undefined : { ...role, roleArn },
      });
      try {
        return await enabledRegions(ec2, { target: { accountId, region: home.region }, roleArn, signal });
      } finally {
        ec2.destroy();
      }
    },
    signal,
  });
};
