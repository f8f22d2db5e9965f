import { type Change, referredChanges } from './changes.ts';
import { blockOf, listOf, objectOf, textOf } from './json.ts';
import type { PlanContext } from './plan-context.ts';

const LAUNCHES: readonly string[] = ['aws_launch_template', 'aws_launch_configuration'];

/** The instance types of the launch template or configuration that it names; several where it may choose. */
export const launchTypes = (plan: PlanContext, change: Change): readonly string[] => {
  const mixed = blockOf(blockOf(change.after['mixed_instances_policy'])['launch_template']);
  const overrides = listOf(mixed['override']).flatMap(
    (each) => textOf(objectOf(each)['instance_type']) ?? [],
  );
  if (overrides.length > 0) return overrides;
  const specification = blockOf(mixed['launch_template_specification']);
  const given = blockOf(change.after['launch_template']);
  const names = [given['name'], specification['launch_template_name'], change.after['launch_configuration']];
  const ids = [given['id'], specification['launch_template_id']];
  const templates = plan.changes.filter(({ type }) => LAUNCHES.includes(type));
  const template =
    ['launch_template', 'mixed_instances_policy', 'launch_configuration']
      .flatMap((argument) => referredChanges(plan.changes, change, argument, LAUNCHES))
      .at(0) ??
    templates.find(
      ({ after }) =>
        (textOf(after['name']) !== null && names.includes(after['name'])) ||
        (textOf(after['id']) !== null && ids.includes(after['id'])),
    ) ??
    onlyOne(templates.filter(({ module }) => module !== '' && module === change.module));
  return textOf(template?.after['instance_type']) === null ? [] : [String(template?.after['instance_type'])];
};

/** A dynamic block leaves no references: in a module with a single template, that is the one. */
const onlyOne = (templates: readonly Change[]): Change | undefined => {
  return templates.length === 1 ? templates[0] : undefined;
};
