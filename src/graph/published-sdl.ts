// The SDL that the hub publishes as a subgraph: what `_service` answers, and what `manifold compose --publish-sdl` prints
// for the registries of other gateways.
import { mapSchema, MapperKind, pruneSchema } from '@graphql-tools/utils';
import {
  Kind,
  parse,
  print,
  printSchema,
  visit,
  type ConstDirectiveNode,
  type GraphQLSchema,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import type { EntryKeys } from './entry-keys.ts';

/** What an old gateway knows too. */
const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])';

/** Names of the root types, which composition has made the same everywhere. */
export const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/**
 * The public schema: entities with the keys that they can be asked for by, everything else `@shareable`, so that other
 * subgraphs may have the same value types. Who may see what is not in it: the hub itself refuses.
 *
 * @param internal root fields that are of no use in somebody else's graph
 */
export function createPublishedSdl(
  publicSchema: GraphQLSchema,
  keys: EntryKeys,
  internal: ReadonlySet<string>,
): string {
  const schema = pruneSchema(
    mapSchema(publicSchema, {
      [MapperKind.ROOT_FIELD]: (field, name) => (internal.has(name) ? null : field),
    }),
  );
  const annotated = visit(parse(printSchema(schema), { noLocation: true }), {
    ObjectTypeDefinition: (type): ObjectTypeDefinitionNode => {
      // What some source says of its own root type is not true of all of them.
      if (ROOTS.has(type.name.value)) return { kind: type.kind, name: type.name, fields: type.fields ?? [] };
      const own = keys.get(type.name.value)?.map(keyDirective) ?? [directive('shareable', [])];
      return { ...type, directives: [...own, ...(type.directives ?? [])] };
    },
  });
  return `${LINK}\n\n${print(annotated)}\n`;
}

const keyDirective = (fields: string): ConstDirectiveNode =>
  directive('key', [
    {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: 'fields' },
      value: { kind: Kind.STRING, value: fields },
    },
  ]);

const directive = (name: string, args: ConstDirectiveNode['arguments']): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: name },
  arguments: args ?? [],
});
