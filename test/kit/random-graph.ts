// A small random entity schema, twice: whole for graphql-js, and cut into subgraphs for the engine; with the same data.
import { makeExecutableSchema } from '@graphql-tools/schema';
import fc from 'fast-check';
import { GraphQLError, parse, type GraphQLSchema } from 'graphql';
import { createExecutableSubgraph } from '../../src/subgraphs/local/executable-subgraph.ts';
import type { Subgraph } from '../../src/contract/subgraph.ts';

export interface RandomField {
  readonly name: string;
  /** Index of the subgraph that owns it. */
  readonly owner: number;
  /** Index of the entity type it leads to; undefined for a scalar. */
  readonly to: number | undefined;
  readonly shape: 'one' | 'list' | 'strictList';
  readonly nonNull: boolean;
  /** A scalar that reads another scalar of its type through @requires; names that field. */
  readonly takes: boolean;
}
export interface RandomSchema {
  readonly types: readonly (readonly RandomField[])[];
  readonly subgraphs: number;
  readonly seed: number;
}

const SUBGRAPHS = 3;
const IDS = 4;

const fieldArbitrary = (types: number): fc.Arbitrary<Omit<RandomField, 'name'>> =>
  fc.record({
    owner: fc.nat(SUBGRAPHS - 1),
    to: fc.option(fc.nat(types - 1), { nil: undefined, freq: 2 }),
    shape: fc.constantFrom('one', 'one', 'list', 'strictList'),
    nonNull: fc.boolean(),
    takes: fc.boolean(),
  });

export const randomSchema: fc.Arbitrary<RandomSchema> = fc.integer({ min: 2, max: 3 }).chain((types) =>
  fc.record({
    types: fc.array(
      fc
        .array(fieldArbitrary(types), { minLength: 2, maxLength: 5 })
        .map((fields) => fields.map((field, i): RandomField => ({ ...field, name: `f${i}` }))),
      { minLength: types, maxLength: types },
    ),
    subgraphs: fc.constant(SUBGRAPHS),
    seed: fc.nat(1_000),
  }),
);

/** A number from anything, the same every time. */
function hash(...parts: readonly unknown[]): number {
  let value = 2_166_136_261;
  for (const char of JSON.stringify(parts)) value = Math.imul(value ^ char.charCodeAt(0), 16_777_619);
  return (value >>> 0) % 997;
}

function typeOf(field: RandomField): string {
  const inner = field.to === undefined ? 'Int' : `T${field.to}`;
  const shaped = field.shape === 'one' ? inner : field.shape === 'list' ? `[${inner}]` : `[${inner}!]`;
  return field.nonNull ? `${shaped}!` : shaped;
}

const argumentsOf = (field: RandomField): string => (field.takes ? '(n: Int = 1)' : '');

/** About one value in eight is missing, about one in ten is an error. */
function valueOf(schema: RandomSchema, type: number, id: string, field: RandomField, n: unknown): unknown {
  const draw = hash(schema.seed, type, id, field.name, field.takes ? n : 0);
  if (draw % 10 === 0) throw new GraphQLError(`no ${field.name} of ${id}`);
  const one = (i: number): unknown => {
    const inner = hash(schema.seed, type, id, field.name, i);
    if (inner % 8 === 0 && !(field.shape === 'strictList') && !(field.shape === 'one' && field.nonNull)) return null;
    return field.to === undefined ? inner : { id: String(inner % IDS) };
  };
  if (field.shape === 'one') return one(0);
  if (draw % 8 === 1 && !field.nonNull) return null;
  return Array.from({ length: draw % 4 }, (_, i) => one(i));
}

function resolversOf(schema: RandomSchema, owns: (field: RandomField) => boolean) {
  return Object.fromEntries(
    schema.types.map((fields, type) => [
      `T${type}`,
      Object.fromEntries(
        fields
          .filter(owns)
          .map((field) => [
            field.name,
            (parent: { id: string }, args: { n?: unknown }) => valueOf(schema, type, parent.id, field, args.n),
          ]),
      ),
    ]),
  );
}

const rootsOf = (schema: RandomSchema) =>
  schema.types.map((_, type) => ({ name: `t${type}`, type, owner: hash(schema.seed, type) % SUBGRAPHS }));

const rootResolver = (type: number, schema: RandomSchema) => () =>
  Array.from({ length: 2 }, (_, i) => ({ id: String(hash(schema.seed, type, i) % IDS) }));

