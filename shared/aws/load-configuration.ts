import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ConfigurationLocation } from '../config/environment.ts';
import {
  defaultConfiguration,
  type HeadroomConfiguration,
  parseConfiguration,
} from '../config/headroom-yml.ts';
import { awsFailure } from '../model/aws/aws-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { clientSettings } from './clients.ts';

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
  if (location.kind === 'default') return defaultConfiguration();
  if (location.kind === 'inline') return parseConfiguration(location.text, 'HEADROOM_CONFIG');
  const client = new SSMClient(clientSettings());
  try {
    const parts = await Promise.all(
      location.name
        .split(',')
        .map((Name) => client.send(new GetParameterCommand({ Name, WithDecryption: true }))),
    );
    // A part that was edited may have lost the end of its last line.
    const text = parts.map(({ Parameter }) => (Parameter?.Value ?? '').replace(/\n?$/, '\n')).join('');
    return parseConfiguration(text, `parameter ${location.name}`);
  } catch (error) {
    if (error instanceof Error && error.name === 'ConfigurationError') throw error;
    throw awsFailure(error, { action: 'ssm:GetParameter', target: home });
  } finally {
    client.destroy();
  }
};
