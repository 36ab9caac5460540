// Readers by what they want, so that an event is held before those alone whom it may concern. Used by live-tail.ts.
import type { EventInterest, SyncEvent } from '../../contract/events.ts';

export interface ReaderIndex<Reader extends { readonly interest: EventInterest }> {
  add(reader: Reader): void;
  delete(reader: Reader): void;
  /** Each reader at most once. Readers may be deleted meanwhile. */
  visit(event: SyncEvent, see: (reader: Reader) => void): void;
}

export function createReaderIndex<Reader extends { readonly interest: EventInterest }>(): ReaderIndex<Reader> {
  const places = new Map<string, Set<Reader>>();
  return {
    add(reader) {
      const place = placeOf(reader.interest);
      const readers = places.get(place);
      if (readers === undefined) places.set(place, new Set([reader]));
      else readers.add(reader);
    },
    delete(reader) {
      const place = placeOf(reader.interest);
      const readers = places.get(place);
      if (readers?.delete(reader) === true && readers.size === 0) places.delete(place);
    },
    visit(event, see) {
      places.get(EVERYWHERE)?.forEach(see);
      places.get(atSource(event.source))?.forEach(see);
      places.get(atType(event.type))?.forEach(see);
      for (const name of Object.keys(event.key))
        places.get(atKey(event.type, name, String(event.key[name])))?.forEach(see);
    },
  };
}

const EVERYWHERE = '';
const atSource = (source: string): string => `source ${source}`;
const atType = (type: string): string => `type ${type}`;
const atKey = (type: string, name: string, value: string): string => `key ${type} ${name} ${value}`;

/** Where the fewest events come by that it may want. */
function placeOf({ source, type, key }: EventInterest): string {
  if (type !== undefined) return key === undefined ? atType(type) : atKey(type, ...key);
  return source === undefined ? EVERYWHERE : atSource(source);
}
