// From the entities of the graph to the SDL of the events subgraph; called once by createEventsSubgraph.
import { HubFault } from '../../faults/hub-fault.ts';

/** An entity whose changes can be subscribed to. Its key is single and flat. */
export interface EventEntity {
  /** Type name in the composed graph. */
  readonly type: string;
  /** At least one; all of them together identify the entity. */
  readonly keyFields: readonly EntityKeyField[];
}

export interface EntityKeyField {
  readonly name: string;
  /** Type of the field in the sources that own the entity; composition refuses another one. */
  readonly type: 'ID' | 'String' | 'Int';
}

const NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;

/** Subscription field of an entity: `Order` → `orderChanged`. */
export function changedFieldName(type: string): string {
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}Changed`;
}

/** Type of the entity's events. Carries "Sync" because a source may well have an `OrderEvent` of its own. */
export function syncEventTypeName(type: string): string {
  return `${type}SyncEvent`;
}

/**
 * Entities are stubs (`resolvable: false`): the planner fetches their fields from the sources that own them. Without
 * entities only the untyped stream is left. Throws HUB_COMPOSE_SDL where a name is no GraphQL name or occurs twice.
 */
export function createEventsSdl(entities: readonly EventEntity[]): string {
  const subscriptions = Map.groupBy(entities, ({ type }) => changedFieldName(type));
  const taken = new Set([...OWN_TYPES, ...entities.map(({ type }) => syncEventTypeName(type))]);
  for (const entity of entities) assertUsable(entity, subscriptions, taken);
  const union = entities.map((entity) => entity.type).join(' | ');
  return `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])

"An instant, as ISO 8601 in UTC."
scalar DateTime
"Any JSON value."
scalar JSON

"What happened to an entity. CUSTOM is none of the other three."
enum SyncOperation { CREATED UPDATED DELETED CUSTOM }

"Events that the log dropped before they were read: read the present state with a query."
type SyncGap {
  "The cursor after which they are missing."
  after: String!
  "How many there were, of any source and type."
  lost: Int!
}
${entities.length === 0 ? '' : `\n"Any entity whose changes the hub tells of."\nunion SyncEntity = ${union}\n`}
"A change of one entity in one source, as the hub learned of it."
type SyncEvent {
${EVENT_FIELDS}
  "Type of the entity."
  type: String!
${entities.length === 0 ? '' : '  "The entity as it is now; null when it was deleted."\n  entity: SyncEntity\n'}}
${entities.map(entityTypes).join('')}
"All entities of a type, or those with this key."
input SyncEntityFilter {
  type: String!
  "Key fields, all of them or some, with their values: \`{ id: 42 }\`."
  key: JSON
}

"What an event must be like: all that is given must hold."
input SyncEventFilter {
  "One of these."
  operation: [SyncOperation!]
  "Key fields of the entity; they are compared as text."
  key: [SyncCondition!]
  "What the source said of the entity. The path is one of fields that the entity has in the graph and the caller may read; any other is taken as absent."
  payload: [SyncCondition!]
  and: [SyncEventFilter!]
  or: [SyncEventFilter!]
  not: SyncEventFilter
}

"""
What one value must be like: all that is given must hold, for one and the same value. Values are strings, numbers,
booleans and null; one kind is neither equal to another, nor less or greater.
"""
input SyncCondition {
  "Field names with dots between them. Where there is a list on the way, one of its items has to do."
  path: String!
  eq: JSON
  ne: JSON
  in: [JSON]
  lt: JSON
  lte: JSON
  gt: JSON
  gte: JSON
  "Whether there is a value that is not null; it alone can ask for what is absent."
  exists: Boolean
}

type Query {
  "Events that the log holds after a cursor (all that are kept without one), oldest first: catches up by polling."
  syncEvents(after: String, first: Int! = 50, ${FILTER_ARGUMENTS}): [SyncEvent!]!
}

type Subscription {
  "Every change, or those that all arguments fit. With \`after\`, what came after that cursor is replayed first."
  syncEvents(${FILTER_ARGUMENTS}, after: String): SyncEvent!
${entities.map(changedField).join('')}}
`;
}

const FILTER_ARGUMENTS = 'source: String, type: String, entity: SyncEntityFilter, where: SyncEventFilter';

const EVENT_FIELDS = `  "Place in the log; give it as \`after\` to go on from here."
  cursor: String!
  "The same wherever the event is read."
  id: ID!
  "When the hub learned of the change."
  at: DateTime!
  "When it happened, as far as the source says; else when the hub learned of it."
  occurredAt: DateTime!
  "Name of the source that holds the entity."
  source: String!
  operation: SyncOperation!
  "The key fields of the entity."
  key: JSON!
  "Id of the request that caused the change."
  correlationId: String
  "Id of the event that caused the change."
  causationId: String
  "Set on an item of a subscription that stands for events it has missed; it is no change, and has no key and no entity."
  gap: SyncGap`;

function entityTypes({ type, keyFields }: EventEntity): string {
  const key = keyFields.map((field) => field.name).join(' ');
  const fields = keyFields.map((field) => `${field.name}: ${field.type}!`).join(' ');
  return `
type ${type} @key(fields: "${key}", resolvable: false) { ${fields} }

"A change of one ${type}."
type ${syncEventTypeName(type)} {
${EVENT_FIELDS}
  "The ${type} as it is now; null when it was deleted."
  entity: ${type}
}
`;
}

function changedField({ type, keyFields }: EventEntity): string {
  const keyArguments = keyFields.map((field) => `${field.name}: ${field.type}`).join(', ');
  return `  "Changes of every ${type}, or of the one with this key."
  ${changedFieldName(type)}(${keyArguments}, where: SyncEventFilter, after: String): ${syncEventTypeName(type)}!
`;
}

const OWN_TYPES: ReadonlySet<string> = new Set([
  'DateTime',
  'JSON',
  'SyncOperation',
  'SyncGap',
  'SyncEntity',
  'SyncEvent',
  'SyncEntityFilter',
  'SyncEventFilter',
  'SyncCondition',
]);

function assertUsable(
  { type, keyFields }: EventEntity,
  subscriptions: ReadonlyMap<string, readonly EventEntity[]>,
  taken: ReadonlySet<string>,
): void {
  const names = [type, ...keyFields.map((field) => field.name)];
  const wrong = names.find((name) => !NAME.test(name) || name.startsWith('__'));
  const clashing = keyFields.find(({ name }) => name === 'after' || name === 'where');
  const problem =
    wrong !== undefined
      ? `"${wrong}" is not a GraphQL name`
      : keyFields.length === 0
        ? 'it has no key field'
        : clashing !== undefined
          ? `a key field called "${clashing.name}" would clash with the argument of that name`
          : new Set(names.slice(1)).size < keyFields.length
            ? 'a key field is given twice'
            : (subscriptions.get(changedFieldName(type)) ?? []).length > 1
              ? 'its subscription would have the same name as that of another entity'
              : taken.has(type)
                ? 'the events themselves have a type of that name'
                : undefined;
  if (problem !== undefined) {
    throw new HubFault('HUB_COMPOSE_SDL', `events of the entity type ${type} cannot be offered: ${problem}`);
  }
}
