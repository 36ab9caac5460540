// Real GraphQL servers for tests, on graphql-js: plain ones, and federation subgraphs with `_service` and `_entities`.
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IResolvers } from '@graphql-tools/utils';
import { execute, parse, validate, type GraphQLSchema } from 'graphql';
import { json, startUpstream, type Upstream } from './upstream.ts';

export interface Asked {
  readonly query: string;
  readonly variables: Record<string, any>;
  readonly operationName?: string;
}

export interface GraphQlUpstream extends Upstream {
  /** What was asked, in order. */
  readonly asked: Asked[];
}

export async function startGraphQl(schema: GraphQLSchema): Promise<GraphQlUpstream> {
  const asked: Asked[] = [];
  const upstream = await startUpstream(async (request, response) => {
    const body: Asked = JSON.parse(request.body);
    asked.push(body);
    const document = parse(body.query);
    const errors = validate(schema, document);
    if (errors.length > 0) {
      json(response, { errors }, 400);
      return;
    }
    const { variables, operationName } = body;
    json(
      response,
      await execute({
        schema,
        document,
        variableValues: variables,
        ...(operationName === undefined ? {} : { operationName }),
      }),
    );
  });
  return { ...upstream, asked };
}

/** Resolvers by type and field; the `__resolveReference` of a type answers `_entities`. */
export type SubgraphResolvers = Readonly<Record<string, Readonly<Record<string, any>>>>;

const MACHINERY = /* GraphQL */ `
  directive @link(url: String!, import: [String]) repeatable on SCHEMA
  directive @key(fields: String!, resolvable: Boolean) repeatable on OBJECT | INTERFACE
  directive @external on FIELD_DEFINITION | OBJECT
  directive @requires(fields: String!) on FIELD_DEFINITION
  directive @provides(fields: String!) on FIELD_DEFINITION
  directive @extends on OBJECT | INTERFACE
  directive @shareable repeatable on FIELD_DEFINITION | OBJECT
  scalar _Any
  type _Service {
    sdl: String
  }
  extend type Query {
    _service: _Service!
  }
`;

/** @param entities names of the types that `_entities` may answer. */
export function subgraphSchema(sdl: string, resolvers: SubgraphResolvers, entities: readonly string[]): GraphQLSchema {
  const fields: Record<string, Record<string, unknown>> = { Query: {} };
  for (const [type, all] of Object.entries(resolvers)) {
    fields[type] = Object.fromEntries(Object.entries(all).filter(([name]) => name !== '__resolveReference'));
  }
  const typeDefs = [
    // A server of Federation 1 runs its extensions as definitions, and tells them as they were written.
    sdl.replaceAll(/extend type (?!Query)/g, 'type '),
    MACHINERY,
    ...(sdl.includes('type Query') ? [] : ['type Query']),
  ];
  fields.Query = { ...fields.Query, _service: () => ({ sdl }) };
  if (entities.length > 0) {
    typeDefs.push(`union _Entity = ${entities.join(' | ')}
      extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`);
    fields._Entity = { __resolveType: (value: any) => value.__typename };
    fields.Query._entities = (_root: unknown, { representations }: any) =>
      representations.map(async (reference: any) => {
        const found: any = await resolvers[reference.__typename]?.__resolveReference?.(reference);
        return found === null || found === undefined ? null : { __typename: reference.__typename, ...found };
      });
  }
  return makeExecutableSchema({ typeDefs, resolvers: fields as IResolvers });
}
