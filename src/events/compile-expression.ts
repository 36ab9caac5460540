// JSONata of the configuration → a function. Used by webhooks, sync rules, polls and feeds.
import type jsonata from 'jsonata';
import { compileJsonata } from '../contract/jsonata.ts';
import { HubFault } from '../faults/hub-fault.ts';

/** Undefined where the expression finds nothing. Rejects with an Error that says what is wrong. */
export type Expression = (input: unknown, bindings?: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** What an expression may cost, whatever it is given. */
const LIMITS = { timeout: 1_000, stack: 500 };

/** @param where for messages: `sync.reserve.input`. Throws HUB_CONFIG_INVALID where the text is no JSONata. */
export function compileExpression(text: string, where: string): Expression {
  const compiled = compile(text, where);
  return async (input, bindings) => {
    try {
      const result = (await compiled.evaluate(input, bindings)) as unknown;
      // A sequence of JSONata is an array with more to it, which does not go through JSON and back.
      return result === undefined ? undefined : (JSON.parse(JSON.stringify(result)) as unknown);
    } catch (thrown) {
      // What JSONata throws is no Error.
      const { message } = thrown as { readonly message: string };
      throw new Error(`${where} failed: ${message}`, { cause: thrown });
    }
  };
}

function compile(text: string, where: string): jsonata.Expression {
  try {
    return compileJsonata(text, LIMITS);
  } catch (thrown) {
    const { message, position } = thrown as { readonly message: string; readonly position?: number };
    const at = position === undefined ? '' : ` at character ${position}`;
    throw new HubFault('HUB_CONFIG_INVALID', `${where} is not JSONata${at}: ${message}`, { cause: thrown });
  }
}
