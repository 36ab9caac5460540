// Imported and hand-written SDL of one source, folded into one document: extensions become part of their types.
import {
  Kind,
  print,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type NameNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from 'graphql';

type Folded = TypeDefinitionNode | TypeExtensionNode;

const DEFINITION_KINDS = {
  [Kind.OBJECT_TYPE_EXTENSION]: Kind.OBJECT_TYPE_DEFINITION,
  [Kind.INTERFACE_TYPE_EXTENSION]: Kind.INTERFACE_TYPE_DEFINITION,
  [Kind.UNION_TYPE_EXTENSION]: Kind.UNION_TYPE_DEFINITION,
  [Kind.ENUM_TYPE_EXTENSION]: Kind.ENUM_TYPE_DEFINITION,
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: Kind.INPUT_OBJECT_TYPE_DEFINITION,
  [Kind.SCALAR_TYPE_EXTENSION]: Kind.SCALAR_TYPE_DEFINITION,
} as const;

/**
 * Later documents win: a field, value or member that is written again replaces the earlier one, so hand-written SDL can
 * correct what was imported. A type that is only extended becomes a definition, unless `keepExtensions`: Federation 1
 * means something by it. The order of first appearance is kept; with `keepExtensions` one document alone is left as it is.
 */
export function mergeSdl(
  documents: readonly DocumentNode[],
  { keepExtensions = false }: { readonly keepExtensions?: boolean } = {},
): DocumentNode {
  const [only, second] = documents;
  if (keepExtensions && only !== undefined && second === undefined) return only;
  const types = new Map<string, Folded>();
  const others: DefinitionNode[] = [];
  for (const definition of documents.flatMap((document) => document.definitions)) {
    if (!isType(definition)) {
      others.push(definition);
      continue;
    }
    const name = definition.name.value;
    const known = types.get(name);
    const first = keepExtensions ? definition : toDefinition(definition);
    types.set(name, known === undefined ? first : fold(known, definition));
  }
  return { kind: Kind.DOCUMENT, definitions: [...others, ...types.values()] };
}

function isType(definition: DefinitionNode): definition is Folded {
  return definition.kind.endsWith('TypeDefinition') || definition.kind.endsWith('TypeExtension');
}

function toDefinition(node: Folded): TypeDefinitionNode {
  // What need not be changed is not read either.
  if (!(node.kind in DEFINITION_KINDS)) return node as TypeDefinitionNode;
  return { ...node, kind: DEFINITION_KINDS[node.kind as keyof typeof DEFINITION_KINDS] } as TypeDefinitionNode;
}

/** The parts of type definitions that are lists of named things. */
interface Parts {
  readonly fields?: readonly { readonly name: NameNode }[];
  readonly values?: readonly { readonly name: NameNode }[];
  readonly types?: readonly { readonly name: NameNode }[];
  readonly interfaces?: readonly { readonly name: NameNode }[];
}

function fold(known: Folded, added: Folded): Folded {
  const a = known as Parts;
  const b = added as Parts;
  return {
    ...known,
    // A definition among the extensions is what makes it a definition.
    kind: added.kind.endsWith('Definition') ? added.kind : known.kind,
    description: describe(added) ?? describe(known),
    directives: unite(known.directives ?? [], added.directives ?? [], directiveIdentity),
    ...foldPart('fields', a, b),
    ...foldPart('values', a, b),
    ...foldPart('types', a, b),
    ...foldPart('interfaces', a, b),
  } as Folded;
}

const describe = (node: Folded) => ('description' in node ? node.description : undefined);

function foldPart(part: keyof Parts, a: Parts, b: Parts): Parts {
  if (a[part] === undefined && b[part] === undefined) return {};
  return { [part]: unite(a[part] ?? [], b[part] ?? [], (node) => node.name.value) };
}

/** Only `@key` and `@tag` may stand several times; of every other directive the later one counts. */
function directiveIdentity(directive: ConstDirectiveNode): string {
  const { value } = directive.name;
  if (value !== 'key' && value !== 'tag') return value;
  const fields = directive.arguments?.find(
    (argument) => argument.name.value === 'fields' || argument.name.value === 'name',
  );
  return `${value} ${fields === undefined ? '' : print(fields.value)}`;
}

function unite<T>(known: readonly T[], added: readonly T[], identity: (node: T) => string): T[] {
  const all = new Map(known.map((node) => [identity(node), node]));
  for (const node of added) all.set(identity(node), node);
  return [...all.values()];
}
