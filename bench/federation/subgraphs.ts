// The upstream of the federated scenarios: four subgraphs in one process, operations compiled once, data in memory.
// Run as a program with the port in PORT; each subgraph is at /<name>.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { PRODUCTS, PURCHASERS, REVIEWS } from './data.ts';

const RESOLVERS = {
  accounts: {
    Query: { me: () => PURCHASERS[0] },
    User: { __resolveReference: ({ id }: { id: string }) => PURCHASERS[Number(id) - 1] },
  },
  products: {
    Query: { topProducts: (_root: unknown, { first }: { first: number }) => PRODUCTS.slice(0, first) },
    Product: { __resolveReference: ({ upc }: { upc: string }) => PRODUCTS[Number(upc) - 1] },
  },
  inventory: {
    Product: {
      inStock: ({ upc }: { upc: string }) => Number(upc) % 3 !== 0,
      shippingEstimate: ({ price, weight }: { price: number; weight: number }) => (price > 900 ? 0 : weight),
    },
  },
  reviews: {
    Product: { reviews: ({ upc }: { upc: string }) => REVIEWS.get(upc) ?? [] },
  },
};

type Run = (variables: Record<string, unknown>) => unknown;

function createRunner(schema: GraphQLSchema): (query: string) => Run {
  const compiled = new Map<string, Run>();
  return (query) => {
    const known = compiled.get(query);
    if (known !== undefined) return known;
    const made = compileQuery(schema, parse(query));
    if (!isCompiledQuery(made)) throw new Error(JSON.stringify(made.errors));
    const run: Run = (variables) => made.query({}, {}, variables);
    compiled.set(query, run);
    return run;
  };
}

const runners = new Map(
  Object.entries(RESOLVERS).map(([name, resolvers]) => {
    const typeDefs = parse(readFileSync(new URL(`${name}.graphql`, import.meta.url), 'utf8'));
    return [`/${name}`, createRunner(buildSubgraphSchema({ typeDefs, resolvers }))];
  }),
);

let calls = 0;
const server = createServer((request, response) => {
  if (request.url === '/calls') {
    response.end(String(calls));
    return;
  }
  const runner = runners.get(request.url ?? '');
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => void chunks.push(chunk));
  request.on('end', () => {
    calls += 1;
    const { query, variables = {} } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    void Promise.resolve(runner?.(query)(variables ?? {})).then((result) => {
      const text = JSON.stringify(result ?? { errors: [{ message: 'no such subgraph' }] });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    });
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
