// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of Fn::Sub
import { describe, expect, test } from 'vitest';
import { applyConfiguration, configurationParts } from '../../../infra/lambda/configuration-parts.ts';

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Settings of so many mutes, in blocks of three lines. */
const longText = (mutes: number): string =>
  `alerts:\n  mutes:\n${Array.from({ length: mutes }, (_, index) => `    - match: { subnet: subnet-${String(index).padStart(8, '0')} }\n      until: 2027-01-01T00:00:00Z\n`).join('')}routes:\n  - match: {}\n    to: chat\n`;

describe('a headroom.yml in parts', () => {
  test.each([0, 60, 110, 111, 200, 700])('of %i mutes is whole, and no part is too long', (mutes) => {
    const text = longText(mutes);
    const parts = configurationParts(text) ?? [];
    expect(parts.join('')).toBe(text);
    expect(parts.every((part) => part !== '' && bytesOf(part) <= 8_192)).toBe(true);
    expect(parts).toHaveLength(Math.ceil(bytesOf(text) / 8_192));
  });

  test('is cut before a line that is not indented, where there is one', () => {
    const text = `a:\n${'  # more\n'.repeat(800)}b:\n${'  # more\n'.repeat(300)}`;
    expect(configurationParts(text)?.[1]).toMatch(/^b:/);
  });

  test('counts letters that take several bytes', () => {
    const text = '# ü\n'.repeat(2_000);
    expect(configurationParts(text)?.map(bytesOf)).toEqual([8_190, 1_810]);
  });
});

const resources = () => ({
  Configuration: {
    Type: 'AWS::SSM::Parameter',
    Properties: { Name: { 'Fn::Sub': '/${AWS::StackName}/configuration' }, Tier: 'Intelligent-Tiering' },
  },
  Scan: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Environment: { Variables: { HEADROOM_CONFIG_PARAMETER: 'one', HEADROOM_TABLE_NAME: 't' } },
    },
  },
  Slack: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: {} } } },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              { Sid: 'ReadConfiguration', Resource: 'one' },
              { Sid: 'Other', Resource: 'other' },
            ],
          },
        },
      ],
    },
  },
});

describe('the template of a long headroom.yml', () => {
  test('has a parameter for each part, which the functions read and may read', () => {
    const template = resources();
    applyConfiguration(template, longText(200));
    expect(template).toMatchObject({
      Configuration2: {
        Type: 'AWS::SSM::Parameter',
        Properties: {
          Name: { 'Fn::Sub': '/${AWS::StackName}/configuration-2' },
          Tier: 'Intelligent-Tiering',
        },
      },
      Scan: {
        Properties: {
          Environment: {
            Variables: {
              HEADROOM_CONFIG_PARAMETER: {
                'Fn::Sub': '/${AWS::StackName}/configuration,/${AWS::StackName}/configuration-2',
              },
            },
          },
        },
      },
    });
    expect(template.Slack).toEqual(resources().Slack);
    expect(template.Role.Properties.Policies[0]?.PolicyDocument.Statement).toEqual([
      {
        Sid: 'ReadConfiguration',
        Resource: [
          'one',
          {
            'Fn::Sub':
              'arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}/configuration-*',
          },
        ],
      },
      { Sid: 'Other', Resource: 'other' },
    ]);
  });

  test('is as it was for a short one', () => {
    const template = resources();
    applyConfiguration(template, longText(3));
    expect(template).toEqual(resources());
  });
});
