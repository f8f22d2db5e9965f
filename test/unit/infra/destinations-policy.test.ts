import { expect, test } from 'vitest';
import { destinationsPolicy } from '../../../infra/lambda/destinations-policy.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';

test('functions may use the destinations of headroom.yml and no others', () => {
  const { destinations } = parseConfiguration(
    `destinations:
  teams: { teams: { parameter: /headroom/teams } }
  hook: { webhook: { url: https://hooks.example.com, signingSecret: { parameter: /headroom/hook } } }
  prometheus: { alertmanager: { url: http://am:9093, token: { parameter: /headroom/am } } }
  bus: { eventBridge: { busArn: "arn:aws:events:us-east-1:111122223333:event-bus/alerts" } }
  mail: { email: { from: headroom@example.com, to: network@example.com } }
  other-mail: { email: { from: ops@example.com, to: ops@example.com, region: us-east-1 } }
`,
    'headroom.yml',
  );
  expect(destinationsPolicy(destinations)).toMatchObject({
    DestinationsPolicy: {
      Properties: {
        PolicyDocument: {
          Statement: [
            {
              Action: 'ssm:GetParameter',
              Resource: ['teams', 'hook', 'am'].map((name) => ({
                'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/headroom/${name}`,
              })),
            },
            {
              Action: 'events:PutEvents',
              Resource: ['arn:aws:events:us-east-1:111122223333:event-bus/alerts'],
            },
            {
              Action: 'ses:SendEmail',
              Resource: [
                {
                  // biome-ignore lint/suspicious/noTemplateCurlyInString: text of Fn::Sub
                  'Fn::Sub': 'arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:*',
                },
                {
                  // biome-ignore lint/suspicious/noTemplateCurlyInString: text of Fn::Sub
                  'Fn::Sub': 'arn:${AWS::Partition}:ses:us-east-1:${AWS::AccountId}:*',
                },
              ],
              Condition: {
                StringEquals: { 'ses:FromAddress': ['headroom@example.com', 'ops@example.com'] },
              },
            },
          ],
        },
      },
    },
  });
});
