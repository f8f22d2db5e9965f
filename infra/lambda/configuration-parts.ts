// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of Fn::Sub

/** Systems Manager, PutParameter: a parameter of the tier Intelligent-Tiering holds at most 8 KB. */
const PART_BYTES = 8_192;

/** 80 KB: the names of so many parameters fit the environment of a function well, which has 4 KB. */
export const MAX_PARTS = 10;

interface Resource {
  readonly Type: string;
  Properties?: Record<string, unknown>;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/**
 * A headroom.yml as the values of parameters, each as long as one may be. It is cut between lines, and before a line that is
 * not indented where there is one. `null`: one line is longer than a parameter.
 */
export const configurationParts = (text: string): readonly string[] | null => {
  if (bytesOf(text) <= PART_BYTES) return [text];
  const lines = text.split(/(?<=\n)/);
  if (lines.some((line) => bytesOf(line) > PART_BYTES)) return null;
  const parts: string[] = [];
  let part: string[] = [];
  for (const line of lines) {
    if (bytesOf(part.join('')) + bytesOf(line) > PART_BYTES) {
      const top = /^\S/.test(line)
        ? part.length
        : part.findLastIndex((each, index) => index > 0 && /^\S/.test(each));
      const cut = top > 0 ? top : part.length;
      parts.push(part.slice(0, cut).join(''));
      part = part.slice(cut);
    }
    part.push(line);
  }
  return [...parts, part.join('')];
};

const parameterName = (index: number): string =>
  index === 0 ? '/${AWS::StackName}/configuration' : `/\${AWS::StackName}/configuration-${index + 1}`;

/** Adds the parameters of a long headroom.yml to a template: those who read the first one read all of them. */
export const applyConfiguration = (resources: Record<string, Resource>, text: string): void => {
  const parts = configurationParts(text) ?? [];
  const first = resources['Configuration'];
  if (parts.length < 2 || first === undefined) return;
  parts.forEach((Value, index) => {
    const Name = { 'Fn::Sub': parameterName(index) };
    const id = index === 0 ? 'Configuration' : `Configuration${index + 1}`;
    resources[id] = { ...first, Properties: { ...first.Properties, Name, Value } };
  });
  const names = { 'Fn::Sub': parts.map((_, index) => parameterName(index)).join(',') };
  for (const { Type, Properties = {} } of Object.values(resources)) {
    if (Type === 'AWS::Lambda::Function') nameParameters(Properties, names);
    if (Type === 'AWS::IAM::Role') allowParameters(Properties);
  }
};

const nameParameters = (properties: Record<string, unknown>, names: object): void => {
  const { Variables } = (properties['Environment'] ?? {}) as { Variables?: Record<string, unknown> };
  if (Variables?.['HEADROOM_CONFIG_PARAMETER'] !== undefined) Variables['HEADROOM_CONFIG_PARAMETER'] = names;
};

const allowParameters = (properties: Record<string, unknown>): void => {
  const policies = (properties['Policies'] ?? []) as {
    PolicyDocument: { Statement: { Sid?: string; Resource?: unknown }[] };
  }[];
  for (const statement of policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)) {
    if (statement.Sid !== 'ReadConfiguration') continue;
    const parameters =
      'arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}';
    statement.Resource = [statement.Resource, { 'Fn::Sub': `${parameters}/configuration-*` }];
  }
};
