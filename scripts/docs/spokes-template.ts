import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SPOKE_ROLE = 'infra/lambda/spoke-role.yml';

const indented = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by)).trimEnd();

/** The lines of the section of a template, up to the next one. */
const sectionOf = (template: string, name: string): string =>
  new RegExp(String.raw`^${name}:\n((?: .*\n|\n)+)`, 'm').exec(template)?.[1]?.trimEnd() ?? '';

/**
 * The role for other accounts as a stack set that is a resource of a stack, so that one command deploys it into a whole
 * organization. CloudFormation reads no file beside a template, so the template of the role stands in it.
 */
export const spokesTemplate = (): string => {
  const role = readFileSync(join(import.meta.dirname, '../..', SPOKE_ROLE), 'utf8');
  const parameters = sectionOf(role, 'Parameters');
  const names = [...parameters.matchAll(/^ {2}(\w+):$/gm)].map(([, name = '']) => name);
  return `# The role that Headroom reads other accounts through, in every account of organizational units, also in those that join
# later: docs/organisation.md. Made of ${SPOKE_ROLE} by npm run docs: change that file.
AWSTemplateFormatVersion: "2010-09-09"
Description: Lets Headroom read the accounts of an organization. It cannot change anything in them.

Parameters:
${parameters}
  OrganizationalUnitIds:
    Type: CommaDelimitedList
    Description: The organizational units, or the root, whose accounts get the role.
  StackSetName:
    Type: String
    Default: headroom-reader
    Description: The name of the stack set.
    AllowedPattern: ^[A-Za-z][A-Za-z0-9-]{0,127}$
  CallAs:
    Type: String
    Default: DELEGATED_ADMIN
    AllowedValues: [DELEGATED_ADMIN, SELF]
    Description: SELF in the management account.
  EventRegions:
    Type: CommaDelimitedList
    Default: ""
    Description: All Regions that send events of CloudTrail, with the one of RoleRegion among them. Empty is HubRegion alone.

Conditions:
  EventRegionsAreListed: !Not [!Equals [!Join ["", !Ref EventRegions], ""]]

Resources:
  Readers:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: !Ref StackSetName
      Description: Lets Headroom read subnets, network interfaces and clusters.
      PermissionModel: SERVICE_MANAGED
      CallAs: !Ref CallAs
      Capabilities: [CAPABILITY_NAMED_IAM]
      AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false }
      Parameters:
${names.map((name) => `        - { ParameterKey: ${name}, ParameterValue: !Ref ${name} }`).join('\n')}
      # A role is global: one Region is enough. Rules for events are regional.
      StackInstancesGroup:
        - DeploymentTargets: { OrganizationalUnitIds: !Ref OrganizationalUnitIds }
          Regions: !If [EventRegionsAreListed, !Ref EventRegions, [!Ref HubRegion]]
      TemplateBody: |
${indented(role, 8)}
`;
};
