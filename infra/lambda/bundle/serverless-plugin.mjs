import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SSMClient } from '@aws-sdk/client-ssm';
import { policy, text } from '../configuration.js';
import { applyConfiguration } from '../configuration-parts.ts';
import { applyParameters, parameterProblems, tagsIn } from '../deployment-parameters.ts';
import { deploymentProblems } from '../deployment-problems.ts';
import { overwrittenEdit } from '../live-configuration.ts';
import { fitAlarm } from '../schedule.ts';
import { bundleFunctions } from './bundle-functions.ts';

/**
 * Makes `osls package` and `osls deploy` bundle the functions first: one command, and never a stale bundle. Then it looks
 * whether the parts of the deployment fit together, and stops where they do not.
 */
export default class BundlePlugin {
  constructor(serverless, _options, { progress } = {}) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': async () => {
        progress?.create?.({ name: 'headroom-bundle', message: 'Bundling functions' });
        await bundleFunctions(serverless.service.custom.bundles);
        progress?.get?.('headroom-bundle')?.remove?.();
      },
      'after:aws:package:finalize:stripNullPropsFromTemplateResources': () => {
        const { custom, provider } = serverless.service;
        const { tags, overwriteConfiguration: _, ...parameters } = custom.parameters;
        const resources = provider.compiledCloudFormationTemplate.Resources;
        fitAlarm(resources.NothingScannedAlarm, parameters.schedule);
        const problems = [
          ...parameterProblems(parameters),
          ...deploymentProblems({ ...parameters, configuration: text, policy, resources }),
        ];
        if (problems.length > 0)
          throw new serverless.classes.Error(problems.join('\n'), 'HEADROOM_DEPLOYMENT');
        applyConfiguration(resources, text);
        applyParameters(resources, parameters);
        provider.stackTags = { ...provider.stackTags, ...tagsIn(tags) };
      },
      'before:deploy:deploy': async () => {
        if (serverless.service.custom.parameters.overwriteConfiguration === 'true') return;
        const aws = serverless.getProvider('aws');
        const config = await aws.getAwsSdkV3Config();
        const problem = await overwrittenEdit({
          cloudFormation: new CloudFormationClient(config),
          ssm: new SSMClient(config),
          stackName: aws.naming.getStackName(),
          next: text,
        });
        if (problem !== null) throw new serverless.classes.Error(problem, 'HEADROOM_LIVE_CONFIGURATION');
      },
    };
  }
}
