// The gate kind: other gateways' `_entities` and `_service` as fields of a subgraph. It answers with stubs, whose other
// fields the planner fetches from the sources. Made by compose.ts where the hub serves as a subgraph.
import { makeExecutableSchema } from '@graphql-tools/schema';
import { Kind, parse, type DocumentNode, type SelectionSetNode } from 'graphql';
import type { Scope } from '../../contract/scope.ts';
import type { Subgraph } from '../../contract/subgraph.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { createExecutableSubgraph } from '../local/executable-subgraph.ts';

export interface GateSubgraphOptions {
  readonly name: string;
  /** As it goes into composition. */
  readonly sdl: DocumentNode;
  /** The same with Federation's own names, and with the keys of all entrances. */
  readonly schemaSdl: DocumentNode;
  /** Of each entrance, by entity type. */
  readonly keys: readonly ReadonlyMap<string, string>[];
  /** The entrance that this subgraph serves. */
  readonly entrance: number;
  /** What `_service` tells. */
  readonly publishedSdl: string;
  /** Told of entrances that representations of a request have to take instead. */
  readonly elsewhere: (scope: Scope, entrance: number) => void;
}

/** A representation by a key of another entrance is null here; one by no key at all is HUB_REQUEST_INVALID. */
export function createGateSubgraph(options: GateSubgraphOptions): Subgraph {
  const keys = options.keys.map(
    (taken) => new Map([...taken].map(([type, fields]) => [type, parseKey(fields)] as const)),
  );

  function toStub(representation: unknown, scope: Scope): unknown {
    const typename = isObject(representation) ? representation.__typename : undefined;
    if (typeof typename !== 'string') return invalid('a representation is an object with a __typename');
    const entrance = keys.findIndex((taken) => {
      const key = taken.get(typename);
      return key !== undefined && isKeyed(representation, key);
    });
    if (entrance === options.entrance) return representation;
    if (entrance < 0) return invalid(`a representation of ${typename} has none of its keys`);
    options.elsewhere(scope, entrance);
    return null;
  }

  const makeSchema = () =>
    makeExecutableSchema<Scope>({
      typeDefs: [FEDERATION_DIRECTIVES, options.schemaSdl],
      resolvers: {
        Query: {
          _service: () => ({ sdl: options.publishedSdl }),
          ...(options.keys.every(({ size }) => size === 0)
            ? {}
            : {
                _entities: (_root: unknown, args: { readonly representations: readonly unknown[] }, scope: Scope) =>
                  args.representations.map((representation) => toStub(representation, scope)),
              }),
        },
      },
    });
  return createExecutableSubgraph({
    name: options.name,
    kind: 'gate',
    sdl: options.sdl,
    makeSchema,
    contextOf: (scope) => scope,
  });
}

/** What `@link` imports, for graphql-js; composition gets the SDL without it. */
const FEDERATION_DIRECTIVES = `
  scalar federation__FieldSet
  scalar link__Import
  directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT
  directive @link(url: String!, import: [link__Import]) repeatable on SCHEMA
`;

function parseKey(fields: string): SelectionSetNode {
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (operation?.kind === Kind.OPERATION_DEFINITION) return operation.selectionSet;
  throw new TypeError('a key is a selection');
}

function isKeyed(value: unknown, key: SelectionSetNode): boolean {
  if (Array.isArray(value)) return value.every((item) => isKeyed(item, key));
  return (
    isObject(value) &&
    key.selections.every((selection) => {
      if (selection.kind !== Kind.FIELD || !Object.hasOwn(value, selection.name.value)) return false;
      const field = value[selection.name.value];
      if (field === null || field === undefined) return false;
      return selection.selectionSet === undefined || isKeyed(field, selection.selectionSet);
    })
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (message: string): HubFault => new HubFault('HUB_REQUEST_INVALID', message);
