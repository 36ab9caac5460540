// What one subgraph alone defines need not be composed: it is left out of what goes to the composition library, whose time
// grows with every field, and put back into what comes out (put-back.ts). Called by compose-supergraph.ts.
import {
  Kind,
  visit,
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql';
import { factsOf } from '../sdl/deferred-node.ts';
import type { SubgraphSdl } from './compose-supergraph.ts';
import { findStubbed, type Owned, type Stubbed } from './find-stubbed.ts';
import { HANDED_ON, implementsAny, isPlain, isType, readUses, ROOTS } from './read-uses.ts';

export interface Reduced {
  /** To be composed in the place of the others. Where that fails, it says nothing: compose them all. */
  readonly subgraphs: readonly SubgraphSdl[];
  /** By subgraph. */
  readonly leftOut: ReadonlyMap<string, LeftOut>;
  /** Of types that were left out: the stubs of them in other subgraphs. */
  readonly stubs: ReadonlyMap<string, readonly Owned[]>;
}

export interface LeftOut {
  /** Name of the field that stands for what was left out of a type of the subgraph. */
  readonly standIn: string;
  readonly types: ReadonlyMap<string, TypeDefinitionNode>;
  /** Type → its fields that were left out, by name. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, FieldDefinitionNode>>;
}

/** Begin of the names of types and fields that stand for what was left out. */
export const STAND_IN = 'manifoldLeftOut';

/** What a type may say of itself, and have fields that are left out. */
const OF_TYPES: ReadonlySet<string> = new Set([...HANDED_ON, 'key', 'shareable']);

/**
 * Undefined where nothing is gained, or where some subgraph uses what speaks of types beyond its own.
 *
 * Left out are types that no other subgraph has and that no directive of Federation is on, and such fields of other object
 * types, where they are known to be valid: what is deferred, and all of a subgraph that says so. Entities that others have
 * only as stubs are left out too. Interfaces, and what implements them, stay. A type that stays is reached as before by way of a stand-in, so that whether every field is found is
 * still decided by the library.
 */
export function leaveOut(subgraphs: readonly SubgraphSdl[], above: number): Reduced | undefined {
  const size = subgraphs.reduce((sum, { sdl }) => sum + sdl.definitions.length, 0);
  if (size <= above) return undefined;
  const used = subgraphs.map(readUses);
  if (used.some(({ farReaching }) => farReaching)) return undefined;
  const owners = Map.groupBy(
    subgraphs.flatMap((subgraph) => subgraph.sdl.definitions.filter(isType).map((node) => ({ node, subgraph }))),
    ({ node }) => node.name.value,
  );
  const fieldSets = new Set(used.flatMap((uses) => [...uses.fieldSets]));
  const valid = new Set(subgraphs.filter((subgraph) => subgraph.isValid?.() === true));
  const withQuery = new Set((owners.get('Query') ?? []).map(({ subgraph }) => subgraph));
  const canLeave = ({ node, subgraph }: Owned): boolean =>
    withQuery.has(subgraph) && (valid.has(subgraph) || factsOf(node) !== undefined);
  const stubbed = new Map(
    [...owners].flatMap(([type, owned]) => {
      const found = !ROOTS.has(type) && owned.every(canLeave) ? findStubbed(owned) : undefined;
      return found === undefined ? [] : [[type, found] as const];
    }),
  );
  const leftOut = new Map<string, LeftOut>();
  const reduced = subgraphs.map((subgraph, i) => {
    const othersOf = (type: string): readonly TypeDefinitionNode[] =>
      (owners.get(type) ?? []).flatMap((one) => (one.subgraph === subgraph ? [] : [one.node]));
    const made = reduce(subgraph.sdl, {
      isShared: (type) => (owners.get(type) ?? []).length > 1,
      elsewhere: (type) => new Set(othersOf(type).flatMap(fieldNames)),
      fieldSets,
      stubbed,
      isKnown: (node) => valid.has(subgraph) || factsOf(node) !== undefined,
      standIn: `${STAND_IN}${i}`,
    });
    if (made === undefined) return subgraph;
    const whole = [...made.leftOut.types].filter(([type, node]) => (stubbed.get(type)?.whole.node ?? node) === node);
    leftOut.set(subgraph.name, { ...made.leftOut, types: new Map(whole) });
    return { ...subgraph, sdl: made.sdl };
  });
  const stubs = new Map([...stubbed].map(([type, one]) => [type, one.stubs]));
  return leftOut.size === 0 ? undefined : { subgraphs: reduced, leftOut, stubs };
}

const fieldNames = (node: TypeDefinitionNode): readonly string[] =>
  'fields' in node ? (node.fields ?? []).map(({ name }) => name.value) : [];

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
  /** Whether it is defined, or extended, more than once. */
  readonly isShared: (type: string) => boolean;
  /** Names of the fields that other subgraphs give the type. */
  readonly elsewhere: (type: string) => ReadonlySet<string>;
  /** Names of all fields that are mentioned in keys and the like. */
  readonly fieldSets: ReadonlySet<string>;
  /** By type. */
  readonly stubbed: ReadonlyMap<string, Stubbed>;
  /** Whether it is known to be valid. */
  readonly isKnown: (node: TypeDefinitionNode | FieldDefinitionNode) => boolean;
  readonly standIn: string;
}

function reduce(
  sdl: DocumentNode,
  around: Surroundings,
): { readonly sdl: DocumentNode; readonly leftOut: LeftOut } | undefined {
  const sorted = sdl.definitions.map((node) => sort(node, around));
  const hasQuery = sorted.some(({ node }) => nameOf(node) === 'Query');
  if (!hasQuery || sorted.every(({ kind }) => kind === 'whole')) return undefined;
  const types = new Map(
    sorted.flatMap((one) => (one.kind === 'out' ? [[one.node.name.value, one.node] as const] : [])),
  );
  const fields = new Map(
    sorted.flatMap((one) =>
      one.kind === 'part'
        ? [[one.node.name.value, new Map(one.out.map((field) => [field.name.value, field]))] as const]
        : [],
    ),
  );
  // The library says what the directive is where somebody bears it.
  const choosing = [...types.values()].some(
    (node) => node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION && says(node, 'oneOf'),
  );
  const needed = findNeeded(sorted, types);
  for (const name of needed) if (types.get(name)?.kind !== Kind.OBJECT_TYPE_DEFINITION) types.delete(name);
  const { standIn } = around;
  const definitions = sorted.flatMap((one): readonly DefinitionNode[] => {
    if (one.kind === 'out') return needed.has(one.node.name.value) ? [asNeeded(one.node)] : [];
    const node = one.kind === 'whole' ? one.node : { ...one.node, fields: [...one.kept, field(standIn)] };
    return [nameOf(node) === 'Query' ? withWays(node, sorted, around) : node];
  });
  if (choosing) definitions.push(choice(standIn));
  return { sdl: { ...sdl, definitions }, leftOut: { standIn, types, fields } };
}

function sort(node: DefinitionNode, { isShared, elsewhere, fieldSets, stubbed, isKnown }: Surroundings): Sorted {
  const whole = { kind: 'whole', node } as const;
  if (!isType(node) || node.kind.endsWith('Extension') || node.name.value.startsWith('_')) return whole;
  const type = node.name.value;
  if (stubbed.has(type)) return { kind: 'out', node };
  if (!ROOTS.has(type) && !isShared(type) && isLeavable(node) && isKnown(node) && isPlain(node)) {
    return { kind: 'out', node };
  }
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || implementsAny(node) || !saysOnly(node, OF_TYPES)) return whole;
  const shared = isShared(type) ? elsewhere(type) : undefined;
  const isKept = (one: FieldDefinitionNode): boolean => {
    const name = one.name.value;
    return name.startsWith('_') || shared?.has(name) === true || fieldSets.has(name) || !isKnown(one) || !isPlain(one);
  };
  const { true: kept = [], false: out = [] } = Object.groupBy(node.fields ?? [], (one) =>
    isKept(one) ? 'true' : 'false',
  );
  return out.length === 0 ? whole : { kind: 'part', node, kept, out };
}

