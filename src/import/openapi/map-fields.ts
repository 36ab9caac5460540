// The properties of an object schema in, the fields of its GraphQL type out. Called by the type mapping.
import { createNameScope, fieldName, type NameScope } from '../graphql-names.ts';
import { createSchema } from './create-schema.ts';
import { defaultText } from './default-text.ts';
import { deprecationOf } from './deprecation.ts';
import type { ApiEncoding, Schema } from './document-model.ts';
import type { Position } from './schema-types.ts';
import type { ObjectShape, Shape, ShapeField } from './schema-shape.ts';
import { nonNull, nullable, quote, type FieldDef } from './sdl-model.ts';
import { serializeOf } from './serialization.ts';
import type { Hint, TypeRegistry } from './type-registry.ts';
import { xmlDirective } from './xml-hints.ts';

export interface FieldMapper {
  readonly hasAny: (shape: ObjectShape, position: Position) => boolean;
  /** @param owner what the names of types inside begin with. */
  readonly map: (shape: ObjectShape, position: Position, owner: string) => FieldDef[];
  readonly asForm: (schema: Schema, encoding: ReadonlyMap<string, ApiEncoding>) => void;
  readonly useXml: () => void;
  readonly defaultOf: (schema: Schema, type: string) => string | undefined;
}

export interface FieldMapperOptions {
  readonly registry: TypeRegistry;
  readonly refer: (schema: Schema, position: Position, hint: Hint) => string;
  readonly shapeOf: (schema: Schema) => Shape;
}

const TEXT = createSchema('#', { types: ['string'] });

