// Text of an operation in, a document that may be planned and run out; or why not. Used for websockets and the command
// line; over HTTP, Apollo Server does the same with the same rules.
import {
  getOperationAST,
  GraphQLError,
  Kind,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import type { LimitSettings } from '../config/limit-settings.ts';
import { readCostHints, type CostHints } from './cost-hints.ts';
import { createLimitRule, exceededLimits } from './create-limit-rule.ts';
import { measureOperation } from './measure-operation.ts';
import { parseOperation, withCode } from './parse-operation.ts';

export type Admitted = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

export interface Admission {
  /**
   * Parses and validates; never throws. Every error has a code: GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED and
   * OPERATION_RESOLUTION_FAILURE as clients of Apollo Server know them, HUB_REQUEST_* for limits.
   */
  admit(text: string, operationName: string | undefined): Admitted;
  /**
   * The limit of complexity once more, with the variables as the client sent them: `first: $n` says nothing before.
   * Empty where it is kept. Costs next to nothing for a document that takes no list's size from a variable.
   */
  check(
    document: DocumentNode,
    operationName: string | undefined,
    variables: Readonly<Record<string, unknown>>,
  ): readonly GraphQLError[];
}

/** Admitted documents that are kept, and the length of their texts together. */
const MAX_KEPT = 1_000;
const MAX_KEPT_CHARS = 1_000_000;

/** @param hints by default those of the schema itself; a composed graph has them in its supergraph alone */
export function createAdmission(
  schema: GraphQLSchema,
  limits: LimitSettings,
  hints: CostHints = readCostHints(schema),
): Admission {
  const limitRule = createLimitRule(limits, hints);
  const documents = createDocumentCache();
  const sizedByVariable = new WeakMap<DocumentNode, boolean>();

  const parseAndValidate = (text: string): Admitted => {
    let document: DocumentNode;
    try {
      document = parseOperation(text, limits);
    } catch (thrown) {
      if (thrown instanceof GraphQLError) return { errors: [thrown] };
      throw thrown;
    }
    // Limits first: some of graphql-js's own rules take long over just the documents that the limits refuse.
    const exceeded = validate(schema, document, [limitRule]);
    const errors = exceeded.length > 0 ? exceeded : validate(schema, document, specifiedRules);
    if (errors.length > 0) return { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
    documents.keep(text, document);
    return { document };
  };

  return {
    admit(text, operationName) {
      const known = documents.find(text);
      const admitted = known === undefined ? parseAndValidate(text) : { document: known };
      if ('errors' in admitted || getOperationAST(admitted.document, operationName)) return admitted;
      return { errors: [unresolved(operationName)] };
    },
    check(document, operationName, variables) {
      if (limits.maxComplexity === false || sizedByVariable.get(document) === false) return [];
      if (!sizedByVariable.has(document)) {
        const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
        const any = operations.some((one) => measureOperation(schema, hints, document, one).sizedByVariable);
        sizedByVariable.set(document, any);
        if (!any) return [];
      }
      const operation = getOperationAST(document, operationName);
      if (!operation) return [unresolved(operationName)];
      return exceededLimits(operation, measureOperation(schema, hints, document, operation, variables), limits);
    },
  };
}

function unresolved(operationName: string | undefined): GraphQLError {
  const message =
    operationName === undefined
      ? 'the document has several operations: say which one with operationName'
      : `the document has no operation called "${operationName}"`;
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
}

/** What was refused is not kept: refusing again costs the stranger, and keeping it would cost the others. */
function createDocumentCache() {
  const kept = new Map<string, DocumentNode>();
  let chars = 0;
  return {
    find(text: string): DocumentNode | undefined {
      const document = kept.get(text);
      if (document === undefined) return undefined;
      kept.delete(text);
      kept.set(text, document);
      return document;
    },
    keep(text: string, document: DocumentNode): void {
      // One giant would push everybody else's out.
      if (text.length > MAX_KEPT_CHARS / 10) return;
      kept.set(text, document);
      chars += text.length;
      for (const oldest of kept.keys()) {
        if (kept.size <= MAX_KEPT && chars <= MAX_KEPT_CHARS) return;
        kept.delete(oldest);
        chars -= oldest.length;
      }
    },
  };
}
