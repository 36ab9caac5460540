// Parameters of an operation in; arguments, URI Template and headers out. Called by `mapOperation`.
import { camelName, createNameScope, fieldName, pascalName, type NameScope } from '../graphql-names.ts';
import { createSchema } from './create-schema.ts';
import { deprecationOf } from './deprecation.ts';
import type { ApiOperation, ApiParameter, ApiSecurityScheme, Schema, TakeNote } from './document-model.ts';
import { isIdLike } from './scalar-types.ts';
import type { SchemaTypes } from './schema-types.ts';
import { nonNull, nullable, type ArgumentDef } from './sdl-model.ts';
import { namesInPath, uriTemplate, variableName, type TemplateVariable } from './uri-template.ts';

export interface MappedParameters {
  readonly args: readonly ArgumentDef[];
  /** The parameter behind each argument. */
  readonly sources: ReadonlyMap<string, ApiParameter>;
  readonly template: string;
  readonly headers: readonly string[];
  /** Names that are taken: an argument for the body must find another one. */
  readonly names: NameScope;
}

export interface MappingContext {
  readonly types: SchemaTypes;
  readonly securitySchemes: ReadonlyMap<string, ApiSecurityScheme>;
  readonly note: TakeNote;
}

/** The transport writes these itself (OpenAPI, "Parameter Object": such definitions are ignored). */
const OWN_HEADERS = new Set([
  ...['accept', 'content-type', 'authorization', 'content-length', 'host', 'cookie', 'connection', 'expect', 'te'],
  ...['keep-alive', 'trailer', 'transfer-encoding', 'upgrade', 'accept-encoding', 'proxy-authorization'],
]);

/** What RFC 6570 takes for syntax even where it is percent-encoded in a variable's name. */
const UNSPEAKABLE = /[,:*{}]/;

/** A field name of HTTP (RFC 9110, section 5.1). */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** @param renamed argument names that differ from the usual one, by parameter name: a lookup's key. */
export function mapParameters(
  operation: ApiOperation,
  owner: string,
  context: MappingContext,
  renamed: ReadonlyMap<string, string> = new Map(),
): MappedParameters {
  const { note } = context;
  const names = createNameScope(renamed.values());
  const keys = new Set<string>();
  const args: ArgumentDef[] = [];
  const sources = new Map<string, ApiParameter>();
  const inPath = new Map<string, ApiParameter>();
  const query: TemplateVariable[] = [];
  const headers: string[] = [];

  const add = (parameter: ApiParameter, part: ArgumentPart): string | undefined => {
    const { key, type, description } = part;
    if (keys.has(key)) {
      note(parameter.at, `the parameter "${key}" (${parameter.in}) was left out: another one has the same name`);
      return undefined;
    }
    keys.add(key);
    const name = part.name ?? renamed.get(key) ?? names.claim(fieldName(key));
    sources.set(name, parameter);
    args.push({
      name,
      upstream: name === key ? undefined : key,
      type,
      description: description ?? parameter.description,
      deprecated: type.endsWith('!') ? undefined : deprecationOf(parameter),
    });
    return name;
  };

  const addQuery = (parameter: ApiParameter): void => {
    for (const part of queryParts(parameter, owner, context)) {
      const isPlain = !UNSPEAKABLE.test(part.name);
      if (!isPlain && part.explode) note(parameter.at, `"${part.name}" is sent once, with its values in one text`);
      const added = add(parameter, { ...part, name: undefined, key: part.name });
      if (added !== undefined) query.push({ ...part, explode: part.explode && isPlain });
    }
  };

  const wanted = operation.parameters.filter((parameter) => !isCredential(parameter, context));
  const declared = new Map(wanted.filter((one) => one.in === 'path').map((one) => [one.name, one]));
  for (const name of namesInPath(operation.path)) {
    const parameter = declared.get(name) ?? undeclared(name, operation);
    if (!declared.has(name)) note(operation.at, `the path parameter "${name}" is not declared: it is taken as text`);
    const type = nonNull(parameterType(parameter, owner, context));
    // Values of the path go by position, so a name that no template can hold (`{id:[0-9]+}`) may become another one.
    const key = UNSPEAKABLE.test(name) ? names.claim(fieldName(name.replace(/:.*$/s, ''))) : name;
    const added = add(parameter, { key, type, name: key === name ? undefined : key });
    if (added !== undefined) inPath.set(name, { ...parameter, name: key });
  }
  for (const parameter of wanted) {
    if (parameter.in === 'query') addQuery(parameter);
    else if (parameter.in === 'cookie') note(parameter.at, `the cookie "${parameter.name}" is not expressed`);
    else if (parameter.in === 'path' && !namesInPath(operation.path).includes(parameter.name)) {
      note(parameter.at, `the path has no place for the parameter "${parameter.name}"`);
    } else if (parameter.in === 'header' && !HEADER_NAME.test(parameter.name)) {
      note(parameter.at, `"${parameter.name}" is no name of a header`);
    } else if (parameter.in === 'header' && !OWN_HEADERS.has(parameter.name.toLowerCase())) {
      // A header's name makes no readable variable, so the argument's own name stands in the template.
      const name = names.claim(camelName(parameter.name));
      const added = add(parameter, { key: name, name, type: parameterType(parameter, owner, context) });
      if (added !== undefined) headers.push(`${parameter.name}: {${variableName(name)}}`);
    }
  }
  return { args, sources, template: uriTemplate(operation.path, inPath, query), headers, names };
}

