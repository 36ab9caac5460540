// Answers that are read by the type of their field, not by the WSDL (`@soap(answer:)`): what XML leaves open is settled here.
// Compiled once a field.
import {
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import { HubFault } from '../../faults/hub-fault.ts';
import { upstreamName } from '../local/hub-directives.ts';
import { createRecord, type RawRecord } from './raw-record.ts';

type Shape = (value: unknown) => unknown;

/** Of xs:boolean. */
const BOOLEANS = new Map<unknown, boolean | null>([['true', true], ['1', true], ['false', false], ['0', false], ['', null]]); // prettier-ignore

/**
 * Takes what stands in XML (records by names, lists where names repeat, texts) and gives what the type promises: a list
 * where there is one item, a record where there is only text, no text where a number or a Boolean is empty.
 * Throws HUB_COMPOSE_SDL with the coordinate for types that only a WSDL can tell apart.
 */
export function compileShape(type: GraphQLOutputType, coordinate: string): Shape {
  return shapeOf(type, coordinate, new Map());
}

function shapeOf(type: GraphQLOutputType, coordinate: string, known: Map<GraphQLObjectType, Shape>): Shape {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const item = shapeOf(nullable.ofType, coordinate, known);
    return (value) => (isAbsent(value) ? value : Array.isArray(value) ? value.map(item) : [item(value)]);
  }
  if (isAbstractType(nullable))
    throw new HubFault(
      'HUB_COMPOSE_SDL',
      `${coordinate}: an answer that is read as written has no types, so ${nullable.name} cannot be told from it: use an object type or JSON`,
    );
  if (isObjectType(nullable)) return known.get(nullable) ?? recordShape(nullable, known);
  switch (nullable.name) {
    case 'JSON':
      return (value) => value;
    case 'Boolean':
      return (value) => (BOOLEANS.has(textOf(value)) ? BOOLEANS.get(textOf(value)) : textOf(value));
    case 'String':
    case 'ID':
      return textOf;
    default:
      return (value) => (textOf(value) === '' ? null : textOf(value));
  }
}

function recordShape(type: GraphQLObjectType, known: Map<GraphQLObjectType, Shape>): Shape {
  const fields: (readonly [raw: string, Shape])[] = [];
  const shape: Shape = (value) => {
    if (isAbsent(value)) return value;
    const record = Object.assign(createRecord(), isRecord(value) ? value : { $value: value });
    for (const [raw, inner] of fields) if (raw in record) record[raw] = inner(record[raw]);
    return record;
  };
  known.set(type, shape);
  for (const field of Object.values(type.getFields())) {
    const raw = upstreamName(field.astNode, field.name);
    fields.push([raw, shapeOf(field.type, `${type.name}.${field.name}`, known)]);
  }
  return shape;
}

/** The text of an element, with attributes or without; what is no text stays, and is told as a value that does not fit. */
function textOf(value: unknown): unknown {
  return isRecord(value) && '$value' in value ? value.$value : value;
}

function isRecord(value: unknown): value is RawRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
