// A schema and shorthands for the tests of admission.
import {
  buildSchema,
  getIntrospectionQuery,
  Kind,
  parse,
  type DocumentNode,
  type OperationDefinitionNode,
} from 'graphql';
import { limitSettingsSchema, type LimitSettings } from '../../../src/config/limit-settings.ts';

export const schema = buildSchema(`
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | FIELD_DEFINITION | OBJECT
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!]) on FIELD_DEFINITION
  type Query {
    me: User
    users(first: Int, last: Int): [User!]!
    feed(count: Int): [User] @listSize(assumedSize: 50, slicingArguments: ["count"])
    pages(first: Int): UserConnection
    windows(first: Int): Window @listSize(slicingArguments: ["first"], sizedFields: ["panes"])
    summary(length: Int @cost(weight: 5)): String @cost(weight: 20)
    model: Model
  }
  type Mutation { ping: Int }
  type User { id: ID! name: String friends: [User!]! best(limit: Int): [User!]! }
  type UserConnection { edges: [Edge] total: Int tags: [User] }
  type Edge { node: User }
  type Window { panes: [User] doors: [User] }
  type Model @cost(weight: 9) { id: ID }
`);

export const introspection = getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true });

export const limits = (settings: object = {}): LimitSettings => limitSettingsSchema.parse(settings);

export const operationOf = (document: DocumentNode): OperationDefinitionNode =>
  document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)!;

export { parse };

/** Each level spreads the next one twice: 2^levels fields in a text of a few kilobytes. */
export function fragmentBomb(levels: number): string {
  const fragments = Array.from(
    { length: levels },
    (_, n) => `fragment F${n} on User { a: friends { ...F${n + 1} } b: friends { ...F${n + 1} } }`,
  );
  return `{ me { ...F0 } } ${fragments.join(' ')} fragment F${levels} on User { id }`;
}

/** Processor time of this thread alone: other programs on the machine do not count. */
export function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
