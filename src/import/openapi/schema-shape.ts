// A schema in, what kind of GraphQL type it can become out: `allOf` merged, `oneOf`/`anyOf` resolved, null set apart.
// Pure; nothing is named here. Called by the type mapping for outputs and inputs alike.
import { createSchema } from './create-schema.ts';
import type { JsonType, Schema, SchemaSource, TakeNote } from './document-model.ts';
import type { TakeQuota } from './quota.ts';
import { scalarOf, type ScalarName } from './scalar-types.ts';
import type { Subtypes } from './subtypes.ts';

export type Shape = { readonly nullable: boolean } & (
  | { readonly kind: 'any' }
  | { readonly kind: 'scalar'; readonly scalar: ScalarName; readonly schema: Schema }
  | { readonly kind: 'enum'; readonly values: readonly string[]; readonly schema: Schema }
  | { readonly kind: 'list'; readonly items: SchemaSource }
  | ({ readonly kind: 'object' } & ObjectShape)
  /** Any keys, all with values of one kind. */
  | { readonly kind: 'map'; readonly values: SchemaSource; readonly schema: Schema }
  /** A list whose first items have a kind each. */
  | {
      readonly kind: 'tuple';
      readonly items: readonly SchemaSource[];
      /** What further items are; undefined where none are spoken of. */
      readonly rest: SchemaSource | undefined;
      readonly schema: Schema;
    }
  /** Members may be anything: objects, texts, lists. */
  | { readonly kind: 'union'; readonly members: readonly Schema[]; readonly schema: Schema }
);

export interface ObjectShape {
  /** Identity and annotations of the object; its own properties may be less than `fields`. */
  readonly schema: Schema;
  readonly fields: ReadonlyMap<string, ShapeField>;
  /** Properties that are required without being described. */
  readonly undescribed: readonly string[];
  /** What keys beyond the fields hold; undefined where none are spoken of. */
  readonly additional: SchemaSource | undefined;
}

export interface ShapeField {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
}

export interface Shapes {
  /** The same answer for the same schema, apart from `nullable`. */
  readonly of: (schema: Schema) => Shape;
}

/** All values of an enum together; the most that is known of are 30,000. */
const MAX_ENUM_CHARS = 1_000_000;

