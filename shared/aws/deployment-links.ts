import type { LinkSettings } from '../alerts/links.ts';
import type { ScanTargetEnvironment } from '../config/environment.ts';
import type { HeadroomConfiguration } from '../config/headroom-yml.ts';
import type { Target } from '../model/aws/inventory.ts';

/**
 * Where messages of a deployment lead: its dashboard, the metrics in CloudWatch where they are sent there, and the runbooks. What
 * headroom.yml says of runbooks comes first, then its live page, which shows them with what is found now.
 */
export const deploymentLinks = (
  { dashboardName, runbooks }: Pick<ScanTargetEnvironment, 'dashboardName' | 'runbooks'>,
  home: Target,
  {
    links,
    metrics: { sink, namespace },
  }: {
    readonly links: HeadroomConfiguration['links'];
    readonly metrics: Pick<HeadroomConfiguration['metrics'], 'sink' | 'namespace'>;
  },
): LinkSettings => ({
  ...links,
  runbooks: links.runbooks ?? (links.page === null ? runbooks : null),
  dashboard:
    dashboardName === null
      ? null
      : { name: dashboardName, ...home, namespace: sink === 'otlp' ? null : namespace },
});