export function createFieldMapper({ registry, refer, shapeOf }: FieldMapperOptions): FieldMapper {
  const forms = new Map<object, ReadonlyMap<string, ApiEncoding>>();
  let usesXml = false;

  const isUsable = ({ schema }: ShapeField, position: Position): boolean =>
    position === 'output' ? !schema.writeOnly : !schema.readOnly;

  const defaultOf = (schema: Schema, type: string): string | undefined =>
    defaultText(schema.default, type, registry.enumValue);

  const mapOne = (field: ShapeField, name: string, shape: ObjectShape, position: Position, owner: string): FieldDef => {
    const form = position === 'input' ? forms.get(shape.schema.id) : undefined;
    const encoding = form?.get(field.name);
    const file = form === undefined ? undefined : fileType(field.schema, encoding);
    const type = file ?? refer(field.schema, position, { typeName: `${owner}_${field.name}`, fieldName: field.name });
    const preset = position === 'input' && field.required ? defaultOf(field.schema, type) : undefined;
    const finished = field.required && preset === undefined ? type : nullable(type);
    const serialize = form === undefined ? undefined : serializeOf(shapeOf(field.schema), encoding);
    const xml = usesXml ? xmlDirective(field.schema, field.name) : undefined;
    return {
      name,
      upstream: name === field.name ? undefined : field.name,
      type: finished,
      default: preset,
      description: describeField(field.schema),
      deprecated: position === 'input' && finished.endsWith('!') ? undefined : deprecationOf(field.schema),
      args: [],
      directives: [...(serialize === undefined ? [] : [serialize]), ...(xml === undefined ? [] : [xml])],
    };
  };

  /** Undefined where the field of a form is no file. */
  const fileType = (schema: Schema, encoding: ApiEncoding | undefined): string | undefined => {
    const shape = shapeOf(schema);
    const inner = shape.kind === 'list' ? shape.items() : schema;
    const binary = inner.binary || (isText(inner) && isBinaryType(encoding?.contentType));
    if (!binary) return undefined;
    const upload = registry.scalar('Upload');
    const type = shape.kind === 'list' ? `[${upload}!]` : upload;
    return shape.nullable ? type : nonNull(type);
  };

  /** An upstream that insists on them gets them; one whose description is wrong does without. */
  const undescribedFields = ({ undescribed, additional }: ObjectShape, names: NameScope): FieldDef[] =>
    // Where an object may hold anything, there is a place for them already.
    (additional === undefined ? undescribed : []).map((upstream): FieldDef => {
      const name = names.claim(fieldName(upstream));
      return {
        name,
        upstream: name === upstream ? undefined : upstream,
        type: registry.scalar('JSON'),
        description: 'Required, but not described.',
        deprecated: undefined,
        args: [],
        directives: [],
      };
    });

  /** What is to be said beside the parts of a multipart form: each header is a field of its own. */
  const headerFields = (shape: ObjectShape, names: NameScope, owner: string): FieldDef[] =>
    [...(forms.get(shape.schema.id) ?? [])].flatMap(([of, { headers = [] }]) => {
      const field = shape.fields.get(of);
      if (field === undefined) return [];
      return headers.map(({ name, required, description, schema }): FieldDef => {
        const own = names.claim(fieldName(`${of}_${name}`));
        const type = refer(schema?.() ?? TEXT, 'input', { typeName: `${owner}_${own}`, fieldName: own });
        return {
          name: own,
          upstream: undefined,
          type: required && field.required ? type : nullable(type),
          description,
          deprecated: undefined,
          args: [],
          directives: [`@partHeader(of: ${quote(of)}, name: ${quote(name)})`],
        };
      });
    });

  const additionalField = (shape: ObjectShape, position: Position, owner: string): FieldDef[] => {
    const values = shape.additional?.();
    if (values === undefined) return [];
    const names = createNameScope(shape.fields.keys());
    const map = { ...shape.schema, id: additionalId(shape.schema), component: undefined, additional: () => values };
    const isAny = shapeOf(values).kind === 'any';
    const bare: Schema = {
      ...map,
      properties: [],
      allOf: [],
      oneOf: [],
      anyOf: [],
      types: ['object'],
      values: undefined,
    };
    const hint = { typeName: `${owner}AdditionalProperties`, fieldName: '' };
    return [
      {
        name: names.claim('additionalProperties'),
        upstream: undefined,
        type: isAny ? registry.scalar('JSON') : nullable(refer(bare, position, hint)),
        description: 'What else the object holds.',
        deprecated: undefined,
        args: [],
        directives: ['@additional'],
      },
    ];
  };

  const ids = new Map<object, object>();
  const additionalId = ({ id }: Schema): object => {
    const known = ids.get(id) ?? {};
    ids.set(id, known);
    return known;
  };

  const describeField = (schema: Schema): string | undefined => {
    const text = registry.isOwnDescription(schema) ? undefined : schema.description;
    const shape = shapeOf(schema);
    const values = shape.kind === 'scalar' || shape.kind === 'any' ? (schema.values ?? []) : [];
    if (values.length === 0) return text;
    const list = values
      .slice(0, 20)
      .map((value) => JSON.stringify(value))
      .join(', ');
    const allowed = values.length === 1 ? `Always ${list}.` : `One of ${list}${values.length > 20 ? ', …' : ''}.`;
    return text === undefined ? allowed : `${text}\n\n${allowed}`;
  };

  return {
    // Asked at every mention of the object, so without a list of its fields.
    hasAny: (shape, position) => shape.fields.values().some((field) => isUsable(field, position)),
    map(shape, position, owner) {
      const fields = [...shape.fields.values()]
        .filter((field) => isUsable(field, position))
        .map((field) => ({ field, wanted: fieldName(field.name) }));
      // Names that need no change are settled first, so that no other one takes them.
      const settled = fields.filter(({ field, wanted }) => wanted === field.name).map(({ wanted }) => wanted);
      const names = createNameScope(settled);
      return [
        ...fields.map(({ field, wanted }) => {
          const name = wanted === field.name ? wanted : names.claim(wanted);
          return mapOne(field, name, shape, position, owner);
        }),
        ...(position === 'input' ? [...undescribedFields(shape, names), ...headerFields(shape, names, owner)] : []),
        ...additionalField(shape, position, owner),
      ];
    },
    asForm(schema, encoding) {
      const shape = shapeOf(schema);
      forms.set(shape.kind === 'object' ? shape.schema.id : schema.id, encoding);
    },
    useXml() {
      usesXml = true;
    },
    defaultOf,
  };
}

function isText({ types }: Schema): boolean {
  return types.length === 0 || (types.length === 1 && types[0] === 'string');
}

function isBinaryType(contentType: string | undefined): boolean {
  return contentType !== undefined && !/^text\/|[/+](?:json|xml)\b|urlencoded/.test(contentType);
}
