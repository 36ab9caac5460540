// SDL text of somebody else → document, or a fault that says where it is wrong.
import { GraphQLError, Kind, parse, Source, type DocumentNode } from 'graphql';
import { HubFault } from '../../faults/hub-fault.ts';

/** The largest public schemas have some 300,000. */
const MAX_TOKENS = 2_000_000;

/** @param origin what messages call the text. Throws HUB_IMPORT_INVALID or HUB_IMPORT_TOO_LARGE. */
export function parseSchemaText(text: string, origin: string): DocumentNode {
  try {
    return parse(new Source(text, origin), { maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(origin, error);
    if (!(error instanceof GraphQLError)) throw error;
    const place = error.locations?.[0];
    const at = place === undefined ? origin : `${origin}:${place.line}:${place.column}`;
    throw new HubFault('HUB_IMPORT_INVALID', `${at}: ${error.message}`, { details: { at }, cause: error });
  }
}

const tooDeep = (origin: string, cause: unknown): HubFault =>
  new HubFault('HUB_IMPORT_TOO_LARGE', `${origin} is longer or nested more deeply than a schema may be`, { cause });

/** Fields of the root types, which are what a schema offers. */
export function countOperations(document: DocumentNode): number {
  const roots = new Set(['Query', 'Mutation', 'Subscription']);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const { type } of definition.operationTypes ?? []) roots.add(type.name.value);
  }
  let count = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
    if (!roots.has(definition.name.value)) continue;
    count += (definition.fields ?? []).filter((field) => !MACHINERY.has(field.name.value)).length;
  }
  return count;
}

/** Fields of a federation subgraph that are for gateways. */
export const MACHINERY: ReadonlySet<string> = new Set(['_service', '_entities']);
