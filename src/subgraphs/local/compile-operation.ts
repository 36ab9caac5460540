// An operation against a local schema, compiled once; run per fetch with the Scope as its context.
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import {
  execute,
  getNamedType,
  isInputObjectType,
  Kind,
  typeFromAST,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLInputObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Variables } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import type { RootOutcomes } from './root-outcomes.ts';

/** @param root what root fields already resolved to */
export type RunOperation = (
  scope: Scope,
  variables: Variables,
  root?: RootOutcomes,
) => ExecutionResult | Promise<ExecutionResult>;

export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): RunOperation {
  // graphql-jit unrolls the types of variables, and never ends where one contains itself.
  if (hasRecursiveVariable(schema, document)) {
    return (scope, variables, rootValue) =>
      execute({ schema, document, operationName, rootValue, contextValue: scope, variableValues: variables });
  }
  const compiled = compileQuery(schema, document, operationName);
  if (!isCompiledQuery(compiled)) {
    const reason = compiled.errors?.map((error) => error.message).join('; ') ?? 'unknown';
    throw new HubFault('HUB_INTERNAL', `a fetch does not compile: ${reason}`);
  }
  return (scope, variables, root) => compiled.query(root, scope, variables);
}

function hasRecursiveVariable(schema: GraphQLSchema, document: DocumentNode): boolean {
  return document.definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      (definition.variableDefinitions ?? []).some((variable) => {
        const type = typeFromAST(schema, variable.type);
        const named = type === undefined ? undefined : getNamedType(type);
        return isInputObjectType(named) && containsItself(named, new Set(), new Set());
      }),
  );
}

function containsItself(
  type: GraphQLInputObjectType,
  above: Set<GraphQLInputObjectType>,
  cleared: Set<GraphQLInputObjectType>,
): boolean {
  if (above.has(type)) return true;
  if (cleared.has(type)) return false;
  above.add(type);
  const found = Object.values(type.getFields()).some((field) => {
    const inner = getNamedType(field.type);
    return isInputObjectType(inner) && containsItself(inner, above, cleared);
  });
  above.delete(type);
  cleared.add(type);
  return found;
}
