// The hub's own directives and those of Federation, as in-process sources may write them; read by the local builder.
import { readFileSync } from 'node:fs';
import { Kind, parse, Source, valueFromASTUntyped, type ConstDirectiveNode, type DocumentNode } from 'graphql';

/** Definitions of the hub's directives, `schema/directives.graphql`. */
export const HUB_DIRECTIVES: DocumentNode = parse(
  new Source(
    readFileSync(new URL('../../../schema/directives.graphql', import.meta.url), 'utf8'),
    'schema/directives.graphql',
  ),
);

/** Names of the hub's directives: stripped before composition. */
export const HUB_DIRECTIVE_NAMES: ReadonlySet<string> = new Set(
  HUB_DIRECTIVES.definitions.flatMap((definition) =>
    definition.kind === Kind.DIRECTIVE_DEFINITION ? [definition.name.value] : [],
  ),
);

export const FEDERATION_LINK = 'https://specs.apollo.dev/federation/v2.9';

/** Federation 2 directives that hand-written SDL may use; imported by the generated `@link`. */
export const FEDERATION_DIRECTIVES: DocumentNode = parse(/* GraphQL */ `
  directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
  directive @requires(fields: String!) on FIELD_DEFINITION
  directive @provides(fields: String!) on FIELD_DEFINITION
  directive @external on OBJECT | FIELD_DEFINITION
  directive @shareable repeatable on OBJECT | FIELD_DEFINITION
  directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
  directive @override(from: String!, label: String) on FIELD_DEFINITION
  directive @tag(
    name: String!
  ) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
  directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @cost(
    weight: Int!
  ) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(
    assumedSize: Int
    slicingArguments: [String!]
    sizedFields: [String!]
    requireOneSlicingArgument: Boolean = true
  ) on FIELD_DEFINITION
`);

export const FEDERATION_DIRECTIVE_NAMES: readonly string[] = FEDERATION_DIRECTIVES.definitions.flatMap((definition) =>
  definition.kind === Kind.DIRECTIVE_DEFINITION ? [definition.name.value] : [],
);

/** What Federation adds to a schema, and what introspection and the hub do: no field or type of an upstream. */
export function isMachinery(name: string): boolean {
  return name.startsWith('__') || /^_(?:entities|service|manifold|Any|Entity|Service|FieldSet)$/.test(name);
}

/** Anything that may carry directives in SDL. */
export interface Directed {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** Arguments of a directive as written, without defaults; undefined where the node does not bear it. */
export function directiveArgs(node: Directed | null | undefined, name: string): Record<string, unknown> | undefined {
  const directive = node?.directives?.find((one) => one.name.value === name);
  return directive === undefined ? undefined : argumentsOf(directive);
}

export function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]),
  );
}

/** The upstream's name of a field, argument, input field or enum value: `@map(name)`, or its own. */
export function upstreamName(node: Directed | null | undefined, name: string): string {
  const mapped = directiveArgs(node, 'map')?.name;
  return typeof mapped === 'string' ? mapped : name;
}
