// Arguments of a subscription or page, and who asks → which events are passed on. Used by index.ts.
import type { EventInterest, SyncEvent } from '../../contract/events.ts';
import type { FieldPolicy } from '../../contract/field-policy.ts';
import type { Principal } from '../../contract/principal.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { compileWhere, type EventTest, type Where } from './compile-where.ts';

/** What is null narrows nothing. */
export interface FilterArguments {
  readonly source?: string | null;
  readonly type?: string | null;
  readonly entity?: { readonly type: string; readonly key?: unknown } | null;
  readonly where?: Where | null;
}

export interface EventFilter {
  /** What is left to ask of an event; gaps are nobody's secret and are not asked. */
  readonly filter: EventTest;
  /** What every event that passes has, for whoever finds the readers of an event. */
  readonly interest: EventInterest;
}

/** Throws HUB_REQUEST_INVALID where an argument asks for what is not possible. */
type FilterFor = (args: FilterArguments, principal: Principal) => EventFilter;

/** An event is passed on to those who may read its entity and every field of its key, and to nobody else. */
export function createFilterFor(mayRead: FieldPolicy['mayRead']): FilterFor {
  const visibleTo = createVisibility(mayRead);
  return ({ source, type, entity, where }, principal) => {
    const isVisible = visibleTo(principal);
    const key = keyOf(entity?.key);
    const narrowed = where ? compileWhere(where, (...field) => mayRead(principal, ...field)) : () => true;
    const wanted = type ?? entity?.type;
    const fits: EventTest = (event) =>
      event.source === (source ?? event.source) &&
      event.type === (type ?? event.type) &&
      event.type === (entity?.type ?? event.type) &&
      key.every(([name, value]) => Object.hasOwn(event.key, name) && String(event.key[name]) === value);
    return {
      filter: (event) => fits(event) && isVisible(event) && narrowed(event),
      interest: {
        ...(typeof source === 'string' ? { source } : {}),
        ...(wanted === undefined ? {} : { type: wanted }),
        ...(key[0] === undefined ? {} : { key: key[0] }),
      },
    };
  };
}

/** What a principal may know does not change while the graph is the same. */
function createVisibility(mayRead: FieldPolicy['mayRead']): (principal: Principal) => EventTest {
  const decided = new WeakMap<Principal, Map<string, boolean>>();
  return (principal) => {
    const known = decided.get(principal) ?? new Map<string, boolean>();
    decided.set(principal, known);
    return ({ type, key }: SyncEvent) => {
      const fields = Object.keys(key);
      const shape = [type, ...fields].join(' ');
      const before = known.get(shape);
      if (before !== undefined) return before;
      const visible = mayRead(principal, type, []) && fields.every((field) => mayRead(principal, type, [field]));
      // Names come from outside; those of the graph come again.
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(shape, visible);
      return visible;
    };
  };
}

const MAX_KNOWN = 1_000;
const MAX_KEY_FIELDS = 10;

function keyOf(given: unknown): readonly (readonly [string, string])[] {
  if (given === undefined || given === null) return [];
  const entries: readonly (readonly [string, unknown])[] = typeof given === 'object' ? Object.entries(given) : [];
  const isKey = ([, value]: readonly [string, unknown]) => ['string', 'number', 'boolean'].includes(typeof value);
  if (Array.isArray(given) || typeof given !== 'object' || entries.length > MAX_KEY_FIELDS || !entries.every(isKey)) {
    throw new HubFault('HUB_REQUEST_INVALID', 'entity.key: give key fields and their values, like { id: "42" }');
  }
  return entries.map(([name, value]) => [name, String(value)]);
}
