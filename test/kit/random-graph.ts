// A random schema twice, with the same data: whole for graphql-js, and cut into subgraphs for the engine.
import { makeExecutableSchema } from '@graphql-tools/schema';
import { parse, type GraphQLSchema } from 'graphql';
import type { Subgraph } from '../../src/contract/subgraph.ts';
import { createExecutableSubgraph } from '../../src/subgraphs/local/executable-subgraph.ts';
import { entity, has, hash, SUBGRAPHS, typeOf, valueOf, type RandomField, type RandomSchema } from './random-schema.ts';

/** Every type has it in the first subgraph, and the interface there. */
const K: RandomField = { name: 'k', owner: 0, to: undefined, shape: 'one', nonNull: false, takes: false, sure: false };

const DIRECTIVES = ['key', 'shareable', 'external', 'requires', 'provides'];
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [${DIRECTIVES.map((name) => `"@${name}"`).join(', ')}])`;
const MACHINERY = `
  directive @key(fields: String!) repeatable on OBJECT
  directive @shareable on FIELD_DEFINITION
  directive @external on FIELD_DEFINITION
  directive @requires(fields: String!) on FIELD_DEFINITION
  directive @provides(fields: String!) on FIELD_DEFINITION
  scalar _Any`;

const fieldsOf = (schema: RandomSchema, type: number): readonly RandomField[] => [...(schema.types[type] ?? []), K];
const namesOf = (schema: RandomSchema): readonly string[] => schema.types.map((_, type) => `T${type}`);
const argumentsOf = (field: RandomField): string => (field.takes ? '(n: Int = 1)' : '');

interface Root {
  readonly name: string;
  readonly to: number | 'Node' | 'Any';
  readonly owner: number;
}

export const rootsOf = (schema: RandomSchema): readonly Root[] =>
  [...schema.types.keys(), 'Node' as const, 'Any' as const].map((to) => ({
    name: `r${to}`,
    to,
    owner: hash(schema.seed, to) % SUBGRAPHS,
  }));

const nameOf = (to: Root['to']): string => (typeof to === 'number' ? `T${to}` : to);

const queryOf = (roots: readonly Root[]): string =>
  `type Query { ${roots.map(({ name, to }) => `${name}: [${nameOf(to)}]`).join(' ')} }`;

const rootResolvers = (schema: RandomSchema, roots: readonly Root[]) =>
  Object.fromEntries(
    roots.map(({ name, to }) => [name, () => [0, 1].map((i) => entity(schema, to, hash(schema.seed, to, i)))]),
  );

type Parent = Readonly<Record<string, unknown>> & { readonly id: string };

function resolversOf(
  schema: RandomSchema,
  owns: (type: number, field: RandomField) => boolean,
  read: (parent: Parent, type: number, field: RandomField) => unknown,
) {
  const abstract = { __resolveType: ({ __typename }: { __typename: string }) => __typename };
  const objects = schema.types.map((_, type) => {
    const resolvers = fieldsOf(schema, type)
      .filter((field) => owns(type, field))
      .map((field) => [
        field.name,
        (parent: Parent, args: { n?: unknown }) =>
          valueOf(schema, type, parent.id, field, field.requires === undefined ? args.n : read(parent, type, field)),
      ]);
    return [`T${type}`, { ...Object.fromEntries(resolvers), code: ({ id }: Parent) => `c${id}` }];
  });
  return { ...Object.fromEntries(objects), Node: abstract, Any: abstract };
}

/** The whole schema in one piece: what graphql-js answers is right by definition. */
export function wholeSchema(schema: RandomSchema): GraphQLSchema {
  const types = schema.types.map((_, type) => {
    const fields = fieldsOf(schema, type).map((field) => `${field.name}${argumentsOf(field)}: ${typeOf(field)}`);
    return `type T${type} implements Node { id: ID! code: ID! ${fields.join(' ')} }`;
  });
  const readWhole = (parent: Parent, type: number, { requires }: RandomField) => {
    const field = fieldsOf(schema, type).find(({ name }) => name === requires);
    return field === undefined ? undefined : valueOf(schema, type, parent.id, field, undefined);
  };
  return makeExecutableSchema({
    typeDefs: `${queryOf(rootsOf(schema))} ${types.join('\n')}
      interface Node { id: ID! code: ID! k: Int } union Any = ${namesOf(schema).join(' | ')}`,
    resolvers: {
      ...resolversOf(schema, () => true, readWhole),
      Query: rootResolvers(schema, rootsOf(schema)),
    },
  });
}

/** What fields of the subgraph require of the type, or provide of it where they lead to it. */
function externalsOf(schema: RandomSchema, type: number, subgraph: number): ReadonlySet<string> {
  const own = schema.types[type]?.filter((field) => has(field, subgraph)) ?? [];
  const leading = schema.types.flat().filter((field) => field.to === type && has(field, subgraph));
  return new Set([
    ...own.flatMap(({ requires }) => requires ?? []),
    ...leading.flatMap(({ provides }) => provides ?? []),
  ]);
}

const isProvided = (schema: RandomSchema, type: number, { name }: RandomField): boolean =>
  schema.types.flat().some((field) => field.to === type && field.provides === name);

function typeSdl(schema: RandomSchema, type: number, subgraph: number): string {
  const externals = externalsOf(schema, type, subgraph);
  const fields = fieldsOf(schema, type).flatMap((field) => {
    const signature = `${field.name}${argumentsOf(field)}: ${typeOf(field)}`;
    if (!has(field, subgraph)) return externals.has(field.name) ? [`${signature} @external`] : [];
    const shared = field.also !== undefined || isProvided(schema, type, field) ? '@shareable' : '';
    const requires = field.requires === undefined ? '' : `@requires(fields: "${field.requires}")`;
    const provides = field.provides === undefined ? '' : `@provides(fields: "${field.provides}")`;
    return [`${signature} ${shared} ${requires} ${provides}`];
  });
  // The first subgraph knows entities by both keys, the others by one of them.
  const keys = subgraph === 0 ? ['id', 'code'] : [hash(schema.seed, type, subgraph) % 2 === 0 ? 'id' : 'code'];
  const marks = keys.map((key) => `@key(fields: "${key}")`).join(' ');
  return `type T${type} implements Node ${marks} { id: ID! @shareable code: ID! @shareable ${fields.join(' ')} }`;
}

/** The same schema over several subgraphs: each field in one of them or two, every type an entity in all. */
export function cutSchema(schema: RandomSchema): readonly Subgraph[] {
  return Array.from({ length: SUBGRAPHS }, (_, subgraph) => {
    const roots = rootsOf(schema).filter(({ owner }) => owner === subgraph);
    const names = namesOf(schema);
    const sdl = [
      roots.length === 0 ? '' : queryOf(roots),
      `interface Node { id: ID! code: ID! ${subgraph === 0 ? 'k: Int' : ''} }`,
      `union Any = ${names.join(' | ')}`,
      ...schema.types.map((_type, type) => typeSdl(schema, type, subgraph)),
    ].join('\n');
    const own = resolversOf(
      schema,
      (type, field) => has(field, subgraph) || externalsOf(schema, type, subgraph).has(field.name),
      (parent, _type, { requires = '' }) => parent[requires],
    );
    const executable = makeExecutableSchema({
      typeDefs: `${MACHINERY} ${sdl} union _Entity = ${names.join(' | ')}
        ${roots.length === 0 ? '' : 'extend'} type Query { _entities(representations: [_Any!]!): [_Entity]! }`,
      resolvers: {
        ...own,
        _Entity: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
        Query: {
          ...rootResolvers(schema, roots),
          _entities: (_root: unknown, args: { representations: { id?: string; code?: string }[] }) =>
            args.representations.map((one) => ({ ...one, id: one.id ?? one.code?.slice(1) })),
        },
      },
    });
    return createExecutableSubgraph({
      name: `s${subgraph}`,
      kind: 'test',
      sdl: parse(`${LINK} ${sdl}`),
      makeSchema: () => executable,
      contextOf: (scope) => scope,
    });
  });
}
