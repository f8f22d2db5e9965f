import { defineConfig } from 'vitepress';

/** The pages of docs/ as a site with search. The menu is that of docs/index.md. */
const group = (text, pages) => ({
  text,
  items: Object.entries(pages).map(([link, name]) => ({ text: name, link: `/${link}` })),
});

export default defineConfig({
  title: 'Headroom',
  description: 'Warns days ahead when a VPC subnet or an EKS cluster runs out of IP addresses.',
  // A copy of docs/: pages import vue, which is found only beside them.
  srcDir: './pages',
  // Names in angle brackets are names and not elements.
  markdown: { html: false },
  // Files of the repository that are no pages: a test checks those links. All others are checked here.
  ignoreDeadLinks: [
    /^(\.\.\/|\.\/\.\.\/)/,
    /\.(yml|ts|json|libsonnet)$/,
    /\/(adr|schema)\/?(index)?$/,
    'http://127.0.0.1:9464/',
  ],
  themeConfig: {
    search: { provider: 'local' },
    outline: 'deep',
    sidebar: [
      group('Start', { tutorial: 'Tutorial', screens: 'Screens', faq: 'Questions' }),
      group('Understand', {
        concepts: 'Concepts',
        glossary: 'Glossary',
        forecast: 'Forecast',
        architecture: 'Architecture',
      }),
      group('Install', {
        deploy: 'Deploy',
        organisation: 'Many accounts',
        serve: 'One process, Kubernetes',
        permissions: 'Permissions',
        upgrade: 'Upgrade',
      }),
      group('Use', {
        'how-to': 'How to',
        plan: 'Plans',
        report: 'Report',
        dashboards: 'Dashboards',
        notifications: 'Notifications',
        recipes: 'Recipes',
      }),
      group('Look up', {
        configuration: 'Configuration',
        findings: 'Checks',
        alerts: 'Alerts',
        metrics: 'Metrics',
        owners: 'Owners',
        clusters: 'Clusters',
        kubernetes: 'Kubernetes API',
      }),
      group('When something is wrong', {
        runbooks: 'Runbooks',
        troubleshooting: 'Troubleshooting',
        drills: 'Drills',
        'threat-model': 'Threat model',
        unverified: 'Not verified',
      }),
    ],
  },
});
