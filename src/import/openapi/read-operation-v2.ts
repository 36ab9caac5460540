// Parameters, bodies and responses as OpenAPI 2.0 writes them, in the shape of 3.x. Called by `readModel`.
import { createSchema } from './create-schema.ts';
import type {
  ApiBody,
  ApiEncoding,
  ApiParameter,
  ApiResponse,
  ParameterStyle,
  SchemaSource,
} from './document-model.ts';
import { isObject, property } from './parse-document.ts';
import type { OperationReader, ReaderContext } from './read-model.ts';
import { isAnswer, mediaType } from './read-operation-v3.ts';
import { textOf } from './read-schema.ts';
import type { Place } from './references.ts';

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

/** `collectionFormat` in the words of 3.x; `multi` is `form` with `explode`. */
const STYLES: Readonly<Record<string, ParameterStyle>> = {
  ssv: 'spaceDelimited',
  tsv: 'tabDelimited',
  pipes: 'pipeDelimited',
};

/** How a list is written; `csv` where the description does not say. */
function formatOf(place: Place): string {
  return textOf(property(place.value, 'collectionFormat')) ?? 'csv';
}

/** Nothing for a list that repeats its name, and for what is no list. */
function listEncoding(name: string, field: Place): [string, ApiEncoding][] {
  const format = formatOf(field);
  if (property(field.value, 'type') !== 'array' || format === 'multi') return [];
  return [[name, { contentType: undefined, style: STYLES[format] ?? 'form', explode: false }]];
}

/** What a parameter for the header says that the body is: in 2.0 it is one like any other, and says more than `consumes`. */
function contentTypes(parameters: readonly Place[]): string[] {
  const isIt = ({ value }: Place): boolean =>
    property(value, 'in') === 'header' && /^content-type$/i.test(String(property(value, 'name')));
  const { value } = parameters.find(isIt) ?? {};
  const said: unknown = property(value, 'enum') ?? [property(value, 'default')];
  return Array.isArray(said) ? said.filter((type) => typeof type === 'string').map(mediaType) : [];
}

/** @param younger for what is written as in 3.x all the same. */
export function createReaderV2(
  { references, readSchema, note }: ReaderContext,
  younger: OperationReader,
): OperationReader {
  const { child, root } = references;

  const mediaTypes = (operation: Place, key: 'consumes' | 'produces'): string[] => {
    const own = property(operation.value, key) ?? property(root.value, key);
    return Array.isArray(own) ? own.map(String).map(mediaType) : [];
  };

  const readParameter = (place: Place): ApiParameter[] => {
    const get = (key: string): unknown => property(place.value, key);
    const where = get('in');
    if (where === 'body' || where === 'formData') return [];
    if (where !== 'path' && where !== 'query' && where !== 'header') {
      note(references.at(place), `this parameter was left out: "in: ${String(where)}" is not expressed`);
      return [];
    }
    const format = formatOf(place);
    return [
      {
        name: String(get('name')),
        in: where,
        at: references.at(place),
        required: where === 'path' || get('required') === true,
        deprecated: get('x-deprecated') === true,
        description: textOf(get('description')),
        style: STYLES[format] ?? (where === 'query' ? 'form' : 'simple'),
        explode: format === 'multi',
        // The parameter is its own schema; what it requires is the parameter itself, which is no list of names.
        schema: () => readSchema(place),
      },
    ];
  };

  const readForm = (fields: readonly Place[], operation: Place): ApiBody => {
    const consumes = mediaTypes(operation, 'consumes');
    const hasFile = fields.some((field) => property(field.value, 'type') === 'file');
    const multipart = hasFile || (consumes.includes(MULTIPART) && !consumes.includes(FORM));
    const required = fields.filter((field) => property(field.value, 'required') === true);
    const nameOf = (field: Place): string => String(property(field.value, 'name'));
    const schema = createSchema(`${references.at(operation)}/parameters`, {
      types: ['object'],
      properties: fields.map((field) => ({ name: nameOf(field), schema: () => readSchema(field) })),
      required: new Set(required.map(nameOf)),
    });
    return {
      at: `${references.at(operation)}/parameters`,
      required: required.length > 0,
      description: undefined,
      media: [
        {
          type: multipart ? MULTIPART : FORM,
          schema: () => schema,
          encoding: new Map(fields.flatMap((field) => listEncoding(nameOf(field), field))),
        },
      ],
    };
  };

  const readBody = (place: Place, operation: Place, parameters: readonly Place[]): ApiBody => {
    const schema = child(place, 'schema');
    const source: SchemaSource | undefined = isObject(schema.value) ? () => readSchema(schema) : undefined;
    const said = contentTypes(parameters);
    const consumes = said.length > 0 ? said : mediaTypes(operation, 'consumes');
    return {
      at: references.at(place),
      required: property(place.value, 'required') === true,
      description: textOf(property(place.value, 'description')),
      media: (consumes.length === 0 ? ['application/json'] : consumes).map((type) => ({ type, schema: source })),
    };
  };

  return {
    parameters: (raw) => raw.flatMap(readParameter),
    body(raw, operation) {
      const body = raw.find((place) => property(place.value, 'in') === 'body');
      if (body !== undefined) return readBody(body, operation, raw);
      const fields = raw.filter((place) => property(place.value, 'in') === 'formData');
      // What was carried over from 3.x by hand has a body as there.
      return fields.length === 0 ? younger.body(raw, operation) : readForm(fields, operation);
    },
    responses(operation): ApiResponse[] {
      const produces = mediaTypes(operation, 'produces');
      return references
        .entries(child(operation, 'responses'))
        .filter(([status]) => isAnswer(status))
        .map(([status, written]) => {
          const schema = child(references.follow(written), 'schema');
          const response = references.follow(written);
          const headers = references.entries(child(response, 'headers')).map(([name]) => name.toLowerCase());
          const answer = { status: status.toUpperCase(), headers, links: [] };
          if (!isObject(schema.value)) return { ...answer, media: [] };
          const types = produces.length === 0 ? ['application/json'] : produces;
          return {
            ...answer,
            media: types.map((type) => ({ type, schema: () => readSchema(schema) })),
          };
        });
    },
  };
}
