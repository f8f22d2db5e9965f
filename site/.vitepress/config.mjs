import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const docs = fileURLToPath(new URL('../../docs', import.meta.url));

/** Where the files of the repository can be read, such as https://github.com/OWNER/headroom/blob/main. */
const repository = process.env.HEADROOM_REPOSITORY;

/**
 * Links from pages to files of the repository, such as the template. They lead to the repository where its address is known,
 * and are plain text otherwise. A test of the repository checks that these files exist.
 */
const filesOfRepository = (md) => {
  md.core.ruler.push('files-of-repository', ({ tokens, env }) => {
    const folder = dirname(join(docs, env.relativePath ?? ''));
    for (const { children } of tokens.filter(({ type }) => type === 'inline')) {
      for (const [index, token] of (children ?? []).entries()) {
        const href = token.type === 'link_open' ? token.attrGet('href') : null;
        if (href === null || /^([a-z]+:|#)/.test(href)) continue;
        const file = join(folder, decodeURI(href.split('#')[0]));
        if (file === join(docs, 'adr/')) continue;
        const isPage = /\.(md|html|png|svg)$/.test(file) && existsSync(file.replace(/\.html$/, '.md'));
        if (isPage && !relative(docs, file).startsWith('..')) continue;
        if (repository !== undefined) {
          token.attrSet('href', `${repository}/${relative(dirname(docs), file)}`);
          continue;
        }
        const end = children.findIndex((each, at) => at > index && each.type === 'link_close');
        for (const each of [token, children[end]]) each.type = each.nesting === 1 ? 'em_open' : 'em_close';
        for (const each of [token, children[end]]) each.tag = 'em';
        token.attrs = null;
      }
    }
  });
};

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
  markdown: { html: false, config: filesOfRepository },
  // The page of headroom serve on the reader's own machine. All other links are checked.
  ignoreDeadLinks: ['http://127.0.0.1:9464/'],
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
        events: 'Events of CloudTrail',
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
        commands: 'Commands',
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
        scale: 'Scale',
        'threat-model': 'Threat model',
        unverified: 'Not verified',
      }),
      group('Contribute', { style: 'Style', releasing: 'Releases', 'adr/': 'Decisions' }),
    ],
  },
});
