import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/**
 * Which imports each folder may have. One direction only:
 * `functions, cli, lab -> shared/aws -> shared/pipeline -> capability folders -> shared/model`.
 */

const CAPABILITIES = [
  'inventory',
  'clusters',
  'kubernetes',
  'metrics',
  'alerts',
  'state',
  'notify',
  'report',
  'config',
] as const;
const capability = (name: string) => `shared/${name}`;
const ALL_CAPABILITIES = CAPABILITIES.map(capability);

/** For each room, the rooms that it may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'shared/model': [],
  ...Object.fromEntries(ALL_CAPABILITIES.map((room) => [room, ['shared/model']])),
  'shared/pipeline': ['shared/model', ...ALL_CAPABILITIES],
  'shared/aws': ['shared/model', 'shared/pipeline', ...ALL_CAPABILITIES],
  functions: ['shared/aws', 'shared/model', 'shared/pipeline', ...ALL_CAPABILITIES],
  cli: ['shared/aws', 'shared/model', 'shared/pipeline', ...ALL_CAPABILITIES],
  infra: ['functions', 'shared/aws', 'shared/model', 'shared/pipeline', ...ALL_CAPABILITIES],
  lab: ['cli', 'shared/aws', 'shared/model', 'shared/pipeline', ...ALL_CAPABILITIES],
};

/**
 * The folders of the model, the lowest first: each may import those before it, and only those. Two folders that do not
 * need one another stand here in the order in which people read them.
 */
const MODEL_FOLDERS = [
  'base',
  'net',
  'aws',
  'result',
  'owners',
  'subnet',
  'cni',
  'cluster',
  'kubernetes',
  'forecast',
  'plan',
  'alert',
  'checks',
  'target',
] as const;

/** Rooms that only take clients, and so may not make them: `new XClient(` stands in `shared/aws`, `functions`, `cli` or `lab`. */
const MAKES_NO_CLIENTS = ['shared/model', 'shared/pipeline', ...ALL_CAPABILITIES];

/** Rooms that tell the version: to AWS in the user agent, and to people. */
const MAY_READ_VERSION = ['shared/aws', 'cli'];

export interface Violation {
  readonly file: string;
  readonly rule: string;
}

const sourceFiles = (folder: string): string[] =>
  readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return entry === 'node_modules' ? [] : sourceFiles(path);
    return /\.(ts|mjs)$/.test(entry) ? [path] : [];
  });

const roomOf = (path: string): string | undefined => {
  const parts = path.split(sep);
  const room = parts[0] === 'shared' ? `shared/${parts[1]}` : parts[0];
  return room !== undefined && room in MAY_IMPORT ? room : undefined;
};

const modelFolderOf = (path: string): string | undefined => {
  const [shared, model, folder] = path.split(sep);
  return shared === 'shared' && model === 'model' ? folder : undefined;
};

const goesUp = (from: string, to: string): boolean =>
  MODEL_FOLDERS.indexOf(to as never) > MODEL_FOLDERS.indexOf(from as never);

/** Comments talk about imports too; only code counts. */
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

const importsOf = (code: string): string[] =>
  [...code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g)].map((match) => match[1] as string);

/** As the SDK's own chain does: proxies, certificates and profiles are part of how every client finds AWS. */
const READ_ENVIRONMENT: ReadonlySet<string> = new Set([
  'shared/aws/network.ts',
  'shared/aws/own-credentials.ts',
]);

const violationsOf = (root: string, path: string): Violation[] => {
  const file = relative(root, path);
  const room = roomOf(file);
  if (room === undefined) return [];
  const code = withoutComments(readFileSync(path, 'utf8'));
  const found: Violation[] = [];
  const folder = modelFolderOf(file);
  if (folder !== undefined && !MODEL_FOLDERS.includes(folder as never))
    found.push({ file, rule: `shared/model/${folder} is not a folder of the model` });
  const say = (rule: string) => found.push({ file, rule });

  for (const specifier of importsOf(code)) {
    if (specifier.startsWith('.')) {
      const imported = relative(root, resolve(dirname(path), specifier));
      if (imported === 'package.json' && MAY_READ_VERSION.includes(room)) continue;
      const target = roomOf(imported);
      if (target === undefined) say(`${room} imports ${specifier}, which is in no room of the house`);
      else if (target !== room && !MAY_IMPORT[room]?.includes(target))
        say(`${room} may not import ${target}`);
      const [from, to] = [modelFolderOf(file), modelFolderOf(imported)];
      if (from !== undefined && to !== undefined && goesUp(from, to))
        say(`shared/model/${from} may not import shared/model/${to}`);
    } else if (room === 'shared/model') {
      say(`shared/model imports ${specifier}: it may import only itself`);
    }
  }
  if (room === 'shared/model' && /\bDate\.now\(\)|\bnew Date\(\)|\bMath\.random\(/.test(code)) {
    say('shared/model reads the clock or chance: both are arguments');
  }
  if (room.startsWith('shared/') && !READ_ENVIRONMENT.has(file) && /\bprocess\.env\b/.test(code)) {
    say(`${room} reads the environment: it is an argument`);
  }
  if (MAKES_NO_CLIENTS.includes(room) && /\bnew [A-Z]\w*Client\(/.test(code)) {
    say(`${room} constructs a client: adapters receive theirs`);
  }
  return found;
};

/** Files that import one another in a circle, types included: each circle once, its files by name. */
const circlesOf = (root: string, paths: readonly string[]): Violation[] => {
  const imports = new Map(
    paths.map((path) => [
      path,
      importsOf(withoutComments(readFileSync(path, 'utf8')))
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolve(dirname(path), specifier)),
    ]),
  );
  const reachableFrom = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const next = [...(imports.get(start) ?? [])];
    for (let path = next.pop(); path !== undefined; path = next.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      next.push(...(imports.get(path) ?? []));
    }
    return seen;
  };
  const reachable = new Map(paths.map((path) => [path, reachableFrom(path)]));
  const circles = paths
    .filter((path) => reachable.get(path)?.has(path))
    .map((path) =>
      paths.filter((other) => reachable.get(path)?.has(other) && reachable.get(other)?.has(path)),
    );
  const names = new Set(circles.map((circle) => circle.map((path) => relative(root, path)).join(', ')));
  return [...names].map((circle) => ({ file: circle, rule: 'these files import one another in a circle' }));
};

/** Every import under `root` that goes against the direction of the house. */
export const importViolations = (
  root: string,
): { readonly files: number; readonly violations: readonly Violation[] } => {
  const files = Object.keys(MAY_IMPORT)
    .map((room) => join(root, room))
    .filter((folder) => statSync(folder, { throwIfNoEntry: false }) !== undefined)
    .flatMap(sourceFiles);
  return {
    files: files.length,
    violations: [...files.flatMap((path) => violationsOf(root, path)), ...circlesOf(root, files)],
  };
};