interface ArgumentPart {
  /** The upstream's name: the key of the value in a call's arguments, so it may stand for one parameter only. */
  readonly key: string;
  /** The argument's name where it does not follow from the key. */
  readonly name?: string | undefined;
  readonly type: string;
  readonly description?: string;
}

interface QueryPart extends TemplateVariable {
  readonly type: string;
  readonly description?: string;
}

/** The template variables of one query parameter: one, or one for each property where a `deepObject` is spread out. */
function queryParts(parameter: ApiParameter, owner: string, context: MappingContext): QueryPart[] {
  const { types, note } = context;
  const schema = parameter.schema?.() ?? createSchema(parameter.at, { types: ['string'] });
  const shape = types.shapeOf(schema);
  const type = parameterType(parameter, owner, context);
  const one = (explode: boolean): QueryPart[] => [{ name: parameter.name, explode, type }];
  switch (parameter.style) {
    case 'deepObject': {
      if (shape.kind === 'list') return [{ name: bracketed(parameter.name, ''), explode: true, type }];
      if (shape.kind !== 'object') {
        note(parameter.at, `"${parameter.name}" is sent as one value: its parts are not described`);
        return one(false);
      }
      return [...shape.fields.values()].map((field) => {
        const name = bracketed(parameter.name, field.name);
        const hint = { typeName: `${owner}_${parameter.name}_${field.name}`, fieldName: field.name };
        const inner = types.refer(field.schema, 'input', hint);
        const required = parameter.required && field.required;
        const text = field.schema.description;
        const isList = types.shapeOf(field.schema).kind === 'list';
        return {
          name,
          explode: isList,
          type: required ? inner : nullable(inner),
          ...(text === undefined ? {} : { description: text }),
        };
      });
    }
    case 'spaceDelimited':
    case 'pipeDelimited':
    case 'tabDelimited':
      if (shape.kind === 'list' && !parameter.explode) {
        note(parameter.at, `"${parameter.name}" is one text: the caller writes its separators (${parameter.style})`);
        return [{ name: parameter.name, explode: false, type: parameter.required ? 'String!' : 'String' }];
      }
      return one(shape.kind === 'list');
    default:
      return one((shape.kind === 'list' || shape.kind === 'object') && parameter.explode);
  }
}

/** `filter` and `name` → `filter[name]`; a name that ends in brackets already keeps them. */
function bracketed(name: string, inner: string): string {
  return inner === '' && name.endsWith('[]') ? name : `${name}[${inner}]`;
}

function parameterType(parameter: ApiParameter, owner: string, { types, note }: MappingContext): string {
  const finish = (type: string): string => (parameter.required ? nonNull(type) : nullable(type));
  if (parameter.style === 'json') {
    note(parameter.at, `"${parameter.name}" is JSON text that the caller writes`);
    return finish('String');
  }
  const schema = parameter.schema?.() ?? createSchema(parameter.at, { types: ['string'] });
  const shape = types.shapeOf(schema);
  if (isId(parameter, schema, shape.kind)) return finish('ID');
  const hint = { typeName: `${owner}_${pascalName(parameter.name)}`, fieldName: parameter.name };
  const type = types.refer(schema, 'input', hint);
  const required = parameter.required && !schema.hasDefault;
  // In paths and queries everything is text, so a list of ids may be a list of ID whatever its items are.
  const finished = shape.kind === 'list' && isIdList(parameter.name, type) ? '[ID!]' : type;
  return required ? nonNull(finished) : nullable(finished);
}

function isId(parameter: ApiParameter, schema: Schema, kind: string): boolean {
  if (kind !== 'scalar' && !(kind === 'any' && parameter.in === 'path')) return false;
  const plain = schema.types.length === 0 || schema.types.every((type) => type === 'string' || type === 'integer');
  const dated = schema.format === 'date' || schema.format === 'date-time';
  return plain && !dated && (parameter.in === 'path' || schema.format === 'uuid' || /^id$/i.test(parameter.name))
    ? isIdLike(parameter.name)
    : false;
}

function isIdList(name: string, type: string): boolean {
  return /^\[(?:String|Int|Long|ID)!?\]!?$/.test(type) && isIdLike(name.replace(/\[\]$/, '').replace(/s$/, ''));
}

function isCredential(parameter: ApiParameter, { securitySchemes }: MappingContext): boolean {
  return [...securitySchemes.values()].some(
    ({ type, parameter: name, in: where }) =>
      type === 'apiKey' && where === parameter.in && name?.toLowerCase() === parameter.name.toLowerCase(),
  );
}

function undeclared(name: string, operation: ApiOperation): ApiParameter {
  return {
    name,
    in: 'path',
    at: operation.at,
    required: true,
    deprecated: false,
    description: undefined,
    style: 'simple',
    explode: false,
    schema: undefined,
  };
}
