// Schemas in, GraphQL type references out; the definitions they need are collected on the way. Called for every
// argument, body and answer of the operations.
import { pascalName, singular } from '../graphql-names.ts';
import { discriminatorOf } from './discriminators.ts';
import type { ApiEncoding, ApiModel, Schema, TakeNote } from './document-model.ts';
import { createFieldMapper } from './map-fields.ts';
import { isIdLike, type ScalarName } from './scalar-types.ts';
import { createShapes, type ObjectShape, type Shape } from './schema-shape.ts';
import { nonNull, type FieldDef, type TypeDef } from './sdl-model.ts';
import { findSubtypes } from './subtypes.ts';
import { createTypeRegistry, type Hint } from './type-registry.ts';
import { choiceName } from './union-members.ts';

export type Position = 'output' | 'input';

export interface SchemaTypes {
  /** A type reference such as `[Order!]`, with its `!` where the schema does not allow null. */
  readonly refer: (schema: Schema, position: Position, hint: Hint) => string;
  readonly shapeOf: (schema: Schema) => Shape;
  /** A type's name that is free, made of this one. */
  readonly claim: (name: string) => string;
  /** Object definition and shape behind the name of an output type. */
  readonly shapeOfType: (typeName: string) => ObjectShape | undefined;
  /** Names of the types that an answer of this type may have: more than one for a union. */
  readonly objectsOf: (typeName: string) => readonly string[];
  /** The schema is the body of a form: how its fields are written, and that what is binary are files. */
  readonly asForm: (schema: Schema, encoding: ReadonlyMap<string, ApiEncoding>) => void;
  /** Some body or answer is XML: fields say how they stand in it. */
  readonly useXml: () => void;
  /** A schema's default as GraphQL writes it for that type; undefined where there is none that GraphQL can write. */
  readonly defaultOf: (schema: Schema, type: string) => string | undefined;
  /** Every definition that was referred to, scalars included. Call it once, at the end. */
  readonly definitions: () => TypeDef[];
}

/** Lists of lists of… that never end. */
const MAX_LIST_DEPTH = 6;

