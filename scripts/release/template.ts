// Makes the CloudFormation template with parameters and the packages of the functions that it needs:
//   npm run build:template -- dist/cloudformation
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { functionNames } from '../../infra/lambda/bundle/bundle-functions.ts';
import { runbooksIn } from '../../infra/lambda/repository-files.ts';
import {
  cloudFormationTemplate,
  PACKAGED_WITH,
} from '../../infra/lambda/template/cloudformation-template.ts';

const root = join(import.meta.dirname, '../..');
const osls = join(dirname(createRequire(import.meta.url).resolve('osls/package.json')), 'bin/serverless.js');

const TEMPLATE = 'headroom.template.yml';
const SPOKE_ROLE = 'spoke-role.template.yml';

/** @returns the names of the files in `folder` */
export const buildTemplate = (folder: string): readonly string[] => {
  mkdirSync(folder, { recursive: true });
  const { region, stage, params } = PACKAGED_WITH;
  const given = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  execFileSync(process.execPath, [osls, 'package', '--region', region, '--stage', stage, ...given], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // The configuration is a parameter of the template: a headroom.yml in this folder is not part of it.
    env: { ...process.env, HEADROOM_YML: join(folder, 'no-headroom.yml') },
  });
  const packaged = readFileSync(join(root, '.serverless/cloudformation-template-update-stack.json'), 'utf8');
  const template = cloudFormationTemplate(
    JSON.parse(packaged) as Parameters<typeof cloudFormationTemplate>[0],
    // Not by the remote of this checkout: two builds of one commit make the same bytes.
    runbooksIn(process.env['HEADROOM_REPOSITORY']) ?? '',
  );
  // CloudFormation reads YAML 1.1, in which a bare OFF is a boolean and a bare date is one.
  const text = stringify(template, { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 });
  writeFileSync(join(folder, TEMPLATE), text);
  copyFileSync(join(root, 'infra/lambda/spoke-role.yml'), join(folder, SPOKE_ROLE));
  const packages = functionNames().map((name) => `${name}.zip`);
  for (const file of packages) copyFileSync(join(root, '.serverless', file), join(folder, file));
  return [TEMPLATE, SPOKE_ROLE, ...packages];
};

if (import.meta.main) {
  const [folder = 'dist/cloudformation'] = process.argv.slice(2);
  const files = buildTemplate(resolve(folder));
  process.stdout.write(`${files.map((file) => join(folder, file)).join('\n')}\n`);
}
