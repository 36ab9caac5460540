// Schema objects of OpenAPI 2.0, 3.0 and 3.1 in, one shape of Schema out. Called while the model is read and mapped.
import { createSchema } from './create-schema.ts';
import type { Discriminator, JsonType, Schema, SchemaSource, XmlHints } from './document-model.ts';
import { isObject, property } from './parse-document.ts';
import type { Place, References } from './references.ts';

export type ReadSchema = (place: Place) => Schema;

const JSON_TYPES: ReadonlySet<unknown> = new Set<JsonType>([
  'string', 'number', 'integer', 'boolean', 'object', 'array', 'file',
]); // prettier-ignore

/** What stands for a type in descriptions that were written by hand: the type, and the format that goes with it. */
const MISWRITTEN: ReadonlyMap<string, readonly [JsonType, string?]> = new Map([
  ['text', ['string']],
  ['date', ['string', 'date']],
  ['date-time', ['string', 'date-time']],
  ['datetime', ['string', 'date-time']],
  ['url', ['string', 'url']],
  ['uuid', ['string', 'uuid']],
  ['int', ['integer']],
  ['long', ['integer', 'int64']],
  ['float', ['number']],
  ['double', ['number']],
  ['decimal', ['number']],
  ['bool', ['boolean']],
  ['hash', ['object']],
  ['map', ['object']],
  ['list', ['array']],
]);

/** What changes a schema's meaning when it stands beside a `$ref` (3.1); everything else there is an annotation. */
const STRUCTURAL = [
  ...['properties', 'allOf', 'oneOf', 'anyOf', 'items', 'prefixItems', 'enum', 'additionalProperties', 'required'],
];

const CONDITIONS = ['then', 'else', 'dependentSchemas'];

const NO_SCHEMAS: readonly SchemaSource[] = [];
const NO_PROPERTIES: Schema['properties'] = [];
const NOTHING_REQUIRED: Schema['required'] = new Set();