export function createSchemaTypes(model: ApiModel, typePrefix: string, note: TakeNote): SchemaTypes {
  const subtypes = findSubtypes(model.components);
  const shapes = createShapes(subtypes, note, model.quota);
  const registry = createTypeRegistry(model, typePrefix);
  const outputShapes = new Map<string, ObjectShape>();
  const unions = new Map<string, readonly string[]>();

  const refer = (schema: Schema, position: Position, hint: Hint, depth = 0): string => {
    const shape = shapes.of(schema);
    const named = referNamed(shape, position, hint, depth);
    return shape.nullable || schema.nullable || shape.kind === 'any' ? named : nonNull(named);
  };

  const fields = createFieldMapper({ registry, refer, shapeOf: (schema) => shapes.of(schema) });

  const referNamed = (shape: Shape, position: Position, hint: Hint, depth: number): string => {
    switch (shape.kind) {
      case 'any':
        return registry.scalar('JSON');
      case 'scalar':
        return registry.scalar(scalarFor(shape.scalar, shape.schema, position, hint.fieldName));
      case 'enum':
        return registry.enumOf(shape.values, shape.schema, hint);
      case 'list': {
        if (depth >= MAX_LIST_DEPTH) return registry.scalar('JSON');
        const item = { ...hint, typeName: itemName(hint.typeName) };
        return `[${refer(shape.items(), position, item, depth + 1)}]`;
      }
      case 'map':
        return `[${referMap(shape, position, hint)}!]`;
      case 'tuple':
        return referTuple(shape, position, hint);
      case 'object':
        return position === 'output' ? referObject(shape, hint) : referInput(shape, hint);
      case 'union':
        return position === 'output' ? referUnion(shape, hint) : referChoice(shape, hint);
    }
  };

  const referObject = (shape: ObjectShape, hint: Hint): string => {
    const { schema } = shape;
    if (!fields.hasAny(shape, 'output')) return registry.scalar('JSON');
    return registry.once('output', schema, () => {
      const name = outputName(schema, hint);
      outputShapes.set(name, shape);
      registry.later(() => {
        const own = fields.map(shape, 'output', registry.bare(name));
        defineObject(name, schema, own, []);
      });
      return name;
    });
  };

  const defineObject = (name: string, schema: Schema, own: readonly FieldDef[], directives: readonly string[]): void =>
    registry.define({
      kind: 'object',
      name,
      description: registry.describe(schema),
      at: schema.at,
      fields: own,
      directives,
    });

  const defineInput = (name: string, schema: Schema, own: readonly FieldDef[], directives: readonly string[]): void =>
    registry.define({
      kind: 'input',
      name,
      description: registry.describe(schema),
      at: schema.at,
      fields: own,
      directives,
    });

  /** The plain name of `OrderInput` is that of the input type. */
  const outputName = (schema: Schema, hint: Hint): string => {
    const base = registry.baseOf(schema, hint);
    return base.endsWith('Input') ? registry.claim(`${base}Result`) : base;
  };

  const inputName = (schema: Schema, hint: Hint): string => {
    const base = registry.baseOf(schema, hint);
    return base.endsWith('Input') ? base : registry.claim(`${base}Input`);
  };

  const referInput = (shape: ObjectShape, hint: Hint): string => {
    const { schema } = shape;
    if (!fields.hasAny(shape, 'input')) return registry.scalar('JSON');
    return registry.once('input', schema, () => {
      const name = inputName(schema, hint);
      registry.later(() => {
        const owner = registry.bare(registry.baseOf(schema, hint)).replace(/Input$/, '');
        defineInput(name, schema, fields.map(shape, 'input', owner), []);
      });
      return name;
    });
  };

  const referMap = (shape: Extract<Shape, { kind: 'map' }>, position: Position, hint: Hint): string =>
    registry.once(`${position} entry`, shape.schema, () => {
      const base = registry.baseOf(shape.schema, hint);
      const name = registry.claim(`${base}Entry${position === 'input' ? 'Input' : ''}`);
      registry.later(() => {
        const value = { typeName: `${registry.bare(base)}Value`, fieldName: 'value' };
        const own = [plainField('key', 'String!'), plainField('value', refer(shape.values(), position, value))];
        (position === 'output' ? defineObject : defineInput)(name, shape.schema, own, ['@shape(as: entries)']);
      });
      return name;
    });

  const referTuple = (shape: Extract<Shape, { kind: 'tuple' }>, position: Position, hint: Hint): string =>
    registry.once(`${position} tuple`, shape.schema, () => {
      const base = registry.baseOf(shape.schema, hint);
      const name = position === 'output' ? outputName(shape.schema, hint) : inputName(shape.schema, hint);
      registry.later(() => {
        const own = shape.items.map((source, index): FieldDef => {
          const item = { typeName: `${registry.bare(base)}Item${index + 1}`, fieldName: '' };
          const type = refer(source(), position, item).replace(/!$/, '');
          return { ...plainField(`item${index + 1}`, type), upstream: String(index) };
        });
        if (shape.rest !== undefined) {
          const item = refer(shape.rest(), position, { typeName: `${registry.bare(base)}RestItem`, fieldName: '' });
          own.push({ ...plainField('rest', `[${item}]`), directives: ['@additional'] });
        }
        (position === 'output' ? defineObject : defineInput)(name, shape.schema, own, ['@shape(as: tuple)']);
      });
      return name;
    });

  const referUnion = (shape: Extract<Shape, { kind: 'union' }>, hint: Hint): string =>
    registry.once('output', shape.schema, () => {
      const { schema } = shape;
      const name = outputName(schema, hint);
      const members = shape.members.map((member, index) => {
        const suffix = member === subtypes.plain(schema) ? 'Base' : memberName(member, index);
        return referMember(member, { ...hint, typeName: `${registry.bare(name)}${suffix}` });
      });
      const directive = discriminatorOf(shape, members, (member) => shapes.of(member), subtypes, note);
      const distinct = [...new Set(members)];
      unions.set(name, distinct);
      registry.define({
        kind: 'union',
        name,
        description: registry.describe(schema),
        at: schema.at,
        members: distinct,
        directives: directive === undefined ? [] : [directive],
      });
      return name;
    });

  /** Only objects may be members of a union: what is none is the only field of one. */
  const referMember = (member: Schema, hint: Hint): string => {
    const shape = shapes.of(member);
    const named = shape.kind === 'object' ? referObject(shape, hint) : undefined;
    if (named !== undefined && named !== 'JSON') return named;
    if (shape.kind === 'tuple') return referTuple(shape, 'output', hint);
    const scalar =
      named ?? (shape.kind === 'scalar' || shape.kind === 'any' ? referNamed(shape, 'output', hint, 0) : '');
    if (scalar !== '') return boxOf(scalar);
    return registry.once('box', member, () => {
      const name = registry.claim(registry.prefixed(pascalName(`${hint.typeName}Value`)));
      registry.later(() => {
        const own = plainField('value', nonNull(referNamed(shape, 'output', hint, 0)));
        defineObject(name, { ...member, description: undefined }, [own], ['@shape(as: value)']);
      });
      return name;
    });
  };

  const boxes = new Map<string, string>();

  const boxOf = (scalar: string): string => {
    const known = boxes.get(scalar);
    if (known !== undefined) return known;
    const name = registry.claim(registry.prefixed(`${pascalName(scalar === 'JSON' ? 'Json' : scalar)}Value`));
    boxes.set(scalar, name);
    registry.define({
      kind: 'object',
      name,
      description: undefined,
      fields: [plainField('value', nonNull(scalar))],
      // Other sources have one of the same name that is the same.
      directives: ['@shape(as: value)', '@shareable'],
    });
    return name;
  };

  /** A union cannot be an input: one field for each member, of which one is given. */
  const referChoice = (shape: Extract<Shape, { kind: 'union' }>, hint: Hint): string =>
    registry.once('input', shape.schema, () => {
      const { schema, members } = shape;
      const name = inputName(schema, hint);
      registry.later(() => {
        const owner = registry.bare(registry.baseOf(schema, hint)).replace(/Input$/, '');
        const taken = new Set<string>();
        const own = members.map((member, index): FieldDef => {
          const inner = shapes.of(member);
          const tag = subtypes.tagOf(member);
          const typeName = `${owner}${member === subtypes.plain(schema) ? 'Base' : memberName(member, index)}`;
          const field = choiceName({ member, shape: inner, tag, index, owner, taken });
          const type = referNamed(inner, 'input', { typeName, fieldName: '' }, 0);
          return {
            ...plainField(field, type),
            description: member.component === undefined ? member.description : undefined,
          };
        });
        defineInput(name, schema, own, ['@oneOf', '@shape(as: choice)']);
      });
      return name;
    });

  return {
    refer: (schema, position, hint) => refer(schema, position, hint),
    shapeOf: (schema) => shapes.of(schema),
    claim: (name) => registry.claim(registry.prefixed(name)),
    shapeOfType: (typeName) => outputShapes.get(typeName),
    objectsOf: (typeName) => unions.get(typeName) ?? [typeName],
    asForm: fields.asForm,
    useXml: fields.useXml,
    defaultOf: fields.defaultOf,
    definitions: registry.definitions,
  };
}

function plainField(name: string, type: string): FieldDef {
  return { name, upstream: undefined, type, description: undefined, deprecated: undefined, args: [], directives: [] };
}

/** In JSON bodies an upstream may insist on numbers, so there only text becomes ID. */
function scalarFor(name: ScalarName, schema: Schema, position: Position, field: string): ScalarName {
  if (name === 'Upload' && position === 'output') return 'String';
  const isText = name === 'String' || name === 'UUID';
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
