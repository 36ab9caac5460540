// Schemas in, GraphQL type references out; the definitions they need are collected on the way. Called for every
// argument, body and answer of the operations.
import {
  createNameScope,
  enumValueName,
  fieldName,
  pascalName,
  RESERVED_TYPE_NAMES,
  singular,
} from '../graphql-names.ts';
import { createSchema } from './create-schema.ts';
import { deprecationOf } from './deprecation.ts';
import { discriminatorOf } from './discriminators.ts';
import type { ApiModel, Schema, TakeNote } from './document-model.ts';
import { breakInputCycles } from './input-cycles.ts';
import { CUSTOM_SCALARS, isIdLike, type ScalarName } from './scalar-types.ts';
import { createShapes, type ObjectShape, type Shape, type ShapeField } from './schema-shape.ts';
import { nonNull, type FieldDef, type TypeDef } from './sdl-model.ts';

export type Position = 'output' | 'input';

/** How a type is named that has no name of its own, and whether it stands for an id. */
export interface Hint {
  readonly typeName: string;
  readonly fieldName: string;
}

export interface SchemaTypes {
  /** A type reference such as `[Order!]`, with its `!` where the schema does not allow null. */
  readonly refer: (schema: Schema, position: Position, hint: Hint) => string;
  readonly shapeOf: (schema: Schema) => Shape;
  /** Object definition and shape behind the name of an output type. */
  readonly shapeOfType: (typeName: string) => ObjectShape | undefined;
  /** Every definition that was referred to, scalars included. Call it once, at the end. */
  readonly definitions: () => TypeDef[];
}

/** Lists of lists of… that never end. */
const MAX_LIST_DEPTH = 6;

