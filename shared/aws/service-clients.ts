import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EKSClient } from '@aws-sdk/client-eks';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { type CallBudget, withinBudget } from './call-budget.ts';
import type { CallMeter } from './call-meter.ts';
import type { ClientSettings } from './client-settings.ts';
import { countingCalls } from './counting-calls.ts';

/** The clients of the services beside EC2. They are loaded when one of them is first asked: together they are 77 kB. */
export interface ServiceClients {
  readonly eks: EKSClient;
  readonly autoScaling: AutoScalingClient;
  readonly ecs: ECSClient;
  readonly serviceQuotas: ServiceQuotasClient;
  /** Ends idle connections. */
  destroy(): void;
}

/** @param budget what the calls to ECS may take as well: what it allows is shared with those who deploy to it */
export const createServiceClients = (
  settings: ClientSettings,
  meter: CallMeter,
  budget: CallBudget | null,
): ServiceClients => {
  const eks = new EKSClient(settings);
  const autoScaling = new AutoScalingClient(settings);
  const ecs = new ECSClient(settings);
  const serviceQuotas = new ServiceQuotasClient(settings);
  eks.middlewareStack.use(countingCalls(meter));
  autoScaling.middlewareStack.use(countingCalls(meter));
  ecs.middlewareStack.use(countingCalls(meter));
  serviceQuotas.middlewareStack.use(countingCalls(meter));
  if (budget !== null) ecs.middlewareStack.use(withinBudget(budget, 'ecs:'));
  return {
    eks,
    autoScaling,
    ecs,
    serviceQuotas,
    destroy: () => {
      for (const client of [eks, autoScaling, ecs, serviceQuotas]) client.destroy();
    },
  };
};
