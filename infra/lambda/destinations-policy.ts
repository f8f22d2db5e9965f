import { destinationStatements, slackAppStatements } from '../../shared/config/destination-statements.ts';
import type { Destination } from '../../shared/config/schema/destinations.ts';

/** The roles that send alerts. */
export const SENDERS = ['PlanScanRole', 'ScanTargetRole'];

/** The CloudFormation resource that lets the function for clicks in Slack read the secrets of Slack apps. */
const slackAppPolicy = (all: readonly Destination[]): Readonly<Record<string, object>> => {
  const Statement = slackAppStatements(all);
  return Statement.length === 0
    ? {}
    : {
        SlackAppPolicy: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            PolicyName: 'slack-app',
            Roles: [{ Ref: 'SlackInteractivityRole' }],
            PolicyDocument: { Version: '2012-10-17', Statement },
          },
        },
      };
};

/**
 * The CloudFormation resource that lets the functions use the destinations of headroom.yml: exactly these topics, secrets
 * and parameters. Nothing where there are none.
 */
export const destinationsPolicy = (
  destinations: ReadonlyMap<string, Destination>,
): Readonly<Record<string, object>> => {
  const all = [...destinations.values()];
  const Statement = destinationStatements(all);
  if (Statement.length === 0) return {};
  return {
    ...slackAppPolicy(all),
    DestinationsPolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'destinations',
        Roles: SENDERS.map((Ref) => ({ Ref })),
        PolicyDocument: { Version: '2012-10-17', Statement },
      },
    },
  };
};
