// The annotated SDL of an in-process source as a graphql-js schema, checked; mistakes are named by file and line.
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  GraphQLError,
  Kind,
  parse,
  print,
  type DocumentNode,
  type GraphQLScalarType,
  type GraphQLSchema,
} from 'graphql';
import { validateSDL } from 'graphql/validation/validate.js';
import { HubFault } from '../../faults/hub-fault.ts';
import { argumentsOf, FEDERATION_DIRECTIVES, HUB_DIRECTIVES } from './hub-directives.ts';
import { WELL_KNOWN_SCALARS } from './scalars.ts';

const BUILT_IN_SCALARS: ReadonlySet<string> = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);

export interface LocalSchema {
  /** Has `_entities` where the source has entities; enum values carry the upstream's values. */
  readonly schema: GraphQLSchema;
  /** Entity types by name, with the field sets of their resolvable keys. */
  readonly entities: ReadonlyMap<string, readonly (readonly string[])[]>;
}

/** Throws HUB_COMPOSE_SDL. */
export function buildLocalSchema(source: string, sdl: DocumentNode): LocalSchema {
  const entities = readEntities(source, sdl);
  const federation = entities.size === 0 ? [] : entityDefinitions([...entities.keys()]).definitions;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      ...HUB_DIRECTIVES.definitions,
      ...FEDERATION_DIRECTIVES.definitions,
      ...withQuery(withoutLinks(sdl)).definitions,
      ...federation,
    ],
  };
  const problems = validateSDL(document);
  if (problems.length > 0) throw invalidSdl(source, problems);
  try {
    const resolvers = { ...enumValues(sdl), ...scalars(sdl) };
    return { schema: makeExecutableSchema({ typeDefs: document, resolvers, assumeValidSDL: true }), entities };
  } catch (thrown) {
    throw invalidSdl(source, [thrown instanceof GraphQLError ? thrown : new GraphQLError(String(thrown))]);
  }
}

export function invalidSdl(source: string, problems: readonly GraphQLError[]): HubFault {
  const lines = problems.map((problem) => `${placeOf(problem)}${problem.message.replaceAll(/\s*\n\s*/g, ' ')}`);
  return new HubFault('HUB_COMPOSE_SDL', `the schema of source "${source}" is not valid:\n  ${lines.join('\n  ')}`, {
    details: { source },
  });
}

/** "schema/shop/joins.graphql:3:5: " or nothing. */
function placeOf(error: GraphQLError): string {
  const location = error.locations?.[0];
  const file = error.source?.name ?? error.nodes?.[0]?.loc?.source.name;
  if (location === undefined) return '';
  return `${file === undefined || file === 'GraphQL request' ? 'line ' : `${file}:`}${location.line}:${location.column}: `;
}

function readEntities(source: string, sdl: DocumentNode): ReadonlyMap<string, readonly (readonly string[])[]> {
  const entities = new Map<string, (readonly string[])[]>();
  for (const definition of sdl.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const directive of definition.directives ?? []) {
      const { fields, resolvable } = argumentsOf(directive);
      if (directive.name.value !== 'key' || resolvable === false || typeof fields !== 'string') continue;
      if (/[{}]/.test(fields)) {
        const problem = new GraphQLError(
          `@key(fields: ${print({ kind: Kind.STRING, value: fields })}) of ${definition.name.value} is nested: keys of in-process sources are flat lists of fields`,
          { nodes: [directive] },
        );
        throw invalidSdl(source, [problem]);
      }
      const known = entities.get(definition.name.value) ?? [];
      entities.set(definition.name.value, [...known, fields.trim().split(/[\s,]+/)]);
    }
  }
  return entities;
}

const entityDefinitions = (names: readonly string[]): DocumentNode =>
  parse(
    `scalar _Any
     union _Entity = ${names.join(' | ')}
     extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`,
    { noLocation: true },
  );

/** graphql-js wants a query type; a source that only joins has none of its own. */
function withQuery(sdl: DocumentNode): DocumentNode {
  const has = sdl.definitions.some((one) => one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value === 'Query');
  if (has) return sdl;
  return {
    ...sdl,
    definitions: [...sdl.definitions, ...parse('type Query { _source: Boolean }', { noLocation: true }).definitions],
  };
}

const withoutLinks = (sdl: DocumentNode): DocumentNode => ({
  ...sdl,
  definitions: sdl.definitions.filter((definition) => definition.kind !== Kind.SCHEMA_EXTENSION),
});

/** Internal values of enums: what the upstream calls them. */
function enumValues(sdl: DocumentNode): Record<string, Record<string, string>> {
  const mapped: Record<string, Record<string, string>> = {};
  for (const definition of sdl.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION) continue;
    const values: Record<string, string> = {};
    for (const value of definition.values ?? []) {
      const directive = value.directives?.find((one) => one.name.value === 'map');
      const name = directive === undefined ? undefined : argumentsOf(directive).name;
      if (typeof name === 'string') values[value.name.value] = name;
    }
    if (Object.keys(values).length > 0) mapped[definition.name.value] = values;
  }
  return mapped;
}

function scalars(sdl: DocumentNode): Record<string, GraphQLScalarType> {
  return Object.fromEntries(
    sdl.definitions.flatMap((definition) => {
      if (definition.kind !== Kind.SCALAR_TYPE_DEFINITION || BUILT_IN_SCALARS.has(definition.name.value)) return [];
      const scalar = WELL_KNOWN_SCALARS.get(definition.name.value);
      return scalar === undefined ? [] : [[scalar.name, scalar]];
    }),
  );
}
