// Makes what `npm pack` ships: the command and the demo as modules that need nothing else. Run by npm before it packs.
import { fileURLToPath } from 'node:url';
import { bundleCommand } from './package/bundle-command.ts';

const { outputs } = await bundleCommand(fileURLToPath(new URL('..', import.meta.url)), 'dist');
const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
console.error(`${Object.keys(outputs).length} modules in dist, ${(bytes / 1000).toFixed(0)} kB`);
