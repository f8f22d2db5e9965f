/** What bin/headroom.mjs needs of the package: the entry point of its bundle. */
export { processIo } from './base/io.ts';
export { main } from './main.ts';
