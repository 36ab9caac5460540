// SDL of one source → its entities that can only be looked up one by one, and the batch that would cure it.
import { Kind, type DocumentNode, type FieldDefinitionNode, type TypeNode } from 'graphql';

export interface NPlusOne {
  /** Type name of the entity. */
  readonly type: string;
  /** The lookup field of Query, by name. */
  readonly lookup: string;
  /** Fields of Query, by name, that would be a batch with @lookup: a list of keys in, a list of the entity out. */
  readonly cures: readonly string[];
}

/** Directives whose fields cost an upstream call each; a model takes a batch by itself. */
const CALLS: ReadonlySet<string> = new Set(['rest', 'soap']);

/** In the order of the documents. An entity that has a batch lookup is no finding. */
export function findNPlusOne(documents: readonly DocumentNode[]): readonly NPlusOne[] {
  const fields = documents.flatMap(queryFields);
  const lookups = fields.filter(
    (field) => has(field, 'lookup') && field.directives?.some(({ name }) => CALLS.has(name.value)),
  );
  const batched = new Set(lookups.filter(isBatch).map((field) => typeName(field.type)));
  return lookups
    .filter((field) => !isBatch(field) && !batched.has(typeName(field.type)))
    .map((field) => ({
      type: typeName(field.type),
      lookup: field.name.value,
      cures: fields
        .filter((other) => isList(other.type) && typeName(other.type) === typeName(field.type) && isBatch(other))
        .map((other) => other.name.value),
    }));
}

function queryFields(document: DocumentNode): readonly FieldDefinitionNode[] {
  return document.definitions.flatMap((node) =>
    (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION) &&
    node.name.value === 'Query'
      ? (node.fields ?? [])
      : [],
  );
}

function has(field: FieldDefinitionNode, directive: string): boolean {
  return field.directives?.some(({ name }) => name.value === directive) === true;
}

function isBatch(field: FieldDefinitionNode): boolean {
  return field.arguments?.some(({ type }) => isList(type)) === true;
}

function isList(type: TypeNode): boolean {
  return type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));
}

function typeName(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type);
}
