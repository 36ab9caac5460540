// All schemas of a WSDL as one symbol table: which global element, type, group or attribute a QName stands for.
import { XSD } from './namespaces.ts';
import { childOf, childrenOf, expandedName, resolveQName, type XmlElement } from './xml-tree.ts';

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

export interface NamedComponent extends Component {
  readonly uri: string;
  readonly local: string;
}

export type ComponentKind = 'element' | 'type' | 'group' | 'attributeGroup' | 'attribute';

export interface SchemaSet {
  find(kind: ComponentKind, uri: string, local: string): Component | undefined;
  /** Members of the substitution group that the global element heads, and of those that they head in turn; nearest first. */
  substitutes(uri: string, local: string): readonly Component[];
  /** Named complex types that extend or restrict the type directly, in document order. */
  derivations(uri: string, local: string): readonly NamedComponent[];
  /** A global component of that name in whatever namespace, where there is only one. */
  findAnywhere(kind: ComponentKind, local: string): NamedComponent | undefined;
}

const KINDS: Readonly<Record<string, ComponentKind>> = {
  element: 'element',
  complexType: 'type',
  simpleType: 'type',
  group: 'group',
  attributeGroup: 'attributeGroup',
  attribute: 'attribute',
};

/** Beyond any real group; each use of a head has a field for every member. */
const MAX_SUBSTITUTES = 1_000;

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
    append(substitutes, headKey, component);
  };
  for (const schema of schemas) for (const node of schema.element.children) add(schema, node, false);
  for (const schema of schemas) {
    for (const redefine of childrenOf(schema.element, XSD, 'redefine')) {
      for (const node of redefine.children) add(schema, node, true);
    }
  }
  let derivations: Map<string, NamedComponent[]> | undefined;
  return {
    find: (kind, uri, local) => components.get(key(kind, uri, local)),
    substitutes(uri, local) {
      const found = new Map<XmlElement, Component>();
      const heads = [expandedName(uri, local)];
      // A list is gone through to its end, however it grows meanwhile.
      for (const head of heads) {
        for (const member of substitutes.get(head) ?? []) {
          if (found.has(member.node) || found.size >= MAX_SUBSTITUTES) continue;
          found.set(member.node, member);
          heads.push(expandedName(member.schema.targetNamespace, member.node.attributes.get('name') ?? ''));
        }
      }
      return [...found.values()];
    },
    derivations: (uri, local) => (derivations ??= indexDerivations(components)).get(expandedName(uri, local)) ?? [],
    findAnywhere(kind, local) {
      const found = schemas.flatMap(({ targetNamespace: uri }) => {
        const component = components.get(key(kind, uri, local));
        return component === undefined ? [] : [{ ...component, uri, local }];
      });
      return new Set(found.map(({ node }) => node)).size === 1 ? found[0] : undefined;
    },
  };
}

function append<T>(index: Map<string, T[]>, key: string, value: T): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, [value]);
  else known.push(value);
}

function indexDerivations(components: ReadonlyMap<string, Component>): Map<string, NamedComponent[]> {
  const index = new Map<string, NamedComponent[]>();
  for (const component of components.values()) {
    const { node, schema } = component;
    const local = node.attributes.get('name');
    if (node.local !== 'complexType' || local === undefined) continue;
    const content = childOf(node, XSD, 'complexContent') ?? childOf(node, XSD, 'simpleContent');
    const base = content?.children.find((child) => child.uri === XSD)?.attributes.get('base');
    if (content === undefined || base === undefined) continue;
    const name = schemaQName(schema, content.children.find((child) => child.attributes.has('base')) ?? content, base);
    const id = expandedName(name.uri, name.local);
    if (id === expandedName(schema.targetNamespace, local)) continue;
    append(index, id, { ...component, uri: schema.targetNamespace, local });
  }
  return index;
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
