// One operation in, one root field with `@rest` out. Called by `mapToSdl`.
import { pascalName } from '../graphql-names.ts';
import { createSchema } from './create-schema.ts';
import { deprecationOf } from './deprecation.ts';
import type { ApiOperation, ApiParameter, Schema } from './document-model.ts';
import { mapParameters, type MappedParameters, type MappingContext } from './map-parameters.ts';
import { chooseAnswer, chooseBody } from './media-types.ts';
import { nonNull, nullable, quote, type ArgumentDef, type FieldDef } from './sdl-model.ts';

const ANYTHING = createSchema('#', { nullable: true });

export interface MappedOperation {
  readonly operation: ApiOperation;
  readonly root: 'Query' | 'Mutation';
  readonly field: FieldDef;
  /** The parameter behind each argument; the body's has none. */
  readonly sources: ReadonlyMap<string, ApiParameter>;
  /** What the operation answers with, where it is JSON. */
  readonly answer: Schema | undefined;
}

/**
 * @param name the field's.
 * @param renamed argument names that differ from the usual one, by parameter name.
 * Undefined where the operation cannot be expressed; a note says why.
 */
export function mapOperation(
  operation: ApiOperation,
  name: string,
  context: MappingContext,
  renamed?: ReadonlyMap<string, string>,
): MappedOperation | undefined {
  const { method, at } = operation;
  const leaveOut = (reason: string): void => context.note(at, reason, 'leftOut');
  if (method === 'head' || method === 'options' || method === 'trace') {
    leaveOut(`${method.toUpperCase()} answers without a body`);
    return undefined;
  }
  const owner = pascalName(name);
  const answer = mapAnswer(operation, owner, name, context);
  if (typeof answer === 'string') {
    leaveOut(answer);
    return undefined;
  }
  const parameters = mapParameters(operation, owner, context, renamed);
  const body = mapBody(operation, owner, parameters, context);
  if (typeof body === 'string') {
    leaveOut(body);
    return undefined;
  }
  const headers = [...parameters.headers, ...(body?.headers ?? [])];
  const rest = [
    `${method}: ${quote(parameters.template)}`,
    ...(body?.directive ?? []),
    ...(headers.length === 0 ? [] : [`headers: [${headers.map(quote).join(', ')}]`]),
  ];
  return {
    operation,
    root: method === 'get' ? 'Query' : 'Mutation',
    sources: parameters.sources,
    answer: answer.schema,
    field: {
      name,
      upstream: undefined,
      type: answer.type,
      description: describe(operation),
      deprecated: deprecationOf(operation),
      args: body === undefined ? parameters.args : [...parameters.args, body.argument],
      directives: [`@rest(${rest.join(', ')})`],
    },
  };
}

function describe({ summary, description }: ApiOperation): string | undefined {
  if (summary === undefined || description === undefined) return summary ?? description;
  return description.startsWith(summary.replace(/\.$/, '')) ? description : `${summary}\n\n${description}`;
}

interface MappedAnswer {
  readonly type: string;
  readonly schema: Schema | undefined;
}

/** Root fields are nullable: a source that fails nulls its own fields and no others. A text says why there is no type. */
function mapAnswer(
  { responses, at }: ApiOperation,
  owner: string,
  name: string,
  { types, note }: MappingContext,
): MappedAnswer | string {
  const successes = responses.filter((response) => response.status !== 'DEFAULT');
  const candidates = successes.length === 0 ? responses : successes;
  const chosen = candidates.flatMap((response) => {
    const answer = chooseAnswer(response.media);
    return answer === undefined ? [] : [answer];
  });
  const best = chosen.find((one) => one.encoding === 'json' && one.media.schema !== undefined) ?? chosen[0];
  if (best !== undefined) {
    if (best.encoding === 'text') return { type: 'String', schema: undefined };
    const schema = best.media.schema?.();
    if (schema === undefined) return { type: anything(types), schema: undefined };
    if (schema.types.includes('file') || (schema.format === 'binary' && best.media.type === '*/*')) {
      return 'it answers with a file';
    }
    const type = types.refer(schema, 'output', {
      typeName: answerName(owner, types.shapeOf(schema).kind),
      fieldName: name,
    });
    return { type: nullable(type), schema };
  }
  const other = candidates.find((response) => response.media.length > 0);
  if (other !== undefined) {
    return `it answers with ${other.media
      .map((media) => media.type)
      .join(', ')
      .slice(0, 100)}, which the hub does not read`;
  }
  // 204 and 205 have no body (RFC 9110, sections 15.3.5 and 15.3.6): that it succeeded is the answer.
  const empty = candidates.length > 0 && candidates.every(({ status }) => status === '204' || status === '205');
  if (empty) return { type: 'Boolean', schema: undefined };
  note(at, 'the description does not say what it answers with: the field is JSON', 'advice');
  return { type: anything(types), schema: undefined };
}

function answerName(owner: string, kind: string): string {
  return kind === 'list' ? owner : `${owner}Result`;
}

function anything(types: MappingContext['types']): string {
  return types.refer(ANYTHING, 'output', { typeName: 'JSON', fieldName: '' });
}

interface MappedBody {
  readonly argument: ArgumentDef;
  /** Arguments of `@rest` that concern the body. */
  readonly directive: readonly string[];
  readonly headers: readonly string[];
}

function mapBody(
  { body, method, at }: ApiOperation,
  owner: string,
  parameters: MappedParameters,
  { types, note }: MappingContext,
): MappedBody | string | undefined {
  if (body === undefined || body.media.length === 0) return undefined;
  if (method === 'get') {
    const describes = body.media.some((media) => (media.schema?.().properties.length ?? 0) > 0);
    if (describes) note(at, 'the body was left out: GET has none that means anything');
    return undefined;
  }
  const chosen = chooseBody(body.media);
  if (chosen === undefined) {
    const written = body.media
      .map((media) => media.type)
      .join(', ')
      .slice(0, 100);
    if (body.required) return `it needs a body of ${written}, which the hub does not write`;
    note(at, `the body was left out: the hub does not write ${written}`);
    return undefined;
  }
  const { media, encoding } = chosen;
  const schema = media.schema?.();
  const hint = { typeName: owner, fieldName: 'input' };
  const type =
    encoding === 'text' ? 'String' : schema === undefined ? anything(types) : types.refer(schema, 'input', hint);
  const required = body.required && !(schema?.nullable ?? false);
  const name =
    ['input', 'body', 'payload'].find((one) => !parameters.names.has(one)) ?? parameters.names.claim('input');
  const special = encoding === 'json' && isSpecial(media.type);
  return {
    argument: {
      name,
      upstream: undefined,
      type: required ? nonNull(type) : nullable(type),
      description: body.description,
      deprecated: undefined,
    },
    directive: [
      ...(name === 'input' ? [] : [`body: ${quote(name)}`]),
      ...(encoding === 'json' ? [] : [`encoding: ${encoding}`]),
    ],
    headers: special ? [`content-type: ${media.type}`] : [],
  };
}

/** `application/merge-patch+json` and the like, which an upstream may insist on. */
function isSpecial(type: string): boolean {
  return type !== 'application/json' && !type.includes('*');
}
