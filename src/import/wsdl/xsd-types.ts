// Schemas in, value types out: resolves names, inheritance, groups and attributes into flat lists of fields.
import { HubFault } from '../../faults/hub-fault.ts';
import type { AddNote } from './add-note.ts';
import { isSoapEncoding, isXsd, SWA_REF, WSDL, XSD } from './namespaces.ts';
import { type Component, schemaQName, type SchemaDocument, type SchemaSet } from './schema-set.ts';
import { createSimpleTypes, type SimpleTypes } from './xsd-simple-types.ts';
import { createFieldCollector, type FieldCollector, mergeOccurs, ONCE, type Occurs } from './field-collector.ts';
import { builtinType, STRING, SWA_REFERENCE } from './xsd-builtins.ts';
import { ANY, UNKNOWN, type ComplexType, type Field, rawName, type ValueType } from './xsd-model.ts';
import { derivesFrom, joinFamily, keepOrder } from './derived-types.ts';
import { fallbackOf } from './fallback.ts';
import { attributeField, encodedArray, WILDCARD } from './xsd-fields.ts';
import { childOf, expandedName, resolveQName, type XmlElement } from './xml-tree.ts';
import { documentationOf } from './documentation.ts';

export interface TypeResolver {
  /** The type of that name; ANY, with a note at `usedBy`, where no schema defines it. */
  type(uri: string, local: string, usedBy?: XmlElement): ValueType;
  /** A global element as a field that occurs once; undefined where no schema defines it. */
  element(uri: string, local: string): Field | undefined;
  /** The only global element of that name, in whatever namespace. */
  elementAnywhere(local: string): Field | undefined;
  /** The types in whose definitions the elements stand. */
  owners(nodes: Iterable<XmlElement>): ReadonlySet<ComplexType>;
  /** Fills the types that were asked for and all that they lead to. Call it before reading any `fields`. */
  complete(): void;
}

/** Bounds what hostile schemas can make of groups that contain each other. */
const MAX_FIELDS = 100_000;
const MAX_SUBSTITUTES = 50;
const MAX_TYPES = 10_000;
const MAX_PARTICLES = 1_000_000;
const MAX_INHERITANCE = 100;
const MAX_DIMENSIONS = 8;

