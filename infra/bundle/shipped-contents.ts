import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cyclonedxEsbuildPlugin } from '@cyclonedx/cyclonedx-esbuild';
import type { Plugin } from 'esbuild';
import { licencesOf, noticesText } from './licences.ts';

/** A bill of materials as CycloneDX JSON: each package of which something is in the bundle, and why. */
export const BILL_OF_MATERIALS = 'sbom.cdx.json';
export const NOTICES = 'THIRD-PARTY-NOTICES.txt';

const notices = (root: string, folder: string): Plugin => ({
  name: 'third-party-notices',
  setup(build) {
    build.onEnd(({ metafile }) => {
      if (metafile === undefined) throw new Error('The notices need the metafile of the build.');
      const text = noticesText(licencesOf(root, Object.keys(metafile.inputs)));
      writeFileSync(resolve(root, folder, NOTICES), text);
    });
  },
});

/**
 * Writes beside a bundle what is in it: a bill of materials and the notices of its packages. Without a time and a random
 * number, so that two builds of one commit are the same bytes.
 *
 * @param root the working directory of the build
 * @param folder where the bundle is written
 * @throws Error when something would be shipped under a licence that is not known to allow it
 */
export const shippedContents = (root: string, folder: string): readonly Plugin[] => [
  notices(root, folder),
  cyclonedxEsbuildPlugin({
    outputFile: resolve(root, join(folder, BILL_OF_MATERIALS)),
    outputReproducible: true,
    specVersion: '1.6',
    validate: true,
    logLevel: 'silent',
  }),
];
