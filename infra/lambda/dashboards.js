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

/** The functions of serverless.yml and their memory in MB, which Lambda bills; a test compares the two. */
const FUNCTIONS = [
  { name: `${NAME}-plan-scan`, memory: 256 },
  { name: `${NAME}-scan-target`, memory: 256 },
  { name: `${NAME}-notify-slack`, memory: 128 },
  { name: `${NAME}-slack-interactivity`, memory: 512 },
  { name: `customWidget-${NAME}-dashboard-widget`, memory: 512 },
];

const boards = { fleet: REGIONAL, vpc: `${REGIONAL}-vpc`, cluster: `${REGIONAL}-cluster` };

const deployment = { namespace, functions: FUNCTIONS, tableName: `${NAME}-state`, boards };

const dashboard = (name, body) => ({
  Type: 'AWS::CloudWatch::Dashboard',
  Properties: { DashboardName: `${REGIONAL}${name}`, DashboardBody: { 'Fn::Sub': JSON.stringify(body) } },
});

export const resources = {
  Resources: {
    FleetDashboard: dashboard('', fleetDashboard(deployment)),
    VpcDashboard: dashboard('-vpc', vpcDashboard(deployment)),
    ClusterDashboard: dashboard('-cluster', clusterDashboard(deployment)),
  },
};
