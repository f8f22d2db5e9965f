import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { sdkSchemas } from '../../infra/lambda/bundle/sdk-schemas.ts';
import { SCAN_SIZES } from '../../infra/lambda/scan-size.ts';
import { ADDRESSES_PER_INTERFACE, INTERFACES_PER_PAGE } from './wire/estate-size.ts';
import type { Measured } from './wire/measured.ts';

/**
 * From the wire to records and to an assessment, beside the SDK alone, boto3, and merely draining the socket: CPU time
 * and peak memory, as ratios to draining the same bytes, measured in the same run. Each reader is a process of its own, the server too.
 *
 * Then what a cycle of scans asks of EC2, in full and incrementally: see `reading.ts`.
 *
 *   npm run bench [-- --pages 1,10,100 --interfaces 10000,100000,400000]
 */

const run = promisify(execFile);
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '1,10,100' },
    interfaces: { type: 'string', default: '10000' },
  },
});
const sizes = values.pages.split(',').map(Number);

const python = path('../../.venv/bin/python');
const hasBoto3 =
  existsSync(python) &&
  (await run(python, ['-c', 'import boto3']).then(
    () => true,
    () => false,
  ));
if (!hasBoto3) console.log('boto3 is left out: make its environment with `node scripts/python-env.mjs`.\n');

/** What the function that scans is given. */
const AS_DEPLOYED = String(
  parse(readFileSync(path('../../infra/lambda/environment.yml'), 'utf8'), { logLevel: 'silent' })[
    'scan-target'
  ].NODE_OPTIONS,
);

/** 256 MB hold 50,000 nodes (docs/scale.md), and a page has a third of its interfaces on nodes of their own. More get the largest size. */
const PAGES_IN_256_MB = 150;

const asDeployed = (pages: number): string =>
  pages <= PAGES_IN_256_MB
    ? AS_DEPLOYED
    : AS_DEPLOYED.replace(/(--max-old-space-size)=\d+/, `$1=${SCAN_SIZES['1024']?.heap}`);

interface Reader {
  readonly name: string;
  readonly deployed?: boolean;
  /** It reads nodes as well, so it is held against draining these too. */
  readonly readsNodes?: boolean;
  readonly command: (url: string, pages: number) => readonly [file: string, args: readonly string[]];
}

const OUT = path('../../dist/bench');
const ENTRIES = ['read-by-draining', 'read-to-records', 'read-to-assessment', 'read-to-scan', 'read-by-sdk'];

// As functions are deployed: the SDK's files alone, unbundled, would be half of the memory.
await build({
  entryPoints: ENTRIES.map((name) => path(`./wire/${name}.ts`)),
  outdir: OUT,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  minify: true,
  // The YAML reader is CommonJS and requires `process`, which an ES module has to be given.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
  },
  logLevel: 'warning',
  plugins: [sdkSchemas],
});

const node =
  (entry: string, ...more: readonly string[]): Reader['command'] =>
  (url, pages) => [process.execPath, [`${OUT}/${entry}.mjs`, url, String(pages), ...more]];

const readers: readonly Reader[] = [
  { name: 'drain the socket', command: node('read-by-draining') },
  { name: 'Headroom, to records', deployed: true, command: node('read-to-records') },
  { name: 'Headroom, to assessment', deployed: true, command: node('read-to-assessment') },
  { name: 'AWS SDK alone', command: node('read-by-sdk') },
  ...(hasBoto3
    ? [
        {
          name: 'boto3',
          command: (url: string, pages: number) =>
            [python, [path('./wire/boto3_reader.py'), url, String(pages)]] as const,
        },
      ]
    : []),
  { name: 'drain the socket, nodes too', readsNodes: true, command: node('read-by-draining', 'nodes') },
  { name: 'Headroom, the whole scan', deployed: true, readsNodes: true, command: node('read-to-scan') },
];

const measure = async (reader: Reader, url: string, pages: number): Promise<Measured> => {
  const [file, args] = reader.command(url, pages);
  const env = reader.deployed === true ? { ...process.env, NODE_OPTIONS: asDeployed(pages) } : process.env;
  const { stdout } = await run(file, args, { maxBuffer: 1e7, env });
  const measured: Measured = JSON.parse(stdout);
  const interfaces = pages * INTERFACES_PER_PAGE;
  if (measured.interfaces !== interfaces || measured.addresses !== interfaces * ADDRESSES_PER_INTERFACE)
    throw new Error(
      `${reader.name} read ${measured.interfaces} interfaces and ${measured.addresses} addresses of ${interfaces} and ${interfaces * ADDRESSES_PER_INTERFACE}`,
    );
  return measured;
};

const server = fork(path('./wire/server.ts'));
const port = await new Promise((resolve) => server.once('message', resolve));

try {
  for (const pages of sizes) {
    const url = `http://127.0.0.1:${port}/${pages}`;
    const table = new Table({
      head: ['', 'CPU ms/page', 'x drain', 'peak MB', 'x drain'],
      colAligns: ['left', 'right', 'right', 'right', 'right'],
      style: { head: [], border: [] },
    });
    const floors = new Map<boolean, Measured>();
    for (const reader of readers) {
      const measured = await measure(reader, url, pages);
      const floor = floors.get(reader.readsNodes === true) ?? measured;
      floors.set(reader.readsNodes === true, floor);
      table.push([
        reader.name,
        (measured.cpuMilliseconds / pages).toFixed(1),
        (measured.cpuMilliseconds / floor.cpuMilliseconds).toFixed(2),
        measured.peakMegabytes.toFixed(0),
        (measured.peakMegabytes / floor.peakMegabytes).toFixed(2),
      ]);
    }
    console.log(
      `${(pages * INTERFACES_PER_PAGE).toLocaleString('en')} interfaces, ${ADDRESSES_PER_INTERFACE} addresses each`,
    );
    console.log(`${table.toString()}\n`);
  }
} finally {
  server.kill();
}

const reading = fork(path('./reading.ts'), ['--interfaces', values.interfaces]);
const [code] = await once(reading, 'exit');
if (code !== 0) process.exitCode = 1;
