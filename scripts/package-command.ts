// Makes what `npm pack` ships: the command in one module that needs nothing else. Run by npm before it packs.
import { fileURLToPath } from 'node:url';
import { bundleCommand } from './package/bundle-command.ts';

const { outputs } = await bundleCommand(fileURLToPath(new URL('..', import.meta.url)), 'dist');
for (const [path, { bytes }] of Object.entries(outputs)) {
  console.error(`${path.padEnd(20)} ${(bytes / 1000).toFixed(0).padStart(5)} kB`);
}
