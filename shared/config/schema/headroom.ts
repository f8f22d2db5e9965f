import * as z from 'zod';
import type { AccountSelection, ScanRole } from '../../model/target/target-selection.ts';
import { alertsSchema } from './alerts.ts';
import { destinationsSchema } from './destinations.ts';
import { digestsSchema } from './digests.ts';
import { kubernetesSchema } from './kubernetes.ts';
import { linksSchema } from './links.ts';
import { metricsSchema } from './metrics.ts';
import { routeSchema } from './routes.ts';
import { listOf, oneOf, percent, section, vpcId, wholeNumber } from './scalars.ts';
import { DEFAULT_ROLE_NAME, targetsSchema } from './targets.ts';

/** The shape of headroom.yml. What the parts of it have to do with each other is checked in `contradictions.ts`. */

const scan = section({
  vpcs: listOf(vpcId, 'a VPC id, or a list of them').optional().describe('Only these VPCs. Default: all.'),
  concurrency: wholeNumber(1, 100).optional().describe('Targets that one process scans at the same time.'),
  reading: oneOf(['full', 'incremental'])
    .optional()
    .describe(
      'Whether each scan reads every network interface and instance, or only those of subnets that changed, and the others in turn.',
    ),
  quotaShare: percent
    .refine((share) => share >= 1, { error: 'a share from 1% to 100%, such as 25%' })
    .optional()
    .describe(
      "The share of EC2's request quota that scans may take in each account and Region. The CNI of your nodes needs the rest.",
    ),
});

export const headroomSchema = section({
  targets: targetsSchema
    .optional()
    .describe('The accounts and Regions to scan. Default: those that Headroom runs in.'),
  scan: scan.optional().describe('Settings of a scan.'),
  kubernetes: kubernetesSchema
    .optional()
    .describe('The Kubernetes API of clusters, read in every scan. Default: not read.'),
  metrics: metricsSchema.optional().describe('Metrics: where to, and how many.'),
  alerts: alertsSchema.optional().describe('Alert rules, overrides and mutes.'),
  links: linksSchema.optional().describe('Pages of yours that messages link to.'),
  destinations: destinationsSchema.optional().describe('The places that alerts can go to, by name.'),
  digests: digestsSchema
    .optional()
    .describe('Daily or weekly digests of a team, an account or everything, by name.'),
  routes: z
    .array(routeSchema, { error: 'a list of routes' })
    .optional()
    .describe('The destinations of alerts. The first route that matches decides.'),
});

export type HeadroomFile = z.output<typeof headroomSchema>;

/** Reads `targets`; how it relates to the Region that Headroom runs in is left to the caller, who knows that Region. */
export const accountsOf = ({ targets: given }: HeadroomFile): AccountSelection => {
  if (given?.organization !== undefined) return given.organization;
  return given?.accounts === undefined
    ? { from: 'self' }
    : { from: 'list', accountIds: [...new Set(given.accounts)] };
};

export const roleOf = (file: HeadroomFile): ScanRole | null => {
  const given = file.targets;
  if (given?.roleName === undefined && accountsOf(file).from === 'self') return null;
  return {
    name: given?.roleName ?? DEFAULT_ROLE_NAME,
    externalId: given?.externalId ?? null,
    sessionName: given?.sessionName ?? null,
    sourceIdentity: given?.sourceIdentity ?? null,
  };
};
