// Simple types: restrictions, lists, unions and enumerations, down to the built-in that carries their values.
import { HubFault } from '../../faults/hub-fault.ts';
import { isSoapEncoding, isXsd, XSD } from './namespaces.ts';
import { type Component, schemaQName, type SchemaDocument, type SchemaSet } from './schema-set.ts';
import { documentationOf } from './documentation.ts';
import { withFacets } from './xsd-facets.ts';
import { builtinType, STRING } from './xsd-builtins.ts';
import type { SimpleType } from './xsd-model.ts';
import { childOf, childrenOf, expandedName, type XmlElement } from './xml-tree.ts';
import type { AddNote } from './add-note.ts';

export interface SimpleTypes {
  named(component: Component, uri: string, local: string): SimpleType;
  anonymous(node: XmlElement, schema: SchemaDocument, suggestedName: string): SimpleType;
  /** The base, with the facets of a simpleContent restriction. */
  restricted(restriction: XmlElement, schema: SchemaDocument, base: SimpleType, suggestedName: string): SimpleType;
}

const MAX_DEPTH = 100;
/** Beyond it, a type is a list of codes that nobody picks from by name. */
const MAX_VALUES = 5_000;

export function createSimpleTypes(schemas: SchemaSet, note: AddNote): SimpleTypes {
  // A type under construction is a string to itself, so that a type that restricts itself ends.
  const known = new Map<XmlElement, SimpleType>();

  let depth = 0;

  function build(node: XmlElement, schema: SchemaDocument, suggestedName: string): SimpleType {
    const existing = known.get(node);
    if (existing !== undefined) return existing;
    known.set(node, STRING);
    depth += 1;
    if (depth > MAX_DEPTH)
      throw new HubFault('HUB_IMPORT_TOO_LARGE', `simple types build on each other more than ${MAX_DEPTH} times over`);
    const type = read(node, schema, suggestedName);
    depth -= 1;
    known.set(node, type);
    return type;
  }

  function read(node: XmlElement, schema: SchemaDocument, suggestedName: string): SimpleType {
    const restriction = childOf(node, XSD, 'restriction');
    if (restriction !== undefined) {
      const base = reference(restriction, 'base', schema, suggestedName);
      return restricted(restriction, schema, base, suggestedName, documentationOf(node));
    }
    const list = childOf(node, XSD, 'list');
    if (list !== undefined) return { ...reference(list, 'itemType', schema, `${suggestedName}Item`), list: true };
    const union = childOf(node, XSD, 'union');
    return union === undefined ? STRING : unionOf(union, schema, suggestedName);
  }

  /** The type that an attribute names, or else the one that stands inside. */
  function reference(node: XmlElement, attribute: string, schema: SchemaDocument, suggestedName: string): SimpleType {
    const qname = node.attributes.get(attribute);
    if (qname !== undefined) return byName(node, qname, schema);
    const inline = childOf(node, XSD, 'simpleType');
    return inline === undefined ? STRING : build(inline, schema, suggestedName);
  }

  function byName(node: XmlElement, qname: string, schema: SchemaDocument): SimpleType {
    const { uri, local } = schemaQName(schema, node, qname);
    const builtin = isXsd(uri) || isSoapEncoding(uri) ? builtinType(local) : undefined;
    if (builtin !== undefined) return builtin;
    const component = schemas.find('type', uri, local);
    if (component?.node.local === 'simpleType') return named(component, uri, local);
    note(
      node,
      `the simple type ${expandedName(uri, local)} is not defined in any schema that could be read: it became String`,
    );
    return STRING;
  }

  function named(component: Component, uri: string, local: string): SimpleType {
    return { ...build(component.node, component.schema, local), name: { uri, local } };
  }

  function restricted(
    restriction: XmlElement,
    schema: SchemaDocument,
    base: SimpleType,
    suggestedName: string,
    documentation?: string,
  ): SimpleType {
    const facets = childrenOf(restriction, XSD, 'enumeration');
    if (facets.length === 0 || base.scalar !== 'String' || base.list) return withFacets(base, restriction);
    if (facets.length > MAX_VALUES) {
      note(restriction, `the type has more than ${MAX_VALUES} values: it became String`);
      return base;
    }
    const values = new Map<string, string | undefined>();
    for (const facet of facets) {
      const value = facet.attributes.get('value')?.trim();
      if (value !== undefined && !values.has(value)) values.set(value, documentationOf(facet));
    }
    return {
      ...base,
      enumeration: {
        name: suggestedName,
        id: `${schema.targetNamespace} ${suggestedName} ${known.size}`,
        values: [...values].map(([value, text]) => ({ value, documentation: text })),
        documentation,
      },
    };
  }

  /** Members that all have one scalar have it together; any other union is a string. */
  function unionOf(union: XmlElement, schema: SchemaDocument, suggestedName: string): SimpleType {
    const names = union.attributes.get('memberTypes')?.trim().split(/\s+/) ?? [];
    const members = [
      ...names.map((name) => byName(union, name, schema)),
      ...childrenOf(union, XSD, 'simpleType').map((node) => build(node, schema, suggestedName)),
    ];
    const [first] = members;
    const values = members.flatMap((member) => (member.list ? [] : (member.enumeration?.values ?? [])));
    if (first !== undefined && members.every((member) => !member.list && member.enumeration !== undefined)) {
      const distinct = [...new Map(values.map((one) => [one.value, one])).values()];
      const id = `${schema.targetNamespace} ${suggestedName} ${known.size}`;
      return {
        ...STRING,
        builtin: 'token',
        enumeration: { name: suggestedName, id, values: distinct, documentation: undefined },
      };
    }
    if (first === undefined || members.some((member) => member.list || member.scalar !== first.scalar)) return STRING;
    return { kind: 'simple', scalar: first.scalar, builtin: first.builtin, list: false };
  }

  return {
    named,
    anonymous: build,
    restricted: (node, schema, base, suggestedName) => restricted(node, schema, base, suggestedName),
  };
}
