// Hand-written SDL that repeats an imported field, to mark it @lookup for example, need not repeat what it is called upstream.
import { Kind, type ConstDirectiveNode, type DefinitionNode, type DocumentNode } from 'graphql';
import { mergeSdl } from '../local/merge-sdl.ts';

interface Named {
  readonly name: { readonly value: string };
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
  readonly arguments?: readonly Named[] | undefined;
}
type WithFields = DefinitionNode & Named & { readonly fields?: readonly Named[] };

/** The first document is the import; where a later one repeats a field or argument of it without `@map`, that is kept. */
export function mergeKeepingNames(documents: readonly DocumentNode[]): DocumentNode {
  const merged = mergeSdl(documents);
  const mappings = new Map<string, ConstDirectiveNode>();
  for (const definition of documents[0]?.definitions ?? [])
    eachMember(definition, (at, node) => remember(mappings, at, node));
  if (mappings.size === 0) return merged;
  return { ...merged, definitions: merged.definitions.map((definition) => restore(definition, mappings)) };
}

function remember(mappings: Map<string, ConstDirectiveNode>, at: string, node: Named): void {
  const mapping = mappingOf(node);
  if (mapping !== undefined) mappings.set(at, mapping);
}

const mappingOf = (node: Named): ConstDirectiveNode | undefined =>
  node.directives?.find((directive) => directive.name.value === 'map');

function eachMember(definition: DefinitionNode, visit: (coordinate: string, node: Named) => void): void {
  if (!hasFields(definition)) return;
  for (const field of definition.fields ?? []) {
    const coordinate = `${definition.name.value}.${field.name.value}`;
    visit(coordinate, field);
    for (const argument of field.arguments ?? []) visit(`${coordinate}(${argument.name.value}:)`, argument);
  }
}

function restore(definition: DefinitionNode, mappings: ReadonlyMap<string, ConstDirectiveNode>): DefinitionNode {
  if (!hasFields(definition)) return definition;
  const fields = definition.fields?.map((field) => {
    const coordinate = `${definition.name.value}.${field.name.value}`;
    const args = field.arguments?.map((argument) =>
      withMapping(argument, mappings.get(`${coordinate}(${argument.name.value}:)`)),
    );
    const restored = withMapping(field, mappings.get(coordinate));
    return args === undefined ? restored : { ...restored, arguments: args };
  });
  return { ...definition, ...(fields === undefined ? {} : { fields }) } as DefinitionNode;
}

function withMapping<T extends Named>(node: T, mapping: ConstDirectiveNode | undefined): T {
  if (mapping === undefined || mappingOf(node) !== undefined) return node;
  return { ...node, directives: [...(node.directives ?? []), mapping] };
}

const hasFields = (definition: DefinitionNode): definition is WithFields =>
  definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
  definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
  definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ||
  definition.kind === Kind.OBJECT_TYPE_EXTENSION;
