// A composed graph with protected parts, for the tests of the field policy.
import { assertCompositionSuccess, composeServices } from '@theguild/federation-composition';
import { buildSchema, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { Principal } from '../../../src/contract/principal.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@policy"])`;

const SHOP = `${LINK}
  type Query {
    me: User
    node(id: ID): Node
    nodes: [Node!]!
    pets: [Pet!]
    found: [Found!]!
    report: Report
    level: Level
    audit(first: Int): [String!] @authenticated
  }
  type Mutation {
    rename(name: String!): User @requiresScopes(scopes: [["write"]])
    ping(times: Int): Int
  }
  type Subscription { userChanged(id: ID): User @authenticated  tick: User }
  interface Node { id: ID! owner: String name: String }
  interface Pet { name: String }
  type User implements Node @key(fields: "id") {
    id: ID!
    owner: String
    name: String
    email: String @requiresScopes(scopes: [["profile", "email"], ["admin"]])
    ssn: String! @policy(policies: [["hr"]])
    friends(first: Int): [User!]
    born: Date
  }
  type Cat implements Node & Pet @key(fields: "id") {
    id: ID!
    owner: String @requiresScopes(scopes: [["pets"]])
    name: String
  }
  type Dog implements Node & Pet @key(fields: "id") { id: ID! owner: String name: String }
  type Report @authenticated { title: String secret: String @requiresScopes(scopes: [["admin"]]) }
  union Found = User | Report | Cat
  scalar Date @requiresScopes(scopes: [["dates"]])
  enum Level @authenticated { LOW HIGH }
`;
const CRM = `${LINK} type User @key(fields: "id") { id: ID! notes: [String!] @authenticated }`;

const composed = composeServices([
  { name: 'shop', typeDefs: parse(SHOP), url: 'http://shop' },
  { name: 'crm', typeDefs: parse(CRM), url: 'http://crm' },
]);
assertCompositionSuccess(composed);

export const supergraph: DocumentNode = parse(composed.supergraphSdl);
export const schema: GraphQLSchema = buildSchema(composed.publicSdl);

export function valid(text: string): DocumentNode {
  const document = parse(text);
  const errors = validate(schema, document);
  if (errors.length > 0) throw new Error(`${errors.map(({ message }) => message).join('\n')}\n${text}`);
  return document;
}

export function caller(scopes: readonly string[] = [], claims: Record<string, unknown> = {}): Principal {
  return { kind: 'jwt', id: 'issuer|ada', scopes: new Set(scopes), claims };
}
