// Parameters, bodies and responses as OpenAPI 3.0 and 3.1 write them. Called by `readModel`.
import { HEADER_NAME } from '../../contract/header-name.ts';
import type {
  ApiBody,
  ApiEncoding,
  ApiLink,
  ApiMedia,
  ApiParameter,
  ApiPartHeader,
  ApiResponse,
  ParameterStyle,
  SchemaSource,
} from './document-model.ts';
import { isObject, property } from './parse-document.ts';
import type { OperationReader, ReaderContext } from './read-model.ts';
import { textOf } from './read-schema.ts';
import type { Place } from './references.ts';

const STYLES: ReadonlySet<unknown> = new Set<ParameterStyle>([
  'simple', 'label', 'matrix', 'form', 'spaceDelimited', 'pipeDelimited', 'deepObject', 'cookie',
]); // prettier-ignore

export type ReadMedia = (owner: Place) => readonly ApiMedia[];

export function createReaderV3({
  references,
  readSchema,
  note,
}: ReaderContext): OperationReader & { readonly media: ReadMedia } {
  const { child } = references;

  const readParameter = (place: Place): ApiParameter[] => {
    const get = (key: string): unknown => property(place.value, key);
    const where = get('in');
    if (where !== 'path' && where !== 'query' && where !== 'header' && where !== 'cookie' && where !== 'querystring') {
      note(references.at(place), `this parameter was left out: "in: ${String(where)}" is not expressed`);
      return [];
    }
    const written = get('style');
    const usual = where === 'path' || where === 'header' ? 'simple' : 'form';
    const [content] = readMedia(place);
    const byContent = content === undefined ? undefined : contentStyle(content, where, usual);
    if (content !== undefined && byContent === undefined) {
      note(references.at(place), `this parameter was left out: values of ${content.type} are not expressed`);
      return [];
    }
    const style = byContent ?? (STYLES.has(written) ? (written as ParameterStyle) : usual);
    const schema = sourceOf(child(place, 'schema'));
    const explode = get('explode');
    return [
      {
        name: String(get('name')),
        in: where === 'querystring' ? 'query' : where,
        at: references.at(place),
        required: where === 'path' || get('required') === true,
        deprecated: get('deprecated') === true,
        description: textOf(get('description')),
        style,
        explode: typeof explode === 'boolean' ? explode : style === 'form' || style === 'cookie',
        // Of cookies and headers nothing is percent-encoded that would have to be told to stay as it is.
        allowReserved: (where === 'query' || where === 'path') && get('allowReserved') === true,
        schema: content === undefined ? schema : content.schema,
      },
    ];
  };

  const sourceOf = (place: Place): SchemaSource | undefined =>
    place.value === undefined ? undefined : () => readSchema(place);

  const readPartHeaders = (place: Place): ApiPartHeader[] =>
    references.entries(place).flatMap(([name, written]) => {
      // OpenAPI, "Encoding Object": the content type is described separately; the disposition is what makes it a part.
      if (/^content-(?:type|disposition)$/i.test(name)) return [];
      if (!HEADER_NAME.test(name)) {
        note(references.at(written), `"${name.slice(0, 100)}" is no name of a header`);
        return [];
      }
      const header = references.follow(written);
      return [
        {
          name,
          required: property(header.value, 'required') === true,
          description: textOf(property(header.value, 'description')),
          schema: sourceOf(child(header, 'schema')),
        },
      ];
    });

  const readEncoding = (place: Place, multipart: boolean): ReadonlyMap<string, ApiEncoding> =>
    new Map(
      references.entries(place).map(([name, encoding]): [string, ApiEncoding] => {
        const { value } = encoding;
        const written = property(value, 'style');
        const style = STYLES.has(written) ? (written as ParameterStyle) : undefined;
        const explode = property(value, 'explode');
        const contentType = textOf(property(value, 'contentType'));
        return [
          name,
          {
            contentType,
            style,
            explode: typeof explode === 'boolean' ? explode : (style ?? 'form') === 'form',
            headers: multipart ? readPartHeaders(child(encoding, 'headers')) : [],
          },
        ];
      }),
    );

  const readMedia = (owner: Place): ApiMedia[] =>
    references.entries(child(owner, 'content')).map(([type, written]) => {
      const media = references.follow(written);
      const plain = mediaType(type);
      return {
        type: plain,
        schema: sourceOf(child(media, 'schema')),
        itemSchema: sourceOf(child(media, 'itemSchema')),
        encoding: readEncoding(child(media, 'encoding'), plain.startsWith('multipart/')),
      };
    });

  const readLinks = (place: Place): ApiLink[] =>
    references.entries(place).map(([name, written]) => {
      const link = references.follow(written);
      return {
        name,
        at: references.at(written),
        description: textOf(property(link.value, 'description')),
        operationId: textOf(property(link.value, 'operationId')),
        operationRef: textOf(property(link.value, 'operationRef')),
        hasServer: property(link.value, 'server') !== undefined,
        hasBody: property(link.value, 'requestBody') !== undefined,
        parameters: new Map(references.entries(child(link, 'parameters')).map(([key, { value }]) => [key, value])),
      };
    });

  return {
    media: readMedia,
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
        .map(([status, written]) => {
          const response = references.follow(written);
          return {
            status: status.toUpperCase(),
            media: readMedia(response),
            headers: references.entries(child(response, 'headers')).map(([name]) => name.toLowerCase()),
            links: readLinks(child(response, 'links')),
          };
        }),
  };
}

/** How a value of a content type is written in a place; undefined where it is not. */
function contentStyle({ type, schema }: ApiMedia, where: string, usual: ParameterStyle): ParameterStyle | undefined {
  const isWhole = where === 'querystring';
  if (/[/+]json$/.test(type)) return isWhole ? 'wholeJson' : 'json';
  if (isWhole && type === 'application/x-www-form-urlencoded') return 'query';
  const types = schema?.().types ?? ['string'];
  const isText = types.length > 0 && types.every((one) => one !== 'object' && one !== 'array');
  if (!isText) return undefined;
  return isWhole ? 'wholeText' : usual;
}

/** Success, or what stands for it; what an error looks like is not read, so that its mistakes do no harm. */
export function isAnswer(status: string): boolean {
  return /^2(?:\d\d|xx)$/i.test(status) || status === 'default';
}

export function mediaType(written: string): string {
  return (written.split(';', 1)[0] ?? '').trim().toLowerCase();
}
