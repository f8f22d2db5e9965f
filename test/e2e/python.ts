import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Python environment that `scripts/python-env.mjs` makes. */
export const pythonEnvironment = fileURLToPath(new URL('../../.venv', import.meta.url));

/** A program of that environment. */
export const pythonProgram = (name: string): string =>
  join(pythonEnvironment, process.platform === 'win32' ? 'Scripts' : 'bin', name);
