// What a caller sent, over HTTP or a websocket, to an operation that may run on a graph; or why not. The one way in.
import { GraphQLError, NoSchemaIntrospectionCustomRule, validate, type DocumentNode } from 'graphql';
import type { Variables } from '../contract/fetch.ts';
import type { ComposedGraph, OperationSource } from '../contract/graph.ts';
import type { Admission } from '../operation/create-admission.ts';

export interface OperationGateOptions {
  /** Called once per graph. */
  readonly admissionFor: (graph: ComposedGraph) => Admission;
  /** Whether the schema may be read. */
  readonly introspection: boolean;
}

export interface SentOperation {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly variables: Variables;
}

export type GateResult = { readonly source: OperationSource } | { readonly errors: readonly GraphQLError[] };

export type OperationGate = (graph: ComposedGraph, sent: SentOperation) => GateResult;

/** Costs a look-up for a document that the graph has admitted before. */
export function createOperationGate({ admissionFor, introspection }: OperationGateOptions): OperationGate {
  const admissions = new WeakMap<ComposedGraph, Admission>();
  /** Documents that do not read the schema; only kept where that is not allowed. */
  const discreet = new WeakSet<DocumentNode>();

  function admissionOf(graph: ComposedGraph): Admission {
    const known = admissions.get(graph);
    if (known !== undefined) return known;
    const made = admissionFor(graph);
    admissions.set(graph, made);
    return made;
  }

  function introspectionErrors({ schema }: ComposedGraph, document: DocumentNode): readonly GraphQLError[] {
    if (introspection || discreet.has(document)) return [];
    const errors = validate(schema, document, [NoSchemaIntrospectionCustomRule]);
    if (errors.length === 0) discreet.add(document);
    return errors;
  }

  return (graph, { text, operationName, variables }) => {
    const admission = admissionOf(graph);
    const admitted = admission.admit(text, operationName);
    if ('errors' in admitted)
      return { errors: introspection ? admitted.errors : admitted.errors.map(withoutSuggestion) };
    const { document } = admitted;
    const errors = [...introspectionErrors(graph, document), ...admission.check(document, operationName, variables)];
    return errors.length > 0 ? { errors } : { source: { document, text, operationName } };
  };
}

/** "Did you mean …?" names fields of a schema that is not to be read. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const { message, nodes = null, source, positions, extensions } = error;
  return new GraphQLError(message.replace(/ Did you mean .*\?$/s, ''), { nodes, source, positions, extensions });
}
