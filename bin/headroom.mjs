#!/usr/bin/env node
// Runs the sources where this is a checkout, and the packaged program where it is not.
// The SDK says on Node older than 22 that it will stop to support it; that is not for the reader of a scan.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(
    `error Headroom needs Node 22.13 or later, and this is ${process.version}.\n  try Install a current Node, then run the same command again.\n`,
  );
  process.exit(2);
}

// Node 22 warns that its SQLite is experimental, at every command, although most of them store nothing.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).startsWith('SQLite is an experimental feature')) emitWarning(warning, ...rest);
};

// The sources first: a package that was built here once would be older than they are.
const isCheckout = existsSync(new URL('../cli/process.ts', import.meta.url));
const { runProcess } = isCheckout ? await import('../cli/process.ts') : await import('../dist/headroom.mjs');
const demo = () => (isCheckout ? import('../lab/demo.ts') : import('../dist/demo.mjs'));

await runProcess(process.argv.slice(2), demo);
