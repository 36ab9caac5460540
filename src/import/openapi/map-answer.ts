// What an operation answers with in, the type of its field out. Called by the mapping of operations.
import { createSchema } from './create-schema.ts';
import type { ApiOperation, Schema } from './document-model.ts';
import { unwrap } from './envelope.ts';
import type { MappingContext } from './map-parameters.ts';
import { chooseAnswer, type AnswerKind, type ChosenAnswer } from './media-types.ts';
import { nullable, quote } from './sdl-model.ts';

export interface MappedAnswer {
  readonly type: string;
  /** What it answers with, where the description says it. */
  readonly schema: Schema | undefined;
  /** The whole answer, where `schema` is what an envelope holds. */
  readonly whole?: Schema;
  /** Arguments of `@rest` that concern the answer. */
  readonly directive: readonly string[];
  readonly headers: readonly string[];
}

/** That it succeeded, or that there is something, is the answer. */
export const BOOLEAN: MappedAnswer = { type: 'Boolean', schema: undefined, directive: [], headers: [] };

const ANYTHING = createSchema('#', { nullable: true });
const RANK: readonly AnswerKind[] = ['json', 'xml', 'lines', 'text', 'bytes'];

/** Root fields are nullable: a source that fails nulls its own fields and no others. */
export function mapAnswer(
  operation: ApiOperation,
  owner: string,
  name: string,
  { types, note }: MappingContext,
): MappedAnswer {
  const { responses, at, path } = operation;
  const anything = (): string => types.refer(ANYTHING, 'output', { typeName: 'JSON', fieldName: '' });
  const successes = responses.filter((response) => response.status !== 'DEFAULT');
  const candidates = successes.length === 0 ? responses : successes;
  const chosen = candidates
    .flatMap((response) => chooseAnswer(response.media) ?? [])
    .sort((a, b) => RANK.indexOf(a.kind) - RANK.indexOf(b.kind));
  const [best] = chosen;
  if (best === undefined) {
    // 204 and 205 have no body (RFC 9110, sections 15.3.5 and 15.3.6).
    const empty = candidates.length > 0 && candidates.every(({ status }) => status === '204' || status === '205');
    if (empty) return BOOLEAN;
    note(at, 'the description does not say what it answers with: the field is JSON', 'advice');
    return { ...BOOLEAN, type: anything() };
  }
  // Other answers than JSON have to be asked for.
  const accept = /^[\w.+*/-]+$/.test(best.media.type) ? [`accept: ${best.media.type}`] : [];
  switch (best.kind) {
    case 'bytes':
      return {
        type: types.refer(BYTES, 'output', { typeName: 'Byte', fieldName: '' }).replace('!', ''),
        schema: undefined,
        directive: [],
        headers: accept,
      };
    case 'text': {
      const shape = best.media.type === 'text/plain' ? plainShape(best, types) : undefined;
      if (shape !== undefined) return { type: shape, schema: undefined, directive: [], headers: accept };
      return { type: 'String', schema: undefined, directive: ['answer: text'], headers: accept };
    }
    case 'lines':
    case 'xml':
    case 'json': {
      const written = answerSchema(chosen, best);
      if (best.kind === 'xml') types.useXml();
      const headers = best.kind === 'json' && isUsual(best.media.type) && !limitsAccept(operation) ? [] : accept;
      if (written === undefined) return { type: anything(), schema: written, directive: [], headers };
      // XML names its outermost element itself, so whoever reads it looks inside anyway.
      const { schema, at: inside } =
        best.kind === 'json' ? unwrap(written, path, types.shapeOf) : { schema: written, at: undefined };
      const isList = types.shapeOf(schema).kind === 'list';
      const hint = { typeName: isList ? owner : `${owner}Result`, fieldName: name };
      const directive = inside === undefined ? [] : [`at: ${quote(inside)}`];
      return {
        type: nullable(types.refer(schema, 'output', hint)),
        schema,
        ...(best.kind === 'json' ? { whole: written } : {}),
        directive,
        headers,
      };
    }
  }
}

/** A number or a truth value that is answered as plain text. */
function plainShape({ media }: ChosenAnswer, types: MappingContext['types']): string | undefined {
  const schema = media.schema?.();
  const shape = schema === undefined ? undefined : types.shapeOf(schema);
  if (schema === undefined || shape?.kind !== 'scalar') return undefined;
  if (!['Int', 'Long', 'Float', 'Boolean'].includes(shape.scalar)) return undefined;
  return nullable(types.refer(schema, 'output', { typeName: '', fieldName: '' }));
}

const BYTES = createSchema('#', { types: ['string'], encoded: true });

/** Some descriptions say which values the header may have. */
function limitsAccept({ parameters }: ApiOperation): boolean {
  return parameters.some((one) => one.in === 'header' && one.name.toLowerCase() === 'accept');
}

function isUsual(type: string): boolean {
  return type === 'application/json' || type.includes('*');
}

/** Where successes differ in what they answer with, it is one or the other of them. */
function answerSchema(chosen: readonly ChosenAnswer[], best: ChosenAnswer): Schema | undefined {
  if (best.kind === 'lines') {
    const item = best.media.itemSchema ?? best.media.schema;
    const schema = item?.();
    if (schema === undefined || schema.items !== undefined) return schema;
    return createSchema(schema.at, { types: ['array'], items: () => schema });
  }
  const schemas = chosen.flatMap(({ kind, media }) => (kind === best.kind ? (media.schema?.() ?? []) : []));
  const [first, ...others] = new Map(schemas.map((schema) => [schema.id, schema])).values();
  if (first === undefined || others.length === 0) return first;
  return createSchema(first.at, { oneOf: [first, ...others].map((schema) => () => schema) });
}
