// Read by serverless.yml, which takes values from .js files.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../headroom.yml', import.meta.url));

/** The headroom.yml beside serverless.yml, or the empty configuration, which is a whole one: every default applies. */
export const text = existsSync(path) ? readFileSync(path, 'utf8') : '# headroom.yml: all defaults\n';
