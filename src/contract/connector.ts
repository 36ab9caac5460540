// The part of an in-process kind that talks to its upstream. The local builder does everything else:
// types, stubs, batching by key, value mapping, errors at their paths.
import type { GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import type { Scope } from './scope.ts';

/** A field that bears the connector's directive, as the local builder found it. */
export interface ConnectorField {
  readonly source: string;
  readonly schema: GraphQLSchema;
  readonly parent: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly root: 'query' | 'mutation' | undefined;
  /** Arguments of the directive, defaults applied: `{ get: "/orders/{id}", at: "data" }`. */
  readonly directive: Readonly<Record<string, unknown>>;
  /** Upstream names of the field's arguments: GraphQL name → `@map(name)`, or the same name. */
  readonly argumentNames: Readonly<Record<string, string>>;
  /** Tags of the entities that a payload is derived from, for answers that are kept (`UpstreamRequest.tagsOf`). */
  readonly tagsOf: (payload: unknown, args: Readonly<Record<string, unknown>>) => readonly string[];
}

/** One call of a field. */
export interface FieldCall {
  /**
   * Arguments under their upstream names, input objects and enum values mapped likewise.
   * An argument that was not given is absent.
   */
  readonly args: Readonly<Record<string, unknown>>;
  /** The parent object under its upstream names; for a `@requires` field, the representation. Empty at the root. */
  readonly parent: Readonly<Record<string, unknown>>;
  /** The payload may be left as the JSON that it came in: a JsonValue (`transport/json-text.ts`). */
  readonly asJson?: boolean;
}

/**
 * Runs the calls that are ready together. One outcome per call, in the same order: the payload (a raw record, list or
 * scalar under upstream names; null where the upstream says that there is none), or the HubFault of that call alone.
 * Rejects with a HubFault only where all calls failed together.
 */
export type RunCalls = (scope: Scope, calls: readonly FieldCall[]) => Promise<readonly unknown[]>;

export interface PreparedField {
  readonly run: RunCalls;
  /** "GET /products{?id*}", "GetStockLevels": for plans, spans and usage; never with values in it. */
  readonly operation: string;
  /** Whether one `run` of many calls is one upstream call (a model batch), or one upstream call each. */
  readonly merges: boolean;
  /** Whether payloads mostly are left as JSON where a call allows it. */
  readonly answersJson?: boolean;
  /** What a mutation did to the entity it returns; undefined for reads. */
  readonly change?: 'CREATED' | 'UPDATED' | 'DELETED';
}

export interface Connector {
  readonly kind: string;
  /** Name of its field directive: "rest", "soap", "ai". */
  readonly directive: string;
  /** Throws HUB_COMPOSE_SDL with the field's coordinate where the directive cannot work. */
  prepare(field: ConnectorField): PreparedField;
  close(): Promise<void>;
}
