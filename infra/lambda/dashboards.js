// Read by serverless.yml, which takes values from .js files: the dashboards, made from the metric catalogue.
import { namespace } from './configuration.js';
import { clusterDashboard } from './dashboards/cluster.ts';
import { fleetDashboard } from './dashboards/fleet.ts';
import { vpcDashboard } from './dashboards/vpc.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: serverless.yml's own variable
const NAME = '${self:custom.name}';

// Dashboards are global in an account: with the Region, there can be a deployment in each.
// biome-ignore lint/suspicious/noTemplateCurlyInString: serverless.yml's own variable
const REGIONAL = '${self:custom.roleNames}';

/**
 * The functions of serverless.yml and their memory in GB, which Lambda bills; a test compares the two. That of scan-target is a
 * parameter of the deployment.
 */
const FUNCTIONS = [
  { name: `${NAME}-plan-scan`, gigabytes: '0.25' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Fn::Sub
  { name: `${NAME}-scan-target`, gigabytes: '${ScanTargetGigabytes}' },
  { name: `${NAME}-notify-slack`, gigabytes: '0.125' },
  { name: `${NAME}-slack-interactivity`, gigabytes: '0.5' },
  { name: `customWidget-${NAME}-dashboard-widget`, gigabytes: '0.5' },
];

const boards = { fleet: REGIONAL, vpc: `${REGIONAL}-vpc`, cluster: `${REGIONAL}-cluster` };

const deployment = { namespace, functions: FUNCTIONS, tableName: `${NAME}-state`, boards };

const dashboard = (name, body, variables) => {
  const text = JSON.stringify(body);
  return {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: {
      DashboardName: `${REGIONAL}${name}`,
      DashboardBody: { 'Fn::Sub': variables === undefined ? text : [text, variables] },
    },
  };
};

export const resources = {
  Resources: {
    FleetDashboard: dashboard('', fleetDashboard(deployment), { ScanTargetGigabytes: '0.25' }),
    VpcDashboard: dashboard('-vpc', vpcDashboard(deployment)),
    ClusterDashboard: dashboard('-cluster', clusterDashboard(deployment)),
  },
};
