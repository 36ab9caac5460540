// Arguments for a field that was imported from OpenAPI: what its GraphQL type wants, filled with values that the description
// allows. Used by prism.ts.
import { getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType, type GraphQLInputType } from 'graphql';
import { directiveArgs, upstreamName } from '../../src/subgraphs/local/hub-directives.ts';

export type Json = Record<string, any>;

export interface Generator {
  /** Leaves out what need not be given. */
  readonly minimal: boolean;
  readonly resolve: (schema: Json | undefined) => Json;
  /** A text that fits a pattern; undefined where none is found. */
  readonly fit: (schema: Json) => string | undefined;
  /**
   * Which values stand in the style `deepObject`: this one, or those of its properties. Prism takes an object there that is
   * not sent for an empty one: one that requires something is always sent. No list of objects that may be left out is.
   */
  readonly deep: boolean | ReadonlySet<string>;
}

const MAX_DEPTH = 8;

/** Undefined where no value can be made up. */
export function generate(type: GraphQLInputType, written: Json | undefined, how: Generator, depth = 0): unknown {
  const schema = merged(how.resolve(written), how, 0);
  if (isNonNullType(type)) return generate(type.ofType, schema, how, depth);
  const named = getNamedType(type);
  if (isListType(type)) {
    if (directiveArgs(named.astNode, 'shape')?.as === 'entries') {
      if (!isInputObjectType(named)) return [];
      const value = named.getFields().value;
      const inner = value === undefined ? undefined : generate(value.type, schema.additionalProperties, how, depth + 1);
      return depth > MAX_DEPTH || inner === undefined ? [] : [{ key: 'key', value: inner }];
    }
    if (depth > MAX_DEPTH) return [];
    const count = Math.max(1, schema.minItems ?? 1);
    const items = Array.from({ length: Math.min(count, 5) }, () => generate(type.ofType, schema.items, how, depth + 1));
    return items.filter((item) => item !== undefined);
  }
  if (isEnumType(named)) {
    const wanted = (schema.enum ?? []).find((one: unknown) => one !== null);
    const value = named.getValues().find((one) => upstreamName(one.astNode, one.name) === String(wanted));
    return (value ?? named.getValues()[0])?.name;
  }
  if (!isInputObjectType(named)) return scalar(named.name, schema, how);
  const shape = directiveArgs(named.astNode, 'shape')?.as;
  const fields = Object.values(named.getFields());
  if (shape === 'choice') {
    const alternatives = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].map(how.resolve);
    const members = alternatives.filter((one) => one.type !== 'null').map((one) => merged(one, how, 0));
    const choices = fields.map((field, index) => ({ field, member: members[index] ?? schema }));
    // What demands most is least likely to fit another member too.
    choices.sort((a, b) => (b.member.required?.length ?? 0) - (a.member.required?.length ?? 0));
    for (const { field, member } of choices) {
      const value = generate(field.type, member, how, depth + 1);
      if (value !== undefined) return { [field.name]: value };
    }
    return undefined;
  }
  const object: Json = {};
  for (const [index, field] of fields.entries()) {
    if (directiveArgs(field.astNode, 'additional') !== undefined) continue;
    const raw = upstreamName(field.astNode, field.name);
    const inner = shape === 'tuple' ? (schema.prefixItems?.[index] ?? {}) : schema.properties?.[raw];
    const deep = typeof how.deep === 'boolean' ? how.deep : how.deep.has(raw);
    // Of two members of a choice that demand nothing, only a property of one value says which is meant.
    const tells = inner?.const !== undefined || how.resolve(inner).enum?.length === 1;
    const missed = deep && demands(inner, how);
    const required = missed || tells || isNonNullType(field.type) || (schema.required ?? []).includes(raw);
    if (how.deep !== true && deep && !required && isListOfObjects(inner, how)) continue;
    const enough = Object.keys(object).length >= (schema.minProperties ?? 0);
    if (!required && enough && (how.minimal || depth > 1)) continue;
    if (field.defaultValue !== undefined) continue;
    const value = generate(field.type, inner, { ...how, deep }, depth + 1);
    if (value !== undefined) object[field.name] = value;
  }
  return object;
}

/** Whether an object requires something, itself or in an object inside it. */
export function demands(written: Json | undefined, how: Pick<Generator, 'resolve'>, depth = 0): boolean {
  const schema = merged(how.resolve(written), how, 0);
  if (schema.type !== 'object' || depth > MAX_DEPTH) return false;
  const inside = Object.values((schema.properties ?? {}) as Json) as Json[];
  return (schema.required ?? []).length > 0 || inside.some((one) => demands(one, how, depth + 1));
}

function isListOfObjects(written: Json | undefined, how: Generator): boolean {
  const schema = merged(how.resolve(written), how, 0);
  return schema.type === 'array' && merged(how.resolve(schema.items), how, 0).type === 'object';
}

