// Parameters, bodies and responses as OpenAPI 3.0 and 3.1 write them. Called by `readModel`.
import type { ApiBody, ApiMedia, ApiParameter, ApiResponse, ParameterStyle } from './document-model.ts';
import { isObject, property } from './parse-document.ts';
import type { OperationReader, ReaderContext } from './read-model.ts';
import { textOf } from './read-schema.ts';
import type { Place } from './references.ts';

const STYLES: ReadonlySet<unknown> = new Set<ParameterStyle>([
  'simple', 'label', 'matrix', 'form', 'spaceDelimited', 'pipeDelimited', 'deepObject',
]); // prettier-ignore

export function createReaderV3({ references, readSchema, note }: ReaderContext): OperationReader {
  const { child } = references;

  const readParameter = (place: Place): ApiParameter[] => {
    const get = (key: string): unknown => property(place.value, key);
    const where = get('in');
    if (where !== 'path' && where !== 'query' && where !== 'header' && where !== 'cookie') {
      note(references.at(place), `this parameter was left out: "in: ${String(where)}" is not expressed`);
      return [];
    }
    const written = get('style');
    const usual = where === 'query' || where === 'cookie' ? 'form' : 'simple';
    const [content] = references.entries(child(place, 'content'));
    const style = STYLES.has(written) ? (written as ParameterStyle) : usual;
    const schema = child(place, 'schema');
    return [
      {
        name: String(get('name')),
        in: where,
        at: references.at(place),
        required: where === 'path' || get('required') === true,
        deprecated: get('deprecated') === true,
        description: textOf(get('description')),
        style: content === undefined ? style : 'json',
        explode: typeof get('explode') === 'boolean' ? get('explode') === true : style === 'form',
        schema: isObject(schema.value) ? () => readSchema(schema) : undefined,
      },
    ];
  };

  const readMedia = (owner: Place): ApiMedia[] =>
    references.entries(child(owner, 'content')).map(([type, written]) => {
      const schema = child(references.follow(written), 'schema');
      return {
        type: mediaType(type),
        schema: schema.value === undefined ? undefined : () => readSchema(schema),
      };
    });

  return {
    parameters: (raw) => raw.flatMap(readParameter),
    body(_raw, operation): ApiBody | undefined {
      const written = child(operation, 'requestBody');
      if (!isObject(written.value)) return undefined;
      const body = references.follow(written);
      return {
        at: references.at(body),
        required: property(body.value, 'required') === true,
        description: textOf(property(body.value, 'description')),
        media: readMedia(body),
      };
    },
    responses: (operation): ApiResponse[] =>
      references
        .entries(child(operation, 'responses'))
        .filter(([status]) => isAnswer(status))
        .map(([status, written]) => ({ status: status.toUpperCase(), media: readMedia(references.follow(written)) })),
  };
}

/** Success, or what stands for it; what an error looks like is not read, so that its mistakes do no harm. */
export function isAnswer(status: string): boolean {
  return /^2(?:\d\d|xx)$/i.test(status) || status === 'default';
}

export function mediaType(written: string): string {
  return (written.split(';', 1)[0] ?? '').trim().toLowerCase();
}
