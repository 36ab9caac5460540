// All schemas of a WSDL as one symbol table: which global element, type, group or attribute a QName stands for.
import { XSD } from './namespaces.ts';
import { childrenOf, expandedName, resolveQName, type XmlElement } from './xml-tree.ts';

/** One `xs:schema` as read; an included schema without a namespace of its own takes that of its includer. */
export interface SchemaDocument {
  readonly element: XmlElement;
  readonly targetNamespace: string;
  readonly chameleon: boolean;
}

/** A global component and the schema it stands in. */
export interface Component {
  readonly node: XmlElement;
  readonly schema: SchemaDocument;
  /** What an `xs:redefine` replaced; its content may refer to it under the same name. */
  readonly redefined?: Component;
}

export type ComponentKind = 'element' | 'type' | 'group' | 'attributeGroup' | 'attribute';

export interface SchemaSet {
  find(kind: ComponentKind, uri: string, local: string): Component | undefined;
  /** Members of the substitution group that the global element heads, in document order. */
  substitutes(uri: string, local: string): readonly Component[];
}

const KINDS: Readonly<Record<string, ComponentKind>> = {
  element: 'element',
  complexType: 'type',
  simpleType: 'type',
  group: 'group',
  attributeGroup: 'attributeGroup',
  attribute: 'attribute',
};

/** The first definition of a name wins, except that an `xs:redefine` replaces what it redefines. */
export function createSchemaSet(schemas: readonly SchemaDocument[]): SchemaSet {
  const components = new Map<string, Component>();
  const substitutes = new Map<string, Component[]>();
  const key = (kind: ComponentKind, uri: string, local: string) => `${kind} ${expandedName(uri, local)}`;
  const add = (schema: SchemaDocument, node: XmlElement, replace: boolean) => {
    const kind = node.uri === XSD ? KINDS[node.local] : undefined;
    const name = node.attributes.get('name');
    if (kind === undefined || name === undefined) return;
    const id = key(kind, schema.targetNamespace, name);
    const known = components.get(id);
    const component: Component = replace && known !== undefined ? { node, schema, redefined: known } : { node, schema };
    if (replace || known === undefined) components.set(id, component);
    const head = node.attributes.get('substitutionGroup');
    if (kind !== 'element' || head === undefined) return;
    const headName = schemaQName(schema, node, head);
    const headKey = expandedName(headName.uri, headName.local);
    substitutes.set(headKey, [...(substitutes.get(headKey) ?? []), component]);
  };
  for (const schema of schemas) for (const node of schema.element.children) add(schema, node, false);
  for (const schema of schemas) {
    for (const redefine of childrenOf(schema.element, XSD, 'redefine')) {
      for (const node of redefine.children) add(schema, node, true);
    }
  }
  return {
    find: (kind, uri, local) => components.get(key(kind, uri, local)),
    substitutes: (uri, local) => substitutes.get(expandedName(uri, local)) ?? [],
  };
}

/** A QName inside a schema; in an included schema without a namespace, an unprefixed name means the includer's. */
export function schemaQName(
  schema: SchemaDocument,
  node: XmlElement,
  qname: string,
): { readonly uri: string; readonly local: string } {
  const name = resolveQName(node, qname);
  return name.uri === '' && schema.chameleon ? { uri: schema.targetNamespace, local: name.local } : name;
}
