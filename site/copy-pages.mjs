import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(here('pages'), { recursive: true, force: true });
cpSync(here('../docs'), here('pages'), { recursive: true });

/** The list of decisions: on GitHub the folder is one by itself. */
const decisions = readdirSync(here('pages/adr')).map((name) => {
  const [, title] = /^# (.+)$/m.exec(readFileSync(here(`pages/adr/${name}`), 'utf8'));
  return `- [${title}](${name})`;
});
writeFileSync(here('pages/adr/index.md'), `# Decisions\n\n${decisions.join('\n')}\n`);
