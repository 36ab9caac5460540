// An operation against a local schema, compiled once; run per fetch with the Scope as its context.
import { createRequire } from 'node:module';
import type * as GraphqlJit from 'graphql-jit';
import {
  execute,
  getNamedType,
  isInputObjectType,
  isValueNode,
  Kind,
  typeFromAST,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Variables } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import type { RootOutcomes } from './root-outcomes.ts';

const load = createRequire(import.meta.url);

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
  // graphql-jit unrolls the types of variables: it never ends where one contains itself, and takes gigabytes where many are
  // inside one another.
  const uncompiled: RunOperation = (scope, variables, rootValue) =>
    execute({ schema, document, operationName, rootValue, contextValue: scope, variableValues: variables });
  if (hasLargeVariable(schema, document)) return uncompiled;
  // Most hubs never come here: what reads is run a list at a time.
  const { compileQuery, isCompiledQuery } = load('graphql-jit') as typeof GraphqlJit;
  const compiled = compileQuery(schema, document, operationName);
  if (!isCompiledQuery(compiled)) {
    // That is an error of one field.
    if (compiled.errors?.every(isAboutValue) === true) return uncompiled;
    const reason = compiled.errors?.map((error) => error.message).join('; ') ?? 'unknown';
    throw new HubFault('HUB_INTERNAL', `a fetch does not compile: ${reason}`);
  }
  return (scope, variables, root) => compiled.query(root, scope, variables);
}

/** Whether it is a value in the document that a scalar of the schema does not take. */
export const isAboutValue = ({ nodes }: GraphQLError): boolean => nodes?.every(isValueNode) ?? false;

/** Most input fields that the variables of an operation may have, types inside types written out. */
const MAX_UNROLLED = 2_000;

function hasLargeVariable(schema: GraphQLSchema, document: DocumentNode): boolean {
  const sizes = new Map<GraphQLInputObjectType, number>();
  return document.definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      (definition.variableDefinitions ?? []).some((variable) => {
        const type = typeFromAST(schema, variable.type);
        const named = type === undefined ? undefined : getNamedType(type);
        return isInputObjectType(named) && unrolledSize(named, new Set(), sizes) > MAX_UNROLLED;
      }),
  );
}

/** Infinity where a type contains itself. */
function unrolledSize(
  type: GraphQLInputObjectType,
  above: Set<GraphQLInputObjectType>,
  sizes: Map<GraphQLInputObjectType, number>,
): number {
  if (above.has(type)) return Infinity;
  const known = sizes.get(type);
  if (known !== undefined) return known;
  above.add(type);
  let size = 1;
  for (const field of Object.values(type.getFields())) {
    const inner = getNamedType(field.type);
    size += isInputObjectType(inner) ? unrolledSize(inner, above, sizes) : 1;
  }
  above.delete(type);
  sizes.set(type, size);
  return size;
}