/** Scalars are few, and interfaces take from what implements them. */
const isLeavable = (node: TypeDefinitionNode): boolean =>
  node.kind !== Kind.SCALAR_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION && !implementsAny(node);

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

/** Of an object type its name is enough, which is put back whole; several subgraphs may need it. */
const asNeeded = (node: TypeDefinitionNode): TypeDefinitionNode =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION
    ? { kind: node.kind, name: node.name, directives: [directive('shareable')], fields: [field(STAND_IN)] }
    : node;

/**
 * What is left out may have been the only way to a type that stays: the query type leads to all of these. It also takes and
 * gives every enum that others have too: of the values of these only those are told that all have, or all that some have,
 * by where the enum is mentioned. So where not all have the same, the library refuses, and is asked about the whole.
 */
function withWays<T extends DefinitionNode>(
  node: T,
  sorted: readonly Sorted[],
  { isShared, standIn }: Surroundings,
): T {
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return node;
  const ways = sorted.flatMap(({ kind, node: one }) => {
    if (kind === 'out' || !isType(one) || ROOTS.has(one.name.value)) return [];
    const type = one.name.value;
    const way = `${standIn}_${type}`;
    if (one.kind === Kind.ENUM_TYPE_DEFINITION) return isShared(type) ? [field(way, type, type)] : [];
    const composite = one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION;
    return composite ? [field(way, type)] : [];
  });
  return { ...node, fields: [...(node.fields ?? []), ...ways] };
}

/** @param takes type of its argument, where it has one */
const field = (called: string, type = 'Boolean', takes?: string): FieldDefinitionNode => ({
  kind: Kind.FIELD_DEFINITION,
  name: name(called),
  arguments: takes === undefined ? [] : [{ kind: Kind.INPUT_VALUE_DEFINITION, name: name(called), type: named(takes) }],
  type: named(type),
});

const choice = (called: string): DefinitionNode => ({
  kind: Kind.INPUT_OBJECT_TYPE_DEFINITION,
  name: name(called),
  directives: [directive('oneOf')],
  fields: [{ kind: Kind.INPUT_VALUE_DEFINITION, name: name(called), type: named('Boolean') }],
});

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
const directive = (called: string) => ({ kind: Kind.DIRECTIVE, name: name(called) }) as const;
const named = (value: string) => ({ kind: Kind.NAMED_TYPE, name: name(value) }) as const;
