// Two versions of a source's SDL in, what changed between them out, the worst first. Called by `manifold diff`.
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildASTSchema, Kind, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import { FEDERATION_DIRECTIVES, HUB_DIRECTIVES } from '../subgraphs/local/hub-directives.ts';

/** Breaking: queries that worked fail. Dangerous: they may come to mean something else. */
export const LEVELS = ['breaking', 'dangerous', 'safe'] as const;
export type ChangeLevel = (typeof LEVELS)[number];

export interface SdlChange {
  readonly level: ChangeLevel;
  /** Coordinate: `Order.total`, `Query.orders.first`. */
  readonly path: string;
  readonly message: string;
}

export async function compareSdl(before: string, after: string): Promise<readonly SdlChange[]> {
  const changes = await diff(schemaOf(before), schemaOf(after));
  return changes
    .map(({ criticality, path, message }): SdlChange => ({
      level: levelOf(criticality.level),
      path: path ?? '',
      message,
    }))
    .sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}

function levelOf(level: CriticalityLevel): ChangeLevel {
  switch (level) {
    case CriticalityLevel.Breaking:
      return 'breaking';
    case CriticalityLevel.Dangerous:
      return 'dangerous';
    case CriticalityLevel.NonBreaking:
      return 'safe';
  }
}

/** Directives that the SDL does not define itself are the hub's or Federation's; its links are no part of the schema. */
function schemaOf(sdl: string): GraphQLSchema {
  const own = parse(sdl).definitions.filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION);
  const defined = new Set(own.flatMap((one) => (one.kind === Kind.DIRECTIVE_DEFINITION ? [one.name.value] : [])));
  const known = [...HUB_DIRECTIVES.definitions, ...FEDERATION_DIRECTIVES.definitions].filter(
    (one) => one.kind !== Kind.DIRECTIVE_DEFINITION || !defined.has(one.name.value),
  );
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [...known, ...own] };
  return buildASTSchema(document, { assumeValidSDL: true });
}
