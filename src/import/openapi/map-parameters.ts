// Parameters of an operation in; arguments, URI Template and headers out. Called by `mapOperation`.
import { HEADER_NAME } from '../../contract/header-name.ts';
import { camelName, createNameScope, fieldName, pascalName, type NameScope } from '../graphql-names.ts';
import { createSchema } from './create-schema.ts';
import { deprecationOf } from './deprecation.ts';
import type { ApiOperation, ApiParameter, ApiSecurityScheme, Schema, TakeNote } from './document-model.ts';
import { isIdLike } from './scalar-types.ts';
import type { SchemaTypes } from './schema-types.ts';
import { nonNull, nullable, type ArgumentDef } from './sdl-model.ts';
import { serializeParameter, type ParameterSerialization } from './serialization.ts';
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
  readonly serverUrl: string | undefined;
  readonly types: SchemaTypes;
  /** Made by `credentialKeys`. */
  readonly credentials: ReadonlySet<string>;
  readonly note: TakeNote;
}

/** The transport writes these itself (OpenAPI, "Parameter Object": such definitions are ignored). */
const OWN_HEADERS = new Set([
  ...['accept', 'content-type', 'authorization', 'content-length', 'host', 'cookie', 'connection', 'expect', 'te'],
  ...['keep-alive', 'trailer', 'transfer-encoding', 'upgrade', 'accept-encoding', 'proxy-authorization'],
]);

/** What RFC 6570 takes for syntax even where it is percent-encoded in a variable's name. */
const UNSPEAKABLE = /[,:*{}]/;

const MAX_NAME = 1_000;

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
    const { key, type } = part;
    if (key.length > MAX_NAME) {
      note(parameter.at, `a parameter was left out: its name is longer than ${MAX_NAME} characters`);
      return undefined;
    }
    if (keys.has(key)) {
      note(parameter.at, `the parameter "${key}" (${parameter.in}) was left out: another one has the same name`);
      return undefined;
    }
    keys.add(key);
    // The key of a lookup may be the name of a parameter in the path and of one in the query: the first is renamed.
    const wanted = renamed.get(key);
    const own = wanted === undefined || sources.has(wanted) ? undefined : wanted;
    const name = part.name ?? own ?? names.claim(fieldName(key));
    sources.set(name, parameter);
    args.push({
      name,
      upstream: name === key ? undefined : key,
      type,
      default: part.default,
      description: parameter.description,
      deprecated: type.endsWith('!') ? undefined : deprecationOf(parameter),
      directives: part.directive === undefined ? [] : [part.directive],
    });
    return name;
  };

  const addQuery = (parameter: ApiParameter): void => {
    const { typed, serialization } = describeParameter(parameter, owner, context);
    const { explode, directive } = serialization;
    const added = add(parameter, { ...typed, key: parameter.name, directive });
    const whole = parameter.style === 'wholeText' || parameter.style === 'wholeJson';
    if (added !== undefined)
      query.push({ name: parameter.name, explode: explode && isSpeakable(parameter.name), whole });
  };

  const addHeader = (parameter: ApiParameter): void => {
    if (!HEADER_NAME.test(parameter.name)) {
      note(parameter.at, `"${parameter.name}" is no name of a header or cookie`);
      return;
    }
    if (parameter.in === 'header' && OWN_HEADERS.has(parameter.name.toLowerCase())) return;
    const { typed, serialization } = describeParameter(parameter, owner, context);
    // A header's name makes no readable variable, so the argument's own name stands in the template.
    const name = names.claim(camelName(parameter.name));
    const added = add(parameter, { ...typed, key: name, name, directive: serialization.directive });
    if (added === undefined) return;
    const value = `{${variableName(name)}}`;
    headers.push(parameter.in === 'header' ? `${parameter.name}: ${value}` : `cookie: ${parameter.name}=${value}`);
  };

  const wanted = operation.parameters.flatMap(wholeQuery).filter((parameter) => !isCredential(parameter, context));
  const inQuery = new Set(wanted.filter((one) => one.in === 'query').map((one) => one.name));
  const places = new Set(namesInPath(operation.path));
  const declared = new Map(wanted.filter((one) => one.in === 'path').map((one) => [one.name, one]));
  for (const name of places) {
    const parameter = declared.get(name) ?? undeclared(name, operation);
    if (!declared.has(name)) note(operation.at, `the path parameter "${name}" is not declared: it is taken as text`);
    const { typed, serialization } = describeParameter(parameter, owner, context);
    // Values of the path go by position, so a name that no template can hold (`{id:[0-9]+}`), or that the query has as
    // well, may become another one.
    const own = isSpeakable(name) ? undefined : names.claim(fieldName(name.replace(/:.*$/s, '')));
    const shared = inQuery.has(name) ? (renamed.get(name) ?? names.claim(fieldName(name))) : undefined;
    const key = own ?? (shared === undefined ? name : names.claim(`${shared}InPath`));
    const { directive } = serialization;
    const added = add(parameter, { key, type: nonNull(typed.type), name: own ?? shared, directive });
    if (added !== undefined) inPath.set(name, { ...parameter, name: key, explode: serialization.explode });
  }
  for (const parameter of wanted) {
    if (parameter.in === 'query') addQuery(parameter);
    else if (parameter.in === 'header' || parameter.in === 'cookie') addHeader(parameter);
    else if (!places.has(parameter.name)) {
      note(parameter.at, `the path has no place for the parameter "${parameter.name}"`);
    }
  }
  return { args, sources, template: uriTemplate(operation.path, inPath, query), headers, names };
}

