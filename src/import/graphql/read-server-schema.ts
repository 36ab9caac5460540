// The schema of a GraphQL server: from an introspection result, an SDL file or url, or the server itself.
import { createHash } from 'node:crypto';
import {
  buildASTSchema,
  buildClientSchema,
  getIntrospectionQuery,
  GraphQLError,
  Kind,
  lexicographicSortSchema,
  printSchema,
  type DocumentNode,
  type GraphQLSchema,
  type IntrospectionOptions,
  type IntrospectionQuery,
  visit,
} from 'graphql';
import type { NamedSource } from '../../config/source-kind.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { readDescription } from '../read-description.ts';
import { createServerClient, isObject } from './ask-server.ts';
import { parseSchemaText } from './parse-schema-text.ts';

export interface ServerSchema {
  /** In alphabetical order: servers tell their schemas in any order. */
  readonly schema: GraphQLSchema;
  readonly origin: string;
  readonly digest: string;
}

/** Rejects with HUB_IMPORT_*. */
export async function readServerSchema(source: NamedSource, url: string, folder: string): Promise<ServerSchema> {
  const { spec } = source.settings;
  if (spec === undefined) return introspect(source, url);
  const { text, location } = await readDescription(spec, { folder });
  const json = /^\s*\{\s*"/.test(text) ? parseIntrospection(text, location) : undefined;
  const schema = json === undefined ? fromSdl(parseSchemaText(text, location), location) : fromResult(json, location);
  return finish(schema, location);
}

/** Newest first; each is for servers that know less of the specification than the one before. */
const QUESTIONS: readonly IntrospectionOptions[] = [
  {
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  },
  { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true },
  { specifiedByUrl: true },
  {},
];

async function introspect(source: NamedSource, url: string): Promise<ServerSchema> {
  const server = createServerClient(source, url);
  try {
    let refusal: readonly string[] = [];
    for (const options of QUESTIONS) {
      const { data, errors } = await server.ask(getIntrospectionQuery(options));
      if (isObject(data?.__schema)) return finish(fromResult(data, server.shown), server.shown);
      refusal = errors;
    }
    const why = refusal.length === 0 ? 'it answered without a schema' : refusal.slice(0, 3).join('; ');
    const message = `${server.shown} does not tell its schema: ${why}; where introspection is off, set spec to a file with its SDL`;
    throw new HubFault('HUB_IMPORT_UNREADABLE', message);
  } finally {
    await server.close();
  }
}

/** `{ data: { __schema } }` as a response has it, or `{ __schema }` as tools write it. */
function parseIntrospection(text: string, location: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    const result = isObject(body) && isObject(body.data) ? body.data : body;
    if (isObject(result) && isObject(result.__schema)) return result;
  } catch (error) {
    throw new HubFault('HUB_IMPORT_INVALID', `${location} is not JSON`, { cause: error });
  }
  throw new HubFault('HUB_IMPORT_INVALID', `${location} is not an introspection result: it has no __schema`);
}

function fromResult(result: Readonly<Record<string, unknown>>, location: string): GraphQLSchema {
  return build(location, () => buildClientSchema(result as unknown as IntrospectionQuery));
}

/** Directives of the server's own framework say nothing to the hub, and their definitions may be missing. */
function fromSdl(document: DocumentNode, location: string): GraphQLSchema {
  const known = new Set(['deprecated', 'specifiedBy', 'oneOf']);
  const plain = visit(document, {
    Directive: (node) => (known.has(node.name.value) ? undefined : null),
    DirectiveDefinition: () => null,
    SchemaExtension: (node) => ((node.operationTypes ?? []).length === 0 ? null : undefined),
  });
  return build(location, () => buildASTSchema(withDefinitions(plain)));
}

/** graphql-js wants every extended type defined; SDL of subgraphs and of code generators may only extend `Query`. */
function withDefinitions(document: DocumentNode): DocumentNode {
  const defined = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) defined.add(definition.name.value);
  }
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_EXTENSION || defined.has(definition.name.value)) return definition;
    defined.add(definition.name.value);
    return { ...definition, kind: Kind.OBJECT_TYPE_DEFINITION } as const;
  });
  return { ...document, definitions };
}

function build(location: string, make: () => GraphQLSchema): GraphQLSchema {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) {
      throw new HubFault('HUB_IMPORT_TOO_LARGE', `${location} is nested more deeply than a schema may be`, {
        cause: error,
      });
    }
    const place = error instanceof GraphQLError ? error.locations?.[0] : undefined;
    const at = place === undefined ? location : `${location}:${place.line}:${place.column}`;
    const reason = error instanceof Error ? error.message : String(error);
    throw new HubFault('HUB_IMPORT_INVALID', `${at}: ${reason}`, { cause: error });
  }
}

function finish(schema: GraphQLSchema, origin: string): ServerSchema {
  if (!schema.getQueryType()) {
    throw new HubFault('HUB_IMPORT_INVALID', `${origin}: the schema has no query type`);
  }
  const sorted = lexicographicSortSchema(schema);
  return { schema: sorted, origin, digest: `sha256:${createHash('sha256').update(printSchema(sorted)).digest('hex')}` };
}
