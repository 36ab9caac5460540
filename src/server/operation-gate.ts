// What a caller sent, over HTTP or a websocket, to an operation that may run on a graph; or why not. The one way in.
import { GraphQLError, NoSchemaIntrospectionCustomRule, validate, type DocumentNode } from 'graphql';
import type { ComposedGraph, OperationSource } from '../contract/graph.ts';

/**
 * Parses a document and checks it against the schema and the limits of this graph; quick for one that it has seen.
 * Throws what is wrong with it: a HubFault, a GraphQLError, or several of them as an AggregateError.
 */
export type AdmitOperation = (graph: ComposedGraph, text: string, operationName: string | undefined) => OperationSource;

export interface OperationGateOptions {
  readonly admit: AdmitOperation;
  /** Whether the schema may be read. */
  readonly introspection: boolean;
}

/** Admission where the schema may be read; where it may not, nothing that is thrown tells of it either. */
export function createOperationGate({ admit, introspection }: OperationGateOptions): AdmitOperation {
  if (introspection) return admit;
  /** Documents that do not read the schema. */
  const discreet = new WeakSet<DocumentNode>();

  return (graph, text, operationName) => {
    let source: OperationSource;
    try {
      source = admit(graph, text, operationName);
    } catch (thrown) {
      throw withoutSuggestions(thrown);
    }
    if (discreet.has(source.document)) return source;
    const errors = validate(graph.schema, source.document, [NoSchemaIntrospectionCustomRule]);
    if (errors.length > 0) throw new AggregateError(errors);
    discreet.add(source.document);
    return source;
  };
}

/** "Did you mean …?" names fields of a schema that is not to be read. */
function withoutSuggestions(thrown: unknown): unknown {
  if (thrown instanceof AggregateError) return new AggregateError(thrown.errors.map(withoutSuggestions));
  if (!(thrown instanceof GraphQLError)) return thrown;
  const { message, nodes = null, source, positions, extensions } = thrown;
  return new GraphQLError(message.replace(/ Did you mean .*\?$/s, ''), { nodes, source, positions, extensions });
}
