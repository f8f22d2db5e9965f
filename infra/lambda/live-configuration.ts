import { type CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { configurationParts } from './configuration-parts.ts';

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
  const live = await liveText(input, name, configurationParts(deployed)?.length ?? 1);
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
    const { Resources = {} } = JSON.parse(TemplateBody ?? '{}') as {
      readonly Resources?: Readonly<Record<string, { readonly Properties?: { readonly Value?: string } }>>;
    };
    // A long headroom.yml is in several: Configuration, Configuration2, ...
    const values = Object.entries(Resources)
      .filter(([id]) => /^Configuration\d*$/.test(id))
      .toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([, { Properties }]) => Properties?.Value ?? '');
    return values.length === 0 ? null : values.join('');
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError') return null;
    throw error;
  }
};

/** `null`: there is no parameter, or one of several is gone. */
const liveText = async (
  { ssm }: LiveConfigurationInput,
  name: string,
  parts: number,
): Promise<string | null> => {
  const names = Array.from({ length: parts }, (_, index) => (index === 0 ? name : `${name}-${index + 1}`));
  try {
    const values = await Promise.all(
      names.map(async (Name) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value ?? null),
    );
    return values.includes(null) ? null : values.join('');
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return null;
    throw error;
  }
};
