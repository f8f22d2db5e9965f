import { readFileSync } from 'node:fs';
import { fileProblem } from '../../../shared/model/base/file-problem.ts';
import { UsageError } from '../../base/command-line.ts';
import { TerraformConfiguration, withoutIndices } from './configuration.ts';
import { type Json, listOf, objectOf, textOf, textsOf } from './json.ts';

/** A resource of a plan. */
export interface Change {
  readonly address: string;
  readonly type: string;
  /** The module that it is in, with indices, and a dot behind it; nothing for the root. */
  readonly module: string;
  /** False where the plan leaves it as it is: others may still refer to it. */
  readonly changes: boolean;
  /** The values before; none where it is new, or made new. */
  readonly before: Json;
  readonly after: Json;
  readonly unknown: Json;
  /** The resources, without indices, that an argument refers to. */
  readonly references: (argument: string) => readonly string[];
}

/** So many resources of one plan are read; more is no plan that anybody reviews. */
const MOST_RESOURCES = 20_000;
/** Major versions of the format. A reader must refuse one that it does not know (Terraform, JSON output format). */
const FORMATS: readonly string[] = ['0', '1'];
/** No plan is larger; beyond it nothing is read. */
const MOST_BYTES = 200_000_000;

/**
 * The resources of `terraform show -json` that exist after the plan, those that stay as they are among them.
 *
 * @throws UsageError when the file is no plan
 */
export const changesIn = (path: string): readonly Change[] => {
  const plan = parsePlan(path);
  const configuration = new TerraformConfiguration(plan['configuration']);
  return listOf(plan['resource_changes'])
    .slice(0, MOST_RESOURCES)
    .flatMap((each): Change[] => {
      const resource = objectOf(each);
      const change = objectOf(resource['change']);
      const actions = textsOf(change['actions']);
      const address = textOf(resource['address']);
      const type = textOf(resource['type']);
      const exists = ['create', 'update', 'no-op'].some((action) => actions.includes(action));
      if (address === null || type === null || !exists || resource['mode'] === 'data') return [];
      return [
        {
          address,
          type,
          module: address.slice(0, address.lastIndexOf(`${type}.`)),
          changes: !actions.includes('no-op'),
          before: actions.includes('create') ? {} : objectOf(change['before']),
          after: objectOf(change['after']),
          unknown: objectOf(change['after_unknown']),
          references: (argument) => configuration.referredBy(address, argument),
        },
      ];
    });
};

const parsePlan = (path: string): Json => {
  let plan: Json;
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > MOST_BYTES) throw new RangeError('it is too large');
    plan = objectOf(JSON.parse(text));
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read as a Terraform plan: ${fileProblem(error)}.`,
      'Make it with terraform plan -out=plan, then terraform show -json plan > plan.json.',
      { cause: error },
    );
  }
  const version = textOf(plan['format_version']);
  if (version !== null && !FORMATS.includes(version.split('.', 1).join()))
    throw new UsageError(
      `${path} has the format version ${version} of Terraform's plans, and Headroom reads versions 0 and 1.`,
      'Use a newer Headroom, or make the plan with a version of Terraform that writes format version 1.',
    );
  // Terraform leaves the list out where nothing changes.
  if (!Array.isArray(plan['resource_changes']) && plan['planned_values'] === undefined)
    throw new UsageError(
      `${path} has no resource_changes: it is not the output of terraform show -json of a plan.`,
      'Make it with terraform plan -out=plan, then terraform show -json plan > plan.json.',
    );
  return plan;
};

/**
 * The resources of these types that a change refers to. Where a module has several instances, those in the same one come
 * before the others.
 */
export const referredChanges = (
  all: readonly Change[],
  change: Change,
  argument: string,
  types: readonly string[],
): readonly Change[] => {
  const referred = new Set(change.references(argument));
  const found = all.filter(
    ({ type, address }) => types.includes(type) && referred.has(withoutIndices(address)),
  );
  const near = found.filter(({ module }) => module === change.module);
  return near.length > 0 ? near : found;
};
