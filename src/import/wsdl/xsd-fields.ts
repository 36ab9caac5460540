// Fields that the type resolver makes of attributes and wildcards, and arrays without a name.
import { documentationOf } from './documentation.ts';
import { fallbackOf } from './fallback.ts';
import { ANY, type ComplexType, type Field, type ValueType } from './xsd-model.ts';
import type { XmlElement } from './xml-tree.ts';

/** What `xs:any` matches: JSON. */
export const WILDCARD: Field = {
  role: 'wildcard',
  raw: '$any',
  local: '',
  uri: '',
  type: ANY,
  list: false,
  required: false,
  nillable: true,
  documentation: undefined,
};

export function attributeField(
  local: string,
  uri: string,
  type: ValueType,
  required: boolean,
  node: XmlElement,
): Field {
  const documentation = documentationOf(node);
  return {
    role: 'attribute',
    raw: `@${local}`,
    local,
    uri,
    type,
    list: false,
    required,
    nillable: false,
    documentation,
    ...fallbackOf(node),
  };
}

/** An array of SOAP encoding that no schema names. */
export function encodedArray(encodedItem: Field, owner: string): ComplexType {
  return {
    kind: 'complex',
    id: `array ${owner}`,
    suggestedName: owner,
    name: undefined,
    documentation: undefined,
    fields: [],
    base: undefined,
    abstract: false,
    derived: [],
    encodedItem,
  };
}
