import { describe, expect, it } from '@jest/globals';
import { renderPlan } from '../../../src/cli/render-plan.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { fakeCli } from '../../kit/cli.ts';
import { fakeGraph, PLAN } from './graph.ts';

const YAML = 'sources: { shop: { kind: rest } }';

describe('renderPlan', () => {
  it('draws what runs when, which calls it makes, and counts them', () => {
    expect(renderPlan(PLAN)).toBe(`one after the other
├─ shop (rest)
│     GET /orders for orders: one call
├─ side by side
│  ├─ shop (rest), for orders.@.customer
│  │     GET /customers{?id*}: one call per batch of 100 keys
│  ├─ warehouse (soap), for orders.@.items.@.product
│  │     GetStockLevel: ONE CALL PER ITEM
│  └─ remote (graphql)
│        { me { id } }
└─ where $withStock
   └─ warehouse (soap)
         { a }

At most 3 upstream calls (2 fixed, 1 batched: one more for each further full batch of keys), and one more per item for: GetStockLevel.
`);
  });

  it('says so where there is nothing to fetch', () => {
    expect(renderPlan({ steps: null, calls: { fixed: 0, batched: 0, perItem: [] } })).toBe(
      'nothing to fetch\n\nAt most 0 upstream calls.\n',
    );
  });

  it('draws both sides of a condition', () => {
    const fetch = (subgraph: string) =>
      ({ kind: 'fetch', subgraph, sourceKind: 'x', operation: '{ a }', calls: [] }) as const;
    const steps = { kind: 'condition', on: 'full', then: fetch('a'), otherwise: fetch('b') } as const;
    expect(renderPlan({ steps, calls: { fixed: 1, batched: 0, perItem: [] } })).toBe(
      'where $full\n└─ a (x)\n      { a }\notherwise\n└─ b (x)\n      { a }\n\nAt most 1 upstream call.\n',
    );
  });
});

describe('manifold plan', () => {
  async function plan(
    args: readonly string[],
    stdin = '',
  ): Promise<{ code: number; out: string; err: string; graph: ReturnType<typeof fakeGraph> }> {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML, 'q.graphql': '{ orders { id } }' });
    const graph = fakeGraph();
    const cli = fakeCli({ stdin, hub: { composeGraph: async () => graph.composition } });
    const code = await cli.run('plan', ...args.map((arg) => arg.replace('DIR', folder.path)), '-c', folder.path);
    return { code, out: cli.stdout.join(''), err: cli.stderr.join('\n'), graph };
  }

  it('takes the operation as an argument, from a file and from stdin', async () => {
    for (const [arg, stdin] of [
      ['{ orders { id } }', ''],
      ['DIR/q.graphql', ''],
      ['-', '{ orders { id } }'],
    ] as const) {
      const { code, out, graph } = await plan([arg], stdin);
      expect(code).toBe(0);
      expect(out).toBe(renderPlan(PLAN));
      expect(graph.prepared).toMatchObject([{ text: '{ orders { id } }', operationName: undefined }]);
      expect(graph.closed).toBe(true);
    }
  });

  it('prints JSON when asked', async () => {
    expect(JSON.parse((await plan(['{ orders { id } }', '--json'])).out)).toEqual(PLAN);
  });

  it('plans the operation that is named', async () => {
    const text = 'query A { orders { id } } query B { orders { id } }';
    expect((await plan([text, '--operation', 'B'])).graph.prepared).toMatchObject([{ operationName: 'B' }]);
    for (const args of [[text], [text, '--operation', 'C']]) {
      const { code, err } = await plan(args);
      expect(code).toBe(1);
      expect(err).toMatch(/--operation; it has: A, B/);
    }
  });

  it('tells line and column of what is wrong with the operation, and closes the graph', async () => {
    const broken = await plan(['{ orders { ']);
    expect(broken.code).toBe(1);
    expect(broken.err).toMatch(/^manifold: query:1:\d+ Syntax Error/);
    const unknown = await plan(['{ orders { nope } }']);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(/^manifold: query:1:12 Cannot query field "nope" on type "Order"/);
    expect(unknown.graph.closed).toBe(true);
  });

  it('says that a file is not there', async () => {
    expect((await plan(['nothing.graphql'])).err).toBe(
      'manifold: "nothing.graphql" is neither an operation nor a file that can be read',
    );
  });
});

describe('manifold compose', () => {
  it('prints the supergraph on stdout and warnings on stderr', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const graph = fakeGraph(['Order.id is in two sources']);
    const asked: unknown[] = [];
    const cli = fakeCli({
      hub: {
        composeGraph: async (_config, options) => {
          asked.push(options.sdl);
          return graph.composition;
        },
      },
    });
    expect(await cli.run('compose', '-c', folder.path)).toBe(0);
    expect(await cli.run('compose', '-c', folder.path, '--pinned')).toBe(0);
    expect(asked).toEqual(['import', 'pinned']);
    expect(cli.stdout[0]).toBe('type Query { orders: [Order] }\n');
    expect(cli.stderr[0]).toBe('manifold: warning: Order.id is in two sources');
    expect(graph.closed).toBe(true);
  });
});
