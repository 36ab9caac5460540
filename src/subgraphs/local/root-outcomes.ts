// What root fields resolved to in an execution that is done once more: they are not resolved again. Written by
// list-operation.ts, read by the resolvers as their root value.

import { toRaw } from '../../transport/json-text.ts';

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

export class RootOutcomes {
  readonly #outcomes: ReadonlyMap<string, Outcome>;

  constructor(outcomes: ReadonlyMap<string, Outcome>) {
    this.#outcomes = outcomes;
  }

  /** The outcome of the field with this response key, thrown if it was an error; `resolve()` where there is none. */
  of(key: string | number, resolve: () => unknown): unknown {
    const outcome = this.#outcomes.get(String(key));
    if (outcome === undefined) return resolve();
    if ('error' in outcome) throw outcome.error;
    return toRaw(outcome.value);
  }
}
