// Settings of a sync rule → the rule, checked against the graph. Called when a graph is composed.
import type { GraphQLSchema } from 'graphql';
import type { SyncRuleSettings } from '../../config/sync-settings.ts';
import type { SyncEvent } from '../../contract/events.ts';
import { checkOperation } from '../check-operation.ts';
import { compileExpression, type Expression } from '../compile-expression.ts';

export interface SyncRule {
  readonly name: string;
  readonly settings: SyncRuleSettings;
  /** Rejects where `on.when` fails. */
  matches(event: SyncEvent): Promise<boolean>;
  readonly variables: Expression;
  readonly input: Expression;
  /** When the other system was changed last; absent with `override`. */
  readonly modifiedAt?: Expression;
}

/** Throws HUB_CONFIG_INVALID. */
export function compileRule(name: string, settings: SyncRuleSettings, schema: GraphQLSchema): SyncRule {
  const where = (part: string): string => `sync.${name}.${part}`;
  const { on, query, apply, conflict } = settings;
  if (query !== undefined) checkOperation(schema, query, 'query', where('query'));
  checkOperation(schema, apply, 'mutation', where('apply'));
  const when = on.when === undefined ? undefined : compileExpression(on.when, where('on.when'));
  return {
    name,
    settings,
    async matches(event) {
      if (event.type !== on.type || (on.source !== undefined && event.source !== on.source)) return false;
      if (on.operations?.includes(event.operation) === false) return false;
      return when === undefined || (await when(event)) === true;
    },
    variables: compileExpression(settings.variables, where('variables')),
    input: compileExpression(settings.input, where('input')),
    ...(conflict === 'override'
      ? {}
      : { modifiedAt: compileExpression(conflict.ignoreIfModifiedAfter, where('conflict.ignoreIfModifiedAfter')) }),
  };
}
