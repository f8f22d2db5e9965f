import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pythonEnvironment } from './python.ts';

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string; readonly locationName?: string }>>;
  readonly member?: { readonly shape: string; readonly locationName?: string };
}

interface ServiceModel {
  readonly operations: Readonly<Record<string, { readonly output?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** AWS's own description of a service, as botocore ships it: which elements an answer can have. */
export const readServiceModel = (service: string, version: string): ServiceModel => {
  const packages = readdirSync(join(pythonEnvironment, 'lib')).map((python) =>
    join(pythonEnvironment, 'lib', python, 'site-packages'),
  );
  const file = join(packages[0] ?? '', 'botocore', 'data', service, version, 'service-2.json.gz');
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as ServiceModel;
};

/** Whether an answer of this operation can have an element at this path, below its root. */
export const hasElement = (model: ServiceModel, operation: string, path: readonly string[]): boolean => {
  let shape = model.shapes[model.operations[operation]?.output?.shape ?? ''];
  for (const element of path) {
    const next =
      shape?.type === 'list'
        ? [shape.member].find((member) => (member?.locationName ?? 'member') === element)
        : Object.entries(shape?.members ?? {}).find(
            ([name, member]) => (member.locationName ?? name) === element,
          )?.[1];
    if (next === undefined) return false;
    shape = model.shapes[next.shape];
  }
  return true;
};