interface Typed {
  /** With its `!`. */
  readonly type: string;
  readonly default?: string | undefined;
}

interface ArgumentPart extends Typed {
  /** The upstream's name: the key of the value in a call's arguments, so it may stand for one parameter only. */
  readonly key: string;
  /** The argument's name where it does not follow from the key. */
  readonly name?: string | undefined;
  readonly directive: string | undefined;
}

function isSpeakable(name: string): boolean {
  return !UNSPEAKABLE.test(name);
}

function describeParameter(
  parameter: ApiParameter,
  owner: string,
  { types }: MappingContext,
): { readonly typed: Typed; readonly serialization: ParameterSerialization } {
  const schema = parameter.schema?.() ?? createSchema(parameter.at, { types: ['string'] });
  const shape = types.shapeOf(schema);
  const serialization = serializeParameter(parameter, shape, isSpeakable(parameter.name));
  const finish = (type: string): Typed => {
    if (!parameter.required) return { type: nullable(type) };
    const preset = types.defaultOf(schema, type);
    return preset === undefined ? { type: nonNull(type) } : { type: nullable(type), default: preset };
  };
  if (isId(parameter, schema, shape.kind)) return { typed: finish('ID'), serialization };
  const hint = { typeName: `${owner}_${pascalName(parameter.name)}`, fieldName: parameter.name };
  const type = types.refer(schema, 'input', hint);
  // In paths and queries everything is text, so a list of ids may be a list of ID whatever its items are.
  return { typed: finish(shape.kind === 'list' && isIdList(parameter.name, type) ? '[ID!]' : type), serialization };
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

/** The whole query as one value (3.2, `in: querystring`): each of its properties is a parameter. */
function wholeQuery(parameter: ApiParameter): ApiParameter[] {
  if (parameter.style !== 'query') return [parameter];
  const schema = parameter.schema?.();
  return (schema?.properties ?? []).map(({ name, schema: source }) => ({
    ...parameter,
    name,
    style: 'form',
    explode: true,
    required: parameter.required && schema?.required.has(name) === true,
    description: source().description,
    schema: source,
  }));
}

/** The parameters that API keys are sent in: they are the transport's business, whoever declares them. */
export function credentialKeys(schemes: Iterable<ApiSecurityScheme>): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { type, in: where, parameter } of schemes) {
    if (type === 'apiKey' && where !== undefined && parameter !== undefined) keys.add(credentialKey(where, parameter));
  }
  return keys;
}

function isCredential(parameter: ApiParameter, { credentials }: MappingContext): boolean {
  return credentials.size > 0 && credentials.has(credentialKey(parameter.in, parameter.name));
}

function credentialKey(where: ApiParameter['in'], name: string): string {
  return `${where} ${name.toLowerCase()}`;
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
