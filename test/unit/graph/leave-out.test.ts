// Composing without what one subgraph alone has, and putting it back: the same supergraph as composing all of it.
import { expect, it } from '@jest/globals';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';
import { composeSupergraph } from '../../../src/graph/compose-supergraph.ts';
import { sdlSubgraphs, sortSdl } from '../../kit/sdl-subgraphs.ts';

const LINK = `
  extend schema @link(
    url: "https://specs.apollo.dev/federation/v2.7"
    import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible"]
  )
`;
const SHOP = `
  "What is asked."
  type Query { products(first: Int = 10, by: Sort): [Product!]! product(id: ID!): Product search(text: String!): [Found!] stats: Stats now: DateTime }
  type Mutation { add(product: NewProduct!): Product! remove(id: ID!): Boolean @deprecated(reason: "archive it") }
  type Product implements Named @key(fields: "id") { id: ID! name: String price(currency: Currency = EUR): Money weight: Int parts: [Part!] }
  interface Named { name: String }
  type Part implements Named { name: String of: Product count: Int }
  union Found = Product | Part | Page
  type Page { url: String title: String }
  type Money @shareable { amount: String currency: Currency }
  enum Currency { EUR USD }
  enum Sort { NAME PRICE @deprecated }
  input NewProduct { name: String! price: NewPrice tags: [String!] = ["new"] }
  input NewPrice { amount: String! currency: Currency = EUR }
  type Stats { count: Int byDay: [Day!] }
  type Day { date: DateTime count: Int stats: Stats }
  scalar DateTime @specifiedBy(url: "https://scalars.graphql.org/andimarek/date-time")
`;
const STOCK = `
  type Query { warehouses: [Warehouse!] }
  type Product @key(fields: "id") { id: ID! weight: Int @external stock: Int shipping: Money @requires(fields: "weight") at: [Warehouse!] }
  type Warehouse @key(fields: "id") { id: ID! place: Place boss: Person }
  type Place { city: String position: Position }
  type Position { x: Float y: Float }
  type Person { name: String mail: String }
  type Money @shareable { amount: String currency: Currency }
  enum Currency { EUR USD }
`;
const HIDDEN = 'type Query { secret: Secret @inaccessible open: Int } type Secret @inaccessible { text: String }';

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['one subgraph', [SHOP]],
  ['two that share entities, values and enums', [SHOP, STOCK]],
  ['the same the other way round', [STOCK, SHOP]],
  ['with what is hidden', [SHOP, STOCK, HIDDEN]],
  ['with a hidden field', [SHOP.replace('weight: Int', 'weight: Int @inaccessible'), STOCK]],
];

it.each(cases)('gives the same supergraph: %s', (_name, texts) => {
  const subgraphs = sdlSubgraphs(texts, LINK);
  const whole = composeSupergraph(subgraphs, { leaveOutAbove: Infinity });
  const reduced = composeSupergraph(subgraphs, { leaveOutAbove: 0 });
  expect(sortSdl(parse(reduced.sdl))).toBe(sortSdl(parse(whole.sdl)));
  const sorted = (schema: typeof whole.publicSchema): string => printSchema(lexicographicSortSchema(schema));
  expect(sorted(reduced.publicSchema)).toBe(sorted(whole.publicSchema));
});

it('says what does not compose as if nothing was left out', () => {
  const subgraphs = sdlSubgraphs([SHOP, STOCK.replace('stock: Int', 'stock: Int price: Int')], LINK);
  const failure = (leaveOutAbove: number): unknown => {
    try {
      return composeSupergraph(subgraphs, { leaveOutAbove });
    } catch (thrown) {
      return (thrown as Error).message;
    }
  };
  expect(failure(0)).toBe(failure(Infinity));
  expect(failure(0)).toMatch(/Product\.price|price/);
});
