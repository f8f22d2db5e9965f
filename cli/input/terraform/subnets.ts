import { type Change, referredChanges } from './changes.ts';
import { blockOf, hasUnknown, type Json, listOf, objectOf, textOf, textsOf } from './json.ts';

/** An argument with subnets; `inner`: the argument in a block of it. */
export interface SubnetArgument {
  readonly name: string;
  readonly inner?: string;
}

/** The subnets of a resource: by id, or by the address of the resource that makes them. */
export interface NamedSubnets {
  readonly subnetIds: readonly string[];
  /** Some of them are known only after apply, and no subnet of the plan explains them. */
  readonly unknown: boolean;
}

export const subnetsOf = (
  all: readonly Change[],
  change: Change,
  arguments_: readonly SubnetArgument[],
): NamedSubnets => {
  const given = arguments_.flatMap((argument) => idsIn(change.after, argument));
  const isOpen = arguments_.some(({ name }) => hasUnknown(change.unknown[name]));
  if (!isOpen && given.length > 0) return { subnetIds: [...new Set(given)], unknown: false };
  const made = arguments_
    .flatMap(({ name }) => referredChanges(all, change, name, ['aws_subnet']))
    .map(({ address, before }) => textOf(before['id']) ?? address);
  return { subnetIds: [...new Set([...given, ...made])], unknown: isOpen && made.length === 0 };
};

/** Ids as text, in a list, or in the `subnet_id` of blocks. */
export const idsIn = (values: Json, { name, inner }: SubnetArgument): readonly string[] => {
  const value = values[name];
  if (inner !== undefined) return textsOf(blockOf(value)[inner]);
  return [
    ...(textOf(value) === null ? [] : [String(value)]),
    ...textsOf(value),
    ...listOf(value).flatMap((each) => textOf(objectOf(each)['subnet_id']) ?? []),
  ];
};