function scalar(name: string, schema: Json, how: Generator): unknown {
  const given = [
    schema.const,
    ...(schema.enum ?? []),
    schema.example,
    ...[schema.examples ?? []].flat(),
    schema.default,
  ];
  const fits = given.filter((one) => one !== undefined && one !== null && isOf(name, one));
  if (fits.length > 0)
    return name === 'ID' || (name === 'String' && typeof fits[0] !== 'string') ? String(fits[0]) : fits[0];
  switch (name) {
    case 'Int':
    case 'Long':
      return bounded(schema, 1);
    case 'Float':
      return schema.type === 'integer' ? bounded(schema, 1) : bounded(schema, 1.5);
    case 'Boolean':
      return true;
    case 'JSON':
      return anything(schema, how);
    case 'Upload':
      return 'data:application/octet-stream;base64,AAEC';
    case 'DateTime':
      return '2024-01-02T03:04:05Z';
    case 'Date':
      return '2024-01-02';
    case 'Time':
      return '03:04:05Z';
    case 'Duration':
      return 'P1D';
    case 'UUID':
      return '3fa85f64-5717-4562-b3fc-2c963f66afa6';
    case 'EmailAddress':
      return 'a@example.com';
    case 'URL':
      return 'https://example.com/a';
    case 'IPv4':
      return '192.0.2.1';
    case 'IPv6':
      return '2001:db8::1';
    case 'Byte':
      return 'AAEC';
    default:
      return schema.type === 'integer' || schema.type === 'number' ? String(bounded(schema, 1)) : text(schema, how);
  }
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  Date: /^\d{4}-\d\d-\d\d$/,
  DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  UUID: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
  EmailAddress: /^[^@\s]+@[^@\s]+$/,
  URL: /^https?:\/\/\S+$/,
  IPv4: /^[\d.]+$/,
  IPv6: /^[\da-f:]+$/i,
  Time: /^\d\d:\d\d:\d\dZ$/,
  Duration: /^P/,
  Byte: /^[\w+/=]+$/,
};

function isOf(name: string, value: unknown): boolean {
  if (name === 'Int' || name === 'Long')
    return Number.isSafeInteger(value) && (name === 'Long' || Math.abs(Number(value)) < 2 ** 31);
  if (name === 'Float') return typeof value === 'number';
  if (name === 'Boolean') return typeof value === 'boolean';
  if (name === 'Upload') return false;
  if (name === 'JSON') return true;
  const format = FORMATS[name];
  if (format !== undefined) return typeof value === 'string' && format.test(value);
  return typeof value === 'string' || (name === 'ID' && typeof value === 'number');
}

function bounded(schema: Json, usual: number): number {
  const least =
    typeof schema.exclusiveMinimum === 'number' ? schema.exclusiveMinimum + 1 : (schema.minimum ?? -Infinity);
  const most = typeof schema.exclusiveMaximum === 'number' ? schema.exclusiveMaximum - 1 : (schema.maximum ?? Infinity);
  const value = Math.min(Math.max(usual, schema.exclusiveMinimum === true ? Number(least) + 1 : least), most);
  return typeof schema.multipleOf === 'number' ? Math.ceil(value / schema.multipleOf) * schema.multipleOf : value;
}

function text(schema: Json, how: Generator): string | undefined {
  if (schema.format === 'uuid') return '3fa85f64-5717-4562-b3fc-2c963f66afa6';
  if (schema.format === 'date-time') return '2024-01-02T03:04:05Z';
  if (schema.format === 'date') return '2024-01-02';
  if (schema.pattern !== undefined) return how.fit(schema);
  return 'text'.padEnd(schema.minLength ?? 0, 'x').slice(0, schema.maxLength ?? 1000);
}

function anything(schema: Json, how: Generator): unknown {
  const type = [schema.type].flat().find((one) => one !== 'null');
  switch (type) {
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return bounded(schema, 1);
    case 'boolean':
      return true;
    case 'string':
      return text(schema, how);
    default:
      // In a form an empty object leaves nothing behind.
      return Object.keys(schema).length === 0 ? 'text' : {};
  }
}

/** The parts of allOf as one schema. */
function merged(schema: Json, how: Pick<Generator, 'resolve'>, depth: number): Json {
  if (!Array.isArray(schema.allOf) || depth > 20) return schema;
  const parts = schema.allOf.map((part: Json) => merged(how.resolve(part), how, depth + 1));
  const all = [...parts, { ...schema, allOf: undefined }];
  const result: Json = {};
  for (const part of all) {
    for (const [key, value] of Object.entries(part)) {
      if (value === undefined) continue;
      if (key === 'properties') result.properties = { ...result.properties, ...value };
      else if (key === 'required') result.required = [...(result.required ?? []), ...value];
      else result[key] = value;
    }
  }
  return result;
}