/** The whole schema in one piece: what graphql-js answers is right by definition. */
export function wholeSchema(schema: RandomSchema): GraphQLSchema {
  const types = schema.types.map(
    (fields, type) =>
      `type T${type} { id: ID! ${fields.map((field) => `${field.name}${argumentsOf(field)}: ${typeOf(field)}`).join(' ')} }`,
  );
  const roots = rootsOf(schema);
  return makeExecutableSchema({
    typeDefs: `type Query { ${roots.map(({ name, type }) => `${name}: [T${type}]`).join(' ')} } ${types.join('\n')}`,
    resolvers: {
      ...resolversOf(schema, () => true),
      Query: Object.fromEntries(roots.map(({ name, type }) => [name, rootResolver(type, schema)])),
    },
  });
}

/** The same schema over several subgraphs: each field in one of them, every type an entity in all. */
export function cutSchema(schema: RandomSchema): readonly Subgraph[] {
  return Array.from({ length: SUBGRAPHS }, (_, owner) => {
    const types = schema.types.map((fields, type) => {
      const own = fields.filter((field) => field.owner === owner);
      return `type T${type} @key(fields: "id") { id: ID! ${own.map((field) => `${field.name}${argumentsOf(field)}: ${typeOf(field)}`).join(' ')} }`;
    });
    const roots = rootsOf(schema).filter((root) => root.owner === owner);
    const query = roots.map(({ name, type }) => `${name}: [T${type}]`).join(' ');
    const sdl = `${query === '' ? '' : `type Query { ${query} }`} ${types.join('\n')}`;
    const executable = makeExecutableSchema({
      typeDefs: `directive @key(fields: String!) repeatable on OBJECT
        scalar _Any union _Entity = ${schema.types.map((_type, type) => `T${type}`).join(' | ')}
        ${query === '' ? 'type Query { _entities(representations: [_Any!]!): [_Entity]! }' : 'extend type Query { _entities(representations: [_Any!]!): [_Entity]! }'}
        ${sdl}`,
      resolvers: {
        ...resolversOf(schema, (field) => field.owner === owner),
        _Entity: { __resolveType: (value: { __typename: string }) => value.__typename },
        Query: {
          _entities: (_root: unknown, args: { representations: unknown[] }) => args.representations,
          ...Object.fromEntries(roots.map(({ name, type }) => [name, rootResolver(type, schema)])),
        },
      },
    });
    return createExecutableSubgraph({
      name: `s${owner}`,
      kind: 'test',
      sdl: parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"]) ${sdl}`),
      schema: executable,
      contextOf: (scope) => scope,
    });
  });
}

/** A query over the schema: nested, with aliases, arguments, fragments and conditions. */
export function randomQuery(schema: RandomSchema): fc.Arbitrary<string> {
  const selection = (type: number, depth: number): fc.Arbitrary<string> => {
    const fields = schema.types[type] ?? [];
    const choices = fields.map((field, i) =>
      fc
        .record({
          take: fc.boolean(),
          form: fc.nat(9),
          n: fc.nat(2),
          inner: field.to === undefined || depth === 0 ? fc.constant('') : selection(field.to, depth - 1),
        })
        .map(({ take, form, n, inner }) => {
          if (!take || (field.to !== undefined && inner === '')) return '';
          const args = field.takes && form % 2 === 0 ? `(n: ${n})` : '';
          const called = `${form > 6 || args !== '' ? `a${i}_${args === '' ? 'x' : n}: ` : ''}${field.name}${args}`;
          const condition =
            form === 3
              ? ' @include(if: $yes)'
              : form === 4
                ? ' @skip(if: $yes)'
                : form === 5
                  ? ' @include(if: $no)'
                  : '';
          const text = `${called}${condition}${inner === '' ? '' : ` { ${inner} }`}`;
          return form === 1 ? `... on T${type} { ${text} }` : form === 2 ? `... @skip(if: $no) { ${text} }` : text;
        }),
    );
    return fc.tuple(fc.boolean(), fc.boolean(), ...choices).map(([id, typename, ...texts]) => {
      const chosen = texts.filter((text) => text !== '');
      return [...(id || chosen.length === 0 ? ['id'] : []), ...(typename ? ['__typename'] : []), ...chosen].join(' ');
    });
  };
  const roots = schema.types.map((_, type) => selection(type, 3).map((inner) => `t${type} { ${inner} }`));
  return fc
    .tuple(...roots)
    .map((texts) => `query ($yes: Boolean! = true, $no: Boolean! = false) { ${texts.join(' ')} }`);
}
