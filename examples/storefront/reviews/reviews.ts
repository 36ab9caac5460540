// The reviews service: a Federation subgraph, as schema.graphql describes it, on Fastify. No key, GraphQL at /graphql.
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import Fastify from 'fastify';
import { defaultFieldResolver, GraphQLError, type GraphQLSchema, parse } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/fastify';
import { type CallCounter, createCallCounter } from '../call-counter.ts';
import type { Product } from '../data.ts';
import type { RunningServer } from '../run-server.ts';
import { createRatings, type Ratings } from './ratings.ts';

const PATH = '/graphql';
const MAX_FIRST = 100;

export interface ReviewsOptions {
  readonly port: number;
  readonly products: readonly Product[];
}

export async function startReviews({ port, products }: ReviewsOptions): Promise<RunningServer> {
  const typeDefs = await readFile(new URL('schema.graphql', import.meta.url), 'utf8');
  const calls = createCallCounter();
  const app = Fastify({ forceCloseConnections: true });
  app.post(PATH, createHandler({ schema: counted(createSchema(typeDefs, createRatings(products)), calls) }));
  app.get('/__calls', () => calls.snapshot());
  app.delete('/__calls', (_request, reply) => {
    calls.reset();
    return reply.code(204).send();
  });
  await app.listen({ host: '127.0.0.1', port });
  const address = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${address.port}${PATH}`, close: () => app.close() };
}

function createSchema(typeDefs: string, ratings: Ratings): GraphQLSchema {
  return buildSubgraphSchema({
    typeDefs: parse(typeDefs),
    resolvers: {
      Query: {
        topRated: (_root: unknown, { first }: { readonly first: number | null }) => {
          const count = first ?? 0;
          if (count >= 0 && count <= MAX_FIRST) return ratings.top(count);
          throw new GraphQLError(`first must be from 0 to ${MAX_FIRST}, not ${count}`);
        },
      },
      Product: {
        // Null is what the specification wants for an entity that this subgraph does not know.
        __resolveReference: ({ id }: { readonly id: string }) => ratings.of(id) ?? null,
      },
    },
  });
}

/** Counts each root field by its name: `topRated`, `_entities` (however many representations it gets), `_service`. */
function counted(schema: GraphQLSchema, calls: CallCounter): GraphQLSchema {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const { resolve = defaultFieldResolver } = field;
    field.resolve = (...question) => {
      calls.count(field.name);
      return resolve(...question);
    };
  }
  return schema;
}
