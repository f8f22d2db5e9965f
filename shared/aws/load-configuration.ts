import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ConfigurationLocation } from '../config/environment.ts';
import type { HeadroomConfiguration } from '../config/headroom-yml.ts';
import { awsFailure } from '../model/aws/aws-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { clientSettings } from './client-settings.ts';

/**
 * Reads headroom.yml from where the function's environment says it is: again at every run, so that editing it needs no
 * deployment.
 *
 * @throws ConfigurationError with all that is wrong with it; AwsFailure when the parameter cannot be read
 */
export const loadConfiguration = async (
  location: ConfigurationLocation,
  home: Target,
): Promise<HeadroomConfiguration> => {
  // YAML, and what checks it, are a quarter of a function's code: they load while the parameter is on its way.
  const loading = import('../config/headroom-yml.ts');
  if (location.kind === 'default') return (await loading).defaultConfiguration();
  if (location.kind === 'inline') return (await loading).parseConfiguration(location.text, 'HEADROOM_CONFIG');
  const client = new SSMClient(clientSettings());
  try {
    const parts = await Promise.all(
      location.name
        .split(',')
        .map((Name) => client.send(new GetParameterCommand({ Name, WithDecryption: true }))),
    );
    // A part that was edited may have lost the end of its last line.
    const text = parts.map(({ Parameter }) => (Parameter?.Value ?? '').replace(/\n?$/, '\n')).join('');
    return (await loading).parseConfiguration(text, `parameter ${location.name}`);
  } catch (error) {
    if (error instanceof Error && error.name === 'ConfigurationError') throw error;
    throw awsFailure(error, { action: 'ssm:GetParameter', target: home });
  } finally {
    client.destroy();
  }
};
