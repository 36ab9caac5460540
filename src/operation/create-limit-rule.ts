// Limits of depth, aliases and complexity as a validation rule of graphql-js. Given to Apollo Server and used by admission.
import { GraphQLError, Kind, type GraphQLSchema, type OperationDefinitionNode, type ValidationRule } from 'graphql';
import type { LimitSettings } from '../config/limit-settings.ts';
import type { FaultCode } from '../faults/fault-table.ts';
import { readCostHints, type CostHints } from './cost-hints.ts';
import { measureOperation, type Measure } from './measure-operation.ts';

/**
 * Reports one error per limit that an operation exceeds, with the code HUB_REQUEST_TOO_DEEP, _TOO_MANY_ALIASES or
 * _TOO_COMPLEX, what was found, and the place of the operation. Variables are not known yet: see `Admission.check`.
 *
 * @param hints by default those of the schema itself; a composed graph has them in its supergraph alone
 */
export function createLimitRule(limits: LimitSettings, hints?: CostHints): ValidationRule {
  const ofSchema = new WeakMap<GraphQLSchema, CostHints>();
  const hintsOf = (schema: GraphQLSchema): CostHints => {
    const known = hints ?? ofSchema.get(schema) ?? readCostHints(schema);
    ofSchema.set(schema, known);
    return known;
  };
  return (context) => ({
    Document(document) {
      const schema = context.getSchema();
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
        const measure = measureOperation(schema, hintsOf(schema), document, definition);
        for (const error of exceededLimits(definition, measure, limits)) context.reportError(error);
      }
    },
  });
}

/** One error per limit that the operation exceeds. */
export function exceededLimits(
  operation: OperationDefinitionNode,
  measure: Measure,
  limits: LimitSettings,
): readonly GraphQLError[] {
  const errors: GraphQLError[] = [];
  const name = operation.name === undefined ? 'the operation' : `the operation "${operation.name.value}"`;
  const check = (code: FaultCode, limit: number | false, found: number, say: (n: string) => string): void => {
    if (limit === false || found <= limit) return;
    // What fragments multiply to has no name any more: JSON knows no Infinity.
    const known = found <= Number.MAX_SAFE_INTEGER;
    const message = `${name} ${say(known ? String(found) : 'astronomically many')}, the limit is ${limit}`;
    const extensions = { code, limit, ...(known ? { found } : {}) };
    errors.push(new GraphQLError(message, { nodes: operation, extensions }));
  };
  check('HUB_REQUEST_TOO_DEEP', limits.maxDepth, measure.depth, (n) => `is nested ${n} levels deep`);
  check('HUB_REQUEST_TOO_MANY_ALIASES', limits.maxAliases, measure.aliases, (n) => `uses ${n} aliases`);
  check('HUB_REQUEST_TOO_COMPLEX', limits.maxComplexity, measure.cost, (n) => `may ask for ${n} values`);
  return errors;
}
