import { OrganizationsClient } from '@aws-sdk/client-organizations';
import type { HeadroomConfiguration } from '../config/headroom-yml.ts';
import { enabledRegions, type ResolvedTargets, resolveTargets } from '../inventory/targets.ts';
import type { Target } from '../model/aws/inventory.ts';
import { CallMeter } from './call-meter.ts';
import { clientSettings, createEc2Client, createTargetClients } from './clients.ts';
import { homeTarget, type OpenedTargets, openTargets } from './reachable-targets.ts';
import { createTargetSources } from './target-sources.ts';

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

/** Opens what headroom.yml selects, in a process of one's own: with the credentials and the Region of the SDK's chain. */
export const openConfiguredTargets = async (
  targets: Selection,
  signal: AbortSignal,
): Promise<OpenedTargets> => {
  if (targets.accounts.from === 'self' && targets.regions !== 'enabled') {
    return openTargets({ regions: targets.regions ?? [], roleArns: [], signal });
  }
  const home = await homeTarget();
  const resolved = await resolveConfiguredTargets({ targets, home, meter: new CallMeter(), signal });
  return {
    opened: resolved.targets.map(({ accountId, region, roleArn }) => {
      const { role } = targets;
      const meter = new CallMeter();
      const clients = createTargetClients({
        region,
        meter,
        role: roleArn === null || role === null ? undefined : { ...role, roleArn },
      });
      const target = { accountId, region };
      return {
        target,
        sources: createTargetSources(target, clients, { roleArn, signal }),
        meter,
        close: () => clients.destroy(),
      };
    }),
    failed: resolved.unresolved.map(({ accountId, problem }) => ({
      target: { accountId, region: home.region },
      problem,
    })),
  };
};
