// Settings of a poll → the poll, checked against the graph. Called when a graph is composed.
import type { GraphQLSchema } from 'graphql';
import type { PollSettings } from '../../config/poll-settings.ts';
import { checkOperation } from '../check-operation.ts';
import { compileExpression, type Expression } from '../compile-expression.ts';

export interface Poll {
  readonly name: string;
  readonly settings: PollSettings;
  readonly items: Expression;
  readonly key: Expression;
  readonly nextPage?: Expression;
  readonly modified?: Expression;
  readonly deleted?: Expression;
}

/** Throws HUB_CONFIG_INVALID. */
export function compilePoll(name: string, settings: PollSettings, schema: GraphQLSchema): Poll {
  const where = (part: string): string => `polls.${name}.${part}`;
  checkOperation(schema, settings.query, 'query', where('query'));
  const optional = (part: 'nextPage' | 'modified' | 'deleted') => {
    const text = settings[part];
    return text === undefined ? {} : { [part]: compileExpression(text, where(part)) };
  };
  return {
    name,
    settings,
    items: compileExpression(settings.items, where('items')),
    key: compileExpression(settings.key, where('key')),
    ...optional('nextPage'),
    ...optional('modified'),
    ...optional('deleted'),
  };
}
