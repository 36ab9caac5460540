// A supergraph that another tool composed, as the source of truth: read from its file instead of composed from subgraphs.
import { readFile } from 'node:fs/promises';
import { buildASTSchema, Kind, Source, type ConstDirectiveNode, type DocumentNode, type GraphQLSchema } from 'graphql';
import { HubFault } from '../faults/hub-fault.ts';
import type { Supergraph } from './compose-supergraph.ts';
import { parseSdl } from './parse-sdl.ts';
import { toPublicDocument } from './public-document.ts';

/** A subgraph as the supergraph has it. */
export interface JoinedGraph {
  /** As it stands in plans. */
  readonly name: string;
  /** Where the tool says that it is; empty where it does not. */
  readonly url: string;
}

export interface GivenSupergraph extends Supergraph {
  /** In the order of the file; at least one. */
  readonly graphs: readonly JoinedGraph[];
}

/**
 * @param file absolute path
 * @param shown how messages name it
 * Rejects with HUB_COMPOSE_SDL where it does not parse, and with HUB_COMPOSE_INVALID where it is no supergraph of
 * Federation 2.
 */
export async function readSupergraph(file: string, shown: string): Promise<GivenSupergraph> {
  let sdl: string;
  try {
    sdl = await readFile(file, 'utf8');
  } catch (thrown) {
    throw new HubFault('HUB_CONFIG_INVALID', `supergraph: ${shown} cannot be read`, { cause: thrown });
  }
  const document = parseSdl(new Source(sdl, shown));
  const graphs = joinedGraphs(document);
  if (graphs.length === 0) {
    throw new HubFault(
      'HUB_COMPOSE_INVALID',
      `${shown} is no supergraph of Federation 2: it has no enum join__Graph with @join__graph values`,
    );
  }
  return { sdl, document, graphs, publicSchema: publicSchemaOf(document, shown) };
}

function publicSchemaOf(document: DocumentNode, shown: string): GraphQLSchema {
  try {
    return buildASTSchema(toPublicDocument(document));
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new HubFault('HUB_COMPOSE_INVALID', `the schema of ${shown} is not valid: ${reason}`, { cause: thrown });
  }
}

function joinedGraphs(document: DocumentNode): readonly JoinedGraph[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph'
      ? (definition.values ?? []).flatMap((value) => (value.directives ?? []).flatMap(toGraph))
      : [],
  );
}

function toGraph(directive: ConstDirectiveNode): readonly JoinedGraph[] {
  const text = (name: string): string | undefined => {
    const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
    return value?.kind === Kind.STRING ? value.value : undefined;
  };
  const name = text('name');
  return directive.name.value !== 'join__graph' || name === undefined ? [] : [{ name, url: text('url') ?? '' }];
}