export function createSchemaTypes(model: ApiModel, typePrefix: string, note: TakeNote): SchemaTypes {
  const shapes = createShapes(note);
  const scope = createNameScope(RESERVED_TYPE_NAMES);
  const bases = new Map<object, string>();
  const components = new Map<object, Schema>();
  const made = { output: new Map<object, string>(), input: new Map<object, string>(), enum: new Map<object, string>() };
  const outputShapes = new Map<string, ObjectShape>();
  const scalars = new Set<string>();
  const definitions: TypeDef[] = [];
  /** Definitions whose fields are still to be mapped: a list instead of recursion, however deep the schemas nest. */
  const pending: (() => void)[] = [];

  // Components keep their names whatever is used first.
  for (const source of model.components) {
    const schema = source();
    if (components.has(schema.id) || schema.component === undefined) continue;
    components.set(schema.id, schema);
    bases.set(schema.id, scope.claim(`${typePrefix}${pascalName(schema.component)}`));
  }

  /** What a name is made of: the prefix comes to it once, at the end. */
  const bare = (name: string): string => name.slice(typePrefix.length);

  const baseOf = (schema: Schema, hint: Hint): string => {
    const known = bases.get(schema.id);
    if (known !== undefined) return known;
    const suggested = schema.component === undefined ? hint.typeName : pascalName(schema.component);
    const base = scope.claim(`${typePrefix}${pascalName(suggested)}`);
    bases.set(schema.id, base);
    return base;
  };

  const refer = (schema: Schema, position: Position, hint: Hint, depth = 0): string => {
    const shape = shapes.of(schema);
    const named = referNamed(shape, position, hint, depth);
    return shape.nullable || schema.nullable || shape.kind === 'any' ? named : nonNull(named);
  };

  const referNamed = (shape: Shape, position: Position, hint: Hint, depth: number): string => {
    switch (shape.kind) {
      case 'any':
        return scalar('JSON');
      case 'scalar':
        return scalar(scalarFor(shape.scalar, shape.schema, position, hint.fieldName));
      case 'enum':
        return referEnum(shape.values, shape.schema, hint);
      case 'list': {
        if (depth >= MAX_LIST_DEPTH) return scalar('JSON');
        const item = { ...hint, typeName: itemName(hint.typeName) };
        return `[${refer(shape.items(), position, item, depth + 1)}]`;
      }
      case 'object':
        return position === 'output' ? referObject(shape, hint) : referInput(shape, hint);
      case 'union':
        return position === 'output'
          ? referUnion(shape, hint)
          : referInput(mergeMembers(shape.schema, shape.members), hint);
    }
  };

  const scalar = (name: ScalarName): string => {
    if (Object.hasOwn(CUSTOM_SCALARS, name)) scalars.add(name);
    return name;
  };

  const referEnum = (values: readonly string[], schema: Schema, hint: Hint): string => {
    const known = made.enum.get(schema.id);
    if (known !== undefined) return known;
    const name = baseOf(schema, hint);
    made.enum.set(schema.id, name);
    const names = createNameScope();
    definitions.push({
      kind: 'enum',
      name,
      description: ownDescription(schema),
      values: values.map((value) => mapped(names.claim(enumValueName(value)), value)),
    });
    return name;
  };

  const referObject = (shape: ObjectShape, hint: Hint): string => {
    const { schema } = shape;
    const known = made.output.get(schema.id);
    if (known !== undefined) return known;
    const usable = [...shape.fields.values()].filter((field) => !field.schema.writeOnly);
    if (usable.length === 0) return scalar('JSON');
    const base = baseOf(schema, hint);
    // The plain name of `OrderInput` is that of the input type.
    const name = base.endsWith('Input') ? scope.claim(`${base}Result`) : base;
    made.output.set(schema.id, name);
    outputShapes.set(name, shape);
    pending.push(() => {
      const fields = mapFields(usable, 'output', bare(name));
      definitions.push({
        kind: 'object',
        name,
        description: ownDescription(schema),
        at: schema.at,
        fields,
        directives: [],
      });
    });
    return name;
  };

  const referInput = (shape: ObjectShape, hint: Hint): string => {
    const { schema } = shape;
    const known = made.input.get(schema.id);
    if (known !== undefined) return known;
    const usable = [...shape.fields.values()].filter((field) => !field.schema.readOnly);
    if (usable.length === 0) return scalar('JSON');
    const base = baseOf(schema, hint);
    const name = base.endsWith('Input') ? base : scope.claim(`${base}Input`);
    made.input.set(schema.id, name);
    pending.push(() => {
      const fields = mapFields(usable, 'input', bare(base).replace(/Input$/, ''));
      definitions.push({ kind: 'input', name, description: ownDescription(schema), at: schema.at, fields });
    });
    return name;
  };

  const referUnion = (shape: Extract<Shape, { kind: 'union' }>, hint: Hint): string => {
    const { schema } = shape;
    const known = made.output.get(schema.id);
    if (known !== undefined) return known;
    const base = baseOf(schema, hint);
    const members = shape.members.map((member, index) =>
      referNamed(shapes.of(member), 'output', { ...hint, typeName: `${bare(base)}${memberName(member, index)}` }, 0),
    );
    const distinct = [...new Set(members)];
    if (distinct.includes('JSON')) return scalar('JSON');
    const directive = discriminatorOf(shape, members, (member) => shapes.of(member), note);
    made.output.set(schema.id, base);
    definitions.push({
      kind: 'union',
      name: base,
      description: ownDescription(schema),
      at: schema.at,
      members: distinct,
      directives: directive === undefined ? [] : [directive],
    });
    return base;
  };

  /** A union cannot be an input: the fields of all members, required where every member requires them. */
  const mergeMembers = (schema: Schema, members: readonly Schema[]): ObjectShape => {
    const objects = members.map((member) => shapes.of(member)).filter((shape) => shape.kind === 'object');
    const fields = new Map<string, ShapeField>();
    for (const object of objects) {
      for (const field of object.fields.values()) {
        const before = fields.get(field.name);
        const agrees = before === undefined || sameShape(shapes.of(before.schema), shapes.of(field.schema));
        const kept = agrees ? (before?.schema ?? field.schema) : createSchema(schema.at, { nullable: true });
        const required = objects.every((one) => one.fields.get(field.name)?.required === true);
        fields.set(field.name, { name: field.name, schema: kept, required });
      }
    }
    return { schema, fields };
  };

  const mapFields = (fields: readonly ShapeField[], position: Position, owner: string): FieldDef[] => {
    const names = createNameScope();
    // Names that need no change are settled first, so that no other one takes them.
    const settled = new Map(
      [...fields]
        .filter((field) => fieldName(field.name) === field.name)
        .map((field) => [field.name, names.claim(field.name)]),
    );
    return fields.map((field) => {
      const name = settled.get(field.name) ?? names.claim(fieldName(field.name));
      const type = refer(field.schema, position, { typeName: `${owner}_${field.name}`, fieldName: field.name });
      const required = field.required && !(position === 'input' && field.schema.hasDefault);
      const plain = type.replace(/!$/, '');
      const finished = required ? type : plain;
      const deprecated = position === 'input' && finished.endsWith('!') ? undefined : deprecationOf(field.schema);
      return {
        ...mapped(name, field.name),
        type: finished,
        description: describeField(field.schema),
        deprecated,
        args: [],
        directives: [],
      };
    });
  };

  const describeField = (schema: Schema): string | undefined => {
    const own = components.has(schema.id) && components.get(schema.id)?.description === schema.description;
    const text = own ? undefined : schema.description;
    const shape = shapes.of(schema);
    const values = shape.kind === 'scalar' || shape.kind === 'any' ? (schema.values ?? []) : [];
    if (values.length === 0) return text;
    const list = values
      .slice(0, 20)
      .map((value) => JSON.stringify(value))
      .join(', ');
    const allowed = values.length === 1 ? `Always ${list}.` : `One of ${list}${values.length > 20 ? ', …' : ''}.`;
    return text === undefined ? allowed : `${text}\n\n${allowed}`;
  };

  const ownDescription = (schema: Schema): string | undefined => (components.get(schema.id) ?? schema).description;

  const sameShape = (a: Shape, b: Shape, depth = 0): boolean => {
    if (a.kind !== b.kind || depth > MAX_LIST_DEPTH) return false;
    if (a.kind === 'scalar' && b.kind === 'scalar') return a.scalar === b.scalar;
    if (a.kind === 'list' && b.kind === 'list') {
      return sameShape(shapes.of(a.items()), shapes.of(b.items()), depth + 1);
    }
    return 'schema' in a && 'schema' in b && a.schema.id === b.schema.id;
  };

  return {
    refer: (schema, position, hint) => refer(schema, position, hint),
    shapeOf: (schema) => shapes.of(schema),
    shapeOfType: (typeName) => outputShapes.get(typeName),
    definitions() {
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) next();
      const declared = [...scalars].map((name): TypeDef => ({
        kind: 'scalar',
        name,
        description: CUSTOM_SCALARS[name],
      }));
      return breakInputCycles([...definitions, ...declared]);
    },
  };
}

function mapped(name: string, raw: string): { name: string; upstream: string | undefined } {
  return { name, upstream: name === raw ? undefined : raw };
}

/** In JSON bodies an upstream may insist on numbers, so there only text becomes ID. */
function scalarFor(name: ScalarName, schema: Schema, position: Position, field: string): ScalarName {
  const isText = name === 'String';
  if (!isText && (position === 'input' || (name !== 'Int' && name !== 'Long'))) return name;
  if (/^_?id$/i.test(field)) return 'ID';
  return isText && schema.format === 'uuid' && isIdLike(field) ? 'ID' : name;
}

/** `OrderItems` → `OrderItem`; `OrderNews` → `OrderNewsItem`. */
function itemName(typeName: string): string {
  const one = singular(typeName);
  return one === typeName ? `${typeName}Item` : one;
}

function memberName(member: Schema, index: number): string {
  const title = member.title;
  return title !== undefined && /^[\w -]{1,40}$/.test(title) ? pascalName(title) : `Option${index + 1}`;
}
