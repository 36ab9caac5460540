// Which components build on a schema that has a discriminator: what is described as the base may be any of them
// (OpenAPI, "Models with Polymorphism Support"). Called by the shaping of schemas.
import type { ApiModel, Schema } from './document-model.ts';

export interface Subtypes {
  /** Whether the schema stands for its subtypes too. */
  readonly isBase: (schema: Schema) => boolean;
  readonly isSubtype: (schema: Schema) => boolean;
  /** Nearest first; what they build on in turn is among them as well. */
  readonly of: (schema: Schema) => readonly Schema[];
  /** The schema for what is of no subtype; the schema itself where it has none. Always the same one. */
  readonly plain: (schema: Schema) => Schema;
  /** Name under which the discriminator knows a schema, or what `plain` made of it. */
  readonly tagOf: (schema: Schema) => string | undefined;
}

export function findSubtypes(components: ApiModel['components']): Subtypes {
  const direct = new Map<object, Schema[]>();
  const built = new Set<object>();
  const bases = new Set<object>();
  const plains = new Map<object, Schema>();
  const tags = new Map<object, string | undefined>();
  const isPolymorphic = (schema: Schema): boolean =>
    schema.discriminator !== undefined && schema.oneOf.length + schema.anyOf.length === 0;

  for (const source of components) {
    const schema = source();
    for (const part of schema.allOf) {
      const base = part();
      const known = direct.get(base.id);
      if (known === undefined) direct.set(base.id, [schema]);
      else known.push(schema);
    }
  }
  const below = (base: Schema): Schema[] => {
    const found = new Map<object, Schema>();
    const open = [base];
    // A list is gone through to its end, however it grows meanwhile.
    for (const next of open) {
      for (const one of direct.get(next.id) ?? []) {
        if (found.has(one.id) || one.id === base.id) continue;
        found.set(one.id, one);
        open.push(one);
      }
    }
    return [...found.values()];
  };
  const all = new Map<object, readonly Schema[]>();
  for (const source of components) {
    const schema = source();
    if (!isPolymorphic(schema) || bases.has(schema.id)) continue;
    const mapped = schema.discriminator?.mapping.map(([, target]) => target()) ?? [];
    const members = [...new Map([...below(schema), ...mapped].map((one) => [one.id, one])).values()].filter(
      (one) => one.id !== schema.id && one.component !== undefined,
    );
    if (members.length === 0) continue;
    bases.add(schema.id);
    all.set(schema.id, members);
    for (const member of members) built.add(member.id);
  }

  return {
    isBase: ({ id }) => bases.has(id),
    isSubtype: ({ id }) => built.has(id),
    of: ({ id }) => all.get(id) ?? [],
    plain(schema) {
      if (!bases.has(schema.id)) return schema;
      const known = plains.get(schema.id);
      if (known !== undefined) return known;
      const made: Schema = { ...schema, id: {}, component: undefined, title: undefined, discriminator: undefined };
      plains.set(schema.id, made);
      tags.set(made.id, schema.component);
      return made;
    },
    tagOf: (schema) => schema.component ?? tags.get(schema.id),
  };
}
