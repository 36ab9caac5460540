// The field-selection syntax of `@derive(from: …)`: `{ id: customerId }`, `{ sku }`, `{ id: product.id, region }`.
// A small part of the GraphQL Composite Schemas draft (Appendix A, "FieldSelectionMap").

export interface SelectedKey {
  /** Field of the entity that is made. */
  readonly field: string;
  /** Path of GraphQL field names from the object that bears the directive. */
  readonly from: readonly string[];
}

const ENTRY = /^\s*([_A-Za-z]\w*)\s*(?::\s*([_A-Za-z]\w*(?:\.[_A-Za-z]\w*)*))?\s*$/;

/** Undefined where the text is not such a selection. */
export function parseFieldSelection(text: string): readonly SelectedKey[] | undefined {
  const inner = /^\s*\{([^{}]*)\}\s*$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const keys: SelectedKey[] = [];
  for (const entry of inner.split(/[,\n]/).filter((part) => part.trim() !== '')) {
    const match = ENTRY.exec(entry);
    const [, field, from] = match ?? [];
    if (field === undefined) return undefined;
    keys.push({ field, from: (from ?? field).split('.') });
  }
  return keys.length === 0 ? undefined : keys;
}
