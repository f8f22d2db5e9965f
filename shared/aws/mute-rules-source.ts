import type { HeadroomConfiguration } from '../config/headroom-yml.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { PlanInput } from '../pipeline/plan.ts';
import { clientSettings } from './client-settings.ts';

/** Asks CloudWatch for active alarm mute rules, where Headroom has metrics in it. The code is loaded when it is asked. */
export const muteRulesSource = (
  { sink, namespace }: Pick<HeadroomConfiguration['metrics'], 'sink' | 'namespace'>,
  home: Target,
): Pick<PlanInput, 'alarmMuteRules'> =>
  sink === 'otlp'
    ? {}
    : {
        alarmMuteRules: async () => {
          const [{ CloudWatchClient }, { readAlarmMuteRules }] = await Promise.all([
            import('@aws-sdk/client-cloudwatch'),
            import('./alarm-mute-rules.ts'),
          ]);
          const client = new CloudWatchClient(clientSettings());
          try {
            return await readAlarmMuteRules(client, namespace, home);
          } finally {
            client.destroy();
          }
        },
      };
