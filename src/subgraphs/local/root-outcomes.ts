// What root fields resolved to in an execution that is done once more: they are not resolved again. Written by
// list-operation.ts, read by the resolvers as their root value.

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

export class RootOutcomes {
  readonly #outcomes: ReadonlyMap<string, Outcome>;
  readonly #toRaw: (value: unknown) => unknown;

  /** @param toRaw makes of an outcome what a resolver has */
  constructor(outcomes: ReadonlyMap<string, Outcome>, toRaw: (value: unknown) => unknown) {
    this.#outcomes = outcomes;
    this.#toRaw = toRaw;
  }

  /** The outcome of the field with this response key, thrown if it was an error; `resolve()` where there is none. */
  of(key: string | number, resolve: () => unknown): unknown {
    const outcome = this.#outcomes.get(String(key));
    if (outcome === undefined) return resolve();
    if ('error' in outcome) throw outcome.error;
    return this.#toRaw(outcome.value);
  }
}