/** `of` throws HUB_IMPORT_TOO_LARGE. */
export function createShapes(subtypes: Subtypes, note: TakeNote, quota: TakeQuota): Shapes {
  const { plain } = subtypes;
  const known = new Map<object, Shape>();
  const open = new Set<object>();

  const of = (schema: Schema): Shape => {
    let shape = known.get(schema.id);
    if (shape === undefined) {
      // A schema that consists of itself says nothing.
      if (open.has(schema.id)) return { kind: 'any', nullable: true };
      open.add(schema.id);
      shape = decide(schema);
      open.delete(schema.id);
      known.set(schema.id, shape);
    }
    return schema.nullable && !shape.nullable ? { ...shape, nullable: true } : shape;
  };

  const decide = (schema: Schema): Shape => {
    const { nullable } = schema;
    if (schema.values !== undefined) return ofValues(schema, schema.values);
    if (subtypes.isBase(schema)) {
      return { kind: 'union', members: [...subtypes.of(schema), plain(schema)].map(plain), schema, nullable };
    }
    if (schema.allOf.length > 0) return ofAllOf(schema);
    const alternatives = [...schema.oneOf, ...schema.anyOf].map((source) => source());
    const members = alternatives.filter((member) => !member.onlyNull && !isConstraint(member));
    const orNull = nullable || alternatives.some((member) => member.onlyNull);
    if (schema.properties.length > 0 && schema.types.length > 1 && members.length === 0)
      return ofAlternatives(
        schema,
        schema.types.map((type) => aloneAs(type, schema)),
        orNull,
      );
    if (schema.properties.length > 0) return { ...ofObject(schema), nullable: orNull };
    if (members.length > 0) return ofAlternatives(schema, members, orNull);
    if (schema.prefixItems.length > 0 && (schema.types.length === 0 || isOnly(schema.types, 'array'))) {
      return { kind: 'tuple', items: schema.prefixItems, rest: schema.items, schema, nullable };
    }
    if (schema.items !== undefined && (schema.types.length === 0 || isOnly(schema.types, 'array'))) {
      return { kind: 'list', items: schema.items, nullable };
    }
    if (isOnly(schema.types, 'array')) return { kind: 'list', items: () => ANYTHING, nullable };
    if (schema.additional !== undefined && (schema.types.length === 0 || isOnly(schema.types, 'object'))) {
      if (of(schema.additional()).kind !== 'any') {
        return { kind: 'map', values: schema.additional, schema, nullable };
      }
    }
    const scalar = scalarOf(schema);
    return scalar === undefined
      ? { kind: 'any', nullable: nullable || schema.types.length === 0 }
      : { kind: 'scalar', scalar, schema, nullable };
  };

  const ofValues = (schema: Schema, values: readonly unknown[]): Shape => {
    const { nullable } = schema;
    quota('enumValue', values.length, schema.at);
    // `type: integer` with `enum: ["1", "2"]`: the upstream sends what its type says.
    const isText = schema.types.length === 0 || schema.types.includes('string');
    const texts = values.filter((value) => typeof value === 'string');
    if (isText && values.length > 0 && texts.length === values.length) {
      // One value that no component names is a tag (`object: "charge"`): an enum of its own would only be noise.
      if (texts.length === 1 && schema.component === undefined) {
        return { kind: 'scalar', scalar: 'String', schema, nullable };
      }
      if (texts.reduce((sum, { length }) => sum + length, 0) > MAX_ENUM_CHARS) {
        note(schema.at, `the values of the enum come to more than ${MAX_ENUM_CHARS} characters: it became String`);
        return { kind: 'scalar', scalar: 'String', schema: { ...schema, values: undefined }, nullable };
      }
      return { kind: 'enum', values: [...new Set(texts)], schema, nullable };
    }
    const scalar = scalarOf(schema.types.length > 0 ? schema : { ...schema, types: typesOf(values) });
    return scalar === undefined ? { kind: 'any', nullable } : { kind: 'scalar', scalar, schema, nullable };
  };

  const ofAllOf = (schema: Schema): Shape => {
    const parts = schema.allOf.map((source) => source()).filter((part) => !isConstraint(part));
    // What is built upon is the schema itself, never one of its subtypes.
    const shapes = parts.map((part) => of(subtypes.isBase(part) ? plain(part) : part));
    const isObject = schema.properties.length > 0 || shapes.some((shape) => shape.kind === 'object');
    const meaningful = shapes.filter((shape) => shape.kind !== 'any');
    const [only] = meaningful;
    const adds = schema.properties.length > 0 || subtypes.isSubtype(schema);
    if (only !== undefined && meaningful.length === 1 && !adds) {
      const required = [...schema.required, ...parts.flatMap((part) => [...part.required])];
      // `allOf` around one schema is how 3.0 annotates a reference: the type keeps its name.
      const isWrapper = only.kind !== 'object' || (addsNothing(only, required) && !namesFirst(schema, only.schema));
      if (schema.oneOf.length + schema.anyOf.length === 0 && isWrapper) {
        const base = parts.find((part) => subtypes.isBase(part) && of(plain(part)) === only);
        return withName(base === undefined ? only : of(base), schema, only.nullable || schema.nullable);
      }
    }
    if (isObject || (meaningful.length > 0 && meaningful.every(isObjects))) {
      return ofObject(schema);
    }
    // Of texts and an enum of texts, the enum says more.
    const narrowest = meaningful.find((shape) => shape.kind === 'enum') ?? only;
    if (narrowest === undefined) return { kind: 'any', nullable: true };
    return withName(narrowest, schema, schema.nullable || meaningful.every((shape) => shape.nullable));
  };

  /** Whether it is an object, or one of several. */
  const isObjects = (shape: Shape): boolean =>
    shape.kind === 'object' || (shape.kind === 'union' && shape.members.every((member) => isObjects(of(member))));

  const ofAlternatives = (schema: Schema, members: readonly Schema[], nullable: boolean): Shape => {
    const distinct = [...new Map(members.map((member) => [member.id, member])).values()];
    const shapes = distinct.map(of);
    const orNull = nullable || shapes.some((shape) => shape.nullable && shape.kind !== 'any');
    const [first] = shapes;
    if (first !== undefined && shapes.length === 1) return { ...first, nullable: orNull };
    if (shapes.every(isObjects)) {
      const flat = distinct.flatMap((member, index) => {
        const shape = shapes[index];
        return shape?.kind === 'union' ? shape.members : [shape?.kind === 'object' ? shape.schema : member];
      });
      const unique = [...new Map(flat.map((member) => [member.id, member])).values()];
      const [single] = unique;
      if (single !== undefined && unique.length === 1) return { ...of(single), nullable: orNull };
      return { kind: 'union', members: unique, schema, nullable: orNull };
    }
    const scalar = commonScalar(shapes);
    if (scalar !== undefined) return { kind: 'scalar', scalar, schema, nullable: orNull };
    if (shapes.every((shape) => shape.kind === 'list')) {
      return { kind: 'list', items: () => alternativesOf(schema, shapes), nullable: orNull };
    }
    // Where one alternative may be anything, the others say nothing.
    if (shapes.some((shape) => shape.kind === 'any')) return { kind: 'any', nullable: orNull };
    return { kind: 'union', members: mixedMembers(distinct, shapes), schema, nullable: orNull };
  };

  /** Unions inside are taken apart; of members that look alike in GraphQL, one is enough. */
  const mixedMembers = (members: readonly Schema[], shapes: readonly Shape[]): Schema[] => {
    const flat = members.flatMap((member, index) => {
      const shape = shapes[index];
      return shape?.kind === 'union' ? shape.members : [shape?.kind === 'object' ? shape.schema : member];
    });
    const seen = new Map<unknown, Schema>();
    for (const member of flat) {
      const shape = of(member);
      const identity = shape.kind === 'scalar' ? shape.scalar : member.id;
      if (!seen.has(identity)) seen.set(identity, member);
    }
    return [...seen.values()];
  };

  /** Lists of this or that, as a list whose items are this or that. */
  const alternativesOf = (schema: Schema, shapes: readonly Shape[]): Schema =>
    createSchema(schema.at, {
      id: shapes,
      oneOf: shapes.flatMap((shape) => (shape.kind === 'list' ? [shape.items] : [])),
    });

  const ofObject = (schema: Schema): Shape => {
    const fields = new Map<string, ShapeField>();
    collect(schema, fields, { required: true, seen: new Set(), root: schema });
    const required = requiredOf(schema, new Set());
    quota('field', Math.max(fields.size, required.size), schema.at);
    for (const name of required) {
      const field = fields.get(name);
      if (field !== undefined) fields.set(name, { ...field, required: true });
    }
    const undescribed = [...required].filter((name) => !fields.has(name));
    const additional = additionalOf(schema, new Set());
    return { kind: 'object', schema, fields, undescribed, additional, nullable: schema.nullable };
  };

  const additionalOf = (schema: Schema, seen: Set<object>): SchemaSource | undefined => {
    if (seen.has(schema.id)) return undefined;
    seen.add(schema.id);
    if (schema.additional !== undefined) return schema.additional;
    for (const source of schema.allOf) {
      const found = additionalOf(source(), seen);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  interface Collecting {
    readonly required: boolean;
    readonly seen: Set<object>;
    readonly root: Schema;
  }

  /** Bases first, so that what a schema says itself wins over what it inherits. */
  const collect = (schema: Schema, into: Map<string, ShapeField>, how: Collecting): void => {
    if (how.seen.has(schema.id)) return;
    how.seen.add(schema.id);
    for (const source of schema.allOf) collect(source(), into, how);
    for (const property of schema.properties) {
      const own = property.schema();
      const before = into.get(property.name);
      const kept = before === undefined ? own : reconcile(before.schema, own, how.root, property.name);
      into.set(property.name, { name: property.name, schema: kept, required: false });
    }
    for (const source of [...schema.oneOf, ...schema.anyOf]) collect(source(), into, { ...how, required: false });
  };

  const reconcile = (before: Schema, after: Schema, root: Schema, name: string): Schema => {
    if (before.id === after.id) return after;
    const old = of(before);
    const young = of(after);
    if (young.kind === 'any') return { ...before, description: after.description ?? before.description };
    if (old.kind === 'any') return after;
    // Values that are listed are fewer than all texts, whichever part lists them.
    const isOfText = young.kind === 'scalar' && young.scalar === 'String';
    if (old.kind === 'enum' && isOfText && young.schema.values === undefined) {
      return { ...before, description: after.description ?? before.description };
    }
    const narrows = old.kind === 'scalar' && young.kind === 'enum';
    const same = old.kind === young.kind && (old.kind !== 'scalar' || old.scalar === scalarIn(young));
    if (!same && !narrows) {
      note(root.at, `the parts of allOf disagree about the property "${name}": the last one counts`);
    }
    return after;
  };

  /** What all of a schema's parts require; alternatives require nothing of the whole. */
  const requiredOf = (schema: Schema, seen: Set<object>): Set<string> => {
    if (seen.has(schema.id)) return new Set();
    seen.add(schema.id);
    return new Set([...schema.required, ...schema.allOf.flatMap((source) => [...requiredOf(source(), seen)])]);
  };

  return { of };
}

const ANYTHING = createSchema('#', { nullable: true });

/** `anyOf: [{ required: [a] }, { required: [b] }]` limits values without saying what they are. */
function isConstraint(schema: Schema): boolean {
  const says = [schema.properties, schema.allOf, schema.oneOf, schema.anyOf].some((parts) => parts.length > 0);
  return schema.required.size > 0 && !says && schema.items === undefined && schema.component === undefined;
}

/** Of a schema that may be an object or something else, what concerns one of its types. */
function aloneAs(type: JsonType, schema: Schema): Schema {
  const member = { ...schema, id: {}, types: [type], nullable: false, component: undefined, title: undefined };
  if (type === 'object') return member;
  const items = type === 'array' ? schema.items : undefined;
  return { ...member, properties: [], required: new Set(), additional: undefined, items };
}

/** The shape of an inner schema, under the name of the one around it where only that has one. */
function withName(shape: Shape, outer: Schema, nullable: boolean): Shape {
  if (shape.kind !== 'enum' || !namesFirst(outer, shape.schema)) return { ...shape, nullable };
  return { ...shape, schema: outer, nullable };
}

/** Whether only the outer schema has a name: then the type is made of it. */
function namesFirst(outer: Schema, inner: Schema): boolean {
  return outer.component !== undefined && inner.component === undefined;
}

function addsNothing(shape: ObjectShape, required: readonly string[]): boolean {
  return required.every((name) => shape.fields.get(name)?.required ?? true);
}

function isOnly(types: readonly JsonType[], type: JsonType): boolean {
  return types.length === 1 && types[0] === type;
}

function scalarIn(shape: Shape): ScalarName | undefined {
  return shape.kind === 'scalar' ? shape.scalar : undefined;
}

/** What strings, enums of strings and numbers have in common. */
function commonScalar(shapes: readonly Shape[]): ScalarName | undefined {
  const names = new Set(
    shapes.map((shape) => (shape.kind === 'enum' ? 'String' : shape.kind === 'scalar' ? shape.scalar : undefined)),
  );
  const [only] = names;
  if (names.size === 1) return only;
  const within = (...allowed: (ScalarName | undefined)[]): boolean =>
    [...names].every((name) => allowed.includes(name));
  if (within('Int', 'Long')) return 'Long';
  if (within('Int', 'Long', 'Float')) return 'Float';
  return within('String', 'Date', 'DateTime') ? 'String' : undefined;
}

function typesOf(values: readonly unknown[]): JsonType[] {
  const types = values.map((value): JsonType | undefined => {
    if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
    if (typeof value === 'object') return value === null ? undefined : Array.isArray(value) ? 'array' : 'object';
    return typeof value === 'boolean' || typeof value === 'string' ? (typeof value as JsonType) : undefined;
  });
  return [...new Set(types)].filter((type) => type !== undefined);
}