export function createSchemaReader(references: References): ReadSchema {
  const known = new Map<object, Schema>();

  const read = (place: Place): Schema => {
    const { value } = place;
    if (!isObject(value)) return createSchema(references.at(place), { id: ANYTHING, nullable: true });
    const cached = known.get(value);
    if (cached !== undefined) return cached;
    const reference = property(value, '$ref') ?? property(value, '$dynamicRef');
    const schema = typeof reference === 'string' ? readReference(place, reference) : readPlain(place);
    known.set(value, schema);
    return schema;
  };

  const readReference = (place: Place, reference: string): Schema => {
    const target = read(references.target(place, reference));
    // Nearly all references stand alone.
    if (Object.keys(place.value as object).length === 1) return target;
    const beside = readPlain(place);
    if (STRUCTURAL.some((key) => property(place.value, key) !== undefined)) {
      return { ...beside, allOf: [() => target, ...beside.allOf] };
    }
    return {
      ...target,
      description: beside.description ?? target.description,
      nullable: target.nullable || beside.nullable,
      deprecated: target.deprecated || beside.deprecated,
      readOnly: target.readOnly || beside.readOnly,
      writeOnly: target.writeOnly || beside.writeOnly,
      default: beside.default ?? target.default,
      xml: beside.xml ?? target.xml,
    };
  };

  // Most schemas have few of the keywords, and there are very many schemas: what is not there costs nothing.
  const has = (place: Place, key: string): boolean => property(place.value, key) !== undefined;

  const sourcesOf = (place: Place, key: string): readonly SchemaSource[] =>
    has(place, key) ? references.items(references.child(place, key)).map((item) => () => read(item)) : NO_SCHEMAS;

  const entriesOf = (place: Place, key: string): readonly (readonly [string, Place])[] =>
    has(place, key) ? references.entries(references.child(place, key)) : [];

  const readPlain = (place: Place): Schema => {
    const get = (key: string): unknown => property(place.value, key);
    const typeNames = [get('type')].flat();
    const types = typeNames.flatMap(typeNamed);
    const values = valuesOf(get('enum'), get('const'));
    const required = get('required');
    const items = get('items');
    return {
      id: place.value as object,
      at: references.at(place),
      component: componentName(place),
      title: textOf(get('title')),
      types: types.map(({ type }) => type),
      nullable:
        get('nullable') === true ||
        get('x-nullable') === true ||
        typeNames.includes('null') ||
        values?.includes(null) === true,
      onlyNull: typeNames.length === 1 && typeNames[0] === 'null',
      format: textOf(get('format')) ?? types[0]?.format,
      description: textOf(get('description')),
      deprecated: get('deprecated') === true,
      readOnly: get('readOnly') === true,
      writeOnly: get('writeOnly') === true,
      default: get('default'),
      minimum: numberOf(get('minimum')),
      maximum: numberOf(get('maximum')),
      reach: typeNames.includes('integer')
        ? reachOf([get('example'), get('examples'), get('default'), values])
        : undefined,
      values: values?.filter((value) => value !== null),
      properties: has(place, 'properties')
        ? entriesOf(place, 'properties').map(([name, at]) => ({ name, schema: () => read(at) }))
        : NO_PROPERTIES,
      required: Array.isArray(required) && required.length > 0 ? new Set(required.map(String)) : NOTHING_REQUIRED,
      items: isObject(items) ? () => read(references.child(place, 'items')) : undefined,
      // Before 2020-12, a tuple was a list of schemas under `items`.
      prefixItems: sourcesOf(place, Array.isArray(items) ? 'items' : 'prefixItems'),
      additional: additionalOf(place),
      encoded: get('format') === 'byte' || textOf(get('contentEncoding'))?.toLowerCase() === 'base64',
      binary:
        get('format') === 'binary' ||
        typeNames.includes('file') ||
        (get('contentMediaType') !== undefined &&
          get('contentEncoding') === undefined &&
          get('contentSchema') === undefined),
      xml: xmlOf(get('xml')),
      allOf: sourcesOf(place, 'allOf'),
      oneOf: sourcesOf(place, 'oneOf'),
      anyOf: anyOf(place),
      discriminator: has(place, 'discriminator')
        ? discriminatorOf(references.child(place, 'discriminator'))
        : undefined,
    };
  };

  /** What keys beyond the properties hold: the patterns' values, and those of all others where they are described. */
  const additionalOf = (place: Place): SchemaSource | undefined => {
    const others = ['additionalProperties', 'unevaluatedProperties'].find((key) => {
      const value = property(place.value, key);
      return isObject(value) || value === true;
    });
    const patterns = entriesOf(place, 'patternProperties').map(([, at]) => at);
    const all = [...patterns, ...(others === undefined ? [] : [references.child(place, others)])];
    const [first] = all;
    if (first === undefined) return undefined;
    if (all.length === 1) return () => read(first);
    const schema = createSchema(references.at(place), { oneOf: all.map((one) => () => read(one)) });
    return () => schema;
  };

  /** What an object has under a condition (`if`, `dependentSchemas`): it may be there, so it has fields. */
  const conditional = (place: Place): readonly SchemaSource[] => {
    if (!CONDITIONS.some((key) => has(place, key))) return NO_SCHEMAS;
    const branches = ['then', 'else'].filter((key) => has(place, key)).map((key) => references.child(place, key));
    return [...branches, ...entriesOf(place, 'dependentSchemas').map(([, at]) => at)]
      .filter(({ value }) => isObject(property(value, 'properties')))
      .map((one) => () => read(one));
  };

  const anyOf = (place: Place): readonly SchemaSource[] => {
    const written = sourcesOf(place, 'anyOf');
    const under = conditional(place);
    return under.length === 0 ? written : [...written, ...under];
  };

  const discriminatorOf = (place: Place): Discriminator | undefined => {
    // In 2.0 it is the property's name alone.
    if (typeof place.value === 'string') return { property: place.value, mapping: [], otherwise: undefined };
    const name = property(place.value, 'propertyName');
    if (typeof name !== 'string') return undefined;
    // A value may be a reference or the bare name of a component.
    const sourceOf = (at: Place): SchemaSource[] => {
      const target = at.value;
      if (typeof target !== 'string') return [];
      const reference = /[#/.]/.test(target) || /^[\w-]+$/.test(target) ? target : `#/components/schemas/${target}`;
      return [() => read(references.target(at, reference))];
    };
    const mapping = references
      .entries(references.child(place, 'mapping'))
      .flatMap(([value, at]) => sourceOf(at).map((source): [string, SchemaSource] => [value, source]));
    const [otherwise] = sourceOf(references.child(place, 'defaultMapping'));
    return { property: name, mapping, otherwise };
  };

  return read;
}

/** Nothing for `null`, and for what is no type under any name. */
function typeNamed(name: unknown): { readonly type: JsonType; readonly format?: string | undefined }[] {
  if (typeof name !== 'string') return [];
  const lower = name.toLowerCase();
  const [type, format] = MISWRITTEN.get(lower) ?? [lower];
  return isJsonType(type) ? [{ type, format }] : [];
}

function isJsonType(name: string): name is JsonType {
  return JSON_TYPES.has(name);
}

/** `true`, `false` and what is no schema at all: they share one identity. */
const ANYTHING = {};

function xmlOf(value: unknown): XmlHints | undefined {
  if (!isObject(value)) return undefined;
  const text = (key: string): string | undefined => textOf(property(value, key));
  const nodeType = text('nodeType');
  return {
    name: text('name'),
    namespace: text('namespace'),
    prefix: text('prefix'),
    attribute: property(value, 'attribute') === true || nodeType === 'attribute',
    text: nodeType === 'text' || nodeType === 'cdata' || property(value, 'x-text') === true,
    // In 3.2, `wrapped` is an array that is an element.
    wrapped: property(value, 'wrapped') === true || nodeType === 'element',
  };
}

function valuesOf(list: unknown, constant: unknown): readonly unknown[] | undefined {
  if (Array.isArray(list)) return list as unknown[];
  return constant === undefined ? undefined : [constant];
}

function reachOf(shown: readonly unknown[]): number | undefined {
  let reach: number | undefined;
  for (const one of shown.flat()) if (typeof one === 'number') reach = Math.max(reach ?? 0, Math.abs(one));
  return reach;
}

/** Where schemas stand under their names, in descriptions and in files of nothing but schemas. */
const NAMED = /^#\/(?:(?:components\/schemas|definitions|\$defs|schemas)\/)?([^/]+)$/;

/** What may stand at the top of a file that is one schema. */
const PARTS: ReadonlySet<string> = new Set([
  ...['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames', 'schema'],
  ...['additionalItems', 'unevaluatedItems', 'unevaluatedProperties'],
]);

/** `#/components/schemas/Order`, `#/definitions/Order`, `orders.yaml#/Order`, or a whole file `order.yaml`. */
function componentName(place: Place): string | undefined {
  const inside = NAMED.exec(place.pointer)?.[1];
  if (inside !== undefined) return PARTS.has(inside) ? undefined : inside.replaceAll('~1', '/').replaceAll('~0', '~');
  if (place.pointer !== '#') return undefined;
  return /([^/]+?)(?:\.schema)?\.[A-Za-z0-9]+$/.exec(place.document)?.[1];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
