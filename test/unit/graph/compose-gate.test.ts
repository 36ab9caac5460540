import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { composeGate } from '../../../src/graph/compose-gate.ts';
import { composeSupergraph, type SubgraphSdl } from '../../../src/graph/compose-supergraph.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@shareable", "@inaccessible", "@external"])\n`;
const subgraph = (name: string, sdl: string): SubgraphSdl => ({ name, sdl: parse(LINK + sdl) });

function gateOf(...subgraphs: readonly SubgraphSdl[]) {
  return composeGate(subgraphs, composeSupergraph(subgraphs), { internal: ['hub'] });
}
const keysOf = (gate: ReturnType<typeof gateOf>) => gate.entrances.map(({ keys }) => Object.fromEntries(keys));

const QUERY = 'type Query { a: Int }';

describe('the keys by which a graph is entered', () => {
  it('are those that some source resolves, one entrance for each that an entity has', () => {
    const gate = gateOf(
      subgraph(
        'shop',
        `${QUERY} type Product @key(fields: "id") @key(fields: "sku") @key(fields: "ean", resolvable: false)
         { id: ID! sku: ID! ean: ID! } type Order @key(fields: "id") { id: ID! }`,
      ),
    );
    expect(keysOf(gate)).toEqual([{ Product: 'id', Order: 'id' }, { Product: 'sku' }]);
  });

  it('lead to every field: one from which a source is not reached is left out', () => {
    const gate = gateOf(
      subgraph('shop', `${QUERY} type Product @key(fields: "id") { id: ID! sku: ID! @shareable name: String }`),
      subgraph('warehouse', 'type Product @key(fields: "sku") { sku: ID! stock(at: ID!): Int }'),
    );
    expect(keysOf(gate)).toEqual([{ Product: 'id' }]);
  });

  it('lead into value types too', () => {
    const gate = gateOf(
      subgraph(
        'shop',
        `${QUERY} type Product @key(fields: "id") { id: ID! size: Size @shareable } type Size @shareable { x: Int y: Int }`,
      ),
      subgraph(
        'warehouse',
        'type Product @key(fields: "id") { id: ID! size: Size @shareable } type Size { x: Int @shareable }',
      ),
    );
    expect(keysOf(gate)).toEqual([{ Product: 'id' }]);
  });

  it('may be composite and nested, of enums and of custom scalars', () => {
    const gate = gateOf(
      subgraph(
        'shop',
        `${QUERY} scalar UUID enum Kind { A B }
         type Product @key(fields: "uuid, kind owner { id lists { x } }")
         { uuid: UUID! kind: Kind! owner: Owner! name: String }
         type Owner @key(fields: "id") { id: ID! name: String lists: [Item!]! } type Item { x: Int y: Int }`,
      ),
    );
    expect(keysOf(gate)).toEqual([{ Product: 'uuid kind owner { id lists { x } }', Owner: 'id' }]);
    const { planner } = gate.entrances[0];
    const text = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name owner { name } } } }';
    expect(JSON.stringify(planner.plan(text, undefined))).toContain('"serviceName":"shop"');
  });

  it('are not those of hidden types, of hidden fields, nor of interfaces', () => {
    const gate = gateOf(
      subgraph(
        'shop',
        `${QUERY} type Secret @key(fields: "id") @inaccessible { id: ID! }
         type Product @key(fields: "id") @key(fields: "hidden") { id: ID! hidden: ID @inaccessible }
         interface Media @key(fields: "id") { id: ID! }
         type Book implements Media @key(fields: "id") { id: ID! }`,
      ),
    );
    expect(keysOf(gate)).toEqual([{ Product: 'id', Book: 'id' }]);
    expect(gate.publishedSdl).not.toMatch(/Secret|hidden/);
  });

  it('may be none: then only the SDL is offered', () => {
    const gate = gateOf(subgraph('shop', 'type Query { a: Thing } type Thing { x: Int }'));
    expect(keysOf(gate)).toEqual([{}]);
    expect(Object.keys(gate.entrances[0].supergraph.publicSchema.getQueryType()?.getFields() ?? {})).toEqual([
      '_service',
      'a',
    ]);
  });
});

describe('the published SDL', () => {
  it('leaves out the root fields of internal subgraphs and what only they need', () => {
    const { publishedSdl } = gateOf(
      subgraph('shop', 'type Query { "Kept." a(x: Int = 1): Thing @deprecated(reason: "old") } type Thing { x: Int }'),
      subgraph('hub', '"About." type Query { hub: Hub } type Hub { name: String }'),
    );
    expect(publishedSdl)
      .toBe(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])

type Query {
  """Kept."""
  a(x: Int = 1): Thing @deprecated(reason: "old")
}

type Thing @shareable {
  x: Int
}
`);
  });
});
