// Bundles the Lambda functions and says how large each is.
import { bundleFunctions } from '../infra/bundle.ts';

const FOLDER = 'dist/functions';
for (const [name, { outputs }] of await bundleFunctions(FOLDER)) {
  const size = outputs[`${FOLDER}/${name}/index.mjs`]?.bytes ?? 0;
  console.log(`${name.padEnd(20)} ${(size / 1000).toFixed(0).padStart(5)} kB`);
}
