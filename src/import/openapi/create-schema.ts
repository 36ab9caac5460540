// Schemas that no document has written: "anything", the form that 2.0 spells as parameters, merged alternatives.
import type { Schema } from './document-model.ts';

/** Accepts anything but null, apart from what `parts` say. Each has an identity of its own unless `parts` name one. */
export function createSchema(at: string, parts: Partial<Schema> = {}): Schema {
  return {
    id: {},
    at,
    component: undefined,
    title: undefined,
    types: [],
    nullable: false,
    onlyNull: false,
    format: undefined,
    description: undefined,
    deprecated: false,
    readOnly: false,
    writeOnly: false,
    default: undefined,
    minimum: undefined,
    maximum: undefined,
    reach: undefined,
    values: undefined,
    properties: [],
    required: new Set(),
    items: undefined,
    prefixItems: [],
    additional: undefined,
    encoded: false,
    binary: false,
    xml: undefined,
    allOf: [],
    oneOf: [],
    anyOf: [],
    discriminator: undefined,
    ...parts,
  };
}
