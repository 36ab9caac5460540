// Subgraph SDLs in, one supergraph out; called by compose.ts whenever sources or SDL changed.
import { composeServices } from '@theguild/federation-composition';
import { buildASTSchema, GraphQLError, print, type DocumentNode, type GraphQLSchema } from 'graphql';
import { HubFault } from '../faults/hub-fault.ts';
import { linkKnownVersion } from './known-version.ts';
import { leaveOut } from './leave-out.ts';
import { expandRequires, mendSupergraph, readDeclared } from './mend-composition.ts';
import { emptyUnions, toPublicDocument } from './public-document.ts';
import { putBack } from './put-back.ts';
import { shareDirectives } from './share-directives.ts';

export interface SubgraphSdl {
  readonly name: string;
  readonly sdl: DocumentNode;
  /** Whether all of it is valid by itself: what it alone defines is not composed then, where there is much of it. */
  isValid?(): boolean;
}

export interface Supergraph {
  readonly sdl: string;
  readonly document: DocumentNode;
  /** What clients see: no federation machinery, nothing `@inaccessible`. */
  readonly publicSchema: GraphQLSchema;
}

export interface ComposeSupergraphOptions {
  /**
   * The subgraphs are known to compose, but for one that is entered through its keys alone: that fields are reached from
   * there, or are shared with it, is not asked.
   */
  readonly trusted?: boolean;
  /** Of subgraphs of more definitions, what is valid by itself is not composed. Default 1,000. */
  readonly leaveOutAbove?: number;
}

const LEAVE_OUT_ABOVE = 1_000;

/** Rules of the composition library that a trusted composition is not held to. */
const DISTRUST = ['SatisfiabilityRule', 'InvalidFieldSharingRule'];

/** Throws HUB_COMPOSE_INVALID with one line for every conflict: source, type, field and how to mend it. */
export function composeSupergraph(
  subgraphs: readonly SubgraphSdl[],
  options: ComposeSupergraphOptions = {},
): Supergraph {
  if (subgraphs.length === 0)
    throw new HubFault('HUB_COMPOSE_INVALID', 'there is no source to compose: add one under `sources`');
  const all = shareDirectives(subgraphs);
  const reduced = leaveOut(all, options.leaveOutAbove ?? LEAVE_OUT_ABOVE);
  if (reduced !== undefined) {
    const composed = compose(reduced.subgraphs, options);
    if ('document' in composed) return putBack(composed.document, reduced);
  }
  const composed = compose(all, options);
  if ('errors' in composed) {
    const lines = [...new Set(composed.errors.map(describe))];
    throw new HubFault('HUB_COMPOSE_INVALID', `the sources do not compose into one graph:\n  ${lines.join('\n  ')}`, {
      details: { problems: lines },
    });
  }
  const { document } = composed;
  return {
    sdl: print(document),
    document,
    publicSchema: buildASTSchema(toPublicDocument(document), { assumeValidSDL: true }),
  };
}

function compose(
  subgraphs: readonly SubgraphSdl[],
  options: ComposeSupergraphOptions,
): { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] } {
  const declared = readDeclared(subgraphs);
  const result = composeServices(
    subgraphs.map(({ name, sdl }) => ({
      name,
      typeDefs: linkKnownVersion(expandRequires(sdl, declared)),
      url: `hub://${name}`,
    })),
    options.trusted === true ? { disableValidationRules: DISTRUST } : undefined,
  );
  if (result.errors !== undefined) return { errors: result.errors };
  const errors = emptyUnions(result.supergraphDocumentNode).map((name) => {
    const message = `Type "${name}" is in the API schema but all of its members are @inaccessible.`;
    return new GraphQLError(message, { extensions: { code: 'ONLY_INACCESSIBLE_CHILDREN' } });
  });
  return errors.length > 0 ? { errors } : { document: mendSupergraph(result.supergraphDocumentNode, declared) };
}

/** What to do about the codes of Apollo's composition rules that people meet most. */
const REMEDIES: Readonly<Record<string, string>> = {
  INVALID_FIELD_SHARING:
    'mark the field @shareable in each source, rename it with typePrefix, or @inaccessible/@override one of them',
  FIELD_TYPE_MISMATCH: 'give the field the same type in each source, or rename the type in one of them (typePrefix)',
  FIELD_ARGUMENT_TYPE_MISMATCH: 'give the argument the same type in each source',
  TYPE_KIND_MISMATCH: 'rename the type in one of the sources (typePrefix)',
  SATISFIABILITY_ERROR:
    'add a @lookup for the type in the source that has the field, or a @key that both sources share',
  KEY_INVALID_FIELDS: 'name fields of the type itself in @key',
  REQUIRES_INVALID_FIELDS: 'declare the required fields @external on the type',
  REQUIRES_FIELDS_MISSING_EXTERNAL: 'mark the required fields @external',
  EXTERNAL_UNUSED: 'use the @external field in a @key, @requires or @provides, or remove it',
  EXTERNAL_MISSING_ON_BASE: 'some other source must define the field',
  ONLY_INACCESSIBLE_CHILDREN: 'mark the type itself @inaccessible, or leave one of them accessible',
  NO_QUERIES: 'at least one source must have a query field',
};

function describe(error: GraphQLError): string {
  const code = typeof error.extensions.code === 'string' ? error.extensions.code : undefined;
  const remedy = code === undefined ? undefined : REMEDIES[code];
  const message = error.message.trim().replaceAll(/\s*\n\s*/g, ' ');
  return `${code === undefined ? '' : `${code}: `}${message}${remedy === undefined ? '' : ` — to mend it, ${remedy}`}`;
}
