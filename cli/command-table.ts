import type { AddCommand } from './base/command-line.ts';

/** One command, as far as the help of the program tells of it, and where the rest is. */
export interface CommandRow {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What follows the name in the list of commands. */
  readonly usage: string;
  readonly description: string;
  readonly load: () => Promise<AddCommand>;
}

/**
 * Every command, in the order of the help. The code of a command is loaded when it is used: all of them together take ten
 * times as long to load as the help takes to print. A test compares the rows with what the commands say of themselves.
 */
export const COMMAND_TABLE: readonly CommandRow[] = [
  {
    name: 'demo',
    usage: '',
    description: 'two weeks of a simulated AWS on this machine, without an account',
    load: async () => (await import('./commands/demo.ts')).addDemoCommand,
  },
  {
    name: 'doctor',
    usage: '[options]',
    description:
      'check credentials, roles, every permission, accounts, Regions, destinations, clusters and state',
    load: async () => (await import('./commands/doctor.ts')).addDoctorCommand,
  },
  {
    name: 'scan',
    usage: '[options]',
    description: 'scan subnets: free addresses, free prefixes, problems',
    load: async () => (await import('./commands/scan.ts')).addScanCommand,
  },
  {
    name: 'findings',
    usage: '[options]',
    description: 'problems now and soon, with evidence and remedies whose preconditions were checked',
    load: async () => (await import('./commands/findings.ts')).addFindingsCommand,
  },
  {
    name: 'explain',
    usage: '[options] <subnet>',
    description: 'all about one subnet: supply, map, holders, history, forecast, findings, remedies',
    load: async () => (await import('./commands/explain.ts')).addExplainCommand,
  },
  {
    name: 'map',
    usage: '[options] <subnet>',
    description: 'the address map of one subnet: each block of 16 addresses, free or held, and by whom',
    load: async () => (await import('./commands/map.ts')).addMapCommand,
  },
  {
    name: 'owners',
    usage: '[options]',
    description: 'what uses the addresses of each subnet: clusters, load balancers, Lambda, databases, ...',
    load: async () => (await import('./commands/owners.ts')).addOwnersCommand,
  },
  {
    name: 'clusters',
    usage: '[options]',
    description: 'what each cluster uses, how many more pods and nodes fit, and what fails first',
    load: async () => (await import('./commands/clusters.ts')).addClustersCommand,
  },
  {
    name: 'pods',
    usage: '[options]',
    description: 'which pods hold the addresses of each cluster, and which wait for one',
    load: async () => (await import('./commands/pods.ts')).addPodsCommand,
  },
  {
    name: 'report',
    usage: '[options]',
    description:
      'write one self-contained HTML file: maps, owners, clusters, findings with remedies, outlooks',
    load: async () => (await import('./commands/report.ts')).addReportCommand,
  },
  {
    name: 'collect',
    usage: '[options]',
    description: 'save the input of a scan in a file, for `--from` of the other commands',
    load: async () => (await import('./input/collect.ts')).addCollectCommand,
  },
  {
    name: 'alerts',
    usage: '[options]',
    description: 'firing and pending alerts as of the last scans, the worst first',
    load: async () => (await import('./commands/alerts.ts')).addAlertsCommand,
  },
  {
    name: 'runbook',
    usage: '<check>',
    description: 'what to do about an alert of a check: its runbook',
    load: async () => (await import('./commands/runbook.ts')).addRunbookCommand,
  },
  {
    name: 'acknowledge',
    aliases: ['ack'],
    usage: '[options] <alert...>',
    description: 'stop the repeated notifications of alerts; escalations and ends are still sent',
    load: async () => (await import('./commands/acknowledge.ts')).addAcknowledgeCommand,
  },
  {
    name: 'mute',
    usage: '[options] [alert...]',
    description: 'send no notifications for a time; alerts that still fire when it ends are sent then',
    load: async () => (await import('./commands/mute.ts')).addMuteCommand,
  },
  {
    name: 'unmute',
    usage: '[options] <mute...>',
    description: 'end mutes before their time; the next scan sends the alerts that still fire',
    load: async () => (await import('./commands/mute.ts')).addUnmuteCommand,
  },
  {
    name: 'mutes',
    usage: '[options]',
    description:
      'mutes in force that people made, by command or in Slack; those of headroom.yml are in the file',
    load: async () => (await import('./commands/mute.ts')).addMutesCommand,
  },
  {
    name: 'test-message',
    usage: '[options] [destination...]',
    description: 'send a message marked as a test to destinations, and its end',
    load: async () => (await import('./commands/test-message.ts')).addTestMessageCommand,
  },
  {
    name: 'forecast',
    usage: '[options]',
    description: 'forecast when a recorded supply runs out, as seen at one point in time',
    load: async () => (await import('./commands/forecast.ts')).addForecastCommand,
  },
  {
    name: 'replay',
    usage: '[options]',
    description: 'run recorded history through forecasts and alert rules, and list every alert',
    load: async () => (await import('./commands/replay.ts')).addReplayCommand,
  },
  {
    name: 'backfill',
    usage: '[options]',
    description: 'import history from CloudWatch or a file, so that forecasts can start at once',
    load: async () => (await import('./commands/backfill.ts')).addBackfillCommand,
  },
  {
    name: 'limits',
    usage: '[options] <type...>',
    description: 'interfaces, addresses and pods of instance types in every mode of the VPC CNI',
    load: async () => (await import('./commands/limits.ts')).addLimitsCommand,
  },
  {
    name: 'plan',
    usage: '',
    description: 'answers before a change: what fits, what runs dry, and in which order',
    load: async () => (await import('./commands/plan/plan.ts')).addPlanCommand,
  },
  {
    name: 'cost',
    usage: '[options]',
    description: 'the monthly cost of a deployment, compared with AWS VPC IPAM',
    load: async () => (await import('./commands/cost.ts')).addCostCommand,
  },
  {
    name: 'serve',
    usage: '[options]',
    description:
      'scan on a timer in one process: alerts, Prometheus metrics and a live report, without Lambda',
    load: async () => (await import('./commands/serve.ts')).addServeCommand,
  },
  {
    name: 'access',
    usage: '[options]',
    description: 'check and grant the permissions for the Kubernetes API of a cluster',
    load: async () => (await import('./commands/access.ts')).addAccessCommand,
  },
  {
    name: 'config',
    usage: '',
    description: 'check headroom.yml and show the resulting settings',
    load: async () => (await import('./commands/config.ts')).addConfigCommand,
  },
  {
    name: 'completion',
    usage: '<shell>',
    description: 'print the completion script of a shell for commands, options and their values',
    load: async () => (await import('./commands/completion.ts')).addCompletionCommand,
  },
];
