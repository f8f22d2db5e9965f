import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(here('pages'), { recursive: true, force: true });
cpSync(here('../docs'), here('pages'), { recursive: true });
