// Styles of OpenAPI in, the `@serialize` of an argument or a field of a form out; none where a URI Template does it alike.
import type { ApiEncoding, ApiParameter, ParameterStyle } from './document-model.ts';
import type { Shape } from './schema-shape.ts';
import { quote } from './sdl-model.ts';

const DELIMITED: Readonly<Partial<Record<ParameterStyle, string>>> = {
  spaceDelimited: 'space',
  pipeDelimited: 'pipe',
  tabDelimited: 'tab',
  deepObject: 'deepObject',
  json: 'json',
};

/** Of a field in a form; undefined where the usual way is meant. */
export function serializeOf(shape: Shape, encoding: ApiEncoding | undefined): string | undefined {
  if (encoding === undefined) return undefined;
  const { style, explode, contentType } = encoding;
  const isPlain = shape.kind === 'scalar' || shape.kind === 'enum';
  const type = contentType === undefined || contentType.includes(',') ? undefined : contentType;
  const json = type !== undefined && /[/+]json\b/.test(type) && !isPlain;
  const own = style === undefined ? (json ? 'json' : 'explode') : formStyle(style, explode);
  // What is usual for nested values (`address[city]`) is not what `form` means.
  const spread = style === 'form' && explode && shape.kind === 'object';
  if (type === undefined && !spread && (own === 'explode' || (isPlain && own !== 'deepObject'))) return undefined;
  return directive(own, type !== undefined && !type.includes('*') && !type.includes('urlencoded') ? type : undefined);
}

function formStyle(style: ParameterStyle, explode: boolean): string {
  if (style === 'deepObject') return 'deepObject';
  return explode ? 'explode' : (DELIMITED[style] ?? 'comma');
}

export interface ParameterSerialization {
  /** Undefined where the template's own expansion is right. */
  readonly directive: string | undefined;
  /** For the template: each item or key becomes a value of its own. */
  readonly explode: boolean;
}

/** @param speakable whether its name can stand in a template with a modifier. */
export function serializeParameter(
  parameter: Pick<ApiParameter, 'in' | 'style' | 'explode' | 'allowReserved'>,
  shape: Shape,
  speakable: boolean,
): ParameterSerialization {
  const { style, explode } = parameter;
  const plain = { directive: undefined, explode: false };
  if (style === 'json' || style === 'wholeJson') return { directive: directive('json'), explode: false };
  if (parameter.allowReserved === true && parameter.in === 'query') return reserved(parameter, shape);
  if (shape.kind === 'scalar' || shape.kind === 'enum') return plain;
  const isList = shape.kind === 'list' || shape.kind === 'tuple';
  if (parameter.in === 'header')
    return { directive: explode && !isList ? directive('keyed') : undefined, explode: false };
  if (parameter.in === 'cookie') {
    // Only 3.2 says how several cookies are written; before, a list was one value for all that anyone knew.
    const several = explode && (!isList || style === 'cookie');
    return { directive: several ? directive('explode') : undefined, explode: false };
  }
  if (parameter.in === 'path') return { directive: undefined, explode };
  if (style === 'deepObject') return { directive: directive('deepObject'), explode: true };
  const delimited = DELIMITED[style];
  if (delimited !== undefined && !explode) return { directive: directive(delimited), explode: false };
  if (!explode) return plain;
  // A template reaches no deeper than the texts of a list or of an object.
  const reaches = speakable && (isList || (shape.kind === 'object' && [...shape.fields.values()].every(isLeaf)));
  return { directive: reaches ? undefined : directive('explode'), explode: true };
}

/** No template writes reserved characters into a query (RFC 6570, section 3.2.8). */
function reserved({ style, explode }: Pick<ApiParameter, 'style' | 'explode'>, shape: Shape): ParameterSerialization {
  const isPlain = shape.kind === 'scalar' || shape.kind === 'enum';
  const own = isPlain ? 'explode' : formStyle(style, explode);
  return { directive: `@serialize(style: ${own}, allowReserved: true)`, explode: false };
}

function isLeaf({ schema }: { readonly schema: { readonly types: readonly string[] } }): boolean {
  return schema.types.length === 1 && schema.types[0] !== 'array' && schema.types[0] !== 'object';
}

function directive(style: string, contentType?: string): string {
  const type = contentType === undefined ? '' : `, contentType: ${quote(contentType)}`;
  return `@serialize(style: ${style}${type})`;
}
