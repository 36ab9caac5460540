// The body of an operation in, the argument for it and how it is written out. Called by the mapping of operations.
import { createSchema } from './create-schema.ts';
import type { ApiMedia, ApiOperation, Schema } from './document-model.ts';
import type { MappedParameters, MappingContext } from './map-parameters.ts';
import { chooseBody, isXml, type ChosenBody } from './media-types.ts';
import { nonNull, nullable, quote, type ArgumentDef } from './sdl-model.ts';
import { xmlRoot } from './xml-hints.ts';

export interface MappedBody {
  readonly argument: ArgumentDef;
  /** Arguments of `@rest` that concern the body. */
  readonly directive: readonly string[];
  readonly headers: readonly string[];
}

const ANYTHING = createSchema('#', { nullable: true });

/** Undefined where the operation has no body that can be sent. */
export function mapBody(
  { body, method, at }: ApiOperation,
  owner: string,
  parameters: MappedParameters,
  context: MappingContext,
): MappedBody | undefined {
  const chosen = chooseBody(body?.media ?? []);
  if (body === undefined || chosen === undefined) return undefined;
  if (method === 'head') {
    const describes = (chosen.media.schema?.().properties.length ?? 0) > 0;
    if (describes) context.note(at, 'the body was left out: HEAD has none that means anything');
    return undefined;
  }
  const schema = chosen.media.schema?.();
  const type = bodyType(chosen, schema, owner, context);
  const required = body.required && (chosen.encoding === 'binary' || schema?.nullable !== true);
  const name =
    ['input', 'body', 'payload'].find((one) => !parameters.names.has(one)) ?? parameters.names.claim('input');
  return {
    argument: {
      name,
      upstream: undefined,
      type: required ? nonNull(type) : nullable(type),
      description: body.description,
      deprecated: undefined,
    },
    directive: [
      ...(name === 'input' && method !== 'get' ? [] : [`body: ${quote(name)}`]),
      ...(chosen.encoding === 'json' ? [] : [`encoding: ${chosen.encoding}`]),
      ...(chosen.encoding === 'xml' && schema !== undefined
        ? [`root: ${quote(xmlRoot(schema, context.types.shapeOf(schema).kind === 'list'))}`]
        : []),
    ],
    headers: isSpecial(chosen, body.media) ? [`content-type: ${chosen.media.type}`] : [],
  };
}

function bodyType(
  { encoding, media }: ChosenBody,
  schema: Schema | undefined,
  owner: string,
  { types }: MappingContext,
): string {
  const hint = { typeName: owner, fieldName: 'input' };
  switch (encoding) {
    case 'text':
      return 'String';
    case 'binary':
      return types.refer(FILE, 'input', hint);
    case 'form':
    case 'multipart':
      // A form that is described as a file has it as its only part.
      if (encoding === 'multipart' && schema?.binary === true) return types.refer(FILE, 'input', hint);
      if (schema !== undefined) types.asForm(schema, media.encoding ?? new Map());
      if ([...(media.encoding?.values() ?? [])].some(({ contentType = '' }) => isXml(contentType))) types.useXml();
      break;
    case 'xml':
      types.useXml();
      break;
    case 'ndjson': {
      const item = media.itemSchema ?? media.schema;
      if (item === undefined || schema?.items !== undefined) break;
      return types.refer(createSchema('#', { types: ['array'], items: item }), 'input', hint);
    }
    case 'json':
  }
  return types.refer(schema ?? ANYTHING, 'input', hint);
}

const FILE = createSchema('#', { types: ['file'], binary: true });

/** `application/merge-patch+json` and the like, which an upstream may insist on. */
function isSpecial({ encoding, media: { type } }: ChosenBody, all: readonly ApiMedia[]): boolean {
  // Of several kinds of files, the file itself says which one it is.
  if (encoding === 'binary' && all.length > 1) return false;
  if (encoding === 'form' || type.includes('*')) return false;
  if (encoding === 'multipart') return !type.endsWith('form-data');
  return type !== 'application/json' && /^[\w.+-]+\/[\w.+-]+$/.test(type);
}