export function createTypeResolver(schemas: SchemaSet, note: AddNote): TypeResolver {
  const complexTypes = new Map<XmlElement, ComplexType>();
  const pending = new Map<ComplexType, () => void>();
  const simpleTypes: SimpleTypes = createSimpleTypes(schemas, note);
  let fieldCount = 0;
  let particleCount = 0;
  let inheritance = 0;

  function namedType(uri: string, local: string, usedBy?: XmlElement): ValueType {
    if (isXsd(uri)) return local === 'anyType' ? ANY : (builtinType(local) ?? unknown(uri, local, usedBy));
    const component = schemas.find('type', uri, local);
    if (component === undefined) {
      if (uri === SWA_REF && local === 'swaRef') return SWA_REFERENCE;
      if (isSoapEncoding(uri)) return builtinType(local) ?? ANY;
      return unknown(uri, local, usedBy);
    }
    return typeOfComponent(component, uri, local);
  }

  function typeOfComponent(component: Component, uri: string, local: string): ValueType {
    if (component.node.local === 'simpleType') return simpleTypes.named(component, uri, local);
    return complexType(component.node, component.schema, local, { uri, local }, component);
  }

  function unknown(uri: string, local: string, usedBy: XmlElement | undefined): ValueType {
    if (usedBy === undefined) return UNKNOWN;
    note(
      usedBy,
      `the type ${expandedName(uri, local)} is not defined in any schema that could be read: it became JSON`,
    );
    return UNKNOWN;
  }

  function complexType(
    node: XmlElement,
    schema: SchemaDocument,
    suggestedName: string,
    named: ComplexType['name'],
    component?: Component,
  ): ComplexType {
    const known = complexTypes.get(node);
    if (known !== undefined) return known;
    const name = named && { uri: named.uri, local: named.local };
    const draft: { base: ComplexType | undefined } & Omit<ComplexType, 'base' | 'encodedItem'> & {
        encodedItem?: Field;
      } = {
      kind: 'complex',
      id: `${schema.targetNamespace} ${name?.local ?? ''} ${complexTypes.size}`,
      suggestedName,
      name,
      documentation: documentationOf(node),
      fields: [],
      base: undefined,
      abstract: node.attributes.get('abstract') === 'true',
      derived: [],
    };
    complexTypes.set(node, draft);
    if (complexTypes.size > MAX_TYPES)
      throw new HubFault('HUB_IMPORT_TOO_LARGE', `the schemas define more than ${MAX_TYPES} types that are used`);
    pending.set(draft, () => {
      const collector = createFieldCollector(draft.fields);
      const content = childOf(node, XSD, 'complexContent') ?? childOf(node, XSD, 'simpleContent');
      const derivation = content?.children.find(
        (child) => child.local === 'extension' || child.local === 'restriction',
      );
      if (derivation === undefined) collect(node, schema, suggestedName, collector);
      else derive(draft, derivation, schema, collector, component);
      if (node.attributes.get('mixed') === 'true' || content?.attributes.get('mixed') === 'true')
        addText(collector, STRING, false);
    });
    return draft;
  }

  function derive(
    draft: ComplexType & { base: ComplexType | undefined; encodedItem?: Field },
    derivation: XmlElement,
    schema: SchemaDocument,
    collector: FieldCollector,
    component: Component | undefined,
  ): void {
    const baseName = schemaQName(schema, derivation, derivation.attributes.get('base') ?? '');
    if (isSoapEncoding(baseName.uri) && baseName.local === 'Array') {
      draft.encodedItem = encodedItem(derivation, schema, draft.suggestedName);
      return;
    }
    let base = namedType(baseName.uri, baseName.local, derivation);
    if (base === draft) {
      const redefined = component?.redefined;
      base = redefined === undefined ? ANY : typeOfComponent(redefined, baseName.uri, baseName.local);
    }
    const restricts = derivation.local === 'restriction';
    if (base.kind === 'complex') {
      fill(base);
      if (!derivesFrom(base, draft)) draft.base = base;
      // A restriction repeats the elements that it keeps; attributes and text are inherited either way.
      for (const field of base.fields) if (!restricts || field.role !== 'element') collector.add(field, ONCE);
      if (base.encodedItem !== undefined) draft.encodedItem = base.encodedItem;
    } else if (base.kind === 'simple') {
      const narrowed = restricts ? simpleTypes.restricted(derivation, schema, base, draft.suggestedName) : base;
      addText(collector, narrowed, true);
    }
    collect(derivation, schema, draft.suggestedName, collector);
    if (restricts && base.kind === 'complex') keepOrder(draft.fields, base.fields);
  }

  function addText(collector: FieldCollector, type: ValueType, required: boolean): void {
    const documentation = undefined;
    collector.add(
      {
        role: 'text',
        raw: '$value',
        local: '',
        uri: '',
        type,
        list: false,
        required,
        nillable: !required,
        documentation,
      },
      ONCE,
    );
  }

  /** Element particles, wildcards and attributes that stand below a type, group or derivation. */
  function collect(
    node: XmlElement,
    schema: SchemaDocument,
    owner: string,
    collector: FieldCollector,
    occurs: Occurs = ONCE,
    groups: readonly XmlElement[] = [],
  ): void {
    for (const child of node.children) {
      if (child.uri !== XSD) continue;
      particleCount += 1;
      if (particleCount > MAX_PARTICLES)
        throw new HubFault('HUB_IMPORT_TOO_LARGE', `the schemas repeat groups more than ${MAX_PARTICLES} times`);
      const inner = mergeOccurs(occurs, child);
      switch (child.local) {
        case 'sequence':
        case 'all':
        case 'choice':
          collect(child, schema, owner, collector, inner, groups);
          break;
        case 'group':
        case 'attributeGroup': {
          const name = schemaQName(schema, child, child.attributes.get('ref') ?? '');
          const found = schemas.find(child.local, name.uri, name.local);
          const group = found?.node === node && found.redefined !== undefined ? found.redefined : found;
          // Of SOAP encoding, the groups are what any element may have: `id`, `href`, `arrayType`.
          if (group === undefined && isSoapEncoding(name.uri)) break;
          if (group === undefined)
            note(child, `the ${child.local} ${expandedName(name.uri, name.local)} is not defined: left out`);
          else if (!groups.includes(group.node)) {
            collect(group.node, group.schema, owner, collector, inner, [...groups, group.node]);
          }
          break;
        }
        case 'element':
          for (const field of elements(child, schema, owner)) add(collector, field, inner);
          break;
        case 'any':
          add(collector, WILDCARD, inner);
          break;
        case 'attribute':
          attribute(child, schema, owner, collector);
          break;
        default:
      }
    }
  }

  function add(collector: FieldCollector, field: Field, occurs: Occurs): void {
    fieldCount += 1;
    if (fieldCount > MAX_FIELDS)
      throw new HubFault('HUB_IMPORT_TOO_LARGE', `the schemas define more than ${MAX_FIELDS} fields`);
    collector.add(field, occurs);
  }

  /** A local element, or what may stand where a global one is referred to (its substitution group). */
  function elements(node: XmlElement, schema: SchemaDocument, owner: string): Field[] {
    const ref = node.attributes.get('ref');
    if (ref === undefined) {
      const form = node.attributes.get('form') ?? schema.element.attributes.get('elementFormDefault');
      return [elementField(node, schema, owner, form === 'qualified' ? schema.targetNamespace : '')];
    }
    const name = schemaQName(schema, node, ref);
    const head = globalElement(name.uri, name.local);
    if (head === undefined) {
      // An answer of .NET may bring its own schema along: any XML, by the schema of schemas.
      if (!isXsd(name.uri))
        note(
          node,
          `the element ${expandedName(name.uri, name.local)} is not defined in any schema that could be read: it became JSON`,
        );
      return [
        { ...WILDCARD, role: 'element', raw: rawName(name.local), local: name.local, uri: name.uri, list: false },
      ];
    }
    const all = schemas.substitutes(name.uri, name.local);
    const members = all.slice(0, MAX_SUBSTITUTES);
    if (members.length === 0) return [head.field];
    if (all.length > members.length) {
      const rest = all.length - members.length;
      note(
        node,
        `${rest} elements that may stand for ${name.local} were left out, beyond the first ${MAX_SUBSTITUTES}`,
      );
    }
    const fields = members.flatMap(({ node: member, schema: home }) => {
      const found = globalElement(home.targetNamespace, member.attributes.get('name') ?? '');
      return found === undefined || found.abstract ? [] : [{ ...found.field, required: false }];
    });
    return head.abstract ? fields : [{ ...head.field, required: false }, ...fields];
  }

  function globalElement(
    uri: string,
    local: string,
  ): { readonly field: Field; readonly abstract: boolean } | undefined {
    const component = schemas.find('element', uri, local);
    if (component === undefined) return undefined;
    const field = elementField(component.node, component.schema, '', uri);
    return { field, abstract: component.node.attributes.get('abstract') === 'true' };
  }

  function elementField(node: XmlElement, schema: SchemaDocument, owner: string, uri: string): Field {
    const local = node.attributes.get('name') ?? '';
    return {
      role: 'element',
      raw: rawName(local),
      local,
      uri,
      type: typeOfNode(node, schema, `${owner}${capital(local)}`),
      list: false,
      required: true,
      nillable: node.attributes.get('nillable') === 'true',
      documentation: documentationOf(node),
      ...fallbackOf(node),
    };
  }

  /** The type that an element or attribute declares, by name or inside it. */
  function typeOfNode(node: XmlElement, schema: SchemaDocument, suggestedName: string): ValueType {
    const typeName = node.attributes.get('type');
    if (typeName !== undefined) {
      const name = schemaQName(schema, node, typeName);
      return namedType(name.uri, name.local, node);
    }
    const complex = childOf(node, XSD, 'complexType');
    if (complex !== undefined) return complexType(complex, schema, suggestedName, undefined);
    const simple = childOf(node, XSD, 'simpleType');
    if (simple !== undefined) return simpleTypes.anonymous(simple, schema, suggestedName);
    return node.local === 'attribute' ? STRING : ANY;
  }

  function attribute(node: XmlElement, schema: SchemaDocument, owner: string, collector: FieldCollector): void {
    if (node.attributes.get('use') === 'prohibited') return;
    const ref = node.attributes.get('ref');
    const required = node.attributes.get('use') === 'required';
    if (ref === undefined) {
      const local = node.attributes.get('name') ?? '';
      const form = node.attributes.get('form') ?? schema.element.attributes.get('attributeFormDefault');
      const uri = form === 'qualified' ? schema.targetNamespace : '';
      collector.add(
        attributeField(local, uri, typeOfNode(node, schema, `${owner}${capital(local)}`), required, node),
        ONCE,
      );
      return;
    }
    const name = schemaQName(schema, node, ref);
    const found = schemas.find('attribute', name.uri, name.local);
    const type = found === undefined ? STRING : typeOfNode(found.node, found.schema, capital(name.local));
    collector.add(attributeField(name.local, name.uri, type, required, found?.node ?? node), ONCE);
  }

  /** SOAP 1.1 section 5.4.2: `wsdl:arrayType="tns:Item[]"`, or else the element of the restriction's sequence. */
  function encodedItem(restriction: XmlElement, schema: SchemaDocument, owner: string): Field {
    const item = {
      role: 'element',
      raw: 'item',
      local: 'item',
      uri: '',
      list: true,
      required: false,
      nillable: true,
    } as const;
    for (const child of restriction.children) {
      const arrayType = child.attributes.get(`{${WSDL}}arrayType`)?.trim();
      if (arrayType === undefined) continue;
      // Of more than one dimension, the shape is left open.
      const [, written = '', ranks = ''] = /^([^[\]]+)((?:\[\d*\])+)$/.exec(arrayType) ?? [];
      const name = resolveQName(child, written);
      let type: ValueType = written === '' ? ANY : namedType(name.uri, name.local, child);
      // `int[][]` is an array of arrays of int.
      const depth = Math.min(ranks.split('[').length - 2, MAX_DIMENSIONS);
      for (let level = 0; level < depth; level += 1)
        type = encodedArray({ ...item, type, documentation: undefined }, owner);
      return { ...item, type, documentation: undefined };
    }
    const inside: Field[] = [];
    collect(restriction, schema, owner, createFieldCollector(inside));
    const declared = inside.find((field) => field.role === 'element');
    return { ...item, type: declared?.type ?? ANY, documentation: declared?.documentation };
  }

  function fill(type: ComplexType): void {
    const work = pending.get(type);
    if (work === undefined) return;
    pending.delete(type);
    inheritance += 1;
    if (inheritance > MAX_INHERITANCE)
      throw new HubFault(
        'HUB_IMPORT_TOO_LARGE',
        `types derive from each other more than ${MAX_INHERITANCE} times over`,
      );
    work();
    inheritance -= 1;
  }

  function complete(): void {
    const filled: ComplexType[] = [];
    for (let next = pending.keys().next(); next.done !== true; next = pending.keys().next()) {
      const type = next.value;
      fill(type);
      filled.push(type);
      if (type.name === undefined) continue;
      const { uri, local } = type.name;
      // A type that is used may be answered by any that derives from it.
      for (const component of schemas.derivations(uri, local)) {
        complexType(component.node, component.schema, component.local, component, component);
      }
    }
    for (const type of filled) joinFamily(type);
  }

  return {
    type: namedType,
    element: (uri, local) => globalElement(uri, local)?.field,
    elementAnywhere(local) {
      const found = schemas.findAnywhere('element', local);
      return found === undefined ? undefined : globalElement(found.uri, local)?.field;
    },
    owners: (nodes) => ownersOf(nodes, complexTypes),
    complete,
  };
}

function ownersOf(nodes: Iterable<XmlElement>, types: ReadonlyMap<XmlElement, ComplexType>): ReadonlySet<ComplexType> {
  const owners = new Set<ComplexType>();
  for (const node of nodes) {
    for (let at: XmlElement | undefined = node; at !== undefined; at = at.parent) {
      const type = types.get(at);
      if (type !== undefined) owners.add(type);
    }
  }
  return owners;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
