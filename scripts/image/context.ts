// Makes dist/image, the build context of infra/server/Containerfile.
import { join } from 'node:path';
import { layOutImage } from './layout.ts';

const root = join(import.meta.dirname, '../..');
await layOutImage(root, join(root, 'dist/image'));
