// How each field of an object type gets its value, read from its directives once, when the subgraph is built.
import {
  GraphQLError,
  isListType,
  isObjectType,
  getNamedType,
  getNullableType,
  Kind,
  type DocumentNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Connector, PreparedField } from '../../contract/connector.ts';
import { compileJsonata } from '../../contract/jsonata.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { factsOf } from '../../sdl/deferred-node.ts';
import { createTagsOf, type TagsOf } from './compile-tags.ts';
import { parseFieldSelection, type SelectedKey } from './field-selection.ts';
import { argumentsOf, directiveArgs, isMachinery, upstreamName } from './hub-directives.ts';
import { invalidSdl, type LocalSchema } from './local-schema.ts';
import { upstreamShape } from './upstream-shapes.ts';
import { compileArguments } from './upstream-values.ts';

/** An entity stub that is made from sibling fields. */
export interface StubModel {
  readonly kind: 'stub';
  readonly type: GraphQLObjectType;
  readonly list: boolean;
  /** GraphQL and raw name of the entity's key field, and where its value lies in the raw record. */
  readonly keys: readonly { readonly field: string; readonly raw: string; readonly from: readonly string[] }[];
}

export type FieldModel =
  /** A property of the raw record. `external`: it only ever comes with a representation. */
  | { readonly kind: 'property'; readonly raw: string; readonly external: boolean }
  /** The raw record itself: it is no object, but the value of this field. */
  | { readonly kind: 'whole' }
  /** The keys of the raw record that no other field stands for. */
  | { readonly kind: 'rest'; readonly others: ReadonlySet<string> }
  /** Computed from the raw record; at the root, from the arguments. */
  | { readonly kind: 'expression'; readonly root: boolean; evaluate(input: unknown): Promise<unknown> }
  | StubModel
  | {
      readonly kind: 'call';
      readonly prepared: PreparedField;
      readonly root: 'query' | 'mutation' | undefined;
      readonly lookup: boolean;
      toArguments(given: Readonly<Record<string, unknown>>): Record<string, unknown>;
    };

export interface FieldModels extends Iterable<readonly [string, FieldModel]> {
  get(fieldName: string): FieldModel | undefined;
}

export interface TypeModels {
  /** Undefined for what is no object type. */
  get(typeName: string): FieldModels | undefined;
}

/** Throws HUB_COMPOSE_SDL naming file, line and field. */
export function readTypeModels(
  source: string,
  { schema, entities, whenMade }: LocalSchema,
  connectors: readonly Connector[],
): TypeModels {
  const tagsOf = createTagsOf(schema, entities);
  const read: ReadField = (type, field) => readField(source, schema, type, field, connectors, tagsOf);
  if (whenMade !== undefined) return deferTypeModels(schema, read);
  const models = new Map<string, ReadonlyMap<string, FieldModel>>();
  const problems: GraphQLError[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isMachinery(type.name)) continue;
    const fields = new Map<string, FieldModel>();
    for (const field of Object.values(type.getFields())) {
      if (isMachinery(field.name)) continue;
      try {
        fields.set(field.name, read(type, field));
      } catch (thrown) {
        problems.push(toProblem(thrown, field));
      }
    }
    models.set(type.name, fields);
  }
  if (problems.length > 0) throw invalidSdl(source, problems);
  return models;
}

type ReadField = (type: GraphQLObjectType, field: GraphQLField<unknown, unknown>) => FieldModel;

function toProblem(thrown: unknown, field: GraphQLField<unknown, unknown>): GraphQLError {
  const message = thrown instanceof HubFault || thrown instanceof SdlMistake ? thrown.message : String(thrown);
  return new GraphQLError(message, { nodes: field.astNode ?? null });
}

/** The same models, each made when it is first asked for, which throws a GraphQLError where it cannot be. */
function deferTypeModels(schema: GraphQLSchema, read: ReadField): TypeModels {
  const models = new Map<string, FieldModels>();
  const ofType = (type: GraphQLObjectType): FieldModels => {
    const made = new Map<string, FieldModel>();
    const get = (name: string): FieldModel | undefined => {
      const field = isMachinery(name) ? undefined : type.getFields()[name];
      const known = made.get(name);
      if (known !== undefined || field === undefined) return known;
      try {
        const model = read(type, field);
        made.set(name, model);
        return model;
      } catch (thrown) {
        throw toProblem(thrown, field);
      }
    };
    return {
      get,
      *[Symbol.iterator]() {
        for (const name of Object.keys(type.getFields())) {
          const model = get(name);
          if (model !== undefined) yield [name, model] as const;
        }
      },
    };
  };
  return {
    get(name) {
      const type = isMachinery(name) ? undefined : schema.getType(name);
      if (!isObjectType(type)) return undefined;
      const known = models.get(name) ?? ofType(type);
      models.set(name, known);
      return known;
    },
  };
}

/** Of deferred SDL: makes the models of what is not deferred, as nobody has checked that yet. Throws HUB_COMPOSE_SDL. */
export function assertWritten(source: string, { definitions }: DocumentNode, models: TypeModels): void {
  const problems: GraphQLError[] = [];
  for (const node of definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || factsOf(node) !== undefined) continue;
    for (const field of node.fields ?? []) {
      if (factsOf(field) !== undefined) continue;
      try {
        models.get(node.name.value)?.get(field.name.value);
      } catch (thrown) {
        if (!(thrown instanceof GraphQLError)) throw thrown;
        problems.push(thrown);
      }
    }
  }
  if (problems.length > 0) throw invalidSdl(source, problems);
}

