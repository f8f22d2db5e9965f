import type { LinkSettings } from '../alerts/links.ts';
import type { HeadroomConfiguration } from '../config/headroom-yml.ts';
import type { Target } from '../model/aws/inventory.ts';

/** Where messages of a deployment lead: its dashboard, and the metrics in CloudWatch where they are sent there. */
export const dashboardOf = (
  { dashboardName }: { readonly dashboardName: string | null },
  home: Target,
  { sink, namespace }: Pick<HeadroomConfiguration['metrics'], 'sink' | 'namespace'>,
): LinkSettings['dashboard'] =>
  dashboardName === null
    ? null
    : { name: dashboardName, ...home, namespace: sink === 'otlp' ? null : namespace };
