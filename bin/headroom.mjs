#!/usr/bin/env node
// Runs the packaged program, or the sources where this is a checkout.
// The SDK says on Node older than 22 that it will stop to support it; that is not for the reader of a scan.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(
    `error Headroom needs Node 22.13 or later, and this is ${process.version}.\n  try Install a current Node, then run the same command again.\n`,
  );
  process.exit(2);
}

const packaged = new URL('../dist/headroom.mjs', import.meta.url);
const { main, processIo } = existsSync(packaged)
  ? await import(packaged.href)
  : { ...(await import('../cli/main.ts')), ...(await import('../cli/io.ts')) };

process.exitCode = await main(process.argv.slice(2), processIo());