/** What is wrong with a field's directives; whoever reads them adds file and line. */
export class SdlMistake extends Error {}

function readField(
  source: string,
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  connectors: readonly Connector[],
  tagsOf: (field: GraphQLField<unknown, unknown>) => TagsOf,
): FieldModel {
  const coordinate = `${type.name}.${field.name}`;
  const root = type === schema.getQueryType() ? 'query' : type === schema.getMutationType() ? 'mutation' : undefined;
  const called = connectors.find((connector) => directiveArgs(field.astNode, connector.directive) !== undefined);
  if (called !== undefined) {
    const argumentNames = Object.fromEntries(field.args.map((one) => [one.name, upstreamName(one.astNode, one.name)]));
    const directive = withDefaults(schema, called.directive, directiveArgs(field.astNode, called.directive) ?? {});
    return {
      kind: 'call',
      prepared: called.prepare({
        source,
        schema,
        parent: type,
        field,
        root,
        directive,
        argumentNames,
        tagsOf: tagsOf(field),
      }),
      root,
      lookup: directiveArgs(field.astNode, 'lookup') !== undefined,
      toArguments: compileArguments(field.args),
    };
  }
  const expr = directiveArgs(field.astNode, 'map')?.expr;
  if (root === 'query' && typeof expr === 'string') return readExpression(expr, coordinate, true);
  if (root !== undefined) {
    const known = connectors.map((connector) => `@${connector.directive}`).join(' or ');
    throw new SdlMistake(
      `${coordinate} has nothing to resolve it: a root field needs ${known}${root === 'query' ? ', or @map(expr: …) over its arguments' : ''}`,
    );
  }
  const derive = directiveArgs(field.astNode, 'derive');
  if (derive !== undefined) return readDerive(type, field, String(derive.from), coordinate);
  if (typeof expr === 'string') return readExpression(expr, coordinate, false);
  if (upstreamShape(type) === 'value') return { kind: 'whole' };
  if (directiveArgs(field.astNode, 'additional') !== undefined) {
    const others = Object.values(type.getFields()).filter((other) => other !== field);
    return { kind: 'rest', others: new Set(others.map((other) => upstreamName(other.astNode, other.name))) };
  }
  const external = directiveArgs(field.astNode, 'external') !== undefined;
  return { kind: 'property', raw: upstreamName(field.astNode, field.name), external };
}

function withDefaults(schema: GraphQLSchema, name: string, given: Record<string, unknown>): Record<string, unknown> {
  const defaults = schema
    .getDirective(name)
    ?.args.flatMap((one) => (one.defaultValue === undefined ? [] : [[one.name, one.defaultValue]]));
  return { ...(defaults === undefined ? {} : (Object.fromEntries(defaults) as Record<string, unknown>)), ...given };
}

function readExpression(text: string, coordinate: string, root: boolean): FieldModel {
  try {
    const expression = compileJsonata(text);
    const { type, value } = expression.ast() as { readonly type: string; readonly value?: unknown };
    // A literal is what it is.
    if (type === 'string' || type === 'number')
      return { kind: 'expression', root, evaluate: () => Promise.resolve(value) };
    return { kind: 'expression', root, evaluate: (input) => expression.evaluate(input) as Promise<unknown> };
  } catch (thrown) {
    const reason =
      typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);
    throw new SdlMistake(`${coordinate}: the JSONata expression does not parse: ${reason}`);
  }
}

/** Throws SdlMistake. */
export function readDerive(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  text: string,
  coordinate: string,
): StubModel {
  const entity = getNamedType(field.type);
  const selection = parseFieldSelection(text);
  if (selection === undefined) {
    throw new SdlMistake(`${coordinate}: @derive(from: "${text}") is not a selection like "{ id: customerId }"`);
  }
  if (!isObjectType(entity)) throw new SdlMistake(`${coordinate}: @derive makes an object, but ${entity.name} is none`);
  const fields = selection.map((key) => key.field).sort();
  const keys = (entity.astNode?.directives ?? []).flatMap((directive) =>
    directive.name.value === 'key'
      ? [
          String(argumentsOf(directive).fields)
            .trim()
            .split(/[\s,]+/)
            .sort(),
        ]
      : [],
  );
  if (!keys.some((key) => key.length === fields.length && key.every((name, i) => name === fields[i]))) {
    const known =
      keys.length === 0
        ? 'it has no @key in this source'
        : `its keys are ${keys.map((key) => `"${key.join(' ')}"`).join(', ')}`;
    throw new SdlMistake(`${coordinate}: "${text}" is no key of ${entity.name}: ${known}`);
  }
  return {
    kind: 'stub',
    type: entity,
    list: isListType(getNullableType(field.type)),
    keys: selection.map((key) => readKey(type, entity, key, coordinate)),
  };
}

function readKey(type: GraphQLObjectType, entity: GraphQLObjectType, key: SelectedKey, coordinate: string) {
  const keyField = entity.getFields()[key.field];
  if (keyField === undefined) throw new SdlMistake(`${coordinate}: ${entity.name} has no field "${key.field}"`);
  let owner: GraphQLObjectType | undefined = type;
  const from = key.from.map((name) => {
    const sibling: GraphQLField<unknown, unknown> | undefined = owner?.getFields()[name];
    if (sibling === undefined)
      throw new SdlMistake(`${coordinate}: ${owner?.name ?? type.name} has no field "${name}" to derive a key from`);
    const next = getNamedType(sibling.type);
    owner = isObjectType(next) ? next : undefined;
    return upstreamName(sibling.astNode, name);
  });
  return { field: key.field, raw: upstreamName(keyField.astNode, key.field), from };
}
