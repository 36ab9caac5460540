// The names and definitions of the types of one SDL, as they are handed out. Shared by the mappings of outputs and inputs.
import { createNameScope, enumValueName, pascalName, RESERVED_TYPE_NAMES } from '../graphql-names.ts';
import type { ApiModel, Schema } from './document-model.ts';
import { breakInputCycles } from './input-cycles.ts';
import { CUSTOM_SCALARS, isCustomScalar, type ScalarName } from './scalar-types.ts';
import type { TypeDef } from './sdl-model.ts';

/** How a type is named that has no name of its own, and whether it stands for an id. */
export interface Hint {
  readonly typeName: string;
  readonly fieldName: string;
}

export interface TypeRegistry {
  /** The name that a schema's type has in one position, made by `make` where nobody asked before. */
  readonly once: (position: string, schema: Schema, make: () => string) => string;
  /** What the names of a schema's types begin with, the prefix included: its own name, or the hint's. */
  readonly baseOf: (schema: Schema, hint: Hint) => string;
  /** A name without the prefix, to make others of. */
  readonly bare: (name: string) => string;
  /** A name that is free, made of this one; the prefix included already. */
  readonly claim: (name: string) => string;
  readonly prefixed: (name: string) => string;
  readonly scalar: (name: ScalarName) => string;
  readonly enumOf: (values: readonly string[], schema: Schema, hint: Hint) => string;
  readonly define: (type: TypeDef) => void;
  /** Fields are mapped at the end: a list instead of recursion, however deep the schemas nest. */
  readonly later: (work: () => void) => void;
  readonly describe: (schema: Schema) => string | undefined;
  /** Whether the schema's description is that of its component, which its type has already. */
  readonly isOwnDescription: (schema: Schema) => boolean;
  /** Upstream's value of an enum → its name; undefined where the type is no enum. */
  readonly enumValue: (type: string, value: unknown) => string | undefined;
  readonly definitions: () => TypeDef[];
}

export function createTypeRegistry(model: ApiModel, typePrefix: string): TypeRegistry {
  const scope = createNameScope(RESERVED_TYPE_NAMES);
  const bases = new Map<object, string>();
  const components = new Map<object, Schema>();
  const made = new Map<string, Map<object, string>>();
  const scalars = new Set<keyof typeof CUSTOM_SCALARS>();
  const enums = new Map<string, ReadonlyMap<string, string>>();
  const definitions: TypeDef[] = [];
  const pending: (() => void)[] = [];

  // Components keep their names whatever is used first.
  for (const source of model.components) {
    const schema = source();
    if (components.has(schema.id) || schema.component === undefined) continue;
    components.set(schema.id, schema);
    bases.set(schema.id, scope.claim(`${typePrefix}${pascalName(schema.component)}`));
  }

  const once: TypeRegistry['once'] = (position, schema, make) => {
    const known = made.get(position) ?? new Map<object, string>();
    made.set(position, known);
    const before = known.get(schema.id);
    if (before !== undefined) return before;
    const name = make();
    known.set(schema.id, name);
    return name;
  };

  const baseOf: TypeRegistry['baseOf'] = (schema, hint) => {
    const known = bases.get(schema.id);
    if (known !== undefined) return known;
    const suggested = schema.component === undefined ? hint.typeName : pascalName(schema.component);
    const base = scope.claim(`${typePrefix}${pascalName(suggested)}`);
    bases.set(schema.id, base);
    return base;
  };

  const describe = (schema: Schema): string | undefined => (components.get(schema.id) ?? schema).description;

  return {
    once,
    baseOf,
    describe,
    bare: (name) => name.slice(typePrefix.length),
    claim: (name) => scope.claim(name),
    prefixed: (name) => `${typePrefix}${name}`,
    scalar(name) {
      if (isCustomScalar(name)) scalars.add(name);
      return name;
    },
    enumOf: (values, schema, hint) =>
      once('enum', schema, () => {
        const name = baseOf(schema, hint);
        const names = createNameScope();
        const all = values.map((value) => {
          const free = names.claim(enumValueName(value));
          return { name: free, upstream: free === value ? undefined : value };
        });
        enums.set(name, new Map(all.map((one) => [one.upstream ?? one.name, one.name])));
        definitions.push({ kind: 'enum', name, description: describe(schema), values: all });
        return name;
      }),
    define: (type) => void definitions.push(type),
    later: (work) => void pending.push(work),
    isOwnDescription: (schema) => components.get(schema.id)?.description === schema.description,
    enumValue: (type, value) => enums.get(type)?.get(String(value)),
    definitions() {
      for (const work of pending) work();
      pending.length = 0;
      const declared = [...scalars].map((name): TypeDef => ({
        kind: 'scalar',
        name,
        description: CUSTOM_SCALARS[name],
      }));
      return breakInputCycles([...definitions, ...declared]);
    },
  };
}
