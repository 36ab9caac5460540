// What one subgraph alone defines need not be composed: it is left out of what goes to the composition library, whose time
// grows with every field, and put back into what comes out (put-back.ts). Called by compose-supergraph.ts.
import {
  Kind,
  visit,
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql';
import { factsOf } from '../sdl/deferred-node.ts';
import type { SubgraphSdl } from './compose-supergraph.ts';

export interface Reduced {
  /** To be composed in the place of the others. Where that fails, it says nothing: compose them all. */
  readonly subgraphs: readonly SubgraphSdl[];
  /** By subgraph. */
  readonly leftOut: ReadonlyMap<string, LeftOut>;
}

export interface LeftOut {
  /** Begin of the names of the fields that stand for what was left out of the subgraph. */
  readonly standIn: string;
  readonly types: ReadonlyMap<string, TypeDefinitionNode>;
  /** Type → its fields that were left out, by name. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, FieldDefinitionNode>>;
}

/** Begin of the names of fields that stand for what was left out of a type, and are reached by the same ways. */
export const STAND_IN = 'manifoldLeftOut';

/** Directives that composition hands on as they are. */
export const HANDED_ON: ReadonlySet<string> = new Set(['deprecated', 'specifiedBy', 'oneOf']);
/** What a type may say of itself, and have fields that are left out. */
const OF_TYPES: ReadonlySet<string> = new Set([...HANDED_ON, 'key', 'shareable']);
/** They say something about what does not bear them. */
const FAR_REACHING: ReadonlySet<string> = new Set([
  'inaccessible',
  'interfaceObject',
  'composeDirective',
  'context',
  'fromContext',
  'extends',
]);
const FIELD_SETS: ReadonlySet<string> = new Set(['key', 'requires', 'provides']);
const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/**
 * Undefined where nothing is gained, or where some subgraph uses what speaks of types beyond its own.
 *
 * Of a checked subgraph are left out: types that no other subgraph has and that no directive of Federation is on, and such
 * fields of other object types. Interfaces, and what implements them, stay. A type that stays reaches what it reached
 * before by way of a stand-in, so that whether every field is found is still decided by the library.
 */
export function leaveOut(subgraphs: readonly SubgraphSdl[], above: number): Reduced | undefined {
  const size = subgraphs.reduce((sum, { checked, sdl }) => sum + (checked === true ? sdl.definitions.length : 0), 0);
  if (size <= above) return undefined;
  const used = new Map(subgraphs.map((subgraph) => [subgraph, readUses(subgraph)]));
  if ([...used.values()].some(({ farReaching }) => farReaching)) return undefined;
  const fieldSets = new Set([...used.values()].flatMap(({ fieldSetNames }) => [...fieldSetNames]));
  const owners = new Map<string, number>();
  for (const { names } of used.values()) for (const name of names) owners.set(name, (owners.get(name) ?? 0) + 1);
  const leftOut = new Map<string, LeftOut>();
  const reduced = subgraphs.map((subgraph, i) => {
    if (subgraph.checked !== true) return subgraph;
    const others = subgraphs.filter((one) => one !== subgraph);
    const isShared = (type: string): boolean => (owners.get(type) ?? 0) > 1;
    const elsewhere = (type: string) => (isShared(type) ? fieldsOf(others, type) : NO_NAMES);
    const made = reduce(subgraph.sdl, { isShared, elsewhere, fieldSets, standIn: `${STAND_IN}${i}` });
    if (made === undefined) return subgraph;
    leftOut.set(subgraph.name, made.leftOut);
    return { ...subgraph, sdl: made.sdl };
  });
  return leftOut.size === 0 ? undefined : { subgraphs: reduced, leftOut };
}

const NO_NAMES: ReadonlySet<string> = new Set();

interface Uses {
  readonly names: ReadonlySet<string>;
  readonly farReaching: boolean;
  readonly fieldSetNames: ReadonlySet<string>;
}

function readUses({ sdl }: SubgraphSdl): Uses {
  const names = new Set<string>();
  const fieldSetNames = new Set<string>();
  let farReaching = false;
  for (const definition of sdl.definitions) {
    if (isType(definition)) names.add(definition.name.value);
    if (isPlain(definition)) continue;
    for (const part of partsOf(definition)) {
      if (isPlain(part)) continue;
      visit(part, {
        Directive(directive) {
          const name = directive.name.value.replace(/^federation__/, '');
          if (FAR_REACHING.has(name)) farReaching = true;
          const texts = FIELD_SETS.has(name) || name === 'link' ? stringsIn(directive) : [];
          // Under another name, they would not be known.
          if (name === 'link' && renames(directive)) farReaching = true;
          else for (const text of texts) for (const word of text.match(/\w+/g) ?? []) fieldSetNames.add(word);
        },
      });
    }
  }
  return { names, farReaching, fieldSetNames };
}

/** The definition without its fields, and each of these. */
function partsOf(definition: DefinitionNode): readonly (DefinitionNode | FieldDefinitionNode)[] {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return [definition];
  return [{ ...definition, fields: [] }, ...(definition.fields ?? [])];
}

function stringsIn(node: ASTNode): readonly string[] {
  const found: string[] = [];
  visit(node, { StringValue: ({ value }) => void found.push(value) });
  return found;
}

function renames(link: ASTNode): boolean {
  let found = false;
  visit(link, {
    ObjectField: ({ name }) => void (found ||= name.value === 'as'),
    Argument: ({ name }) => void (found ||= name.value === 'as'),
  });
  return found;
}

const isType = (node: DefinitionNode): node is TypeDefinitionNode => /Type(?:Definition|Extension)$/.test(node.kind);

/** Whether no directive is on it, or anywhere in it, that composition would have to look at. */
function isPlain(node: DefinitionNode | FieldDefinitionNode): boolean {
  const known = factsOf(node);
  if (known !== undefined) return isHandedOn(known.directives);
  let plain = true;
  visit(node, { Directive: ({ name }) => void (plain &&= HANDED_ON.has(name.value)) });
  return plain;
}

const handedOn = new WeakMap<ReadonlySet<string>, boolean>();

/** Many deferred nodes share a set. */
function isHandedOn(directives: ReadonlySet<string>): boolean {
  const known = handedOn.get(directives) ?? [...directives].every((name) => HANDED_ON.has(name));
  handedOn.set(directives, known);
  return known;
}

function fieldsOf(subgraphs: readonly SubgraphSdl[], type: string): ReadonlySet<string> {
  return new Set(
    subgraphs.flatMap(({ sdl }) =>
      sdl.definitions.flatMap((one) =>
        'fields' in one && one.name.value === type ? (one.fields ?? []).map(({ name }) => name.value) : [],
      ),
    ),
  );
}

type Sorted =
  | { readonly kind: 'out'; readonly node: TypeDefinitionNode }
  | { readonly kind: 'whole'; readonly node: DefinitionNode }
  | {
      readonly kind: 'part';
      readonly node: ObjectTypeDefinitionNode;
      readonly out: readonly FieldDefinitionNode[];
      readonly kept: readonly FieldDefinitionNode[];
    };

interface Surroundings {
  readonly isShared: (type: string) => boolean;
  /** Names of the fields that other subgraphs give the type. */
  readonly elsewhere: (type: string) => ReadonlySet<string>;
  /** Names of all fields that are mentioned in keys and the like. */
  readonly fieldSets: ReadonlySet<string>;
  readonly standIn: string;
}

function reduce(
  sdl: DocumentNode,
  { isShared, elsewhere, fieldSets, standIn: prefix }: Surroundings,
): { readonly sdl: DocumentNode; readonly leftOut: LeftOut } | undefined {
  const sorted = sdl.definitions.map((node): Sorted => {
    if (!isType(node) || node.kind.endsWith('Extension') || node.name.value.startsWith('_'))
      return { kind: 'whole', node };
    const root = ROOTS.has(node.name.value);
    if (!root && !isShared(node.name.value) && isLeavable(node) && isPlain(node)) return { kind: 'out', node };
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || implementsAny(node) || !saysOnly(node, OF_TYPES)) {
      return { kind: 'whole', node };
    }
    const shared = elsewhere(node.name.value);
    const isKept = (field: FieldDefinitionNode): boolean => {
      const name = field.name.value;
      return name.startsWith('_') || shared.has(name) || fieldSets.has(name) || !isPlain(field);
    };
    const fields = node.fields ?? [];
    const kept = fields.filter(isKept);
    if (kept.length === fields.length) return { kind: 'whole', node };
    const keptSet = new Set(kept);
    return { kind: 'part', node, kept, out: fields.filter((field) => !keptSet.has(field)) };
  });
  const hasQuery = sorted.some(({ node }) => nameOf(node) === 'Query');
  if (!hasQuery || sorted.every(({ kind }) => kind === 'whole')) return undefined;
  const outTypes = new Map(
    sorted.flatMap((one) => (one.kind === 'out' ? [[one.node.name.value, one.node] as const] : [])),
  );
  const needed = findNeeded(sorted, outTypes);
  const definitions = sorted.flatMap((one): readonly DefinitionNode[] => {
    if (one.kind === 'whole') return [nameOf(one.node) === 'Query' ? withWays(one.node, prefix, sorted) : one.node];
    if (one.kind === 'part') return [withWays({ ...one.node, fields: [...one.kept, standIn(prefix)] }, prefix, sorted)];
    return needed.has(one.node.name.value) ? [asNeeded(one.node)] : [];
  });
  // The library says what the directive is where somebody bears it.
  const choosing = [...outTypes.values()].some(
    (node) => node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION && says(node, 'oneOf'),
  );
  if (choosing) definitions.push(choice(prefix));
  for (const name of needed) if (outTypes.get(name)?.kind !== Kind.OBJECT_TYPE_DEFINITION) outTypes.delete(name);
  const fields = new Map(
    sorted.flatMap((one) =>
      one.kind === 'part'
        ? [[one.node.name.value, new Map(one.out.map((field) => [field.name.value, field]))] as const]
        : [],
    ),
  );
  return { sdl: { ...sdl, definitions }, leftOut: { standIn: prefix, types: outTypes, fields } };
}

/** Scalars are few, and interfaces take from what implements them. */
const isLeavable = (node: TypeDefinitionNode): boolean =>
  node.kind !== Kind.SCALAR_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION && !implementsAny(node);

function implementsAny(node: TypeDefinitionNode): boolean {
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return false;
  return factsOf(node)?.hasInterfaces ?? (node.interfaces ?? []).length > 0;
}

const says = (node: TypeDefinitionNode, directive: string): boolean =>
  factsOf(node)?.directives.has(directive) ?? (node.directives ?? []).some(({ name }) => name.value === directive);

const saysOnly = ({ directives = [] }: TypeDefinitionNode, known: ReadonlySet<string>): boolean =>
  directives.every(({ name }) => known.has(name.value));

const nameOf = (node: DefinitionNode): string | undefined => ('name' in node ? node.name.value : undefined);

/** Types that would be left out, but that something mentions that stays. */
function findNeeded(sorted: readonly Sorted[], out: ReadonlyMap<string, TypeDefinitionNode>): ReadonlySet<string> {
  const needed = new Set<string>();
  const mention = (node: ASTNode): void => {
    visit(node, {
      NamedType({ name: { value } }) {
        const type = out.get(value);
        if (type === undefined || needed.has(value)) return;
        needed.add(value);
        mention(asNeeded(type));
      },
    });
  };
  for (const one of sorted) {
    if (one.kind === 'whole') mention(one.node);
    else if (one.kind === 'part') for (const field of one.kept) mention(field);
  }
  return needed;
}

/** Of an object type its name is enough, which is put back whole. */
const asNeeded = (node: TypeDefinitionNode): TypeDefinitionNode =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION ? { kind: node.kind, name: node.name, fields: [standIn(STAND_IN)] } : node;

/** What is left out may have been the only way to a type that stays: the query type leads to all of these. */
function withWays<T extends DefinitionNode>(node: T, prefix: string, sorted: readonly Sorted[]): T {
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || nameOf(node) !== 'Query') return node;
  const ways = sorted.flatMap(({ kind, node: one }) => {
    const composite = one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION;
    if (kind === 'out' || !composite || ROOTS.has(one.name.value)) return [];
    return [standIn(`${prefix}_${one.name.value}`, one.name.value)];
  });
  return { ...node, fields: [...(node.fields ?? []), ...ways] };
}

const standIn = (name: string, type = 'Boolean'): FieldDefinitionNode => ({
  kind: Kind.FIELD_DEFINITION,
  name: { kind: Kind.NAME, value: name },
  type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
});

const choice = (name: string): InputObjectTypeDefinitionNode => ({
  kind: Kind.INPUT_OBJECT_TYPE_DEFINITION,
  name: { kind: Kind.NAME, value: name },
  directives: [{ kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'oneOf' } }],
  fields: [
    {
      kind: Kind.INPUT_VALUE_DEFINITION,
      name: { kind: Kind.NAME, value: name },
      type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'Boolean' } },
    },
  ],
});
