// A federation subgraph as a program of its own: `node item-subgraph.ts INDEX PORT`. Every Item has a field of each such
// subgraph, and each has a root field of its own. A GET says that it can be asked.
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse, validate } from 'graphql';

const [index = '0', port = '0'] = process.argv.slice(2);

const schema = buildSubgraphSchema({
  typeDefs: parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Query { x${index}: [Item!] }
    type Item @key(fields: "id") { id: ID! f${index}: String }
  `),
  resolvers: {
    Query: { [`x${index}`]: () => [`${index}-1`, `${index}-2`].map((id) => ({ id })) },
    Item: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      [`f${index}`]: ({ id }: { id: string }) => `f${index} of ${id}`,
    },
  },
});

createServer((request, response) => {
  if (request.method === 'GET') {
    response.end('ready');
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const document = parse(query);
    const errors = validate(schema, document);
    void Promise.resolve(
      errors.length > 0 ? { errors } : execute({ schema, document, variableValues: variables }),
    ).then((result) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result)));
  });
}).listen(Number(port), '127.0.0.1');
