import { type CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';

export interface LiveConfigurationInput {
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly stackName: string;
  /** headroom.yml as it would be deployed. */
  readonly next: string;
}

/**
 * Why a deployment would overwrite a headroom.yml that was edited where it is deployed; `null`: it would not. CloudFormation
 * leaves the parameter alone for as long as the template has the text that it had before.
 */
export const overwrittenEdit = async (input: LiveConfigurationInput): Promise<string | null> => {
  const name = `/${input.stackName}/configuration`;
  const deployed = await deployedText(input);
  if (deployed === null || deployed === input.next) return null;
  const live = await liveText(input, name);
  if (live === null || live === deployed || live === input.next) return null;
  return [
    `The parameter ${name} was edited since the last deployment, and this one would overwrite it.`,
    `Bring its text into headroom.yml (aws ssm get-parameter --name ${name} --query Parameter.Value --output text),`,
    'or deploy with --param="overwriteConfiguration=true".',
  ].join(' ');
};

/** `null`: there is no stack yet. */
const deployedText = async ({
  cloudFormation,
  stackName,
}: LiveConfigurationInput): Promise<string | null> => {
  try {
    const { TemplateBody } = await cloudFormation.send(
      new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Original' }),
    );
    const template = JSON.parse(TemplateBody ?? '{}') as {
      readonly Resources?: { readonly Configuration?: { readonly Properties?: { readonly Value?: string } } };
    };
    return template.Resources?.Configuration?.Properties?.Value ?? null;
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError') return null;
    throw error;
  }
};

/** `null`: there is no parameter. */
const liveText = async ({ ssm }: LiveConfigurationInput, name: string): Promise<string | null> => {
  try {
    return (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value ?? null;
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return null;
    throw error;
  }
};
