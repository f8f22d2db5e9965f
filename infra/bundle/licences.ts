import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package of which something is shipped. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX. */
  readonly licence: string;
  /** The words of its licence file; `null`: it has none, and its package.json alone says it. */
  readonly text: string | null;
}

/** Licences under which others' code may be part of an Apache-2.0 package, provided that their notices come along. */
const ALLOWED_LICENCES: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
];

const PACKAGE_FOLDER = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENCE_FILE = /^(licen[cs]e|copying)([.-].*)?$/i;

/** The packages that bundled files come from, by name. */
export const licencesOf = (root: string, files: readonly string[]): readonly ShippedPackage[] => {
  const folders = new Set(files.flatMap((file) => PACKAGE_FOLDER.exec(file)?.[1] ?? []));
  return [...folders]
    .map((folder): ShippedPackage => {
      const path = join(root, folder);
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
        name: string;
        version: string;
        license?: string;
      };
      const file = readdirSync(path).find((entry) => LICENCE_FILE.test(entry));
      return {
        name,
        version,
        licence: license ?? 'none',
        text: file === undefined ? null : readFileSync(join(path, file), 'utf8').trim(),
      };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
};

/**
 * The notices that must come with the package. The same words, of forty packages of one maker, stand there once.
 *
 * @throws Error naming every package whose licence is not among those allowed
 */
export const noticesText = (packages: readonly ShippedPackage[]): string => {
  const refused = packages.filter(({ licence }) => !ALLOWED_LICENCES.includes(licence));
  if (refused.length > 0) {
    throw new Error(
      `Licences that are not known to allow shipping: ${refused.map(({ name, licence }) => `${name} (${licence})`).join(', ')}.`,
    );
  }
  const byText = Map.groupBy(packages, ({ licence, text }) => text ?? licence);
  const sections = [...byText].map(([text, those]) => {
    const names = those.map(({ name, version, licence }) => `${name} ${version} (${licence})`).join('\n');
    return `${names}\n\n${text}\n`;
  });
  return `This program contains parts of these packages, under their licences.\n\n${sections.join(`\n${'-'.repeat(78)}\n\n`)}`;
};
