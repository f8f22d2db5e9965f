// Bundles the Lambda functions and says how large each is.
import { bundleFunctions } from '../infra/bundle/bundle-functions.ts';

for (const { name, bytes } of await bundleFunctions('dist/functions')) {
  console.log(`${name.padEnd(20)} ${(bytes / 1000).toFixed(0).padStart(5)} kB`);
}
