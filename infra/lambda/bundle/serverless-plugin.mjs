import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SSMClient } from '@aws-sdk/client-ssm';
import { policy, text } from '../configuration.js';
import { applyConfiguration } from '../configuration-parts.ts';
import { applyParameters, tagsIn } from '../deployment-parameters.ts';
import { deploymentProblems } from '../deployment-problems.ts';
import { keptTable } from '../kept-table.ts';
import { overwrittenEdit } from '../live-configuration.ts';
import { parameterProblems, unknownParameters } from '../parameter-problems.ts';
import { fitAlarm } from '../schedule.ts';
import { bundleFunctions } from './bundle-functions.ts';

/**
 * Makes `osls package` and `osls deploy` bundle the functions first: one command, and never a stale bundle. Then it looks
 * whether the parts of the deployment fit together, and stops where they do not.
 */
export default class BundlePlugin {
  constructor(serverless, options, { progress } = {}) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': async () => {
        progress?.create?.({ name: 'headroom-bundle', message: 'Bundling functions' });
        await bundleFunctions(serverless.service.custom.bundles);
        progress?.get?.('headroom-bundle')?.remove?.();
      },
      'after:aws:package:finalize:stripNullPropsFromTemplateResources': () => {
        const { custom, provider } = serverless.service;
        const { parameters } = custom;
        const known = Object.keys(serverless.configurationInput.params.default);
        const resources = provider.compiledCloudFormationTemplate.Resources;
        fitAlarm(resources.NothingScannedAlarm, parameters.schedule);
        const problems = [
          ...unknownParameters(options.param ?? [], known),
          ...parameterProblems(parameters),
          ...deploymentProblems({ ...parameters, configuration: text, policy, resources }),
        ];
        if (problems.length > 0)
          throw new serverless.classes.Error(problems.join('\n'), 'HEADROOM_DEPLOYMENT');
        applyConfiguration(resources, text);
        applyParameters(resources, parameters);
        provider.stackTags = { ...provider.stackTags, ...tagsIn(parameters.tags) };
      },
      'before:deploy:deploy': async () => {
        const { name, parameters } = serverless.service.custom;
        const aws = serverless.getProvider('aws');
        const config = await aws.getAwsSdkV3Config();
        const stack = {
          cloudFormation: new CloudFormationClient(config),
          stackName: aws.naming.getStackName(),
        };
        const table = await keptTable({
          ...stack,
          dynamoDb: new DynamoDBClient(config),
          tableName: `${name}-state`,
        });
        if (table !== null) throw new serverless.classes.Error(table, 'HEADROOM_KEPT_TABLE');
        if (parameters.overwriteConfiguration === 'true') return;
        const problem = await overwrittenEdit({ ...stack, ssm: new SSMClient(config), next: text });
        if (problem !== null) throw new serverless.classes.Error(problem, 'HEADROOM_LIVE_CONFIGURATION');
      },
    };
  }
}
