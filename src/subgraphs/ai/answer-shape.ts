// A field's GraphQL type in, the structure that a model's answer must have out. Called by the connector's prepare.
import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
} from 'graphql';
import { HubFault } from '../../faults/hub-fault.ts';
import { directiveArgs, upstreamName, type Directed } from '../local/hub-directives.ts';

export interface Label {
  /** What the model answers with, and what the graph takes as the value: the name, or what `@map` says. */
  readonly name: string;
  readonly description?: string;
}

export interface AnswerProperty {
  readonly name: string;
  readonly description?: string;
  readonly shape: AnswerShape;
}

export type AnswerShape = { readonly nullable: boolean } & (
  | { readonly kind: 'string' | 'int' | 'float' | 'boolean' }
  /** A custom scalar travels as the string that its own parser takes. */
  | { readonly kind: 'scalar'; readonly type: GraphQLScalarType }
  | { readonly kind: 'enum'; readonly labels: readonly Label[] }
  | { readonly kind: 'list'; readonly of: AnswerShape }
  | { readonly kind: 'object'; readonly properties: readonly AnswerProperty[] }
);

const MAX_DEPTH = 8;

/**
 * @param coordinate "Ticket.mood": where the type stands, for messages.
 * @throws HUB_COMPOSE_SDL where the type is abstract, contains itself, or is nested more than eight deep.
 */
export function toAnswerShape(type: GraphQLOutputType, coordinate: string): AnswerShape {
  return shapeOf(type, coordinate, []);
}

function shapeOf(type: GraphQLOutputType, coordinate: string, within: readonly GraphQLObjectType[]): AnswerShape {
  if (isNonNullType(type)) return { ...shapeOf(type.ofType, coordinate, within), nullable: false };
  if (isListType(type)) return { kind: 'list', of: shapeOf(type.ofType, coordinate, within), nullable: true };
  if (isEnumType(type)) {
    const labels = type.getValues().map((value) => ({
      name: upstreamName(value.astNode, value.name),
      ...(value.description ? { description: value.description } : {}),
    }));
    return { kind: 'enum', labels, nullable: true };
  }
  if (isInterfaceType(type) || isUnionType(type)) {
    throw refuse(
      coordinate,
      `${type.name} is abstract, and a model cannot say which type it means: use an object type`,
    );
  }
  if (isObjectType(type)) return objectShape(type, coordinate, within);
  return { ...scalarShape(type), nullable: true };
}

function objectShape(type: GraphQLObjectType, coordinate: string, within: readonly GraphQLObjectType[]): AnswerShape {
  if (within.includes(type)) throw refuse(coordinate, `${type.name} contains itself, and an answer must end somewhere`);
  if (within.length >= MAX_DEPTH) throw refuse(coordinate, `the answer is nested more than ${MAX_DEPTH} objects deep`);
  const properties = Object.values(type.getFields())
    .filter((field) => !isComputed(field.astNode))
    .map((field) => ({
      name: upstreamName(field.astNode, field.name),
      ...(field.description ? { description: field.description } : {}),
      shape: shapeOf(field.type, `${coordinate}.${field.name}`, [...within, type]),
    }));
  if (properties.length === 0) throw refuse(coordinate, `${type.name} has no field that a model could fill in`);
  return { kind: 'object', properties, nullable: true };
}

/** Fields that the hub fills in itself are not asked of the model. */
function isComputed(node: Directed | null | undefined): boolean {
  return (
    directiveArgs(node, 'map')?.expr !== undefined ||
    ['ai', 'derive', 'external'].some((name) => directiveArgs(node, name) !== undefined)
  );
}

const BUILT_IN = new Map<string, 'string' | 'int' | 'float' | 'boolean'>([
  ['ID', 'string'],
  [GraphQLString.name, 'string'],
  [GraphQLInt.name, 'int'],
  [GraphQLFloat.name, 'float'],
  [GraphQLBoolean.name, 'boolean'],
]);

function scalarShape(type: GraphQLScalarType) {
  const kind = BUILT_IN.get(type.name);
  return kind === undefined ? ({ kind: 'scalar', type } as const) : { kind };
}

/** The same shape with its strings limited to the labels that a caller gave. */
export function withLabels(shape: AnswerShape, labels: readonly string[]): AnswerShape {
  if (shape.kind === 'string') {
    return { kind: 'enum', labels: labels.map((name) => ({ name })), nullable: shape.nullable };
  }
  if (shape.kind === 'list') return { ...shape, of: withLabels(shape.of, labels) };
  if (shape.kind !== 'object') return shape;
  return {
    ...shape,
    properties: shape.properties.map((property) =>
      property.name === 'label' ? { ...property, shape: withLabels(property.shape, labels) } : property,
    ),
  };
}

function refuse(coordinate: string, why: string): HubFault {
  return new HubFault('HUB_COMPOSE_SDL', `${coordinate} cannot be answered by @ai: ${why}.`, {
    details: { at: coordinate },
  });
}
