// Alerts and the dashboard for monitoring stacks that are made with jsonnet. Both files are generated: `npm run docs`.
{
  prometheusAlerts+:: std.parseYaml(importstr '../prometheus/headroom.rules.yml'),
  prometheusRules+:: { groups: [] },
  grafanaDashboards+:: { 'headroom.json': import '../grafana/headroom.json' },
}
