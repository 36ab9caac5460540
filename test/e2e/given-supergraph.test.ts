import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import pino from 'pino';
import * as hubModule from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { ask } from '../kit/ask.ts';
import { fakeCli } from '../kit/cli.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { startGraphQl, type GraphQlUpstream } from '../kit/graphql-upstream.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@inaccessible"])\n`;
const PRODUCTS = `${LINK}
  type Query { products: [Product!]! }
  type Product @key(fields: "id") { id: ID! name: String secret: String @inaccessible }
`;
const REVIEWS = `${LINK}
  type Product @key(fields: "id") { id: ID! stars: Int }
`;

let products: GraphQlUpstream;
let reviews: GraphQlUpstream;
let supergraph: string;

beforeAll(async () => {
  products = await startGraphQl(
    buildSubgraphSchema({
      typeDefs: parse(PRODUCTS),
      resolvers: { Query: { products: () => [{ id: '1', name: 'Axe' }] } },
    }),
  );
  reviews = await startGraphQl(
    buildSubgraphSchema({ typeDefs: parse(REVIEWS), resolvers: { Product: { stars: () => 5 } } }),
  );
  const composed = composeServices([
    { name: 'products', url: products.url, typeDefs: parse(PRODUCTS) },
    { name: 'my-reviews', url: 'http://127.0.0.1:9/graphql', typeDefs: parse(REVIEWS) },
  ]);
  supergraph = composed.supergraphSdl ?? '';
});

afterAll(() => Promise.all([products.close(), reviews.close()]));

const YAML = 'server: { port: 0 }\nsupergraph: ./graphs/supergraph.graphql\n';
const override = (): string => `sources:\n  my-reviews: { kind: federation, url: "${reviews.url}" }\n`;
const QUERY = '{ products { name stars } }';

/** What a command says to a configuration. */
async function manifold(yaml: string, graph: string, ...args: string[]) {
  await using folder = await temporaryFolder({ 'manifold.yaml': yaml, 'graphs/supergraph.graphql': graph });
  const cli = fakeCli({ hub: hubModule });
  const code = await cli.run(...args, '--config', folder.path);
  return { code, stdout: cli.stdout.join(''), stderr: cli.stderr.join('\n') };
}

describe('a supergraph of another tool', () => {
  it('is served as it is, over its subgraphs, called as the configuration says', async () => {
    await using folder = await temporaryFolder({
      'manifold.yaml': YAML + override(),
      'graphs/supergraph.graphql': supergraph,
    });
    const config = await loadConfig({ file: folder.path, env: {}, kinds: hubModule.KINDS });
    const hub = await hubModule.startHub(config, { sdl: 'pinned', logger: pino({ level: 'silent' }) });
    const answer = await ask(hub.url, QUERY);
    const hidden = await ask(hub.url, '{ products { secret } }');
    await hub.close();
    expect(answer).toEqual({ status: 200, data: { products: [{ name: 'Axe', stars: 5 }] } });
    expect(hidden.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    expect([products.asked.length, reviews.asked.length]).toEqual([1, 1]);
  });

  it('is what plan, check and compose look at', async () => {
    const plan = await manifold(YAML, supergraph, 'plan', QUERY);
    expect(plan.stdout).toMatch(/products \(federation\)[\s\S]*my-reviews \(federation\), for products\.@/);
    expect(await manifold(YAML, supergraph, 'check')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('0 errors'),
    });
    expect((await manifold(YAML, supergraph, 'compose')).stdout.trim()).toBe(supergraph.trim());
  });

  it.each([
    ['that is not there', 'supergraph: ./nope.graphql\n', '', /nope\.graphql cannot be read/],
    ['that does not parse', YAML, 'type {', /graphs\/supergraph\.graphql:1:6/],
    ['that is none', YAML, 'type Query { a: Int }', /graphs\/supergraph\.graphql is no supergraph of Federation 2/],
    [
      'without the subgraph that a source is named after',
      `${YAML}sources: { other: { kind: federation, url: "http://127.0.0.1:9" } }\n`,
      undefined,
      /sources\.other: .*it has my-reviews, products|it has products, my-reviews/,
    ],
    [
      'whose subgraph is said to be of another kind',
      `${YAML}sources: { products: { kind: graphql, url: "http://127.0.0.1:9" } }\n`,
      undefined,
      /sources\.products: .*"federation", not "graphql"/,
    ],
  ])('%s gets one clear message and exit code 1', async (_title, yaml, graph, message) => {
    const { code, stdout, stderr } = await manifold(yaml, graph ?? supergraph, 'compose');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at |node:internal/m);
  });

  it('that does not say where a subgraph is asks for it', async () => {
    const { stderr } = await manifold(YAML, supergraph.replace('http://127.0.0.1:9/graphql', ''), 'compose');
    expect(stderr).toMatch(/"my-reviews".*add sources\.my-reviews/);
  });

  it('cannot be published as a subgraph', async () => {
    const { code, stderr } = await manifold(YAML, supergraph, 'compose', '--publish-sdl');
    expect(code).toBe(1);
    expect(stderr).toContain('graphs/supergraph.graphql is served as it is');
  });

  it('stands in for sources, of which there must be one otherwise', async () => {
    const { code, stderr } = await manifold('name: nothing\n', '', 'compose');
    expect(code).toBe(1);
    expect(stderr).toContain('name at least one source');
  });
});
