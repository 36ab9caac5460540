// The graph as a subgraph of other gateways: from composed subgraphs to supergraphs with a gate, and the SDL to publish.
// Called by compose.ts where the hub serves as a subgraph.
import {
  buildASTSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  Kind,
  print,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
} from 'graphql';
import { composeSupergraph, type SubgraphSdl, type Supergraph } from './compose-supergraph.ts';
import { readEntryKeys, type EntryKeys } from './entry-keys.ts';
import { createGateSdl, openGate } from './gate-sdl.ts';
import { toPublicDocument } from './public-document.ts';
import { createPublishedSdl, ROOTS } from './published-sdl.ts';
import { createPlanner, type Planner, type PlannerOptions } from './query-planner.ts';

export interface Gate {
  /**
   * One for each key that an entity can have: the first takes every entity by its first key, the second by its second
   * where it has one, and so on. A plan knows one key of an entity, so that representations by another need another plan.
   */
  readonly entrances: readonly [GateEntrance, ...GateEntrance[]];
  /** Of the gate with all keys; for an executable schema. */
  readonly schemaSdl: DocumentNode;
  readonly publishedSdl: string;
}

export interface GateEntrance {
  readonly supergraph: Supergraph;
  readonly planner: Planner;
  readonly gateSdl: DocumentNode;
  /** The key that it takes an entity type by: absent where all of the type's keys are those of earlier entrances. */
  readonly keys: ReadonlyMap<string, string>;
}

/** Name of the gate among the subgraphs. */
export const GATE = 'manifold-gate';

export interface ComposeGateOptions {
  /** Names of subgraphs whose root fields are not published. */
  readonly internal: readonly string[];
  readonly planning?: PlannerOptions;
}

export function composeGate(
  subgraphs: readonly SubgraphSdl[],
  supergraph: Supergraph,
  options: ComposeGateOptions,
): Gate {
  const candidates = readEntryKeys(supergraph);
  const count = Math.max(1, ...[...candidates.values()].map((keys) => keys.length));
  const [first, ...others] = Array.from({ length: count }, (_, rank) =>
    composeEntrance(subgraphs, supergraph, candidates, rank, options.planning),
  );
  if (first === undefined) throw new TypeError('there is at least one entrance');
  const entrances: Gate['entrances'] = [first, ...others.filter(({ keys }) => keys.size > 0)];
  const keys = new Map<string, readonly string[]>();
  for (const entrance of entrances) {
    for (const [type, key] of entrance.keys) keys.set(type, [...(keys.get(type) ?? []), key]);
  }
  return {
    entrances,
    schemaSdl: openGate(createGateSdl(supergraph.publicSchema, candidates)),
    publishedSdl: createPublishedSdl(supergraph.publicSchema, keys, rootFieldsOf(subgraphs, options.internal)),
  };
}

function composeEntrance(
  subgraphs: readonly SubgraphSdl[],
  { publicSchema }: Supergraph,
  candidates: EntryKeys,
  rank: number,
  planning: PlannerOptions | undefined,
): GateEntrance {
  // What has no key of this rank is entered by its last, so that the schema is the same at every entrance.
  const taken = new Map([...candidates].map(([type, keys]) => [type, [keys[rank] ?? keys.at(-1) ?? '']]));
  const gateSdl = createGateSdl(publicSchema, taken);
  const composed = composeSupergraph([...subgraphs, { name: GATE, sdl: gateSdl }], { trusted: true });
  const document = openGate(composed.document);
  const supergraph: Supergraph = {
    sdl: print(document),
    document,
    publicSchema: buildASTSchema(toPublicDocument(document), { assumeValidSDL: true }),
  };
  const planner = createPlanner(supergraph, planning);
  const own = [...candidates].flatMap(([type, keys]): [string, string][] => {
    const key = keys[rank];
    const object = supergraph.publicSchema.getType(type);
    if (key === undefined || !isObjectType(object) || !leadsEverywhere(object, candidates, planner)) return [];
    return [[type, key]];
  });
  return { supergraph, planner, gateSdl, keys: new Map(own) };
}

/**
 * Other gateways take every field of an entity to be there for every key of it: a key from which some source is not
 * reached is not published.
 */
function leadsEverywhere(type: GraphQLObjectType, entities: EntryKeys, planner: Planner): boolean {
  const variables: string[] = [];
  const selection = selectAll(type, entities, variables, new Set());
  const definitions = ['$representations: [_Any!]!', ...variables].join(', ');
  try {
    planner.plan(
      `query (${definitions}) { _entities(representations: $representations) { ... on ${type.name} ${selection} } }`,
      undefined,
    );
    return true;
  } catch {
    return false;
  }
}

/** All fields of the type, and of the value types in it: entities have entrances of their own. */
function selectAll(
  type: GraphQLNamedType,
  entities: EntryKeys,
  variables: string[],
  above: ReadonlySet<string>,
): string {
  if (isLeafType(type)) return '';
  const fields = !isObjectType(type) || above.has(type.name) ? [] : Object.values(type.getFields());
  const inside = new Set([...above, type.name, ...entities.keys()]);
  const selections = fields.map((field, i) => {
    const args = field.args.filter(isRequiredArgument).map((argument) => {
      variables.push(`$v${variables.length}: ${argument.type.toString()}`);
      return `${argument.name}: $v${variables.length - 1}`;
    });
    const given = args.length === 0 ? '' : `(${args.join(', ')})`;
    return `f${i}: ${field.name}${given} ${selectAll(getNamedType(field.type), entities, variables, inside)}`;
  });
  return `{ ${['__typename', ...selections].join('\n')} }`;
}

function rootFieldsOf(subgraphs: readonly SubgraphSdl[], names: readonly string[]): ReadonlySet<string> {
  const definitions = subgraphs.filter(({ name }) => names.includes(name)).flatMap(({ sdl }) => sdl.definitions);
  const fields = definitions.flatMap((definition) =>
    (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION) &&
    ROOTS.has(definition.name.value)
      ? (definition.fields ?? [])
      : [],
  );
  return new Set(fields.map((field) => field.name.value));
}
