import { type Json, listOf, objectOf, textsOf } from './json.ts';

/** A part of a path in square brackets: `[0]` or `["a"]`. */
const INDEX = /\[[^\]]{0,512}\]/g;

/** `module.a["x"].aws_subnet.private[0]` without any index. */
export const withoutIndices = (address: string): string => address.replaceAll(INDEX, '');

/** A resource by its type and name, where a reference begins with one. */
const RESOURCE = /^aws_[a-z0-9_]+\.[\w-]+/;

/** More steps from variable to variable than any configuration has: a reference that goes on is not followed. */
const MOST_STEPS = 200;

/** One module of a configuration. */
interface Module {
  /** `module.a.module.b.`, or nothing for the root. */
  readonly prefix: string;
  readonly parent: Module | null;
  /** The call that makes it; empty for the root. */
  readonly call: Json;
  readonly content: Json;
}

/**
 * The configuration part of `terraform show -json`: which resources an argument refers to, through variables and outputs of
 * modules. Values of `local` names are not in that document, and neither are the arguments of dynamic blocks.
 * https://developer.hashicorp.com/terraform/internals/json-format, https://github.com/hashicorp/terraform/issues/28346
 */
export class TerraformConfiguration {
  readonly #modules = new Map<string, Module>();
  readonly #resources = new Map<string, { readonly module: Module; readonly resource: Json }>();

  constructor(configuration: unknown) {
    this.#read({
      prefix: '',
      parent: null,
      call: {},
      content: objectOf(objectOf(configuration)['root_module']),
    });
  }

  #read(module: Module): void {
    const { content, prefix } = module;
    this.#modules.set(prefix, module);
    for (const each of listOf(content['resources'])) {
      const resource = objectOf(each);
      this.#resources.set(`${prefix}${String(resource['address'])}`, { module, resource });
    }
    for (const [name, call] of Object.entries(objectOf(content['module_calls'])))
      this.#read({
        prefix: `${prefix}module.${name}.`,
        parent: module,
        call: objectOf(call),
        content: objectOf(objectOf(call)['module']),
      });
  }

  /**
   * The resources, without indices, that an argument refers to in the end.
   *
   * @param address a resource of `resource_changes`
   */
  referredBy(address: string, argument: string): readonly string[] {
    const found = this.#resources.get(withoutIndices(address));
    if (found === undefined) return [];
    const { module, resource } = found;
    return this.#follow(module, resource, objectOf(resource['expressions'])[argument]);
  }

  #follow(module: Module, owner: Json, expression: unknown): readonly string[] {
    const resources = new Set<string>();
    const seen = new Set<string>();
    const open: { module: Module; owner: Json; references: readonly string[] }[] = [
      { module, owner, references: referencesIn(expression) },
    ];
    for (let next = open.pop(); next !== undefined && seen.size < MOST_STEPS; next = open.pop()) {
      for (const reference of next.references) {
        const key = `${next.module.prefix} ${reference}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const [resource] = RESOURCE.exec(reference) ?? [];
        if (resource !== undefined) resources.add(next.module.prefix + resource);
        else open.push(...this.#behind(next.module, next.owner, reference));
      }
    }
    return [...resources];
  }

  /** What a name that is no resource stands for. */
  #behind(
    module: Module,
    owner: Json,
    reference: string,
  ): readonly { module: Module; owner: Json; references: readonly string[] }[] {
    const [kind, name = '', output = ''] = withoutIndices(reference).split('.');
    if (kind === 'each')
      return [{ module, owner: {}, references: referencesIn(owner['for_each_expression']) }];
    if (kind === 'var' && module.parent !== null) {
      const references = referencesIn(objectOf(module.call['expressions'])[name]);
      return [{ module: module.parent, owner: module.call, references }];
    }
    const called = kind === 'module' ? this.#modules.get(`${module.prefix}module.${name}.`) : undefined;
    if (called === undefined) return [];
    const { expression } = objectOf(objectOf(called.content['outputs'])[output]);
    return [{ module: called, owner: {}, references: referencesIn(expression) }];
  }
}

/** Names in an expression, in the blocks within it as well. */
const referencesIn = (expression: unknown): readonly string[] => {
  if (Array.isArray(expression)) return expression.flatMap(referencesIn);
  const part = objectOf(expression);
  return [
    ...textsOf(part['references']),
    ...Object.entries(part).flatMap(([key, inner]) =>
      key === 'references' || key === 'constant_value' ? [] : referencesIn(inner),
    ),
  ];
};
