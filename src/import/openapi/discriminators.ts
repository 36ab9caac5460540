// How records of a union are told apart: by the discriminator of the description, or by a tag that every member has.
import type { Schema, SchemaSource, TakeNote } from './document-model.ts';
import type { Shape } from './schema-shape.ts';
import { quote } from './sdl-model.ts';
import type { Subtypes } from './subtypes.ts';

type Union = Extract<Shape, { kind: 'union' }>;

/**
 * @param names GraphQL type names, one for each member in the same order.
 * The `@discriminator` of a union, or undefined where only the fields tell its members apart.
 */
export function discriminatorOf(
  union: Union,
  names: readonly string[],
  shapeOf: (schema: Schema) => Shape,
  subtypes: Subtypes,
  note: TakeNote,
): string | undefined {
  const written = union.schema.discriminator;
  if (written === undefined) return byTag(union, names, shapeOf);
  const entries = new Map<string, string>();
  const indexes = new Map(union.members.map((member, index) => [member.id, index]));
  const nameOf = (source: SchemaSource): string | undefined => {
    const target = subtypes.plain(source());
    // A mapping may name what is an alias of a member.
    const shape = shapeOf(target);
    const id = shape.kind === 'object' ? shape.schema.id : target.id;
    const index = indexes.get(id);
    return index === undefined ? undefined : names[index];
  };
  for (const [value, source] of written.mapping) {
    const name = nameOf(source);
    if (name === undefined)
      note(union.schema.at, `the discriminator maps "${value}" to what is no member of the union`);
    else entries.set(value, name);
  }
  const named = new Set(entries.values());
  union.members.forEach((member, index) => {
    const name = names[index];
    // Without an entry of its own, a member goes by the name of its component.
    const tag = subtypes.tagOf(member);
    if (name === undefined || tag === undefined || named.has(name)) return;
    if (!entries.has(tag)) entries.set(tag, name);
  });
  return directive(written.property, entries, written.otherwise === undefined ? undefined : nameOf(written.otherwise));
}

/** A property that has one value only in each member, and a different one in each. */
function byTag(union: Union, names: readonly string[], shapeOf: (schema: Schema) => Shape): string | undefined {
  const shapes = union.members.map(shapeOf);
  const [first] = shapes;
  if (first?.kind !== 'object') return undefined;
  for (const property of first.fields.keys()) {
    const entries = new Map<string, string>();
    shapes.forEach((shape, index) => {
      const values = shape.kind === 'object' ? shape.fields.get(property)?.schema.values : undefined;
      const [value] = values ?? [];
      const name = names[index];
      if (values?.length === 1 && typeof value === 'string' && name !== undefined) entries.set(value, name);
    });
    if (entries.size === union.members.length) return directive(property, entries);
  }
  return undefined;
}

function directive(property: string, entries: ReadonlyMap<string, string>, otherwise?: string): string {
  const mapping = [...entries]
    .filter(([value, name]) => value !== name)
    .map(([value, name]) => quote(`${value}=${name}`));
  const list = mapping.length === 0 ? '' : `, mapping: [${mapping.join(', ')}]`;
  const rest = otherwise === undefined ? '' : `, otherwise: ${quote(otherwise)}`;
  return `@discriminator(property: ${quote(property)}${list}${rest})`;
}
